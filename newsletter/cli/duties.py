"""``newsletter duties``: what the law asks of the office this month."""

import json
from collections.abc import Mapping
from typing import Final

import click

from newsletter.app.site import Site
from newsletter.cli.cells import pad
from newsletter.cli.notice_words import GO_ON
from newsletter.cli.wording import _
from newsletter.desk.duties import Duty, DutyKind, find_duties

NAME: Final = 40  # cells
COUNT: Final = 10
OVERDUE: Final = 1  # exit status


@click.command()
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.pass_context
def duties(ctx: click.Context, as_json: bool) -> None:
    """
    Show what the law asks of you this month: notices, confirmations, deletions.

    The exit status is 1 if something is overdue, so a timer can tell you.
    """
    site: Site = ctx.obj
    found = find_duties(site)
    if as_json:
        click.echo(json.dumps([_fields(one) for one in found], indent=2))
    else:
        for one in found:
            click.echo(_say(one))
        for line in _say_next(found):
            click.echo(line)
    if any(one.overdue for one in found):
        ctx.exit(OVERDUE)


def _say(duty: Duty) -> str:
    words = [pad(_names()[duty.kind], NAME)]
    if duty.is_done:
        return "  ".join([*words, _("nothing to do")])
    words.append(pad(_("due: {count:,}", count=duty.due), COUNT))
    if duty.overdue:
        words.append(_("OVERDUE: {count:,}", count=duty.overdue))
    if duty.month:
        words.append(_("the oldest: {month}", month=duty.month))
    if duty.until is not None:
        words.append(_("by {day}", day=duty.until.isoformat()))
    return "  ".join(words)


def _names() -> Mapping[DutyKind, str]:
    return {
        DutyKind.RESULTS: _("Results of consent and unsubscribing"),
        DutyKind.RENEWALS: _("Consents to be confirmed again"),
        DutyKind.UNANSWERED: _("Subscriptions not confirmed in time"),
        DutyKind.REFUSALS: _("Wishes to unsubscribe without proof"),
        DutyKind.UNPROVEN: _("Notices that did not arrive"),
        DutyKind.ERASURES: _("Withdrawn readers to be erased"),
        DutyKind.COPIES: _("Copies of the database to be destroyed"),
        DutyKind.KEPT_MAILS: _("Kept mails to be deleted"),
        DutyKind.DRILLS: _("People in drills to be deleted"),
        DutyKind.REVIEW: _("Reviews of a month's accesses"),
        DutyKind.UNDATED: _("Readers without a date of consent"),
    }


def _say_next(found: list[Duty]) -> list[str]:
    """Return the commands that help."""
    months = [one.month for one in found if one.month]
    help_with = {
        DutyKind.RESULTS: "newsletter notices send",
        DutyKind.RENEWALS: "newsletter notices send",
        DutyKind.UNANSWERED: "newsletter notices send",
        DutyKind.REFUSALS: "newsletter feedback settle",
        DutyKind.UNPROVEN: "newsletter notices due",
        DutyKind.ERASURES: "newsletter subscribers erase --due",
        DutyKind.COPIES: "newsletter subscribers erase --due",
        DutyKind.KEPT_MAILS: "newsletter subscribers erase --due",
        DutyKind.DRILLS: "newsletter subscribers erase --due",
        DutyKind.REVIEW: " ".join(["newsletter access review --month", *months]),
        DutyKind.UNDATED: "newsletter subscribers list --undated",
    }
    to_do = (one for one in found if not one.is_done)
    commands = dict.fromkeys(GO_ON if one.is_held else help_with[one.kind] for one in to_do)
    return [_("Next: {command}", command=command) for command in commands]


def _fields(one: Duty) -> dict[str, object]:
    until = None if one.until is None else one.until.isoformat()
    fields = {"duty": one.kind, "due": one.due, "overdue": one.overdue, "until": until}
    return {**fields, "month": one.month or None} if one.kind is DutyKind.REVIEW else fields
