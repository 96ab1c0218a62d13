"""Shows why a ledger may lack events."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from newsletter.cli.wording import tell
from newsletter.desk.doubting import describe
from newsletter.dispatch.doubt import StandingDoubt


def show_doubts(doubts: Sequence[StandingDoubt], zone: ZoneInfo) -> None:
    """Print the signs of doubt, one line for each doubt."""
    for one in doubts:
        tell("Doubt", describe(one.sign, zone), cells=10)


def as_list(issue: str, doubts: Sequence[StandingDoubt]) -> list[dict[str, object]]:
    """Return the current doubts about *issue* for machines."""
    return [
        {
            "cause": one.sign.cause,
            "facts": one.sign.facts,
            "raised_at": one.raised_at.isoformat(),
            "answered": issue in one.answered,
        }
        for one in doubts
    ]
