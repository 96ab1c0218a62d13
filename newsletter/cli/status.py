"""``newsletter status``: the states of an issue's deliveries, and the decisions on it."""

import json

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at_many, why_option
from newsletter.cli.doubting import as_list, show_doubts
from newsletter.cli.overview import SHOWN, as_json, show
from newsletter.cli.wording import _, tell
from newsletter.desk.accessing import Look
from newsletter.desk.doubting import find_remedies
from newsletter.desk.moments import find_zone
from newsletter.desk.overview import find_issues, find_overview
from newsletter.desk.words import letters
from newsletter.dispatch.states import State
from newsletter.errors import UsageError
from newsletter.subscribers.access_record import AccessKind


@click.command()
@click.argument("issue", required=False)
@click.option("--json", "is_json", is_flag=True, help="For machines.")
@click.option(
    "--list",
    "listed",
    type=click.Choice([state.value for state in SHOWN]),
    help="List the readers in this state, with the server's answer.",
)
@click.option("--diary", "has_notes", is_flag=True, help="Every decision, by whom and when.")
@why_option
@click.pass_obj
def status(
    site: Site,
    issue: str | None,
    is_json: bool,
    listed: str | None,
    has_notes: bool,
    because: str,
) -> None:
    """Show the progress of the dispatch of ISSUE, or of every issue."""
    if listed and issue is None:
        raise UsageError(_("--list needs an issue: newsletter status 2022-08 --list unknown"))
    if listed and (is_json or has_notes):
        raise UsageError(_("--list prints only readers; use --json and --diary without it"))
    overviews = [
        find_overview(site, name, has_notes=has_notes)
        for name in ([issue] if issue else find_issues(site))
    ]
    if listed and overviews[0].plan:
        from newsletter.cli.delivery_list import show_deliveries  # noqa: PLC0415 - rich is slow

        name, state = overviews[0].issue, State(listed)
        look = Look(AccessKind.DELIVERIES_SHOWN, because, name)
        look_at_many(site, look, overviews[0].tally.of(state))
        show_deliveries(site.records.ledger().entries(name, state))
        return
    doubts = site.records.doubts().standing()
    if is_json:
        shown = [{**as_json(one), "doubts": as_list(one.issue, doubts)} for one in overviews]
        click.echo(json.dumps(shown[0] if issue else shown, indent=2, ensure_ascii=False))
        return
    show_doubts(doubts, find_zone(site))
    for remedy in find_remedies(site, doubts):
        tell("Next", remedy, cells=10)
    if not overviews:
        click.echo(_("Nothing has been dispatched yet."))
    for one in overviews:
        show(one, find_zone(site), site.clock())
    kept = site.records.letters().size()
    if kept.letters and issue is None:
        words = _(
            "{letters}, {size:.1f} MB, pictures included",
            letters=letters(kept.letters),
            size=kept.size / 1_000_000,
        )
        tell("Kept", words, cells=10)
