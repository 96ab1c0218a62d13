"""Shows why a ledger may have forgotten something."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import click

from newsletter.desk.doubting import describe
from newsletter.dispatch.doubt import StandingDoubt


def show_doubts(doubts: Sequence[StandingDoubt], zone: ZoneInfo) -> None:
    """Print what was seen, one line for each doubt."""
    for one in doubts:
        click.echo(f"Doubt     {describe(one.sign, zone)}")


def as_list(issue: str, doubts: Sequence[StandingDoubt]) -> list[dict[str, object]]:
    """Describe the doubts for machines, as they stand for *issue*."""
    return [
        {
            "cause": one.sign.cause,
            "facts": one.sign.facts,
            "raised_at": one.raised_at.isoformat(),
            "answered": issue in one.answered,
        }
        for one in doubts
    ]
