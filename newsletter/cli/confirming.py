"""Asks before something is done that cannot be taken back."""

import click

from newsletter.cli.output import is_terminal
from newsletter.cli.wording import _
from newsletter.errors import UsageError


def require_person(verb: str, *, yes: bool) -> None:
    """
    Make sure that somebody is there to be asked, or has answered beforehand.

    Args:
        verb: what is about to be done, in the operator's words: "cancel".
        yes: they have answered.

    Raises:
        UsageError: there is no terminal, and *yes* is not set.
    """
    if not yes and not is_terminal("stdin"):
        msg = _("there is no terminal to ask at; add --yes to {verb}", verb=verb)
        raise UsageError(msg)


def confirm_by_name(question: str, issue: str, refusal: str, *, yes: bool) -> None:
    """
    Ask for the issue's name to be typed, unless *yes*.

    Args:
        question: what is about to be done, a sentence with its full stop.
        issue: what has to be typed.
        refusal: what then was not done: "nothing was sent".
        yes: it was confirmed beforehand.

    Raises:
        UsageError: something else was typed.
    """
    if yes:
        return
    click.echo(question)
    wanted = _("Type {issue} to continue", issue=issue)
    answer = click.prompt(wanted, default="", show_default=False)
    if answer.strip() != issue:
        raise UsageError(_("the issue's name was not typed; {refusal}", refusal=refusal))


def confirm(question: str, *, default: bool = False) -> bool:
    """
    Ask a question that is answered by yes or no, in the operator's words or in English.

    Raises:
        click.Abort: the input ended before an answer.
    """
    hint = _("[Y/n]") if default else _("[y/N]")
    yes = {"y", "yes", *_("y yes").split()}
    no = {"n", "no", *_("n no").split()}
    while True:
        answer = str(
            click.prompt(f"{question} {hint}", default="", show_default=False, prompt_suffix=": ")
        )
        answer = answer.strip().lower()
        if answer in yes or answer in no or not answer:
            return answer in yes or (not answer and default)
        click.echo(_("Error: invalid input"))
