"""Says a timer's messages once: cron mails every line, and runs each minute."""

import re
from typing import Final

from newsletter.app.site import Site
from newsletter.desk.halting import find_appointment
from newsletter.errors import LedgerError, NewsletterError

# Counts of those who wait change every minute; a new count alone is no news.
COUNT: Final = re.compile(r"\b\d[\d,]*(?= [a-z])")


def note_told(site: Site, issue: str, fault: NewsletterError) -> bool:
    """
    Note what keeps an issue from being sent; return whether it is news.

    A fault is news again after another fault, or after a run has begun. A fault of the ledger
    is always news, because it cannot be noted.
    """
    if isinstance(fault, LedgerError):
        return True
    is_other = site.records.diary().note_told(issue, COUNT.sub("#", str(fault)))
    return is_other or not _is_known(site, issue)


def _is_known(site: Site, issue: str) -> bool:
    """Say whether the ledger has a place to note what was told of *issue*."""
    is_appointed = find_appointment(site.records.diary(), issue) is not None
    return is_appointed or site.records.ledger().find_plan(issue) is not None
