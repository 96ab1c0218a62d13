"""Shared by the commands on suppressions."""

from typing import Final

import click

from newsletter.subscribers.why import Cause

CAUSES: Final = (Cause.PERSON, Cause.BOUNCED, Cause.COMPLAINED)

cause_option = click.option(
    "--cause",
    type=click.Choice([one.value for one in CAUSES]),
    default=Cause.PERSON.value,
    show_default=True,
    help="What caused it. Only a new consent ends 'complained'; a person may end the others.",
)
