"""newsletter subscribers erase: take a reader out of everything that the site stores."""

from typing import Final

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at, look_at_many, why_option
from newsletter.cli.confirming import confirm, require_person
from newsletter.cli.person import find_account, name_person
from newsletter.cli.readers.erasure_report import show_ended
from newsletter.cli.readers.options import by_option
from newsletter.cli.readers.out_of_reach import CELLS, show_out_of_reach
from newsletter.cli.wording import _, say, tell
from newsletter.desk.accessing import Look
from newsletter.desk.erasing import erase as erase_reader
from newsletter.desk.erasing import erase_due, find_known, finish_erasures
from newsletter.desk.owed_notices import find_owed
from newsletter.errors import UsageError
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.address import Address, address_of
from newsletter.subscribers.erasing import Known
from newsletter.subscribers.subscriber import Standing

UNFINISHED: Final = 4  # the exit code of what a later command goes on with


@click.command()
@click.argument("address", required=False)
@click.option("--due", is_flag=True, help="Erase all whose withdrawal is long enough ago.")
@click.option("--now", is_flag=True, help="Say what is left, and exit with 4 if anything is.")
@click.option("--yes", is_flag=True, help="Erase without asking.")
@by_option
@why_option
@click.pass_context
def erase(  # noqa: PLR0913 - one for each option
    context: click.Context,
    address: str | None,
    *,
    due: bool,
    now: bool,
    yes: bool,
    name: str | None,
    because: str,
) -> None:
    """
    Erase a reader: address, name, answers of servers, emails in the outbox, refused rows.

    That a delivery was made stays, without a person. A keyed hash of the address stays too, so
    that no import adds it again. An active reader is unsubscribed by this. It cannot be undone.

    While a dispatch is under way, something may be left; then 'newsletter serve' or a later
    command finishes it. Backups still hold the reader: delete them when you can do without.
    """
    site: Site = context.obj
    if due == (address is not None):
        raise UsageError(_("name ADDRESS, or give --due"))
    if address is None:
        look_at_many(site, Look(AccessKind.SUBSCRIBER_ERASED, "--due"), None)
        finish_erasures(site)
        ended = erase_due(site)
    else:
        wanted = address_of(address)
        by = name_person(name)
        look_at(site, Look(AccessKind.SUBSCRIBER_ERASED, because), wanted.key, by=by)
        known = find_known(site, wanted)
        _show_owed(site, wanted, known)
        _ask(wanted, known, yes=yes)
        ended = erase_reader(site, wanted, by, find_account())
    show_ended(ended)
    show_out_of_reach(site)
    if now and ended.remains:
        context.exit(UNFINISHED)


def _show_owed(site: Site, address: Address, known: Known) -> None:
    """Say what the reader would not be told any more."""
    reader = known.entry and known.entry.id
    owed = sum(one.address_key == address.key or one.reader == reader for one in find_owed(site))
    if owed:
        words = _("{count} notices were not sent yet: newsletter notices send", count=owed)
        tell("Owed", words, _("the erasure removes them"), cells=CELLS)
    if known.entry is not None and known.entry.standing is Standing.ACTIVE:
        words = _("the reader is active: tell them yourself, the program cannot any more")
        tell("Result", words, cells=CELLS)


def _ask(address: Address, known: Known, *, yes: bool) -> None:
    """Show who would be erased, and ask; raises click.Abort if the answer is no."""
    entry = known.entry
    if entry is not None:
        standing = say(entry.standing.said)
        tell("Reader", f"{entry.address} {entry.name}".strip(), standing, cells=CELLS)
    elif known.was_erased:
        tell("Reader", _("was erased before; what is left is looked for again"), cells=CELLS)
    elif known.mails:
        tell("Reader", _("not on the list; emails they asked for are stored"), cells=CELLS)
    elif known.returned:
        tell("Reader", _("not on the list; emails from them or to them are stored"), cells=CELLS)
    elif known.in_copies:
        words = _(
            "not on the list; in copies of the database from before a restore, an upgrade or a move"
        )
        tell("Reader", words, cells=CELLS)
    else:
        words = _("not on the list; named in emails or refused rows that the site keeps")
        tell("Reader", words, cells=CELLS)
    if others := sorted(known.in_copies - {address.key}):
        tell("Also", _("the same reader, by another address in a copy:"), *others, cells=CELLS)
    require_person(_("erase"), yes=yes)
    question = _("Erase {address} for good?", address=address.spelling)
    if not yes and not confirm(question):
        raise click.Abort
