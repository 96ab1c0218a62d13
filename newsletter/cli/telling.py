"""What a timer has to say is said once: cron makes a mail of every line, and runs each minute."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from io import StringIO
from typing import Final

import click

from newsletter.app.site import Site
from newsletter.cli.output import is_terminal
from newsletter.desk.halting import find_appointment
from newsletter.errors import LedgerError, NewsletterError

# How many wait may be another number each minute; that alone is no news.
COUNT: Final = re.compile(r"\b\d[\d,]*(?= [a-z])")


class ToldBefore(Exception):  # noqa: N818 - not to be said again
    """What a timer has said of this issue already, and still is so."""

    def __init__(self, fault: NewsletterError) -> None:
        super().__init__(str(fault))
        self.fault = fault  # its exit status is still the command's


@contextmanager
def telling_once(site: Site, issue: str) -> Iterator[Callable[[], None]]:
    """
    Let what keeps an issue from being sent be said once.

    It is said again when something else is wrong, once a run has begun since, and always to a
    person at a terminal. What is printed meanwhile is held back, for it belongs to what is
    said; the function that is yielded lets it out, and all that follows.

    Raises:
        ToldBefore: instead of a NewsletterError that was said before.
        LedgerError: always said, for nothing can be noted.
    """
    with _held_back() as let_out:
        try:
            yield let_out
        except NewsletterError as fault:
            if not isinstance(fault, LedgerError) and not _is_news(site, issue, fault):
                raise ToldBefore(fault) from fault
            let_out()
            raise
        let_out()


def _is_news(site: Site, issue: str, fault: NewsletterError) -> bool:
    is_other = site.records.diary().note_told(issue, COUNT.sub("#", str(fault)))
    return is_other or is_terminal("stderr") or not _is_known(site, issue)


def _is_known(site: Site, issue: str) -> bool:
    """Say whether the ledger has a place to note what was told of *issue*."""
    is_appointed = find_appointment(site.records.diary(), issue) is not None
    return is_appointed or site.records.ledger().find_plan(issue) is not None


@contextmanager
def _held_back() -> Iterator[Callable[[], None]]:
    """Keep what is printed for the block, unless for a person; yield what lets it out."""
    kept = StringIO()
    with ExitStack() as redirection:
        if not is_terminal("stdout"):
            redirection.enter_context(redirect_stdout(kept))

        def let_out() -> None:
            redirection.close()
            click.echo(kept.getvalue(), nl=False)
            kept.seek(0)
            kept.truncate()

        yield let_out
