"""``newsletter feedback``: read what came back, and look at what waits for a person."""

import click

from newsletter.cli.returned.explain import explain
from newsletter.cli.returned.list_open import list_open
from newsletter.cli.returned.read import read
from newsletter.cli.returned.settle import settle
from newsletter.cli.returned.show import show


@click.group()
def feedback() -> None:
    """Read bounces, complaints and answers; see what waits for you."""


for _command in (read, explain, list_open, show, settle):
    feedback.add_command(_command)
