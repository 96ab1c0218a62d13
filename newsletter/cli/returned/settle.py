"""newsletter feedback settle: decide on what waits, with one key each."""

from collections.abc import Sequence
from typing import Final

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at_each, why_option
from newsletter.cli.output import is_terminal
from newsletter.cli.person import find_account, name_person
from newsletter.cli.readers.options import by_option, say_result_is_told
from newsletter.cli.returned.choosing import choose
from newsletter.cli.returned.naming import name_action, name_settled
from newsletter.cli.wording import _, tell
from newsletter.desk.accessing import Look
from newsletter.desk.feedback_people import (
    Question,
    decide_on,
    find_questions,
    find_whose,
    read_kept,
)
from newsletter.errors import UsageError
from newsletter.feedback.book import Signature
from newsletter.feedback.effects import Settled
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.address import printable

KEYS: Final = {
    "u": Settled.UNSUBSCRIBED,
    "s": Settled.SUPPRESSED,
    "d": Settled.DISMISSED,
}
LATER, QUIT = "l", "q"
LINES: Final = 12  # of a mail that are shown
COLUMN: Final = 11  # cells of a label


@click.command()
@click.argument("numbers", metavar="[NUMBER...]", nargs=-1, type=int)
@click.option(
    "--as",
    "decision",
    type=click.Choice(["unsubscribed", "suppressed", "dismissed"]),
    help="The decision on these numbers, without a question.",
)
@click.option(
    "--address", metavar="ADDRESS", default="", help="Whom to unsubscribe, if not the sender."
)
@why_option
@by_option
@click.pass_obj
def settle(
    site: Site,
    numbers: tuple[int, ...],
    decision: str | None,
    address: str,
    because: str,
    name: str | None,
) -> None:
    """
    Decide on what waits for you; one key for each.

    Who asks to unsubscribe without proof is unsubscribed by the key u, and told the result. Many
    closed mailboxes of one domain are one question.
    """
    by = Signature(name_person(name), find_account())
    if decision is not None and not numbers:
        raise UsageError(_("--as needs the numbers that it is for: see 'newsletter feedback list'"))
    if decision is None and not is_terminal("stdin"):
        raise UsageError(_("there is no terminal to ask at; add NUMBER... --as DECISION"))
    questions = find_questions(site, numbers)
    whose = [None if one.domain else find_whose(site, one.events[0]) for one in questions]
    look_at_each(site, Look(AccessKind.FEEDBACK_SHOWN, because), whose, by=by.name)
    if not questions:
        click.echo(_("Nothing waits for you."))
        return
    for question in questions:
        if decision is not None:
            _carry_out(site, question, Settled(decision), address, by)
            continue
        answer = _ask(site, question)
        if answer == QUIT:
            break
        if answer != LATER:
            _carry_out(site, question, KEYS[answer], address, by)


def _ask(site: Site, question: Question) -> str:
    click.echo()
    first = question.events[0]
    numbers = ", ".join(str(one.number) for one in question.events[:5])
    tell("number", numbers, cells=COLUMN)
    if first.sender:
        tell("from", printable(first.sender), cells=COLUMN)
    if first.subject:
        tell("subject", printable(first.subject), cells=COLUMN)
    if question.domain:
        words = _(
            "{count:,} mailboxes at {domain} came back from issue {issue}",
            count=len(question.events),
            domain=printable(question.domain),
            issue=first.issue,
        )
        tell("many", words, cells=COLUMN)
    tell("waits", name_action(first.action), cells=COLUMN)
    for line in _mail_lines(site, question):
        click.echo(f"  {printable(line)}")
    if question.address:
        reader = _("{address} is on the list", address=printable(question.address))
    else:
        reader = _("the sender is not on the list")
    if not question.domain:
        tell("reader", reader, cells=COLUMN)
    return choose(_keys_of(question))


def _mail_lines(site: Site, question: Question) -> Sequence[str]:
    lines = read_kept(site, question.events[0]) or []
    return [line for line in lines if line.strip()][:LINES]


def _keys_of(question: Question) -> dict[str, str]:
    keys = {"u": _("unsubscribe")} if question.address else {}
    if question.domain:
        keys = {"s": _("suppress all")}
    return {**keys, "d": _("dismiss"), LATER: _("later"), QUIT: _("quit")}


def _carry_out(
    site: Site, question: Question, settled: Settled, address: str, by: Signature
) -> None:
    decided = decide_on(site, question, settled, address, by)
    number = question.events[0].number
    click.echo(
        _(
            "{number}: {what}, {count:,} settled",
            number=number,
            what=name_settled(settled),
            count=decided,
        )
    )
    if settled is Settled.UNSUBSCRIBED:
        say_result_is_told()
