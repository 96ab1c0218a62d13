"""``newsletter doctor``: look at everything that can stop an issue before anyone notices."""

import json
from ipaddress import ip_address
from typing import TYPE_CHECKING

import click

from newsletter.app.site import Site
from newsletter.cli.memory import spare_looking
from newsletter.cli.wording import _
from newsletter.doctor.check import Section
from newsletter.errors import UsageError

if TYPE_CHECKING:
    from newsletter.doctor.examination import Examination, Order
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
@click.option(
    "--resolver",
    metavar="ADDRESS",
    help="Ask this DNS resolver.  [default: NEWSLETTER_RESOLVER, or the system's]",
)
@click.option(
    "--address",
    "addresses",
    multiple=True,
    metavar="IP",
    help="An IP address that emails leave from.  [default: NEWSLETTER_SENDING_ADDRESSES]",
)
@click.option(
    "--records",
    "shows_records",
    is_flag=True,
    help="Print the DNS records to enter, as a registrar's form asks for them.",
)
@click.option("--all", "shows_all", is_flag=True, help="Also show what is in order.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
@click.pass_context
def doctor(  # noqa: PLR0913 - one for each option
    ctx: click.Context,
    *,
    only: tuple[str, ...],
    resolver: str | None,
    addresses: tuple[str, ...],
    shows_records: bool,
    shows_all: bool,
    as_json: bool,
) -> None:
    """
    Look at everything that can stop an issue: settings, database, keys, DNS.

    Nothing is sent and nothing changes. The exit status is 1 if something would fail.
    docs/doctor.md explains every check.
    """
    spare_looking(ctx)
    from newsletter.cli.doctor_report import (  # noqa: PLC0415
        show_examination,
        show_records,
        tell_progress,
    )
    from newsletter.doctor.checks import CHECKS  # noqa: PLC0415
    from newsletter.doctor.examination import examine, make_patient  # noqa: PLC0415
    from newsletter.doctor.records import find_records_to_enter  # noqa: PLC0415

    site: Site = ctx.obj
    order = _read_order(only, resolver, addresses)
    if shows_records:
        show_records(find_records_to_enter(make_patient(site, order)), as_json=as_json)
        return
    with tell_progress() as tell:
        examination = examine(site, CHECKS, order, tell)
    if as_json:
        click.echo(json.dumps(_as_json(examination), ensure_ascii=False, indent=2))
    else:
        show_examination(examination, shows_all=shows_all)
    if examination.fails:
        ctx.exit(FAILS)


def _read_order(only: tuple[str, ...], resolver: str | None, addresses: tuple[str, ...]) -> "Order":
    from newsletter.delivery.name_server import read_name_server  # noqa: PLC0415
    from newsletter.doctor.examination import Order  # noqa: PLC0415

    server = read_name_server(resolver) if resolver else None
    if resolver and server is None:
        raise UsageError(
            _("--resolver {value}: write an IP address, like 192.0.2.53", value=resolver)
        )
    for address in addresses:
        try:
            ip_address(address)
        except ValueError:
            raise UsageError(
                _("--address {value}: write an IP address, like 192.0.2.25", value=address)
            ) from None
    return Order({Section(one) for one in only}, server, addresses)


def _as_json(examination: "Examination") -> dict[str, object]:
    return {
        "fails": examination.fails,
        "findings": [_finding(one) for one in examination.findings],
        "mailboxes": _mailboxes(examination),
        "notes": list(map(str, examination.notes)),
    }


def _finding(one: "Finding") -> dict[str, object]:
    return {
        "check": one.check,
        "certainty": one.certainty,
        "code": one.code,
        "place": one.place,
        "fault": str(one.fault),
        "remedy": str(one.remedy),
    }


def _mailboxes(examination: "Examination") -> dict[str, dict[str, str]]:
    """Return whether each rule of each mailbox provider is kept."""
    from newsletter.doctor.mailboxes import MAILBOX_RULES, Mailbox, judge_rules  # noqa: PLC0415

    kept = judge_rules(examination)
    return {
        box: {rule.name: kept[rule.name] for rule in MAILBOX_RULES if box in rule.asked_by}
        for box in Mailbox
    }
