"""A ledger that may have forgotten something: answered for by a person, held back from timers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from newsletter.app.site import Site
from newsletter.desk.moments import find_zone, show_moment
from newsletter.desk.words import readers
from newsletter.dispatch.doubt import Cause, Sign, StandingDoubt, waits_for_answer
from newsletter.errors import UnfinishedError, UsageError

Held = Mapping[str, Sequence[StandingDoubt]]  # issue -> doubts that nobody has answered for it


def look(site: Site, now: datetime) -> Held:
    """Look as a timer does, and return the issues that must not go out by themselves."""
    doubts = site.records.doubts().look(now)
    if not doubts:
        return {}
    still_open = site.records.doubts().find_held()
    held = {issue: waits_for_answer(issue, doubts) for issue in still_open}
    return {issue: unanswered for issue, unanswered in held.items() if unanswered}


def tell_held(site: Site, held: Held, now: datetime) -> tuple[UnfinishedError, bool] | None:
    """
    Say what is to be said about *held*, if anything is, and whether it was not said before.

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
        msg = f"--after-restore: nothing speaks against sending {issue}; leave it out"
        raise UsageError(msg)
    if is_answered and not (because and because.strip()):
        msg = '--after-restore wants a reason: --because "…"; it is kept in the ledger'
        raise UsageError(msg)
    return found


def describe(sign: Sign, zone: ZoneInfo) -> str:
    """Say what was seen, and what the ledger may therefore lack."""
    match sign.cause:
        case Cause.RESTORED:
            return f"this ledger was restored from {sign.facts}; what was written since is missing"
        case Cause.PUT_BACK:
            later = "1 later command" if sign.facts == "1" else f"{sign.facts} later commands"
            return f"this ledger is an older copy; what {later} wrote is missing"
        case Cause.COPIED:
            return "this ledger is a copy of the one that was used last, or that one was moved"
        case Cause.REPLACED:
            return "this is another ledger than the one that was used here last"
        case Cause.JOURNAL_LOST:
            what = f"a dispatch of {sign.facts}" if sign.facts else "a command"
            return (
                f"{what} was cut off and its journal (-wal) is gone, or a part of it; what it "
                "wrote last is missing"
            )
        case Cause.GAP:
            since = show_moment(datetime.fromisoformat(sign.facts), zone)
            return (
                f"nobody has looked at what is due since {since}; if this ledger was put back, "
                "another may have sent it meanwhile"
            )


def explain_doubts(
    site: Site, doubts: Sequence[StandingDoubt], issues: Sequence[str]
) -> UnfinishedError:
    """Say what was seen, what may have been sent, and how to settle and to answer it."""
    zone, waiting = find_zone(site), site.records.doubts().find_held()
    lines = ["the ledger may have forgotten letters, so nothing is sent before you say so"]
    lines += [describe(one.sign, zone) for one in doubts]
    for issue in issues:
        lines += _ways(issue, waiting.get(issue, 0))
    lines.append("readers who unsubscribed since then may be active again: look that up too")
    return UnfinishedError("\n  ".join(lines))


def _ways(issue: str, waiting: int) -> list[str]:
    answer = f'newsletter dispatch {issue} --after-restore --because "…"'
    if not waiting:
        return [
            f"{issue}: everybody may have it already; look into your mail server's log",
            f"  if it has gone out: newsletter dispatch {issue} --at never, if it is appointed",
            f"  if it has not: {answer}",
        ]
    return [
        f"{issue}: up to {readers(waiting)} of those who wait may have it already",
        f"  newsletter resolve {issue} --from-log FILE: notes whom your mail server has taken",
        f"  then, for the others: {answer}",
        f"  or for nobody: newsletter cancel {issue}",
    ]
