"""Whose data is held, and whom a notice of a leak cannot be sent to: named for a person."""

from collections import Counter
from collections.abc import Mapping, Sequence

from newsletter.app.site import Site
from newsletter.desk.kept_feedback import open_kept
from newsletter.feedback.kept_mails import FOLDER
from newsletter.mails.breach import Untold


def find_untold(site: Site) -> Sequence[Untold]:
    """
    Return whom no notice goes to, though their data is held, with where it is.

    They are in copies beside the database, in kept mails whose writers are not known, or were
    erased, or never want mail again, and have written since.
    """
    untold, on_record = site.records.breaches().find_untold()
    try:
        files = [one.name for one in open_kept(site).find_all()]
    except OSError:
        return [*untold, Untold("", FOLDER)]  # nobody can look into it
    return [*untold, *(Untold("", f"{FOLDER}/{name}") for name in files if name not in on_record)]


def count_places(untold: Sequence[Untold]) -> Mapping[str, int]:
    """Return how many are in each place; all kept mails are one."""
    return Counter(FOLDER if one.where.startswith(FOLDER) else one.where for one in untold)
