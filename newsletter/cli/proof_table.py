"""Shows a proof: a block for each finding, and the number of findings."""

import click

from newsletter.cli.cells import pad
from newsletter.cli.naming import name_edition
from newsletter.cli.output import is_terminal
from newsletter.cli.tables import make_table
from newsletter.cli.wording import LABEL, _, listed, say, tell
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.report import Report

COLOURS = {Severity.BLOCKS: "red", Severity.ADVISES: "yellow"}


def show_report(report: Report) -> None:
    """Print every finding with its place, the severe ones first, and the counts."""
    if report.findings and is_terminal("stdout"):
        _show_table(report)
    else:
        for finding in report.findings:
            mark = pad(_mark(finding.severity), 8)
            click.echo(f"{mark}{finding.rule:<18}{place_of(finding)}")
            click.echo(f"        {say(finding.message)}")
    for note in report.notes:
        tell("note", note, cells=8)
    click.echo(summary(report))


def summary(report: Report) -> str:
    """Return the result of the proof in one line."""
    counts = []
    if report.blocking:
        counts.append(_("{count} blocks", count=report.blocking))
    if report.advising:
        counts.append(_("{count} advises", count=report.advising))
    return pad(_("Proof"), LABEL) + (listed(counts) or _("nothing found"))


def place_of(finding: Finding) -> str:
    """Return the place of a finding: file, line, edition."""
    line = "" if finding.line is None else f":{finding.line}"
    edition = "" if finding.edition is None else f" ({name_edition(finding.edition)})"
    return f"{finding.file}{line}{edition}"


def _mark(severity: Severity) -> str:
    match severity:
        case Severity.BLOCKS:
            return _("blocks")
        case Severity.ADVISES:
            return _("advises")


def _show_table(report: Report) -> None:
    from rich.console import Console  # noqa: PLC0415 - slow to load
    from rich.text import Text  # noqa: PLC0415

    table = make_table("", _("rule"), _("finding, and how to correct it"))
    for finding in report.findings:
        mark = Text(_mark(finding.severity), style=COLOURS[finding.severity])
        words = Text(place_of(finding) + "\n", style="bold") + Text(
            say(finding.message) + "\n", "not bold"
        )
        table.add_row(mark, finding.rule, words)
    Console().print(table)
