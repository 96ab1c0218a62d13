"""Confirmation questions before irreversible actions."""

import click

from newsletter.cli.output import is_terminal
from newsletter.cli.wording import _
from newsletter.errors import UsageError


def require_person(verb: str, *, yes: bool) -> None:
    """
    Make sure that a person can be asked, or has confirmed in advance.

    Args:
        verb: the action, in the operator's language: "cancel".
        yes: the person has confirmed in advance.

    Raises:
        UsageError: there is no terminal, and *yes* is not set.
    """
    if not yes and not is_terminal("stdin"):
        msg = _("there is no terminal to ask at; add --yes to {verb}", verb=verb)
        raise UsageError(msg)


def confirm_by_name(question: str, issue: str, refusal: str, *, yes: bool) -> None:
    """
    Ask the person to type the issue's name, unless *yes*.

    Args:
        question: the action, a sentence with its full stop.
        issue: the text that must be typed.
        refusal: the message part on what was not done: "nothing was sent".
        yes: the person has confirmed in advance.

    Raises:
        UsageError: a different text was typed.
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
    Ask a yes-or-no question; accepts answers in the operator's language or in English.

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
