"""Whose data is held, and whom a notice of a leak cannot be sent to: named for a person."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from newsletter.app.site import Site
from newsletter.desk.kept_feedback import open_kept
from newsletter.desk.rejected_rows import read_rejects
from newsletter.feedback.kept_mails import FOLDER
from newsletter.mails.breach import EVENTS, Untold
from newsletter.subscribers.erasing import RejectsFile


def find_untold(site: Site) -> Sequence[Untold]:
    """
    Return whom no notice goes to, though their data is held, with where it is.

    They are in copies beside the database, in kept mails whose writers are not known, or in refused
    rows of imports, and may never have agreed here; or they were erased, or never want mail again,
    and have written since.
    """
    return [*_find_in_database(site), *_find_refused(site)]


def count_places(untold: Sequence[Untold]) -> Mapping[str, int]:
    """Return how many are in each place; all kept mails are one."""
    return Counter(map(_place_of, untold))


def _place_of(one: Untold) -> str:
    is_kept = one.where in {FOLDER, EVENTS} or one.where.startswith(f"{FOLDER}/")
    return FOLDER if is_kept else one.where


def _find_in_database(site: Site) -> Sequence[Untold]:
    untold, on_record = site.records.breaches().find_untold()
    try:
        files = [one.name for one in open_kept(site).find_all()]
    except OSError:
        return [*untold, Untold("", FOLDER)]  # nobody can look into it
    return [*untold, *(Untold("", f"{FOLDER}/{name}") for name in files if name not in on_record)]


def _find_refused(site: Site) -> Sequence[Untold]:
    """Return who is in refused rows alone, each address once a file; a row without one counts."""
    return [untold for file in site.records.rejects() for untold in _find_in_file(site, file)]


def _find_in_file(site: Site, file: RejectsFile) -> Sequence[Untold]:
    where = f"{file.name}, {file.written_at.astimezone(site.zone()):%Y-%m-%d}"
    try:
        rows = read_rejects(Path(file.path))
    except (OSError, ValueError, csv.Error):  # gone, or nobody can say who is in it
        return [Untold("", where)]
    named = {one.address.key: one.address.spelling for one in rows if one.address is not None}
    strangers = site.records.breaches().without_told(named.keys())
    return [
        *(Untold(address, where) for key, address in named.items() if key in strangers),
        *(Untold("", where) for one in rows if one.address is None),
    ]
