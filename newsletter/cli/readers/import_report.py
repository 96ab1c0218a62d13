"""What an import tells of its rows: those refused, cleaned or repeated, and the sum."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import click

from newsletter.cli.readers.import_lines import HeldLines, Writable
from newsletter.cli.wording import listed, say
from newsletter.subscribers.address import printable
from newsletter.subscribers.csv_rows import Heading
from newsletter.subscribers.exporting import csv_line, unguarded
from newsletter.subscribers.importing import Fate, Step, Withdrawal
from newsletter.subscribers.records import Refusal
from newsletter.subscribers.repeats import Repeat

ROWS_SHOWN: Final = 20  # of each kind, unless all are asked for

FATES: Final = {
    Fate.NEW: "",
    Fate.UPDATED: "",
    Fate.UNCHANGED: "",
    Fate.DUPLICATE: "the address stands twice in the file; merged; ",
    Fate.WITHDRAWN: "active on the list or in a row above, and no longer; ",
    Fate.KEPT_OUT: "unsubscribed or suppressed; an import brings nobody back",
    Fate.REFUSED: "",
}
NAMED: Final = frozenset({Fate.DUPLICATE, Fate.WITHDRAWN, Fate.REFUSED})  # with their lines


@dataclass
class Report:
    """
    What an import tells of its rows; refused ones also go to *rejects*.

    Nothing is printed before `summarise`: until then, the import may hold the list.
    """

    file: str  # as the person named it
    limit: int | None  # of rows that are shown of a kind; None: all
    rejects: Writable | None
    held: HeldLines  # gets what is printed
    fates: Counter[Fate] = field(default_factory=Counter)
    _repeats: list[Repeat] = field(default_factory=list)
    _shown: Counter[str] = field(default_factory=Counter)
    _remarks: int = 0
    _heading: Heading | None = None

    def begin(self, heading: Heading) -> None:
        """Begin the file of rejects: with the file's own columns, so that it can be imported."""
        self._heading = heading
        if self.rejects is not None:
            names = [column.name for column in heading.columns]
            self.rejects.write(_rejected(("line", "reason", *names)))

    def take(self, step: Step) -> None:
        """Take in what became of a batch."""
        self.fates.update(step.fates)
        for refusal in step.refusals:
            self._refuse(refusal)
        for withdrawal in step.withdrawals:
            self._show("withdrawal", withdrawal.line, _withdrawn(withdrawal))
        for line, remark in step.remarks:
            self._show("remark", line, say(remark))
        self._remarks += len(step.remarks)
        room = None if self.limit is None else self.limit - len(self._repeats)
        self._repeats += step.repeats[:room]

    def _refuse(self, refusal: Refusal) -> None:
        reason = say(refusal.reason)
        if self.rejects is not None:
            self.rejects.write(_rejected((str(refusal.line), reason, *refusal.fields)))
        self._show("refusal", refusal.line, reason)

    def _show(self, kind: str, line: int, words: str) -> None:
        self._shown[kind] += 1
        if self.limit is None or self._shown[kind] <= self.limit:
            self.held.write(f"{self.file}:{line}: {words}\n")

    def without_first_line(self) -> frozenset[str]:
        """Return the keys of those repeated addresses whose first line is not known yet."""
        return frozenset(one.key for one in self._repeats if one.first_line is None)

    def name_repeats(self, lines: Mapping[str, int]) -> None:
        """Name both lines of every repeated address; *lines* has the first ones by key."""
        for one in self._repeats:
            first = one.first_line or lines[one.key]
            merged = f"merged: {listed(one.taken)}" if one.taken else "merged; it adds nothing"
            words = f"{one.address} stands in line {first} already; {merged}"
            self._show("repeat", one.line, words)

    def summarise(self, encoding: str) -> None:
        """Print the rows that are named, and what became of all."""
        for piece in self.held.taken():
            click.echo(piece, nl=False, err=True)
        assert self._heading  # noqa: S101 - it has begun
        mark = self._heading.delimiter
        named = {",": "comma", ";": "semicolon", "\t": "tab"}.get(mark, mark)
        codec = "UTF-8" if encoding == "utf-8-sig" else encoding.upper()
        click.echo(f"{self.file}: {self.fates.total():,} rows ({codec}, {named})")
        for fate, meaning in FATES.items():
            count = self.fates[fate]
            note = f"{meaning}{self._named(count)}" if fate in NAMED else meaning
            click.echo(f"  {fate:<10}{count:>10,}{f'  {note}' if note and count else ''}")
        if self._remarks:
            click.echo(f"Names cleaned: {self._remarks:,}, {self._named(self._remarks)}")
        if self._heading.ignored:
            click.echo(f"Columns not read: {', '.join(map(printable, self._heading.ignored))}")

    def _named(self, count: int) -> str:
        is_all = self.limit is None or count <= self.limit
        return "named above" if is_all else f"the first {self.limit:,} named above"

    def say_what_next(self, for_good: Sequence[str] | None) -> None:
        """
        Print which command comes next.

        Args:
            for_good: after a dry run, the command that does the same and keeps it.
        """
        import shlex  # noqa: PLC0415 - only for what is printed last

        refused = self.fates[Fate.REFUSED]
        if self.limit is not None:
            if refused > self.limit:
                click.echo("See every refused row: --verbose, or --rejects FILE")
            if max(self._remarks, self.fates[Fate.DUPLICATE]) > self.limit:
                click.echo("See every repeated address and cleaned name: --verbose")
            if self.fates[Fate.WITHDRAWN] > self.limit:
                click.echo("See everybody who is no longer active: --verbose")
        if for_good is not None:
            click.echo("Dry run: the list is as it was.")
            click.echo(f"Next: {shlex.join(for_good)}")
        elif refused:
            click.echo(
                "The other rows are kept. Correct the refused ones and import the file again:"
            )
            click.echo("who is on the list already is merged, never added twice.")
        else:
            click.echo("Next: newsletter subscribers list")


def _rejected(fields: Iterable[str]) -> str:
    """Write a row of the file again; where our export guarded a field, it is guarded once."""
    return csv_line(map(unguarded, fields))


def _withdrawn(one: Withdrawal) -> str:
    reason = f" ({printable(say(one.because))})" if one.because else ""
    return f"{one.address} was active and is now {one.standing}{reason}"
