"""Standings and their causes, in the operator's language."""

import click

from newsletter.cli.wording import _, say
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import Cause


def cause_in_words(cause: Cause) -> str:
    """Return the name of a standing's cause for people."""
    match cause:
        case Cause.COMPLAINED:
            return _("complained")
        case Cause.WITHDREW:
            return _("withdrew")
        case Cause.MOVED:
            return _("moved")
        case Cause.BOUNCED:
            return _("bounced")
        case Cause.PERSON:
            return _("person")


def say_suppressed_before(reader: str, before: Standing, cause: Cause | None) -> None:
    """
    Say what a suppression did to a reader whom nothing was sent to before.

    Args:
        reader: the address.
        before: the standing.
        cause: that counts now; None: nothing was changed.
    """
    standing = say(before.said)
    if cause is None:
        said = _(
            "{address}: is already {standing}; nothing was changed",
            address=reader,
            standing=standing,
        )
    else:
        said = _(
            "{address}: is already {standing}; the cause is now '{cause}', which is harder to end",
            address=reader,
            standing=standing,
            cause=cause_in_words(cause),
        )
    click.echo(said)
