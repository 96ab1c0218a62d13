"""Erases readers, everywhere in the site: the database, letters in folders, refused rows."""

import csv
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from newsletter.app.site import REHEARSAL_URL, Site
from newsletter.delivery.registry import read_mail_url
from newsletter.delivery.written_letters import delete_letters
from newsletter.desk.kept_feedback import erase_kept
from newsletter.desk.rejected_rows import erase_rejects
from newsletter.dispatch.control import PROGRAM
from newsletter.errors import ContentError
from newsletter.feedback.kept_mails import FOLDER
from newsletter.phrases import phrase
from newsletter.subscribers.address import Address, address_of
from newsletter.subscribers.erasing import (
    Ended,
    Erased,
    ErasureOrder,
    ErasureWhy,
    Known,
    Remains,
)
from newsletter.subscribers.traces import Sought
from newsletter.subscribers.why import Cause

AT_A_TIME: Final = 20  # readers: the database's write lock is held for so many


def find_known(site: Site, address: Address) -> Known:
    """
    Return what is stored of the owner of an address.

    Raises:
        ContentError: nothing is, or the reader has another address now, which is the one to erase.
    """
    known = site.records.erasing().find(address.key, site.clock())
    entry = known.entry
    if entry is None and not (known.mails or known.returned or known.was_erased):
        raise ContentError(phrase("subscribers.not-on-list", address=address.spelling))
    if entry is not None and entry.why.cause is Cause.MOVED:
        because = entry.why.because
        fault = phrase("subscribers.nobodys-address", address=entry.address, because=because)
        raise ContentError(fault)
    return known


def erase(site: Site, address: Address, by: str, account: str) -> Ended:
    """Erase the owner of an address; what cannot be done now is recorded."""
    order = ErasureOrder(by, ErasureWhy.ASKED, site.clock(), account)
    sought, people, counts = site.records.erasing().erase([address.key], order)
    return _end(site, sought, people.keys, counts, order.now)


def erase_due(site: Site) -> Ended:
    """Erase the readers who withdrew longer ago than NEWSLETTER_ERASE_AFTER says."""
    now = site.clock()
    before = now - site.settings.erase_after
    erasing, order = site.records.erasing(), ErasureOrder(PROGRAM, ErasureWhy.WITHDRAWN, now)
    counts: Counter[Erased] = Counter()
    sought: Sought | None = None
    keys = set[str]()
    while due := erasing.find_due(before, AT_A_TIME):
        some, people, erased = erasing.erase(due, order)
        sought = some if sought is None else sought.with_others(some)
        keys |= people.keys
        counts += erased
    return Ended(frozenset(), counts) if sought is None else _end(site, sought, keys, counts, now)


def finish_erasures(site: Site) -> None:
    """Finish what other processes or closed files delayed."""
    found = site.records.erasing().find_open(site.clock())
    if found is None:
        return
    has_files = Remains.FILES in found.remains and bool(
        _erase_in_files(site, found.gone, (), Counter())
    )
    site.records.finish_erasures(site.clock(), has_files=has_files)


def _end(
    site: Site, sought: Sought, keys: Collection[str], counts: Counter[Erased], now: datetime
) -> Ended:
    """Erase from all files those who were taken out of the rows."""
    locals_ = [key.rpartition("@")[0] for key in keys]
    closed = _erase_in_files(site, sought, locals_, counts)
    left = {Remains.FILES} if closed else set[Remains]()
    ended = site.records.end_erasures(sought, now, left)
    return Ended(ended.remains, counts + ended.counts, (*closed, *ended.closed))


def _erase_in_files(
    site: Site, sought: Sought, locals_: Sequence[str], counts: Counter[Erased]
) -> tuple[str, ...]:
    """Erase people from files outside the database; return those that cannot be changed."""
    closed: list[str] = []

    def is_theirs(address: str) -> bool:
        try:
            return sought.is_theirs(address_of(address).key)
        except ContentError:
            return False

    for folder in _outboxes(site):
        try:
            counts[Erased.LETTERS] += delete_letters(folder, is_theirs)
        except OSError:
            closed.append(str(folder))
    try:
        counts[Erased.RETURNED] += erase_kept(site, sought)
    except OSError:
        closed.append(str(site.root / FOLDER))
    for file in site.records.erasing().rejects():
        try:
            counts[Erased.REJECTS] += erase_rejects(file, sought, locals_)
        except (OSError, ValueError, csv.Error):
            closed.append(str(file))
    return tuple(closed)


def _outboxes(site: Site) -> Sequence[Path]:
    """Return the folders that this site has written letters to, as far as it is set."""
    urls = (site.settings.mail_url, read_mail_url(REHEARSAL_URL))
    folders = [site.root / url.folder for url in urls if url.folder]
    return list(dict.fromkeys(folders))
