"""newsletter subscribers remove, suppress, unsuppress, change-address: decisions on one reader."""

from collections.abc import Callable
from typing import Any, Final

import click

from newsletter.cli.person import name_person
from newsletter.desk.importing import Site
from newsletter.subscribers import decisions
from newsletter.subscribers.address import address_of
from newsletter.subscribers.decisions import withdraw
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import one_line

WAITING: Final = frozenset({"pending", "deferred"})

_by = click.option(
    "--by", "name", metavar="NAME", help="Who decides.  [default: the system's user]"
)


def _because(*, required: bool) -> Callable[[Any], Any]:
    note = "" if required else " May be left out."
    return click.option(
        "--because", metavar="TEXT", default="", required=required, help=f"Why; is kept.{note}"
    )


@click.command()
@click.argument("address")
@_because(required=False)
@_by
@click.pass_obj
def remove(site: Site, address: str, because: str, name: str | None) -> None:
    """Unsubscribe a reader; the address is kept so that no import brings it back."""
    wanted, by = address_of(address), name_person(name)
    with site.records.book().opened() as book:
        before = withdraw(wanted, book, site.clock(), one_line(because), by)
    if before is Standing.ACTIVE:
        click.echo(f"{wanted.spelling}: unsubscribed; no import brings the address back")
    elif before is Standing.SUPPRESSED:
        click.echo(f"{wanted.spelling}: stays suppressed; it is noted that the reader withdrew")
    else:
        click.echo(f"{wanted.spelling}: was {before} already; nothing was changed")
    click.echo(f"Next: newsletter subscribers show {wanted.spelling}")


@click.command()
@click.argument("address")
@_because(required=True)
@_by
@click.pass_obj
def suppress(site: Site, address: str, because: str, name: str | None) -> None:
    """Write to a reader no more, by a decision of yours; the reader did not ask for it."""
    wanted, by = address_of(address), name_person(name)
    if not one_line(because):
        raise click.UsageError("--because: the reason is empty; say why")
    with site.records.book().opened() as book:
        before = decisions.suppress(wanted, book, site.clock(), one_line(because), by)
    if before is Standing.ACTIVE:
        click.echo(f"{wanted.spelling}: suppressed, by {by}; no letter goes there")
        click.echo(f"To undo it: newsletter subscribers unsuppress {wanted.spelling}")
    else:
        click.echo(f"{wanted.spelling}: was {before} already; nothing was changed")
        click.echo(f"Next: newsletter subscribers show {wanted.spelling}")


@click.command()
@click.argument("address")
@_because(required=False)
@_by
@click.pass_obj
def unsuppress(site: Site, address: str, because: str, name: str | None) -> None:
    """
    Write to a reader again whose mailbox had refused mail, or whom a person suppressed.

    Who withdrew or complained comes back only by a consent of their own:
    newsletter subscribers add ADDRESS --again --consented-at.
    """
    wanted, by = address_of(address), name_person(name)
    with site.records.book().opened() as book:
        before = decisions.unsuppress(wanted, book, site.clock(), one_line(because), by)
    if before is Standing.ACTIVE:
        click.echo(f"{wanted.spelling}: was active already; nothing was changed")
    else:
        click.echo(f"{wanted.spelling}: active, by {by}; the next issue goes there")
    click.echo(f"Next: newsletter subscribers show {wanted.spelling}")


@click.command("change-address")
@click.argument("old")
@click.argument("new")
@_because(required=False)
@_by
@click.pass_obj
def change_address(site: Site, old: str, new: str, because: str, name: str | None) -> None:
    """
    Give the reader with address OLD the address NEW; id, consent and history stay.

    OLD stays on the list as unsubscribed, so that no import brings it in as a new reader.
    """
    before, after, by = address_of(old), address_of(new), name_person(name)
    book = site.records.book()
    with book.opened() as page:
        was = decisions.change_address(before, after, page, site.clock(), one_line(because), by)
    click.echo(f"{was.address}: is {after.spelling} now, with the same id, consent and history")
    if before.key != after.key:
        click.echo(f"{was.address} stays on the list as unsubscribed; no import brings it back")
    assert was.id is not None  # noqa: S101 - it was on the list
    for one in book.deliveries(was.id):
        if one.state in WAITING and not one.is_rehearsal:
            click.echo(f"{one.issue} was planned before, so it still goes to {was.address}")
    if was.standing is Standing.SUPPRESSED:
        click.echo(f"It is suppressed still: newsletter subscribers unsuppress {after.spelling}")
    click.echo(f"Next: newsletter subscribers show {after.spelling}")
