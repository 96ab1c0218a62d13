"""Deletes what is past its time: requests, kept mails, drills, and the access record."""

from collections import Counter

from newsletter.app.site import REHEARSAL_URL, Site
from newsletter.delivery.registry import read_mail_url
from newsletter.delivery.written_letters import delete_named
from newsletter.desk.kept_feedback import delete_past
from newsletter.feedback.kept_mails import FOLDER
from newsletter.mails.breach import DRILL_KEPT
from newsletter.subscribers.erasing import Ended, Erased, Remains


def delete_all_past(site: Site) -> Ended:
    """Delete everything that is past its time; return how much, and what cannot be deleted."""
    counts, closed = Counter[Erased](), list[str]()
    site.records.accesses().delete_old(site.clock())
    site.records.mails(site.zone()).delete_old(site.clock())
    try:
        counts[Erased.KEPT_MAILS] += delete_past(site)
    except OSError:
        closed.append(str(site.root / FOLDER))
    drills, before = site.records.drills(), site.clock() - DRILL_KEPT
    outbox = site.root / read_mail_url(REHEARSAL_URL).folder
    if names := drills.find_names(before):
        try:  # the files first: by these rows alone they are known to be a drill's
            delete_named(outbox, frozenset(f"notice.{name}" for name in names))
            counts[Erased.DRILLS] += drills.forget(before)
        except OSError:
            closed.append(str(outbox))
    return Ended(frozenset({Remains.FILES} if closed else ()), counts, tuple(closed))
