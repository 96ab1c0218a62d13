"""Person by person: what the ledger says beside what the server has."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tests.crash.ground import Ground
from tests.crash.post_office import Taken, TakenLetter
from tests.stage.site import ISSUE, Stage

STATES = ("pending", "accepted", "deferred", "refused", "unknown", "skipped")
ARRIVED = ("accepted", "unknown")  # what the ledger may say of a letter that the server has
SHOWN_MAX = 5


@dataclass(frozen=True, slots=True)
class Line:
    """What the ledger says of a reader."""

    edition: str
    state: str
    attempts: int


@dataclass(slots=True)
class Verdict:
    """What came of a round."""

    letters: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong_letter: list[str] = field(default_factory=list)  # edition, address, or cut off
    contradicted: list[str] = field(default_factory=list)  # ledger and server disagree
    unknown: int = 0
    unknown_arrived: int = 0


def read_ledger(stage: Stage) -> dict[str, Line]:
    """Read every reader's line from the ledger, by address."""
    counts = stage.status()
    lines = {}
    for state in STATES:
        if not counts[state]:
            continue
        rows = stage.run("status", ISSUE, "--list", state).splitlines()
        for row in rows:
            address, edition, said, attempts, *_ = row.split("\t")
            assert said == state
            lines[address] = Line(edition, state, int(attempts))
        assert len(rows) == counts[state]
    assert len(lines) == counts["planned"] == sum(counts[state] for state in STATES)
    return lines


def read_suppressed(stage: Stage) -> frozenset[str]:
    """Read whom the list suppresses: since a refusal, whatever ledger was put back."""
    rows = stage.run("subscribers", "list", "--standing", "suppressed").splitlines()
    return frozenset(row.split("\t")[0] for row in rows if "\t" in row)  # not the count at the end


def compare(
    ground: Ground,
    ledger: Mapping[str, Line],
    taken: Taken,
    *,
    is_record_cut: bool,
    suppressed: frozenset[str] = frozenset(),
) -> Verdict:
    """
    Compare ledger and server, reader by reader.

    Args:
        ground: who was to get what.
        ledger: what the ledger says in the end.
        taken: what the server wrote down.
        is_record_cut: a dispatch was killed or could not write, so that something may be
            unknown that the server never heard of.
        suppressed: by the list in the end; whoever was refused before a ledger was put back
            that had no plan is in no later one.
    """
    times = taken.times
    lines = {who: line for who in ground.expected if (line := ledger.get(who))}
    unknown = {who for who, line in lines.items() if line.state == "unknown"}
    contradicted = [f"{who}: not in the plan" for who in times if who not in lines]
    for who, line in lines.items():
        contradicted += [f"{who}: {what}" for what in _contradictions(ground, who, line, times)]
    wronged = sorted(suppressed - ground.refused)
    contradicted += [f"{who}: suppressed, and nothing was wrong with it" for who in wronged]
    excused = {who for who in suppressed & ground.refused if who not in lines}
    if not is_record_cut:
        unheard = sorted(unknown - taken.go_aheads)
        contradicted += [f"{who}: unknown, and its content was never asked for" for who in unheard]
    return Verdict(
        letters=len(taken.letters),
        lost=[
            who
            for who in ground.expected
            if who not in excused and _is_lost(lines.get(who), times[who])
        ],
        doubled=[who for who, count in times.items() if count > 1],
        wrong_letter=_wrong_letters(ground, taken.letters),
        contradicted=contradicted,
        unknown=len(unknown),
        unknown_arrived=sum(1 for who in unknown if times[who]),
    )


def describe(verdict: Verdict) -> list[str]:
    """Name every broken promise, a few readers each."""
    return [
        f"{len(found)} {what}: {'; '.join(found[:SHOWN_MAX])}"
        for what, found in (
            ("lost", verdict.lost),
            ("doubled", verdict.doubled),
            ("with a wrong letter", verdict.wrong_letter),
            ("contradicted", verdict.contradicted),
        )
        if found
    ]


def _contradictions(ground: Ground, who: str, line: Line, times: Counter[str]) -> Iterator[str]:
    """Say in what the ledger's line of a reader and the server's record cannot both be true."""
    if times[who] and line.state not in ARRIVED:
        yield f"{line.state}, and the server has it"
    if line.state in {"refused", "skipped"} and who not in ground.refused:
        yield f"{line.state}, and nothing was wrong with it"
    if line.edition != ground.expected[who]:
        yield f"planned as {line.edition}"
    if line.state == "unknown" and line.attempts < 1:
        yield "unknown, and was never begun"


def _is_lost(line: Line | None, times: int) -> bool:
    """Say whether a reader has no letter, and the ledger does not say so."""
    if line is None:
        return True
    return times == 0 and line.state not in {"unknown", "refused", "skipped"}


def _wrong_letters(ground: Ground, letters: Sequence[TakenLetter]) -> list[str]:
    """Find letters in the wrong edition, to another reader, cut off, or with another's link."""
    owners: dict[str, set[str]] = {}
    for letter in letters:
        owners.setdefault(letter.token, set()).add(letter.recipient)
        owners.setdefault(letter.message_id, set()).add(letter.recipient)
    editions = {address: ground.marked[name] for address, name in ground.expected.items()}
    wrong = Counter(
        letter.recipient
        for letter in letters
        if letter.marks != editions.get(letter.recipient)
        or letter.recipient not in letter.to.replace("<", " ").replace(">", " ").split()
        or not letter.is_whole
        or not letter.token
        or len(owners[letter.token]) > 1
        or len(owners[letter.message_id]) > 1
    )
    return list(wrong)
