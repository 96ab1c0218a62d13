"""Shows an examination of the doctor: a block for each finding, and the counts."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

import click

from newsletter.cli.cells import pad
from newsletter.cli.output import is_terminal
from newsletter.cli.wording import LABEL, _, listed, say, tell
from newsletter.doctor.examination import Examination, Told
from newsletter.doctor.finding import Certainty, Finding
from newsletter.doctor.mailboxes import MAILBOX_RULES, Keeping, Mailbox, judge_rules
from newsletter.doctor.records import DnsRecord
from newsletter.phrases import Phrase

MARK = 14  # cells
FIELD = 10
COLOURS = {Certainty.WRONG: "red", Certainty.PERHAPS: "yellow", Certainty.IN_ORDER: "green"}


@contextmanager
def tell_progress() -> Iterator[Told]:
    """Show on a terminal what is looked at now; print nothing elsewhere."""
    if not is_terminal("stderr"):
        yield lambda done, total, words: None
        return
    from rich.console import Console  # noqa: PLC0415 - slow to load

    with Console(stderr=True).status("") as status:

        def show(done: int, total: int, words: Phrase) -> None:
            status.update(f"{done + 1}/{total} {say(words)}")

        yield show


def show_examination(examination: Examination, *, shows_all: bool) -> None:
    """Print every finding, the gravest first, and the counts."""
    for one in examination.gravest_first:
        if shows_all or one.certainty is not Certainty.IN_ORDER:
            _show(one)
    for note in examination.notes:
        tell("note", note, cells=MARK)
    if "spf" in examination.looked:
        _show_mailboxes(examination)
    click.echo(_summary(examination))


def show_counts(examination: Examination) -> None:
    """Print how many findings there are, and how to see them."""
    seen = examination.count(Certainty.IN_ORDER)
    more = _("; newsletter doctor shows them") if seen < len(examination.findings) else ""
    click.echo(f"{_summary(examination)}{more}")


def _show(one: Finding) -> None:
    mark = pad(name_certainty(one.certainty), MARK)
    if is_terminal("stdout") and one.certainty in COLOURS:
        mark = click.style(mark, fg=COLOURS[one.certainty])
    click.echo(f"{mark}{one.check}: {one.place}")
    for line in (one.fault, one.remedy):
        if line:
            click.echo(f"{' ' * MARK}{say(line)}")


def name_certainty(certainty: Certainty) -> str:
    """Return the word for a certainty."""
    match certainty:
        case Certainty.WRONG:
            return _("wrong")
        case Certainty.PERHAPS:
            return _("perhaps wrong")
        case Certainty.UNSEEN:
            return _("not seen")
        case Certainty.IN_ORDER:
            return _("in order")


def _summary(examination: Examination) -> str:
    counts = []
    if count := examination.count(Certainty.WRONG):
        counts.append(_("{count} wrong", count=count))
    if count := examination.count(Certainty.PERHAPS):
        counts.append(_("{count} perhaps wrong", count=count))
    if count := examination.count(Certainty.UNSEEN):
        counts.append(_("{count} cannot be seen from here", count=count))
    counts.append(_("{count} in order", count=examination.count(Certainty.IN_ORDER)))
    return pad(_("Doctor"), LABEL) + listed(counts)


def _show_mailboxes(examination: Examination) -> None:
    """Print the rules of mailbox providers, each with those who ask for it."""
    kept = judge_rules(examination)
    for rule in MAILBOX_RULES:
        mark = pad(_name_keeping(kept[rule.name]), MARK)
        boxes = [box.value for box in Mailbox if box in rule.asked_by]
        click.echo(f"{mark}{listed(boxes)}: {say(rule.summary)}")


def _name_keeping(keeping: Keeping) -> str:
    match keeping:
        case Keeping.KEPT:
            return _("kept")
        case Keeping.BROKEN:
            return _("broken")
        case Keeping.UNSEEN:
            return _("not seen")


def show_records(records: Sequence[DnsRecord], *, as_json: bool) -> None:
    """Print the records to enter: a block for each, or JSON."""
    if as_json:
        click.echo(json.dumps([asdict(one) for one in records], indent=2))
        return
    for one in records:
        tell("Type", one.kind, cells=FIELD)
        tell("Host", one.name, cells=FIELD)
        if one.priority is not None:
            tell("Priority", str(one.priority), cells=FIELD)
        tell("Value", one.value, cells=FIELD)
        click.echo()
    if any(one.kind == "PTR" for one in records):
        click.echo(_("PTR records are entered by whoever provides the IP address."))
    if any(one.kind == "MX" for one in records):
        click.echo(_("Let MX name the host that receives your mail, if it is another."))
