"""What slows a run down, as a value and in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from newsletter.phrases import Said, phrase

SHOWN_MAX: Final = 2  # paused domains that are named


@dataclass(frozen=True, slots=True)
class Slowness:
    """All that slows a run down at one moment."""

    rate: Said  # the rate limit, 20/second; empty without one
    awaits_canary: bool
    held_s: float  # seconds until anything goes; 0 or less: it goes now
    paused_s: Mapping[str, float]  # seconds that each paused domain has still to wait


def say_slowness(slowness: Slowness, now: datetime) -> Sequence[Said]:
    """Say for people what slows a run down; times are in the zone of *now*."""
    said: list[Said] = [slowness.rate] if slowness.rate else []
    if slowness.awaits_canary:
        said.append(phrase("dispatch.awaits-canary"))
    if slowness.held_s > 0:
        said.append(phrase("dispatch.goes-on-in", seconds=slowness.held_s))
    paused_s = slowness.paused_s
    said += [
        phrase(
            "dispatch.domain-pauses-until",
            domain=domain,
            time=f"{now + timedelta(seconds=seconds):%H:%M}",
        )
        for domain, seconds in sorted(paused_s.items())[:SHOWN_MAX]
    ]
    if len(paused_s) > SHOWN_MAX:
        said.append(phrase("dispatch.more-domains", count=len(paused_s) - SHOWN_MAX))
    return said
