"""``newsletter feedback``: read what came back, and look at what waits for a person."""

from typing import Final

import click

from newsletter.cli.lazy import LazyGroup

COMMANDS: Final = {
    "read": "newsletter.cli.returned.read:read",
    "explain": "newsletter.cli.returned.explain:explain",
    "list": "newsletter.cli.returned.list_open:list_open",
    "show": "newsletter.cli.returned.show:show",
    "settle": "newsletter.cli.returned.settle:settle",
}


@click.group(cls=LazyGroup, modules=COMMANDS)
def feedback() -> None:
    """Read bounces, complaints and answers; see what waits for you."""
