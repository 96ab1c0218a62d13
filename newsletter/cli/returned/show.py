"""newsletter feedback show: one event, and its mail if it is kept."""

from typing import Final

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at_each, why_option
from newsletter.cli.output import shown_path
from newsletter.cli.returned.naming import (
    name_action,
    name_class,
    name_kind,
    name_proof,
    name_settled,
)
from newsletter.cli.wording import _, tell
from newsletter.desk.accessing import Look
from newsletter.desk.feedback_people import find_event, find_path, find_whose, is_cut_off, read_kept
from newsletter.desk.kept_feedback import open_kept
from newsletter.desk.moments import find_zone, show_moment
from newsletter.feedback.book import Recorded
from newsletter.feedback.event import BY_MAIL
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.address import printable

COLUMN: Final = 11  # cells of a label


@click.command()
@click.argument("number", type=int)
@why_option
@click.pass_obj
def show(site: Site, number: int, because: str) -> None:
    """Show the event of this NUMBER, and the words of its mail while that is kept."""
    one, zone = find_event(site, number), find_zone(site)
    look_at_each(site, Look(AccessKind.FEEDBACK_SHOWN, because), [find_whose(site, one)])
    kind = name_kind(one.kind)
    if one.bounce_class is not None and (word := name_class(one.bounce_class)):
        kind = f"{kind}, {word}"
    tell("is", kind, cells=COLUMN)
    tell("read", show_moment(one.received_at, zone), cells=COLUMN)
    if one.source != BY_MAIL:
        tell("service", one.source, cells=COLUMN)
    if one.sender:
        tell("from", printable(one.sender), cells=COLUMN)
    if one.subject:
        tell("subject", printable(one.subject), cells=COLUMN)
    if one.issue:
        tell("issue", one.issue, cells=COLUMN)
    if one.code or one.status:
        tell("code", " ".join(filter(None, (one.code, one.status))), cells=COLUMN)
    if one.words:
        tell("says", printable(one.words), cells=COLUMN)
    tell("proof", name_proof(one.proof), cells=COLUMN)
    tell("did", name_action(one.action), cells=COLUMN)
    if one.settled_as is not None and one.settled_at is not None:
        when = show_moment(one.settled_at, zone)
        settled = _(
            "{what}, {when}, by {by}",
            what=name_settled(one.settled_as),
            when=when,
            by=printable(one.settled_by),
        )
        tell("settled", settled, cells=COLUMN)
    if one.source == BY_MAIL:
        _print_mail(site, one)


def _print_mail(site: Site, one: Recorded) -> None:
    kept = read_kept(site, one)
    if kept is None:
        click.echo(_("The mail itself is not kept."))
        return
    tell("mail", shown_path(find_path(site, one)), cells=COLUMN)
    if is_cut_off(open_kept(site), one):
        click.echo(_("It was too long: its head and the first 64 kB are kept."))
    click.echo()
    for line in kept:
        click.echo(printable(line))
