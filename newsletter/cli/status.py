"""``newsletter status``: who got the issue, who did not, and who may have."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from newsletter.app import Site
from newsletter.cli.output import is_terminal
from newsletter.dispatch.states import State, Tally
from newsletter.errors import UsageError
from newsletter.lang import EditionKind

if TYPE_CHECKING:
    from newsletter.dispatch.ledger import LedgerLine

SHOWN = (
    State.ACCEPTED,
    State.DEFERRED,
    State.REFUSED,
    State.UNKNOWN,
    State.SKIPPED,
    State.PENDING,
)


@click.command()
@click.argument("issue", required=False)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.option(
    "--list",
    "listed",
    type=click.Choice([state.value for state in SHOWN]),
    help="Name the readers in this state, with the server's answer.",
)
@click.pass_obj
def status(site: Site, issue: str | None, as_json: bool, listed: str | None) -> None:
    """Show how far the dispatch of ISSUE has come, or of every issue."""
    ledger = site.ledger()
    issues = [issue] if issue else ledger.issues()
    if listed and issue is None:
        raise UsageError("--list wants an issue: newsletter status 2022-08 --list unknown")
    if listed and issue and ledger.find_plan(issue):
        _list(ledger.entries(issue, State(listed)))
        return
    reports = []
    for name in issues:
        plan = ledger.find_plan(name)
        if plan is None:
            msg = f"{name} was never dispatched; 'newsletter dispatch {name} --dry-run' tries it"
            raise UsageError(msg)
        reports.append((name, plan.digest, ledger.tally(name)))
    if as_json:
        shown = [_as_json(*report) for report in reports]
        click.echo(json.dumps(shown[0] if issue else shown, indent=2))
        return
    if not reports:
        click.echo("Nothing has been dispatched yet.")
    for name, digest, tally in reports:
        _show(name, digest, tally)


def _as_json(issue: str, digest: str, tally: Tally) -> dict[str, object]:
    return {
        "issue": issue,
        "digest": digest,
        "planned": tally.planned,
        **{state.value: tally.of(state) for state in SHOWN},
        "finished": tally.is_finished,
    }


def _show(issue: str, digest: str, tally: Tally) -> None:
    click.echo(
        f"{issue}  digest {digest[:12]}  {'finished' if tally.is_finished else 'not finished'}"
    )
    columns = ["planned", *(state.value for state in SHOWN)]
    click.echo(f"  {'':<9}" + "".join(f"{column:>10}" for column in columns))
    for kind in EditionKind:
        row = tally.counts.get(kind, {})
        numbers = [tally.planned_for(kind), *(row.get(state, 0) for state in SHOWN)]
        click.echo(f"  {kind:<9}" + "".join(f"{number:>10,}" for number in numbers))
    totals = [tally.planned, *(tally.of(state) for state in SHOWN)]
    click.echo(f"  {'all':<9}" + "".join(f"{number:>10,}" for number in totals))
    for state in (State.UNKNOWN, State.REFUSED, State.DEFERRED):
        if tally.of(state):
            click.echo(f"  who: newsletter status {issue} --list {state}")


def _list(entries: Iterator["LedgerLine"]) -> None:
    if not is_terminal("stdout"):
        for entry in entries:
            fields = (entry.address, entry.edition, entry.state, str(entry.attempts), entry.answer)
            click.echo("\t".join(" ".join(field.split()) for field in fields))
        return
    from rich.console import Console  # noqa: PLC0415 - slow to load
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table("address", "edition", "attempts", "answer", box=None)
    for entry in entries:
        table.add_row(
            Text(entry.address, overflow="fold"),
            entry.edition,
            str(entry.attempts),
            Text(entry.answer),
        )
    Console().print(table if table.rows else "Nobody.")
