"""Prints a notice of a leak: whom it goes to, by when, and what came of it."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import click

from newsletter.cli.naming import count_state, name_edition
from newsletter.cli.output import progress, shown_path
from newsletter.cli.readers.standings import cause_in_words
from newsletter.cli.stopping import stopping
from newsletter.cli.wording import _, listed, say, tell
from newsletter.desk.breach_order import NoticeOutline, NoticeResult
from newsletter.desk.breach_untold import count_places
from newsletter.desk.moments import show_moment, show_wait
from newsletter.desk.words import letters
from newsletter.dispatch.states import State
from newsletter.errors import UsageError
from newsletter.lang import EditionKind
from newsletter.mails.breach import HeldAs, Person
from newsletter.mails.breach_posting import NoticeRun
from newsletter.subscribers.why import Cause

CELLS: Final = 12
HOUR_S: Final = 3_600
SHORTEST_S: Final = 1.0  # a drill that tells a speed


class NoticeAtTerminal:
    """The person who notifies; see `desk.breach_order.NoticeWitness`."""

    def __init__(self, zone: ZoneInfo, *, yes: bool, is_silent: bool) -> None:
        self._zone = zone
        self._yes = yes
        self._is_silent = is_silent

    def propose(self, outline: NoticeOutline) -> None:
        """Print whom the notice goes to, and by when."""
        if not self._is_silent:
            show_outline(outline, self._zone)

    def agree(self, outline: NoticeOutline) -> None:
        """Ask the person to type the file's name."""
        if self._yes:
            return
        word = outline.breach.file
        click.echo(_("This notifies people: {letters}.", letters=letters(outline.expected)))
        wanted = _("Type {issue} to continue", issue=word)
        if click.prompt(wanted, default="", show_default=False).strip() != word:
            raise UsageError(_("the file's name was not typed; nothing was sent"))

    @contextmanager
    def running(self, run: NoticeRun, expected: int) -> Iterator[Callable[[NoticeRun], None]]:
        """Show progress; Ctrl-C lets what is under way get its answer."""
        with stopping(run.stop), progress(_("Notifying"), expected) as bar:
            yield lambda run: bar.show(run.answered, _say_states(run.counts))


def show_outline(outline: NoticeOutline, zone: ZoneInfo) -> None:
    """Print what an order means."""
    breach = outline.breach
    tell("Notice", breach.words[EditionKind.BILINGUAL].subject, cells=CELLS)
    tell("Legal text", _("version {version}", version=breach.version), cells=CELLS)
    if outline.goes_on:
        when = show_moment(breach.begun_at, zone)
        begun = _("{when}, by {by}; it goes on in the words of then", when=when, by=breach.by)
        tell("Begun", begun, cells=CELLS)
        tell("So far", _say_states(outline.tally), cells=CELLS)
    tell("Provider", outline.way.name, cells=CELLS)
    if outline.people:
        _show_people(outline, zone)
    _show_untold(outline)
    known = show_moment(breach.known, zone)
    tell("Known since", known, cells=CELLS)
    tell("People", _say_deadline(outline, breach.people_by, zone), cells=CELLS)
    until = _say_deadline(outline, breach.authority_by, zone)
    authority = _("{until}: report to the PIPC", until=until)
    tell("Authority", authority, cells=CELLS)
    if outline.ignores:
        ignored = _("not kept for notices: {fields}", fields=listed(outline.ignores))
        tell("Pace", ignored, cells=CELLS)


def show_result(
    result: NoticeResult, zone: ZoneInfo, unreached: Path | None, *, is_dry_run: bool
) -> None:
    """Print what came of an order."""
    if is_dry_run:
        count = letters(result.outline.expected)
        click.echo(_("Dry run: {letters} would be sent; nothing was sent.", letters=count))
        return
    tell("Result", _say_states(result.tally), cells=CELLS)
    if result.breach.is_drill:
        _show_drill(result)
        return
    if result.next_due_at:
        when = show_moment(result.next_due_at, zone)
        tell("Next try", _("{when}; run the command again then", when=when), cells=CELLS)
    if unreached:
        place = shown_path(unreached)
        found = _("{count:,}, listed in {path}", count=result.unreached, path=place)
    elif result.unreached:
        found = _("{count:,}; --unreached CSV lists them", count=result.unreached)
    else:
        found = _("nobody, as far as the answers say")
    tell("Not reached", found, cells=CELLS)


