"""Erases readers, everywhere in the site: the database, letters in folders, refused rows."""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from newsletter.app.site import Site
from newsletter.desk.kept_copies import destroy_old_copies
from newsletter.desk.past_time import delete_all_past
from newsletter.desk.personal_files import erase_in_files, is_in_files
from newsletter.dispatch.control import PROGRAM
from newsletter.dispatch.limits import midnight
from newsletter.errors import ContentError
from newsletter.phrases import phrase
from newsletter.subscribers.address import Address
from newsletter.subscribers.erasing import (
    Ended,
    Erased,
    ErasureOrder,
    ErasureWhy,
    Known,
    OpenResults,
    Remains,
)
from newsletter.subscribers.renewal import first_day_in_time
from newsletter.subscribers.traces import Sought
from newsletter.subscribers.why import Cause

# A mail that has left may wait in a folder for the program that takes it out, or come back.
ON_ITS_WAY: Final = timedelta(hours=1)
AT_A_TIME: Final = 20  # readers: the database's write lock is held for so many


def find_known(site: Site, address: Address) -> Known:
    """
    Return what is stored of the owner of an address.

    Raises:
        ContentError: nothing is, or the reader has another address now, which is the one to erase.
    """
    now, erasing = site.clock(), site.records.erasing()
    known = erasing.find(address.key, now)
    entry = known.entry
    order = ErasureOrder(PROGRAM, ErasureWhy.ASKED, now)
    elsewhere = site.records.find_elsewhere([address.key], order)
    known = replace(known, in_copies=frozenset(elsewhere))
    if known.is_nobody:
        sought = site.records.seek([address.key], now)
        known = replace(known, is_in_files=is_in_files(site, sought, [_local_of(address.key)]))
    if known.is_nobody:
        raise ContentError(phrase("subscribers.not-on-list", address=address.spelling))
    if entry is not None and entry.why.cause is Cause.MOVED:
        because = entry.why.because
        fault = phrase("subscribers.nobodys-address", address=entry.address, because=because)
        raise ContentError(fault)
    return known


def erase(site: Site, address: Address, by: str, account: str) -> Ended:
    """
    Erase the owner of an address; what cannot be done now is recorded.

    Also by the addresses by which the copies beside the database know them.
    """
    order = ErasureOrder(by, ErasureWhy.ASKED, site.clock(), account)
    elsewhere = site.records.find_elsewhere([address.key], order)
    sought, people, counts = site.records.erasing().erase([address.key], order, elsewhere)
    return _end(site, sought, people.keys, counts, order.now)


def erase_due(site: Site) -> Ended:
    """
    Erase the readers who withdrew longer ago than NEWSLETTER_ERASE_AFTER says.

    Who was not told yet that they have left waits, while it can be told within its 14 days; and
    who was only told within the last hour.

    Copies beside the database are destroyed whose time is over: they may hold people whom a
    restored ledger does not know. So is everything else that is past its time.
    """
    now = site.clock()
    before = now - site.settings.erase_after
    open_results = find_open_results(site)
    erasing, order = site.records.erasing(), ErasureOrder(PROGRAM, ErasureWhy.WITHDRAWN, now)
    counts: Counter[Erased] = Counter()
    sought: Sought | None = None
    keys = set[str]()
    while due := erasing.find_due(before, open_results, AT_A_TIME):
        elsewhere = site.records.find_elsewhere(due, order)
        if not elsewhere.keys() <= set(due):  # whose these are is known of one person alone
            due = due[:1]
            elsewhere = site.records.find_elsewhere(due, order)
        some, people, erased = erasing.erase(due, order, elsewhere)
        sought = some if sought is None else sought.with_others(some)
        keys |= people.keys
        counts += erased
    ended = [destroy_old_copies(site), delete_all_past(site)]
    if sought is not None:
        ended.append(_end(site, sought, keys, counts, now))
    return Ended(
        frozenset().union(*(one.remains for one in ended)),
        sum((one.counts for one in ended), Counter()),
        tuple(name for one in ended for name in one.closed),
        erasing.count_waiting(before, open_results),
    )


def find_open_results(site: Site) -> OpenResults:
    """Say which readers who withdrew are not erased yet, because they are still to be told."""
    zone, now = site.zone(), site.clock()
    since = midnight(first_day_in_time(now.astimezone(zone).date()), zone)
    return OpenResults(since, now - ON_ITS_WAY)


def finish_erasures(site: Site) -> None:
    """Finish what other processes or closed files delayed, and delete what killed ones left."""
    site.records.delete_left()
    found = site.records.erasing().find_open(site.clock())
    if found is None:
        return
    has_files = Remains.FILES in found.remains and bool(
        erase_in_files(site, found.gone, (), Counter())
    )
    site.records.finish_erasures(site.clock(), has_files=has_files)


def _end(
    site: Site, sought: Sought, keys: Collection[str], counts: Counter[Erased], now: datetime
) -> Ended:
    """Erase from all files those who were taken out of the rows."""
    locals_ = [_local_of(key) for key in keys]
    closed = erase_in_files(site, sought, locals_, counts)
    left = {Remains.FILES} if closed else set[Remains]()
    ended = site.records.end_erasures(sought, now, left, keys)
    return Ended(ended.remains, counts + ended.counts, (*closed, *ended.closed))


def _local_of(key: str) -> str:
    return key.rpartition("@")[0]
