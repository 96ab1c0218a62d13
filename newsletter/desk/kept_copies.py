"""The copies beside the database: until when they are kept, and their end."""

from collections import Counter
from datetime import datetime

from newsletter.app.site import Site
from newsletter.subscribers.erasing import Ended, Erased, KeptCopy, Remains, end_of_copy


def destroyed_on(site: Site, copy: KeptCopy) -> datetime:
    """Return when a copy's time is over, aware; one that nobody has finished is nobody's."""
    end = copy.made_at if copy.is_unfinished else end_of_copy(copy.made_at)
    return end.astimezone(site.zone())


def destroy_old_copies(site: Site) -> Ended:
    """
    Destroy the copies whose time is over, and those that killed processes left unfinished.

    Returns:
        How many, and those that cannot be deleted, or are being written just now.
    """
    counts, closed = Counter[Erased](), list[str]()
    for copy in site.records.kept_copies():
        if not copy.is_unfinished and destroyed_on(site, copy) > site.clock():
            continue
        try:
            site.records.destroy_copy(copy)
            counts[Erased.DESTROYED] += 1
        except OSError:
            closed.append(copy.name)
    return Ended(frozenset({Remains.COPIES} if closed else ()), counts, tuple(closed))
