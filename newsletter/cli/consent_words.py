"""The words for entries of the consent record."""

from collections.abc import Mapping

from newsletter.cli.wording import _
from newsletter.subscribers.address import printable
from newsletter.subscribers.consent_record import ConsentAct, ConsentEntry, details_of


def act_in_words(entry: ConsentEntry) -> str:
    """Return what somebody declared."""
    if entry.act is ConsentAct.AGREED and entry.at is None:
        return _("listed, undated")  # nobody has said when they agreed
    match entry.act:
        case ConsentAct.AGREED:
            return _("agreed")
        case ConsentAct.RENEWED:
            return _("confirmed again")
        case _:
            return _("ended")


def way_in_words(entry: ConsentEntry, file: str | None) -> str:
    """Return how it was declared; *file* is the name of the imported one."""
    by = details_of(entry).get("by", "")
    words: Mapping[str, str] = {
        "code": _("by the code of a confirmation"),
        "link": _("by the link of a mail"),
        "silence": _("without an answer in time"),
        "reader": _("by the reader"),
        "mail": _("by the reader's mail, read by {person}", person=printable(by))
        if by
        else _("by the reader's mail"),
        "service": _("at the mail service"),
        "undone": _("the reader took it back"),
        "moved": _("by a change of address"),
        "operator": _("by {person}", person=printable(by)) if by else _("by the office"),
        "import": _("from {file}", file=printable(file or "")),
    }
    return words.get(entry.way, entry.way)
