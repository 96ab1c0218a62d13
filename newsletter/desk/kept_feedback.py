"""The kept mails of a site: opening them, deleting them in time and with their readers."""

from typing import TYPE_CHECKING

from newsletter.app.site import Site
from newsletter.desk.erasing_texts import all_texts_of
from newsletter.desk.feedback_record import open_record
from newsletter.feedback.kept_mails import FOLDER, KeptMails, Room

if TYPE_CHECKING:
    from newsletter.subscribers.traces import Sought


def open_kept(site: Site) -> KeptMails:
    """Open the folder of kept mails; it need not exist."""
    settings = site.settings
    limit = settings.keep_feedback_mb * 1_000_000
    return KeptMails(settings.root / FOLDER, settings.keep_feedback, limit)


def delete_old(site: Site) -> Room:
    """Delete kept mails in time; return how full their folder is."""
    kept, now = open_kept(site), site.clock()
    if old := kept.find_old(now):
        open_record(site).forget_kept(old)
        kept.delete(old)
    return kept.look_around(now)


def erase_kept(site: Site, sought: "Sought") -> int:
    """
    Delete the kept mails of erased people, and those that name them; return how many.

    Raises:
        OSError: one cannot be read or deleted.
    """
    kept, record = open_kept(site), open_record(site)
    names = dict.fromkeys(record.kept_of_erased())
    for one in kept.find_all():
        content = kept.read(one.name)
        if content is not None and any(map(sought.is_in, all_texts_of(content))):
            names[one.name] = None
    if names:
        kept.delete(list(names))
        record.forget_kept(list(names))
    return len(names)
