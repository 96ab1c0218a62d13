"""The report of an import: refused, cleaned and repeated rows, and the totals."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import click

from newsletter.cli.readers.import_lines import HeldLines, Writable
from newsletter.cli.wording import _, say
from newsletter.subscribers.address import printable
from newsletter.subscribers.csv_rows import Heading
from newsletter.subscribers.exporting import csv_line, unguarded
from newsletter.subscribers.importing import Fate, OlderConsent, Step, Withdrawal
from newsletter.subscribers.meanings import REFUSED
from newsletter.subscribers.records import Refusal
from newsletter.subscribers.repeats import Repeat

ROWS_SHOWN: Final = 20  # rows of each kind, unless all are requested


@dataclass
class Report:
    """
    The report on an import's rows; refused rows also go to *rejects*.

    Nothing is printed before `summarise`: until then, the import may hold the list.
    """

    file: str  # as the person wrote it
    limit: int | None  # maximum rows shown of each kind; None: all
    rejects: Writable | None
    held: HeldLines  # collects the printed lines
    undated: int = 0  # readers without a date of consent
    fates: Counter[Fate] = field(default_factory=Counter)
    _repeats: list[Repeat] = field(default_factory=list)
    _shown: Counter[str] = field(default_factory=Counter)
    _remarks: int = 0
    _older: int = 0
    _heading: Heading | None = None

    def begin(self, heading: Heading) -> None:
        """Write the heading of the file of rejects: the file's own columns, for a later import."""
        self._heading = heading
        if self.rejects is not None:
            names = [column.name for column in heading.columns]
            self.rejects.write(_rejected((*REFUSED, *names)))

    def take(self, step: Step) -> None:
        """Add the result of a batch."""
        self.fates.update(step.fates)
        self.undated += step.undated
        for refusal in step.refusals:
            self._refuse(refusal)
        for withdrawal in step.withdrawals:
            self._show("withdrawal", withdrawal.line, _withdrawn(withdrawal))
        for older in step.older:
            self._show("older", older.line, _older(older))
        for line, remark in step.remarks:
            self._show("remark", line, say(remark))
        self._remarks += len(step.remarks)
        self._older += len(step.older)
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
        """Return the keys of repeated addresses whose first line is not known yet."""
        return frozenset(one.key for one in self._repeats if one.first_line is None)

    def name_repeats(self, lines: Mapping[str, int]) -> None:
        """Print both lines of every repeated address; *lines*: key -> first line."""
        for one in self._repeats:
            first = one.first_line or lines[one.key]
            self._show("repeat", one.line, _repeated(one, first))

    def summarise(self, encoding: str) -> None:
        """Print the listed rows, and the results of all rows."""
        for piece in self.held.taken():
            click.echo(piece, nl=False, err=True)
        assert self._heading  # noqa: S101 - `begin` was called
        read = _(
            "{file}: {rows:,} rows ({encoding}, {delimiter})",
            file=self.file,
            rows=self.fates.total(),
            encoding="UTF-8" if encoding == "utf-8-sig" else encoding.upper(),
            delimiter=_delimiter_in_words(self._heading.delimiter),
        )
        click.echo(read)
        for fate in Fate:
            count = self.fates[fate]
            note = _note(fate, self._named(count)) if count else ""
            click.echo("  " + "  ".join(filter(None, (_counted(fate, count), note))))
        if self._remarks:
            named = self._named(self._remarks)
            click.echo(_("Names cleaned: {count:,}, {named}", count=self._remarks, named=named))
        if self._older:
            said = _(
                "Older consents: {count:,}, {named}; the later ones on the list stay",
                count=self._older,
                named=self._named(self._older),
            )
            click.echo(said)
        if self.undated:
            click.echo(_say_undated(self.undated))
        if self._heading.ignored:
            ignored = list(map(printable, self._heading.ignored))
            click.echo(_("Columns not read: {columns}", columns=ignored))

    def _named(self, count: int) -> str:
        if self.limit is None or count <= self.limit:
            return _("named above")
        return _("the first {limit:,} named above", limit=self.limit)

    def say_what_next(self, for_good: Sequence[str] | None) -> None:
        """
        Print the next command.

        Args:
            for_good: after a dry run, the same command without ``--dry-run``.
        """
        import shlex  # noqa: PLC0415 - only for the last message

        refused = self.fates[Fate.REFUSED]
        if self.limit is not None:
            if refused > self.limit:
                click.echo(_("See every refused row: --verbose, or --rejects FILE"))
            if max(self._remarks, self._older, self.fates[Fate.DUPLICATE]) > self.limit:
                click.echo(_("See every repeated address and cleaned name: --verbose"))
            if self.fates[Fate.WITHDRAWN] > self.limit:
                click.echo(_("See everybody who is no longer active: --verbose"))
        if for_good is not None:
            click.echo(_("Dry run: the list was not changed."))
            click.echo(_("Next: {command}", command=shlex.join(for_good)))
        elif refused:
            kept = _(
                "The other rows were imported. Correct the refused ones and import the "
                "file again:\n"
                "readers who are already on the list are merged, never added twice."
            )
            click.echo(kept)
        else:
            click.echo(_("Next: {command}", command="newsletter subscribers list"))


