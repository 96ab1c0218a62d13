"""A ledger that may have forgotten something: shown, asked about, and held back from timers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from newsletter.app.site import Site
from newsletter.cli.output import is_terminal, readers
from newsletter.desk.moments import find_zone, show_moment
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


def tell_once(site: Site, held: Held, now: datetime) -> list[UnfinishedError]:
    """
    Return what is to be said about *held*: nothing where a timer has said it before.

    Cron makes a mail of every line, and runs each minute. A person is always told.
    """
    doubts = {one.id: one for unanswered in held.values() for one in unanswered}
    news = [one for one in doubts.values() if not one.is_told]
    if not news and not (doubts and is_terminal("stderr")):
        return []
    site.records.doubts().note_told(news, now)
    return [UnfinishedError(_explain(site, list(doubts.values()), list(held)))]


def end_unfinished(held: Held) -> None:
    """End with the exit status of an unfinished dispatch, without a word, if anything is held."""
    if held:
        raise click.exceptions.Exit(UnfinishedError.exit_status)


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


def show_doubts(site: Site, doubts: Sequence[StandingDoubt]) -> None:
    """Print what was seen, one line for each doubt."""
    zone = find_zone(site)
    for one in doubts:
        click.echo(f"Doubt     {describe(one.sign, zone)}")


def ask_about(
    site: Site, issue: str, doubts: Sequence[StandingDoubt], because: str | None
) -> str | None:
    """
    Return why *issue* goes out though *doubts* stand: *because*, or what a person types.

    Raises:
        UnfinishedError: there is nobody to ask; nothing was sent.
        UsageError: the person gave no reason.
    """
    if because or not doubts:
        return because
    if not is_terminal("stdin"):
        raise UnfinishedError(_explain(site, doubts, [issue]))
    click.echo(_explain(site, doubts, [issue]))
    reason = click.prompt(
        "Why is it right to send now? (no answer: nothing is sent)", default="", show_default=False
    ).strip()
    if not reason:
        raise UsageError("no reason was given; nothing was sent")
    return str(reason)


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


def as_list(issue: str, doubts: Sequence[StandingDoubt]) -> list[dict[str, object]]:
    """Describe the doubts for machines, as they stand for *issue*."""
    return [
        {
            "cause": one.sign.cause,
            "facts": one.sign.facts,
            "raised_at": one.raised_at.isoformat(),
            "answered": issue in one.answered,
        }
        for one in doubts
    ]


def _explain(site: Site, doubts: Sequence[StandingDoubt], issues: Sequence[str]) -> str:
    """Say what was seen, what may have been sent, and how to settle and to answer it."""
    zone, waiting = find_zone(site), site.records.doubts().find_held()
    lines = ["the ledger may have forgotten letters, so nothing is sent before you say so"]
    lines += [describe(one.sign, zone) for one in doubts]
    for issue in issues:
        lines += _ways(issue, waiting.get(issue, 0))
    lines.append("readers who unsubscribed since then may be active again: look that up too")
    return "\n  ".join(lines)


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