def as_json(result: NoticeResult) -> str:
    """Return a result for machines."""
    outline, breach = result.outline, result.breach
    shown: dict[str, Any] = {
        "file": breach.file,
        "hash": breach.hash,
        "is_drill": breach.is_drill,
        "version": breach.version,
        "known": breach.known.isoformat(),
        "since": breach.since.isoformat(),
        "people_by": breach.people_by.isoformat(),
        "authority_by": breach.authority_by.isoformat(),
        "begun_at": None if breach.id is None else breach.begun_at.isoformat(),
        "provider": outline.way.name,
        "people": len(outline.people) or sum(outline.tally.values()),
        "editions": {kind.value: count for kind, count in outline.editions.items()},
        "standings": dict(Counter(_name_standing(one) for one in outline.people)),
        "erased": outline.erased,
        "untold": dict(count_places(outline.untold)),
        "states": {state.value: count for state, count in result.tally.items()},
        "unreached": result.unreached,
        "took_s": round(result.took_s, 3),
    }
    return json.dumps(shown, ensure_ascii=False, indent=2)


def _show_people(outline: NoticeOutline, zone: ZoneInfo) -> None:
    editions = [
        _("{edition} {count:,}", edition=name_edition(kind), count=count)
        for kind, count in outline.editions.items()
    ]
    total = len(outline.people)
    words = _("{count:,}: {editions}", count=total, editions=listed(editions))
    tell("To", words, cells=CELLS)
    standings = Counter(map(_say_standing, outline.people))
    tell(
        "Standing", listed([f"{name} {count:,}" for name, count in standings.items()]), cells=CELLS
    )
    if bounced := sum(one.cause is Cause.BOUNCED for one in outline.people):
        doubtful = _(
            "{count:,} whose email came back before; they are tried, and listed afterwards",
            count=bounced,
        )
        tell("Doubtful", doubtful, cells=CELLS)
    since = show_moment(outline.breach.since, zone)
    gone = _("{count:,} erased since {since}", count=outline.erased, since=since)
    tell("No address", gone, cells=CELLS)


def _show_untold(outline: NoticeOutline) -> None:
    """Print whom the notice does not go to, by where their data is, and what to do."""
    places = count_places(outline.untold)
    if not places:
        return
    found = [_("{count:,} in {place}", count=count, place=place) for place, count in places.items()]
    tell("Not told", listed(found), cells=CELLS)
    remedy = _("--unreached CSV lists them; look there, and tell them by another way")
    tell("", remedy, cells=CELLS)


def _say_deadline(outline: NoticeOutline, deadline: datetime, zone: ZoneInfo) -> str:
    when, left = show_moment(deadline, zone), outline.left_until(deadline)
    if left.total_seconds() < 0:
        return _("by {when}, which has passed by {wait}", when=when, wait=show_wait(-left))
    return _("by {when}, {wait} left", when=when, wait=show_wait(left))


def _show_drill(result: NoticeResult) -> None:
    written, took = letters(result.answered), result.took_s
    if took < SHORTEST_S:
        words = _("{letters} written, too few to tell how fast", letters=written)
    else:
        words = _(
            "{letters} written in {wait}: {count:,} an hour",
            letters=written,
            wait=_say_wait(took),
            count=int(result.answered / took * HOUR_S),
        )
    tell("Drill", words, cells=CELLS)
    rate = result.outline.rate
    if rate is None:
        real = _("as fast as the provider takes them; publication.yaml sets no rate")
    else:
        needed = _say_wait(result.answered * rate.per.total_seconds() / rate.count)
        real = _("{wait} at the rate of publication.yaml, {rate}", wait=needed, rate=str(rate))
    tell("In earnest", real, cells=CELLS)


def _say_wait(seconds: float) -> str:
    return say(show_wait(timedelta(seconds=seconds)))


def _say_states(tally: Mapping[State, int]) -> str:
    states = [count_state(tally[state], state) for state in State if tally.get(state, 0)]
    return listed(states or [count_state(0, State.ACCEPTED)])


def _say_standing(person: Person) -> str:
    if person.held_as is HeldAs.WRITER:
        return _("no reader, only wrote")
    if person.held_as is HeldAs.NOTICE:
        return _("no reader, only in an earlier notice")
    if person.standing is None:
        return _("only asked to subscribe")
    standing = say(person.standing.said)
    if person.cause is Cause.WITHDREW:  # the standing says as much
        return standing
    return f"{standing} ({cause_in_words(person.cause)})" if person.cause else standing


def _name_standing(person: Person) -> str:
    if person.held_as is not HeldAs.LIST:
        return person.held_as
    if person.standing is None:
        return "request"
    return ": ".join([person.standing, *([person.cause] if person.cause else [])])
