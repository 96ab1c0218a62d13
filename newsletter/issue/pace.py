"""The sending rate and limits of an issue: `pace:` in publication.yaml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

import idna

from newsletter.issue.fields import Fields
from newsletter.phrases import Phrase, phrase

REFUSALS_OF: Final = 200  # the newest outcomes, of which the share of refusals is computed
REFUSALS_PERCENT: Final = 5
UNITS: Final = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
RATE: Final = rf"([1-9][0-9]{{0,8}}) ?/ ?({'|'.join(UNITS)})"
DOMAIN: Final = r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+"
FIELDS: Final = ("rate", "quota", "domains", "warm_up", "canary", "refusals")


@dataclass(frozen=True, slots=True)
class Rate:
    """A number of letters in a period."""

    count: int  # 1 or more
    per: timedelta  # a second, a minute, an hour or a day

    def __str__(self) -> str:
        unit = next(name for name, length in UNITS.items() if length == self.per)
        return f"{self.count:,}/{unit}"


@dataclass(frozen=True, slots=True)
class DomainPace:
    """The limits of one recipient domain; None: no own limit."""

    rate: Rate | None = None
    at_once: int | None = None  # letters being sent at the same time


@dataclass(frozen=True, slots=True)
class WarmUp:
    """The limits of a new sender's first days: a number on the first day, doubled each day."""

    first_day: int
    since: date  # in the publication's time zone


@dataclass(frozen=True, slots=True)
class Pace:
    """The sending limits of a publication; not part of the digest."""

    rate: Rate | None = None  # of all letters together
    quotas: tuple[Rate, ...] = ()  # in any window of that length, including earlier runs
    domains: Mapping[str, DomainPace] = field(default_factory=dict)  # by domain in A-labels
    warm_up: WarmUp | None = None
    canary: int = 0  # letters sent first; the rest waits for their outcomes; 0: none
    refusals_percent: int = (
        REFUSALS_PERCENT  # of the last 200 outcomes; a higher share pauses the dispatch
    )


def read_pace(publication: Fields) -> Pace:
    """Read `pace:`; the field and each of its parts are optional."""
    fields = publication.inner("pace", required=False, of=FIELDS)
    if fields is None:
        return Pace()
    refusals = fields.matching(
        "refusals",
        r"([1-9][0-9]?|100) ?%",
        phrase("issue.write-share"),
        required=False,
    )
    pace = Pace(
        rate=_read_rate(fields),
        quotas=tuple(
            _rate_of(text) for text in fields.matching_each("quota", RATE, _write_rate("10000/day"))
        ),
        domains=_read_domains(fields),
        warm_up=_read_warm_up(fields),
        canary=_read_number(fields, "canary", phrase("issue.write-canary")),
        refusals_percent=int(refusals.rstrip(" %")) if refusals else REFUSALS_PERCENT,
    )
    fields.finish()
    return pace


def _read_rate(fields: Fields, key: str = "rate", example: str = "20/second") -> Rate | None:
    text = fields.matching(key, RATE, _write_rate(example), required=False)
    return _rate_of(text) if text else None


def _write_rate(example: str) -> Phrase:
    return phrase("issue.write-rate", example=example)


def _rate_of(text: str) -> Rate:
    count, _, unit = text.partition("/")
    return Rate(int(count), UNITS[unit.strip()])


def _read_number(fields: Fields, key: str, remedy: Phrase) -> int:
    return int(fields.matching(key, "[0-9]{1,7}", remedy, required=False) or 0)


def _read_warm_up(fields: Fields) -> WarmUp | None:
    inner = fields.inner("warm_up", required=False, of=("first_day", "since"))
    if inner is None:
        return None
    first_day = inner.matching("first_day", "[1-9][0-9]{0,6}", phrase("issue.write-first-day"))
    since = inner.day("since")
    inner.finish()
    return WarmUp(int(first_day), since) if first_day else None


def _read_domains(fields: Fields) -> Mapping[str, DomainPace]:
    inner = fields.inner("domains", required=False, of=("naver.com: 5/second",))
    paces: dict[str, DomainPace] = {}
    if inner is None:
        return paces
    for name in inner.names():
        pace = _read_domain(inner, name)
        domain = _a_labels(name)
        if domain is None:
            inner.note(name, phrase("issue.no-domain", name=name))
        elif domain in paces:
            inner.note(name, phrase("issue.domain-twice", name=name))
        else:
            paces[domain] = pace
    return paces


def _read_domain(domains: Fields, name: str) -> DomainPace:
    if not domains.is_mapping(name):
        return DomainPace(_read_rate(domains, name, "5/second"))
    inner = domains.inner(name)
    if inner is None:
        return DomainPace()
    if not inner.names():
        domains.note(name, phrase("issue.domain-without-pace", name=name))
    at_once = inner.matching(
        "connections", "[1-9][0-9]?|100", phrase("issue.write-connections"), required=False
    )
    pace = DomainPace(_read_rate(inner, example="5/second"), int(at_once) if at_once else None)
    inner.finish()
    return pace


def _a_labels(name: str) -> str | None:
    """Return a domain in the ledger's form: A-labels (RFC 5890) in lower case."""
    try:
        domain = name if name.isascii() else idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        return None
    return domain.lower() if re.fullmatch(DOMAIN, domain.lower()) else None
