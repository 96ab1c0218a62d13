"""Causes of slowness of a run, as a value and as text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from newsletter.phrases import Said, phrase

SHOWN_MAX: Final = 2  # paused domains in a message


@dataclass(frozen=True, slots=True)
class Slowness:
    """All current causes of slowness of a run."""

    rate: Said  # the rate limit, 20/second; empty without one
    awaits_canary: bool
    held_s: float  # seconds until a letter may be sent; 0 or less: now
    paused_s: Mapping[str, float]  # domain -> seconds until its pause ends


def say_slowness(slowness: Slowness, now: datetime) -> Sequence[Said]:
    """Describe the causes of slowness for people; times are in the zone of *now*."""
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
