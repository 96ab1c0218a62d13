"""Asks before something is done that cannot be taken back."""

import click

from newsletter.cli.output import is_terminal
from newsletter.errors import UsageError


def require_person(verb: str, *, yes: bool) -> None:
    """
    Make sure that somebody is there to be asked, or has answered beforehand.

    Raises:
        UsageError: there is no terminal, and *yes* is not set.
    """
    if not yes and not is_terminal("stdin"):
        msg = f"there is no terminal to ask at; add --yes to {verb}"
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
    answer = click.prompt(f"Type {issue} to go on", default="", show_default=False)
    if answer.strip() != issue:
        msg = f"the issue's name was not typed; {refusal}"
        raise UsageError(msg)
