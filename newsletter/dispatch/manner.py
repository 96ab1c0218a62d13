"""The manner of sending, kept with a plan in case publication.yaml cannot be read later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from newsletter.issue.pace import REFUSALS_PERCENT, DomainPace, Pace, Rate, WarmUp
from newsletter.lang import Preference


@dataclass(frozen=True, slots=True)
class Manner:
    """Settings of publication.yaml that affect sending and are not part of a letter."""

    pace: Pace = field(default_factory=Pace)
    default_preference: Preference | None = None  # of readers without one; None: bilingual
    bounces: str = ""  # address for bounces; "": the sender's


def write_manner(manner: Manner) -> dict[str, Any]:
    """Convert a manner to plain values for JSON."""
    pace = manner.pace
    return {
        "rate": _write_rate(pace.rate),
        "quotas": [_write_rate(one) for one in pace.quotas],
        "domains": {
            name: {"rate": _write_rate(one.rate), "at_once": one.at_once}
            for name, one in pace.domains.items()
        },
        "warm_up": pace.warm_up
        and {"first_day": pace.warm_up.first_day, "since": pace.warm_up.since.isoformat()},
        "canary": pace.canary,
        "refusals_percent": pace.refusals_percent,
        "default_preference": manner.default_preference and manner.default_preference.value,
        "bounces": manner.bounces,
    }


def read_manner(plain: Mapping[str, Any] | None) -> Manner | None:
    """Convert the values of `write_manner` back; None for None: the plan is older."""
    if plain is None:
        return None
    warm_up = plain["warm_up"]
    pace = Pace(
        rate=_read_rate(plain["rate"]),
        quotas=tuple(filter(None, map(_read_rate, plain["quotas"]))),
        domains={
            name: DomainPace(_read_rate(one["rate"]), one["at_once"])
            for name, one in plain["domains"].items()
        },
        warm_up=warm_up and WarmUp(warm_up["first_day"], date.fromisoformat(warm_up["since"])),
        canary=plain["canary"],
        refusals_percent=plain.get("refusals_percent", REFUSALS_PERCENT),
    )
    preference = plain["default_preference"]
    bounces = plain.get("bounces", "")
    return Manner(pace, Preference(preference) if preference else None, bounces)


def _write_rate(rate: Rate | None) -> list[float] | None:
    return [rate.count, rate.per.total_seconds()] if rate else None


def _read_rate(plain: list[float] | None) -> Rate | None:
    return Rate(int(plain[0]), timedelta(seconds=plain[1])) if plain else None
