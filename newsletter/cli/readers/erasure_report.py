"""What an erasure has done, and what it left, as people read it."""

from collections.abc import Mapping
from typing import Final

from newsletter.cli.wording import _, tell
from newsletter.subscribers.erasing import Ended, Erased, Remains

CELLS: Final = 10


def show_ended(ended: Ended) -> None:
    """Print what was erased, how often, and what remains."""
    counts = ended.counts
    words = {
        Erased.READERS: _("readers: {count}", count=counts[Erased.READERS]),
        Erased.DELIVERIES: _("deliveries: {count}", count=counts[Erased.DELIVERIES]),
        Erased.MAILS: _("requests and emails: {count}", count=counts[Erased.MAILS]),
        Erased.TEXTS: _("notes and reasons: {count}", count=counts[Erased.TEXTS]),
        Erased.LETTERS: _("emails in the outbox: {count}", count=counts[Erased.LETTERS]),
        Erased.REJECTS: _("refused rows: {count}", count=counts[Erased.REJECTS]),
        Erased.RETURNED: _("bounces and answers: {count}", count=counts[Erased.RETURNED]),
        Erased.COPIES: _("copies of the database: {count}", count=counts[Erased.COPIES]),
        Erased.DESTROYED: _("old copies destroyed: {count}", count=counts[Erased.DESTROYED]),
        Erased.DRILLS: _("notices of drills: {count}", count=counts[Erased.DRILLS]),
        Erased.KEPT_MAILS: _(
            "kept mails past their time: {count}", count=counts[Erased.KEPT_MAILS]
        ),
    }
    found = [text for kind, text in words.items() if counts[kind]]
    tell("Erased", *(found or [_("nobody; nothing was found")]), cells=CELLS)
    if ended.waiting:
        waiting = _(
            "readers who were not told yet that they are unsubscribed, or only within the last "
            "hour: {count}; they are erased later, in 14 days at the most",
            count=ended.waiting,
        )
        tell("Waiting", waiting, "newsletter notices send", cells=CELLS)
    if ended.remains:
        told = _remains_in_words()
        tell("Remaining", *(told[one] for one in sorted(ended.remains)), *ended.closed, cells=CELLS)
        within = _("'newsletter serve' finishes it within the hour, or the next command does")
        tell("Next", within, cells=CELLS)


def _remains_in_words() -> Mapping[Remains, str]:
    return {
        Remains.DISPATCH: _("a dispatch is under way: it may still get an answer that names them"),
        Remains.IMPORT: _("a file is being imported: it may still hold them"),
        Remains.JOURNAL: _("the database's write-ahead log: another process is reading it"),
        Remains.PAGES: _("free pages of the database: they are overwritten when it is idle"),
        Remains.COPIES: _(
            "copies of the database that cannot be changed; make them writable and end what has "
            "them open, or delete them, but not newsletter.db:"
        ),
        Remains.FILES: _("files that cannot be changed; make them writable or delete them:"),
    }
