"""``newsletter notices``: what the law asks to tell readers, and when."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date
from threading import Event
from typing import Any, Final

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at, look_at_many, why_option
from newsletter.cli.cells import pad
from newsletter.cli.mails import say_sent, send_due
from newsletter.cli.notice_words import GO_ON, kind_in_words
from newsletter.cli.output import progress
from newsletter.cli.person import name_person
from newsletter.cli.stopping import stopping
from newsletter.cli.wording import _, tell
from newsletter.desk.accessing import Look
from newsletter.desk.owed_notices import (
    answer_doubts,
    ask_for_owed,
    find_held,
    find_owed,
    find_unanswered,
    settle_owed,
    today_of,
)
from newsletter.dispatch.states import State
from newsletter.mails.notices import Notice
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.address import address_of, printable

DAY: Final = 10  # cells
KIND: Final = 24
STATE: Final = 20
SETTLE: Final = 'newsletter notices settle ADDRESS --because "…"'


@click.group()
def notices() -> None:
    """
    Show and send the notices that the law asks for.

    The result of consent and of unsubscribing is told at once, and within 14 days at the latest;
    consent is confirmed again before two years have passed.
    """


@notices.command()
@click.option("--json", "as_json", is_flag=True, help="For machines; times are UTC.")
@why_option
@click.pass_obj
def due(site: Site, as_json: bool, because: str) -> None:
    """List the notices that are owed, with the last day on which each may be sent."""
    owed, today, unanswered = find_owed(site), today_of(site), find_unanswered(site)
    shown = [*owed, *unanswered]
    look_at_many(site, Look(AccessKind.NOTICES_SHOWN, because), len(shown))
    if as_json:
        click.echo(json.dumps([_fields(one, today) for one in shown], ensure_ascii=False, indent=2))
        return
    for one in shown:
        words = [pad(one.due.isoformat(), DAY), pad(kind_in_words(one.kind), KIND)]
        click.echo("  ".join([*words, pad(_state(one, today), STATE), printable(one.address)]))
    _summarise(owed, today)
    _say_held(site, owed)
    _say_unanswered(len(unanswered))


@notices.command()
@click.option("--dry-run", is_flag=True, help="Say what would be sent, and send nothing.")
@click.option(
    "--after-restore",
    is_flag=True,
    help="Send also what may have been sent before the ledger was put back; needs --because.",
)
@click.option("--because", metavar="TEXT", default="", help="Why; kept with the answer.")
@click.option("--by", "name", metavar="NAME", help="Who decides.  [default: the system's user]")
@click.pass_obj
def send(site: Site, dry_run: bool, after_restore: bool, because: str, name: str | None) -> None:
    """
    Send the notices that are owed.

    Results of consent and of unsubscribing are also sent by 'newsletter serve'. Nobody is asked to
    confirm a consent again before you run this, or a timer does.
    """
    from newsletter.desk.mails import MailRoom  # noqa: PLC0415

    if after_restore and not dry_run:
        answer_doubts(site, name_person(name), because)
    owed, today = find_owed(site), today_of(site)
    _summarise(owed, today)
    _say_held(site, owed)
    if owed and site.settings.mail_url.is_rehearsal:
        tell(
            "Rehearsal",
            _("the notices are written to a folder and tell nobody"),
            _("they are owed again once NEWSLETTER_MAIL_URL names a mail server or service"),
        )
    if dry_run:
        _say_unanswered(len(find_unanswered(site)))
        click.echo(_("Dry run: nothing was sent."))
        return
    room = MailRoom(site)  # refuses before anything is asked for
    new = sum(one.state is None for one in owed)
    with progress(_("Asking for notices"), new) as bar:
        asked = ask_for_owed(site, lambda count: bar.show(count, ""))
    if asked.ended:
        tell("Ended", _("{count:,} subscriptions that nobody confirmed in time", count=asked.ended))
    stopped = Event()
    with stopping(stopped.set):
        tell("Sent", say_sent(send_due(room, stopped)))


@notices.command()
@click.argument("address")
@click.option("--because", metavar="TEXT", default="", help="How; kept in the access record.")
@click.option("--by", "name", metavar="NAME", help="Who decides.  [default: the system's user]")
@click.pass_obj
def settle(site: Site, address: str, because: str, name: str | None) -> None:
    """
    Record that the owner of ADDRESS was told by another way what they are owed.

    By telephone or by post, where email did not reach them; or that nothing has to be told.
    """
    key = address_of(address).key
    look_at(site, Look(AccessKind.NOTICES_SETTLED, because), key, by=name_person(name))
    count = settle_owed(site, key)
    tell("Settled", _("{count:,} notices to {address}", count=count, address=address))


def _summarise(owed: Sequence[Notice], today: date) -> None:
    if not owed:
        click.echo(_("No notice is owed."))
        return
    overdue = sum(one.is_overdue(today) for one in owed)
    unproven = sum(one.is_unproven for one in owed)
    for kind, count in Counter(one.kind for one in owed).items():
        tell("Notices", _("{count:,} × {kind}", count=count, kind=kind_in_words(kind)))
    if overdue:
        tell("Overdue", _("{count:,}; their last day has passed", count=overdue))
    if unproven:
        tell(
            "Unproven",
            _("{count:,}; no server has accepted them, or they came back", count=unproven),
            _("tell their readers by another way, then: {command}", command=SETTLE),
        )


def _say_held(site: Site, owed: Sequence[Notice]) -> None:
    if held := len(find_held(site, owed)):
        tell(
            "Held",
            _("{count:,}; the ledger was put back, and they may have been sent before", count=held),
            _("look at your mail server's log, then: {command}", command=GO_ON),
        )


def _say_unanswered(count: int) -> None:
    if count:
        words = _("{count:,} subscriptions that nobody confirmed in time", count=count)
        tell("Ending", words, _("they end with: {command}", command="newsletter notices send"))


def _state(one: Notice, today: date) -> str:
    if one.answer_by is not None:
        return _("not answered")
    if one.is_overdue(today):
        return _("overdue")
    if one.came_back:
        return _("came back")
    match one.state:
        case None:
            return _("not asked for")
        case State.UNKNOWN:
            return _("unknown")
        case State.REFUSED:
            return _("refused")
        case _:
            return _("waits to be sent")


def _fields(one: Notice, today: date) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "address": one.address,
        "language": one.lang,
        "declared_at": one.declared_at.astimezone(UTC).isoformat(),
        "due": one.due.isoformat(),
        "state": one.state,
        "came_back": one.came_back,
        "overdue": one.is_overdue(today) and one.answer_by is None,
        "unanswered_since": None if one.answer_by is None else one.answer_by.isoformat(),
    }
