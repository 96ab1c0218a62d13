"""What an import tells of its rows: those refused, cleaned or repeated, and the sum."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Final

import click

from newsletter.subscribers.csv_rows import Heading
from newsletter.subscribers.exporting import csv_line
from newsletter.subscribers.importing import Fate, Step
from newsletter.subscribers.records import Refusal
from newsletter.subscribers.repeats import Repeat

ROWS_SHOWN: Final = 20  # of each kind, unless all are asked for

FATES: Final = {
    Fate.NEW: "",
    Fate.UPDATED: "",
    Fate.UNCHANGED: "",
    Fate.DUPLICATE: "the address stands twice in the file; merged, and named above",
    Fate.WITHDRAWN: "active until now, unsubscribed or suppressed in the file",
    Fate.KEPT_OUT: "unsubscribed or suppressed; an import brings nobody back",
    Fate.REFUSED: "named above",
}


@dataclass
class Report:
    """Tells of an import while it goes on; refused rows also go to *rejects*."""

    file: str  # as the person named it
    heading: Heading
    limit: int | None  # of rows that are shown of a kind; None: all
    rejects: IO[str] | None
    fates: Counter[Fate] = field(default_factory=Counter)
    _repeats: list[Repeat] = field(default_factory=list)
    _shown: Counter[str] = field(default_factory=Counter)
    _remarks: int = 0

    def __post_init__(self) -> None:
        """Begin the file of rejects: with the file's own columns, so that it can be imported."""
        if self.rejects is not None:
            names = [column.name for column in self.heading.columns]
            self.rejects.write(csv_line(("line", "reason", *names)))

    def take(self, step: Step) -> None:
        """Tell of a batch."""
        self.fates.update(step.fates)
        for refusal in step.refusals:
            self._refuse(refusal)
        for line, remark in step.remarks:
            self._show("remark", line, remark)
        self._remarks += len(step.remarks)
        room = None if self.limit is None else self.limit - len(self._repeats)
        self._repeats += step.repeats[:room]

    def _refuse(self, refusal: Refusal) -> None:
        if self.rejects is not None:
            self.rejects.write(csv_line((str(refusal.line), refusal.reason, *refusal.fields)))
        self._show("refusal", refusal.line, refusal.reason)

    def _show(self, kind: str, line: int, words: str) -> None:
        self._shown[kind] += 1
        if self.limit is None or self._shown[kind] <= self.limit:
            click.echo(f"{self.file}:{line}: {words}", err=True)

    def without_first_line(self) -> frozenset[str]:
        """Return the keys of those repeated addresses whose first line is not known yet."""
        return frozenset(one.key for one in self._repeats if one.first_line is None)

    def name_repeats(self, lines: Mapping[str, int]) -> None:
        """Name both lines of every repeated address; *lines* has the first ones by key."""
        for one in self._repeats:
            first = one.first_line or lines[one.key]
            merged = f"merged: {', '.join(one.taken)}" if one.taken else "merged; it adds nothing"
            words = f"{one.address} stands in line {first} already; {merged}"
            self._show("repeat", one.line, words)

    def summarise(self, encoding: str) -> None:
        """Print what became of the rows."""
        mark = self.heading.delimiter
        named = {",": "comma", ";": "semicolon", "\t": "tab"}.get(mark, mark)
        codec = "UTF-8" if encoding == "utf-8-sig" else encoding.upper()
        click.echo(f"{self.file}: {self.fates.total():,} rows ({codec}, {named})")
        for fate, meaning in FATES.items():
            note = f"  {meaning}" if meaning and self.fates[fate] else ""
            click.echo(f"  {fate:<10}{self.fates[fate]:>10,}{note}")
        if self._remarks:
            click.echo(f"Names cleaned: {self._remarks:,}, named above")
        if self.heading.ignored:
            click.echo(f"Columns not read: {', '.join(self.heading.ignored)}")

    def say_what_next(self, *, dry_run: bool) -> None:
        """Print which command comes next."""
        refused = self.fates[Fate.REFUSED]
        if self.limit is not None:
            if refused > self.limit:
                click.echo("See every refused row: --verbose, or --rejects FILE")
            if max(self._remarks, self.fates[Fate.DUPLICATE]) > self.limit:
                click.echo("See every repeated address and cleaned name: --verbose")
        if dry_run:
            click.echo("Dry run: the list is as it was.")
            click.echo(f"Next: newsletter subscribers import {self.file}")
        elif refused:
            click.echo(
                "The other rows are kept. Correct the refused ones and import the file again:"
            )
            click.echo("who is on the list already is merged, never added twice.")
        else:
            click.echo("Next: newsletter subscribers list")
