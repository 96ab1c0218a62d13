"""Doubts about the ledger: a person answers them, and timers send nothing until then."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from newsletter.app.site import Site
from newsletter.desk.moments import find_zone, show_moment
from newsletter.desk.words import readers
from newsletter.dispatch.doubt import MAILS, DoubtCause, Sign, StandingDoubt, waits_for_answer
from newsletter.errors import UnfinishedError, UsageError
from newsletter.phrases import Phrase, phrase
from newsletter.subscribers.why import words_in

Held = Mapping[str, Sequence[StandingDoubt]]  # issue -> doubts that nobody has answered for it


def look(site: Site, now: datetime) -> Held:
    """Look for doubts as a timer does; return the issues that it must not dispatch."""
    doubts = site.records.doubts().look(now)
    if not doubts:
        return {}
    still_open = site.records.doubts().find_held()
    held = {issue: waits_for_answer(issue, doubts) for issue in still_open}
    return {issue: unanswered for issue, unanswered in held.items() if unanswered}


def tell_held(site: Site, held: Held, now: datetime) -> tuple[UnfinishedError, bool] | None:
    """
    Return the message about *held*, if there is one, and whether it is news.

    Cron makes a mail of every line, and runs each minute.
    """
    doubts = {one.id: one for unanswered in held.values() for one in unanswered}
    if not doubts:
        return None
    news = [one for one in doubts.values() if not one.is_told]
    site.records.doubts().note_told(news, now)
    return explain_doubts(site, list(doubts.values()), list(held)), bool(news)


def find_doubts(
    site: Site, issue: str, because: str | None, *, is_answered: bool
) -> Sequence[StandingDoubt]:
    """
    Return the doubts that nobody has answered with regard to *issue*.

    Raises:
        UsageError: they are answered beforehand, but there is none, or without a reason.
    """
    found = waits_for_answer(issue, site.records.doubts().standing())
    if is_answered and not found:
        raise UsageError(phrase("desk.no-doubt", issue=issue))
    if is_answered and not words_in(because):
        raise UsageError(phrase("desk.doubt-reason"))
    return found


def describe(sign: Sign, zone: ZoneInfo) -> Phrase:
    """Say what was seen, and what the ledger may therefore lack."""
    match sign.cause:
        case DoubtCause.RESTORED:
            return phrase("desk.ledger-restored", file=sign.facts)
        case DoubtCause.PUT_BACK:
            if not sign.facts:
                return phrase("desk.ledger-forgot-erasures")
            return phrase("desk.ledger-put-back", count=int(sign.facts))
        case DoubtCause.COPIED:
            return phrase("desk.ledger-copied")
        case DoubtCause.REPLACED:
            return phrase("desk.ledger-replaced")
        case DoubtCause.JOURNAL_LOST:
            if sign.facts:
                return phrase("desk.journal-of-dispatch", issues=sign.facts)
            return phrase("desk.journal-of-command")
        case DoubtCause.GAP:
            since = show_moment(datetime.fromisoformat(sign.facts), zone)
            return phrase("desk.ledger-unwatched", since=since)


def explain_doubts(
    site: Site, doubts: Sequence[StandingDoubt], issues: Sequence[str]
) -> UnfinishedError:
    """Say what was seen, what may have been sent, and how to settle and to answer it."""
    zone, waiting = find_zone(site), site.records.doubts().find_held()
    return UnfinishedError(
        phrase(
            "desk.ledger-in-doubt",
            signs=[describe(one.sign, zone) for one in doubts],
            ways=[_ways(issue, waiting.get(issue, 0)) for issue in issues],
        )
    )


def find_remedies(site: Site, doubts: Sequence[StandingDoubt]) -> list[Phrase]:
    """Say how to settle and to answer *doubts*; nothing without any."""
    if not doubts:
        return []
    held = site.records.doubts().find_held()
    open_ones = {issue: count for issue, count in held.items() if waits_for_answer(issue, doubts)}
    remedies = [_ways(issue, waiting) for issue, waiting in open_ones.items()]
    if waits_for_answer(MAILS, doubts):
        remedies.append(phrase("desk.mails-may-have"))
    return remedies


def _ways(issue: str, waiting: int) -> Phrase:
    if not waiting:
        return phrase("desk.all-may-have", issue=issue)
    return phrase("desk.some-may-have", issue=issue, readers=readers(waiting))