def _rejected(fields: Iterable[str]) -> str:
    """Format a refused row again; a field guarded by our export is guarded once."""
    return csv_line(map(unguarded, fields))


def _counted(fate: Fate, count: int) -> str:
    """Return the number of rows of *fate*; the numbers form one column in every language."""
    match fate:
        case Fate.NEW:
            return _("new       {count:>10,}", count=count)
        case Fate.UPDATED:
            return _("updated   {count:>10,}", count=count)
        case Fate.UNCHANGED:
            return _("unchanged {count:>10,}", count=count)
        case Fate.DUPLICATE:
            return _("duplicate {count:>10,}", count=count)
        case Fate.WITHDRAWN:
            return _("withdrawn {count:>10,}", count=count)
        case Fate.KEPT_OUT:
            return _("kept out  {count:>10,}", count=count)
        case Fate.REFUSED:
            return _("refused   {count:>10,}", count=count)


def _note(fate: Fate, named: str) -> str:
    """Return an explanation of *fate*, if its name needs one, and which rows are *named*."""
    match fate:
        case Fate.DUPLICATE:
            return _("the address occurs twice in the file; merged; {named}", named=named)
        case Fate.WITHDRAWN:
            return _("active on the list or in a row above, but no longer; {named}", named=named)
        case Fate.KEPT_OUT:
            return _("unsubscribed or suppressed; an import does not change that")
        case Fate.REFUSED:
            return named
        case Fate.NEW | Fate.UPDATED | Fate.UNCHANGED:
            return ""


def _say_undated(count: int) -> str:
    return _(
        "Without a date of consent: {count:,}; list them: newsletter subscribers list --undated",
        count=count,
    )


def _delimiter_in_words(mark: str) -> str:
    return {",": _("comma"), ";": _("semicolon"), "\t": _("tab")}.get(mark, mark)


def _repeated(one: Repeat, first: int) -> str:
    address, taken = one.address, one.taken
    if not taken:
        return _(
            "{address} is already in line {line}; merged; it adds nothing",
            address=address,
            line=first,
        )
    return _(
        "{address} is already in line {line}; merged: {taken}",
        address=address,
        line=first,
        taken=taken,
    )


def _older(one: OlderConsent) -> str:
    return _(
        "{address} consented on {given}; the list has a later consent, of {kept}, which stays",
        address=one.address,
        given=f"{one.given:%Y-%m-%d %H:%M} UTC",
        kept=f"{one.kept:%Y-%m-%d %H:%M} UTC",
    )


def _withdrawn(one: Withdrawal) -> str:
    address, standing = one.address, say(one.standing.said)
    if not one.because:
        return _("{address} was active and is now {standing}", address=address, standing=standing)
    return _(
        "{address} was active and is now {standing} ({reason})",
        address=address,
        standing=standing,
        reason=printable(say(one.because)),
    )
