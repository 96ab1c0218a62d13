"""``newsletter doctor``: look at everything that can stop an issue before anyone notices."""

import json
from collections.abc import Collection

import click

from newsletter.app.site import Site
from newsletter.cli.memory import spare_looking
from newsletter.doctor.check import Section
from newsletter.doctor.examination import Examination
from newsletter.doctor.finding import Finding

FAILS = 1  # exit status


@click.command()
@click.option(
    "--only",
    "only",
    multiple=True,
    type=click.Choice([one.value for one in Section]),
    help="Look at this part only; may be given several times.",
)
@click.option("--all", "shows_all", is_flag=True, help="Also show what is in order.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.pass_context
def doctor(ctx: click.Context, *, only: tuple[str, ...], shows_all: bool, as_json: bool) -> None:
    """
    Look at everything that can stop an issue: settings, database, keys.

    Nothing is sent and nothing changes. The exit status is 1 if something would fail.
    docs/doctor.md explains every check.
    """
    spare_looking(ctx)
    from newsletter.cli.doctor_report import show_examination, tell_progress  # noqa: PLC0415
    from newsletter.doctor.checks import CHECKS  # noqa: PLC0415
    from newsletter.doctor.examination import examine  # noqa: PLC0415

    site: Site = ctx.obj
    sections = _sections(only)
    with tell_progress() as tell:
        examination = examine(site, CHECKS, sections, tell)
    if as_json:
        click.echo(json.dumps(_as_json(examination), ensure_ascii=False, indent=2))
    else:
        show_examination(examination, shows_all=shows_all)
    if examination.fails:
        ctx.exit(FAILS)


def _sections(only: tuple[str, ...]) -> Collection[Section]:
    return {Section(one) for one in only} if only else set(Section)


def _as_json(examination: Examination) -> dict[str, object]:
    return {
        "fails": examination.fails,
        "findings": [_finding(one) for one in examination.findings],
    }


def _finding(one: Finding) -> dict[str, object]:
    return {
        "check": one.check,
        "certainty": one.certainty,
        "code": one.code,
        "place": one.place,
        "fault": str(one.fault),
        "remedy": str(one.remedy),
    }
