"""The kept mails of a site: opening them, deleting them in time and with their readers."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.app.site import Site
from newsletter.desk.erasing_texts import all_texts_of, has_sealed_part
from newsletter.desk.feedback_record import open_record
from newsletter.feedback.kept_mails import FOLDER, WRITTEN_IN, KeptMails, Room, whole_name
from newsletter.subscribers.traces import hash_of

if TYPE_CHECKING:
    from newsletter.subscribers.traces import Sought


def open_kept(site: Site) -> KeptMails:
    """Open the folder of kept mails; it need not exist."""
    settings = site.settings
    limit = settings.keep_feedback_mb * 1_000_000
    return KeptMails(settings.root / FOLDER, settings.keep_feedback, limit)


def delete_old(site: Site) -> Room:
    """Delete kept mails in time; return how full their folder is."""
    delete_past(site)
    return open_kept(site).look_around(site.clock())


def delete_past(site: Site) -> int:
    """
    Delete kept mails in time, and who wrote them; return how many mails.

    Raises:
        OSError: one cannot be deleted.
    """
    kept, now = open_kept(site), site.clock()
    if old := kept.find_old(now):
        open_record(site).forget_kept(old)
        kept.delete(old)
    open_record(site).forget_writers(now - site.settings.keep_feedback)
    kept.mark_tidy(now)
    return len(old)


def count_past(site: Site, now: datetime) -> int:
    """Return how many mails are kept, by their files or their writers, past their time *now*."""
    before, kept = now - site.settings.keep_feedback, open_kept(site)
    written = open_record(site).find_written(before)
    try:
        files = {one.name for one in kept.find_all() if one.at < before}
    except OSError:  # nobody can look: reading and deleting say so
        files = set[str]()
    return len(written) + len(files.difference(written))


def delete_old_at_times(site: Site) -> None:
    """Delete kept mails in time, unless that was done lately; for who reads one mail at a time."""
    if not open_kept(site).is_tidy(site.clock()):
        delete_old(site)


def find_sealed(site: Site) -> Sequence[str]:
    """
    Return the file names of kept mails with attachments whose words nobody can search.

    Raises:
        OSError: one cannot be read.
    """
    kept = open_kept(site)
    contents = ((one.name, kept.read(one.name)) for one in kept.find_all())
    return [name for name, content in contents if content and has_sealed_part(content)]


def erase_kept(site: Site, sought: "Sought") -> int:
    """
    Delete the kept mails of erased people, and those that name them; return how many.

    Raises:
        OSError: one cannot be read or deleted.
    """
    kept, record = open_kept(site), open_record(site)
    theirs = set(record.kept_of_erased())
    names = dict.fromkeys(theirs)
    old = site.clock() - WRITTEN_IN
    for part in kept.find_parts():  # whose an old one is may not be in it, nor in the record
        if part.at < old or whole_name(part.name) in theirs:
            names[part.name] = None
    names |= dict.fromkeys(_find_naming(kept, sought, names, record.find_kept_senders()))
    if names:
        kept.delete(list(names))
        record.forget_kept(list(names))
    return len(names)


def is_in_kept(site: Site, sought: "Sought") -> bool:
    """
    Return whether a kept mail names one of the people.

    Raises:
        OSError: one cannot be read.
    """
    return any(True for _ in _find_naming(open_kept(site), sought, (), {}))


def _find_naming(
    kept: KeptMails, sought: "Sought", without: Collection[str], senders: Mapping[str, str]
) -> Iterator[str]:
    """
    Yield the mails that name one of the people; those of some names are not looked at.

    *senders*: whose mails are on record as those of others, by the files' names. Such an address is
    the sender's own, whoever has it by now.
    """
    for one in (*kept.find_all(), *kept.find_parts()):
        content = None if one.name in without else kept.read(one.name)
        key = senders.get(one.name)
        own = frozenset({hash_of(key, sought.secret)}) if key else frozenset[str]()
        others = sought.without(own)
        if content is not None and any(map(others.is_in, all_texts_of(content))):
            yield one.name
