"""Says what a restore has done."""

from collections import Counter
from datetime import datetime
from typing import Final

from newsletter.app.site import Site
from newsletter.cli.notice_words import kind_in_words
from newsletter.cli.wording import _, tell
from newsletter.desk.owed_notices import find_held, find_owed
from newsletter.desk.words import readers
from newsletter.errors import LedgerError
from newsletter.mails.restored import Restored
from newsletter.subscribers.erasing import end_of_copy

CELLS: Final = 10


def tell_done(site: Site, done: Restored, at: datetime) -> None:
    """Say what became of readers and notices; *at*: when it was restored, aware UTC."""
    if done.kept:
        tell("Kept", _("the ledger until now, as {name}", name=done.kept), cells=CELLS)
        day = end_of_copy(at).astimezone(site.zone()).date()
        words = _("it is destroyed on {day}, with everybody who is only in it", day=day)
        tell("", words, cells=CELLS)
    if done.moved:
        again = _("{readers}, to the addresses that they have by now", readers=readers(done.moved))
        tell("Moved", again, cells=CELLS)
    if done.corrected:
        again = _("{readers}, with the name and language of now", readers=readers(done.corrected))
        tell("Corrected", again, cells=CELLS)
    if done.erased:
        again = _("{readers}, erased since the backup", readers=readers(done.erased))
        tell("Erased", again, cells=CELLS)
    if done.left:
        again = _("{readers}, gone or bounced since the backup", readers=readers(done.left))
        tell("Not active", again, cells=CELLS)
    _tell_unknown(done)
    told_since, waiting = done.results.told, Counter(done.results.held)
    try:
        waiting |= Counter(one.kind for one in find_held(site, find_owed(site)))
    except LedgerError as error:  # the backup's own fault; everything else was restored
        tell("Notices", error.phrase, cells=CELLS)
    for kind in sorted({*told_since, *waiting}):
        told, held = told_since.get(kind, 0), waiting[kind]
        words = _("{told:,} told since, {held:,} held until you answer", told=told, held=held)
        if told or held:
            tell(
                "Notices", _("{kind}: {words}", kind=kind_in_words(kind), words=words), cells=CELLS
            )
    following = _("newsletter status; nothing is sent before you have decided about it")
    tell("Next", following, cells=CELLS)


def _tell_unknown(done: Restored) -> None:
    if done.is_blind:
        words = _("who left, bounced or blocked since: the ledger until now could not be read")
        tell("Unknown", words, cells=CELLS)
    if not done.is_record_whole:
        words = _("consents since: the record of the ledger until now could not be read to its end")
        tell("Unknown", words, cells=CELLS)
