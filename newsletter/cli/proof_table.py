"""Shows a proof: a block for each finding, and how many there are."""

import click

from newsletter.cli.output import is_terminal
from newsletter.cli.wording import say
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.report import Report

MARKS = {Severity.BLOCKS: "blocks", Severity.ADVISES: "advises"}
COLOURS = {Severity.BLOCKS: "red", Severity.ADVISES: "yellow"}


def show_report(report: Report) -> None:
    """Print every finding with its place, the grave ones first, and the counts."""
    if report.findings and is_terminal("stdout"):
        _show_table(report)
    else:
        for finding in report.findings:
            click.echo(f"{MARKS[finding.severity]:<8}{finding.rule:<18}{place_of(finding)}")
            click.echo(f"        {finding.message}")
    for note in report.notes:
        click.echo(f"note    {note}")
    click.echo(summary(report))


def summary(report: Report) -> str:
    """Say in one line how the proof ended."""
    if not report.findings:
        return "Proof    nothing found"
    words = [f"{report.blocking} blocks", f"{report.advising} advises"]
    return "Proof    " + ", ".join(word for word in words if not word.startswith("0 "))


def place_of(finding: Finding) -> str:
    """Say where a finding is: file, line, edition."""
    line = "" if finding.line is None else f":{finding.line}"
    edition = "" if finding.edition is None else f" ({finding.edition})"
    return f"{finding.file}{line}{edition}"


def _show_table(report: Report) -> None:
    from rich.console import Console  # noqa: PLC0415 - slow to load
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table("", "rule", "what, and how to mend it", box=None, pad_edge=False)
    for finding in report.findings:
        mark = Text(MARKS[finding.severity], style=COLOURS[finding.severity])
        words = Text(place_of(finding) + "\n", style="bold") + Text(
            say(finding.message) + "\n", "not bold"
        )
        table.add_row(mark, finding.rule, words)
    Console().print(table)
