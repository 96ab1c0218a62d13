"""What waits for a person: shown, and decided on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from newsletter.app.site import Site
from newsletter.desk.feedback_record import open_record
from newsletter.desk.kept_feedback import open_kept
from newsletter.errors import ContentError, UsageError
from newsletter.feedback.book import Recorded, Signature
from newsletter.feedback.effects import Action, Settled
from newsletter.feedback.kept_mails import KeptMails
from newsletter.feedback.raw_mail import open_mail
from newsletter.feedback.texts import text_of
from newsletter.phrases import phrase
from newsletter.subscribers.address import address_of

LINES: Final = 200  # of a mail that are shown; the file has all


@dataclass(frozen=True, slots=True)
class Question:
    """What a person decides by one answer."""

    events: tuple[Recorded, ...]
    domain: str = ""  # of many closed mailboxes; "": it is about one mail
    address: str = ""  # of the reader who may be unsubscribed; "": none is known


def find_open(site: Site) -> Sequence[Recorded]:
    """Return what waits for a person: wishes to leave first."""
    return open_record(site).read_open()


def find_newest(site: Site, count: int) -> Sequence[Recorded]:
    """Return the newest events, whatever became of them."""
    return open_record(site).read_newest(count)


def find_event(site: Site, number: int) -> Recorded:
    """Return one event; raises a UsageError if there is none of this number."""
    found = open_record(site).find(number)
    if found is None:
        raise UsageError(phrase("desk.no-such-event", number=number))
    return found


def find_whose(site: Site, one: Recorded) -> str | None:
    """
    Return the key of the address that the person whom an event is about has now.

    None: nobody is known, or nobody knows where they are.
    """
    return open_record(site).find_owner(one)


def read_kept(site: Site, one: Recorded) -> Sequence[str] | None:
    """Return the first lines of a mail's own text; None if it is not kept."""
    text = read_kept_text(open_kept(site), one)
    return None if text is None else text.splitlines()[:LINES]


def read_kept_text(kept: KeptMails, one: Recorded) -> str | None:
    """Return a mail's own text, which may be empty; None if it is not kept."""
    content = kept.read(one.kept_as) if one.kept_as else None
    if content is None:
        return None
    texts = [
        text_of(part)
        for part in open_mail(content).parts
        if not part.is_enclosed and part.kind in {"text/plain", "text/html"}
    ]
    return next(iter(texts), "")


def is_cut_off(kept: KeptMails, one: Recorded) -> bool:
    """Return whether only the beginning of an event's mail is kept."""
    return (kept.read(one.kept_as) or b"").startswith(b"X-Cut-Off:")


def find_path(site: Site, one: Recorded) -> Path:
    """Return the file of an event's kept mail."""
    return open_kept(site).path_of(one.kept_as)


def find_questions(site: Site, numbers: Sequence[int]) -> Sequence[Question]:
    """
    Return the questions of the events *numbers*, or of all that wait.

    Raises:
        UsageError: one of the numbers is of no event, or does not wait.
    """
    waiting = find_open(site)
    known = {one.number for one in waiting}
    if missing := [one for one in numbers if one not in known]:
        raise UsageError(phrase("desk.event-does-not-wait", numbers=missing))
    questions: dict[object, list[Recorded]] = {}
    for one in waiting:
        crowd = (one.issue, one.domain) if one.action is Action.HOLD else one.number
        questions.setdefault(crowd, []).append(one)
    wanted = set(numbers)
    return [
        _question(site, events)
        for events in questions.values()
        if not wanted or wanted & {one.number for one in events}
    ]


def _question(site: Site, events: Sequence[Recorded]) -> Question:
    first = events[0]
    if first.action is Action.HOLD:
        return Question(tuple(events), domain=first.domain)
    return Question(tuple(events), address=_listed(site, first))


def _listed(site: Site, one: Recorded) -> str:
    """Return the sender's address, if a reader has it."""
    try:
        address = address_of(one.sender)
    except ContentError:
        return ""
    return "" if site.records.book().find(address.key) is None else address.spelling


def decide_on(site: Site, question: Question, settled: Settled, address: str, by: Signature) -> int:
    """
    Carry out a person's decision; return how many events it has settled.

    Args:
        site: the site.
        question: what it is about.
        settled: the decision.
        address: of the reader to unsubscribe; "": the sender.
        by: who decides.

    Raises:
        UsageError: the decision does not fit the question.
        ContentError: *address* is none, or of nobody on the list.
    """
    if settled is Settled.SUPPRESSED and not question.domain:
        raise UsageError(phrase("desk.suppress-only-many"))
    if settled is Settled.UNSUBSCRIBED and question.domain:
        raise UsageError(phrase("desk.many-are-suppressed"))
    key = ""
    if settled is Settled.UNSUBSCRIBED:
        whom = address or question.address
        if not whom:
            raise UsageError(phrase("desk.whom-to-unsubscribe", number=question.events[0].number))
        wanted = address_of(whom)
        if site.records.book().find(wanted.key) is None:
            raise ContentError(phrase("subscribers.not-on-list", address=wanted.spelling))
        key = wanted.key
    numbers = [one.number for one in question.events]
    return open_record(site).settle(numbers, settled, key, by, site.clock())
