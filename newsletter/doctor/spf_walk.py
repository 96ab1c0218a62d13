"""Evaluates SPF as a receiver does (RFC 7208, section 4), and counts what it asks DNS."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Final, TypeGuard

from newsletter.delivery.name_server import Absent, Answer, Dns, Found, Kind, Unanswered
from newsletter.doctor.spf_record import (
    ASKS,
    IpAddress,
    Mechanism,
    Sending,
    SpfError,
    SpfRecord,
    expand,
    is_spf,
    needs_address,
    parse_spf,
)
from newsletter.phrases import Phrase, Said, phrase

LOOKUPS_MAX: Final = 10  # section 4.6.4
VOIDS_MAX: Final = 2
HOSTS_MAX: Final = 10  # of one "mx"
COUNTED_MAX: Final = 40  # look-ups that are counted where nobody ends the walk before


class SpfResult(StrEnum):
    """The result of an evaluation (section 2.6)."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    SOFTFAIL = "softfail"
    NEUTRAL = "neutral"
    NONE = "none"
    PERMERROR = "permerror"
    TEMPERROR = "temperror"


SIGNS: Final = {
    "+": SpfResult.PASS,
    "-": SpfResult.FAIL,
    "~": SpfResult.SOFTFAIL,
    "?": SpfResult.NEUTRAL,
}


class _EndedError(Exception):
    """The evaluation ends here."""

    def __init__(self, result: SpfResult) -> None:
        super().__init__(result)
        self.result = result


@dataclass
class SpfWalk:
    """
    One evaluation.

    Without an address nothing ever matches: the walk then asks all that any mail can cause.
    """

    # Large because the limits count over all parts of one evaluation, which end it from within.

    dns: Dns
    sender: str  # the reverse-path
    address: IpAddress | None = None
    lookups: int = 0
    voids: int = 0
    faults: list[tuple[str, Said]] = field(default_factory=list)  # place and fault
    unanswered: list[Phrase] = field(default_factory=list)

    def evaluate(self, domain: str) -> SpfResult:
        """Return what a receiver finds for a mail whose reverse-path is in *domain*."""
        try:
            return self._check_host(domain, ())
        except _EndedError as ended:
            return ended.result

    def _check_host(self, domain: str, through: tuple[str, ...]) -> SpfResult:
        record = self._find(domain)
        if isinstance(record, SpfResult):
            return record
        within = (*through, domain)
        for one in record.mechanisms:
            if one.name == "all" and self.address is None:
                return SpfResult.NEUTRAL
            if self._matches(one, domain, within):
                return SIGNS[one.sign]
        if record.redirect:
            self._count()
            return self._enter(self._name(record.redirect, domain), domain, within)
        return SpfResult.NEUTRAL

    def _enter(self, target: str, domain: str, within: tuple[str, ...]) -> SpfResult:
        """Evaluate the record of *target*, which has to have one (sections 5.2 and 6.1)."""
        if target in within:
            raise self._fault(domain, phrase("doctor.spf-circle", target=target))
        if self.address is None and needs_address(target):
            return SpfResult.NEUTRAL
        result = self._check_host(target, within)
        if result is SpfResult.NONE:
            raise self._fault(domain, phrase("doctor.spf-include-none", target=target))
        return result

    def _find(self, domain: str) -> SpfRecord | SpfResult:
        answer = self._asked(domain, Kind.TXT)
        if isinstance(answer, Unanswered):
            return SpfResult.TEMPERROR
        records = [one for one in answer.values if is_spf(one)] if _is_found(answer) else []
        if not records:
            return SpfResult.NONE
        if len(records) > 1:
            raise self._fault(domain, phrase("doctor.spf-two", count=len(records)))
        try:
            return parse_spf(records[0])
        except SpfError as error:
            raise self._fault(domain, error.phrase) from error

    def _matches(self, one: Mechanism, domain: str, within: tuple[str, ...]) -> bool:
        if one.name in ASKS:
            self._count()
        match one.name:
            case "all":
                return True
            case "ip4" | "ip6":
                return self.address is not None and self.address in (one.network or ())
            case "include":
                target = self._name(one.domain, domain)
                return self._enter(target, domain, within) is SpfResult.PASS
            case "exists":
                return self._exists(self._name(one.domain, domain))
            case "ptr":
                return False  # section 5.5: not to be used, and many receivers do not ask
            case _:
                return self._is_host(one, self._name(one.domain or domain, domain), domain)

    def _exists(self, name: str) -> bool:
        if self.address is None and needs_address(name):
            return False
        found = _is_found(self._asked(name, Kind.A, counts_voids=True))
        return found and self.address is not None

    def _is_host(self, one: Mechanism, name: str, domain: str) -> bool:
        if self.address is None and needs_address(name):
            return False
        return any(
            self._is_within(value, one)
            for host in self._hosts(one, name, domain)
            for value in self._addresses(host, counts_voids=one.name == "a")
        )

    def _hosts(self, one: Mechanism, name: str, domain: str) -> Iterator[str]:
        if one.name == "a":
            yield name
            return
        answer = self._asked(name, Kind.MX, counts_voids=True)
        hosts = [value.partition(" ")[2] for value in answer.values] if _is_found(answer) else []
        if len(hosts) > HOSTS_MAX:
            raise self._fault(domain, phrase("doctor.spf-many-hosts", name=name, count=len(hosts)))
        yield from hosts

    def _addresses(self, host: str, *, counts_voids: bool) -> tuple[str, ...]:
        if self.address is None:  # whichever exists: a receiver asks for one of them
            answer = self.dns.addresses(host)
            if isinstance(answer, Absent) and counts_voids:
                self._count_void()
        else:
            is_old = isinstance(self.address, IPv4Address)
            kind = Kind.A if is_old else Kind.AAAA
            answer = self._asked(host, kind, counts_voids=counts_voids)
        return answer.values if isinstance(answer, Found) else ()

    def _is_within(self, value: str, one: Mechanism) -> bool:
        if self.address is None:
            return False
        found = ip_address(value)
        bits = one.v4 if found.version == 4 else one.v6
        return self.address in ip_network(f"{found}/{bits}", strict=False)

    def _asked(self, name: str, kind: Kind, *, counts_voids: bool = False) -> Answer:
        answer = self.dns.ask(name, kind)
        if isinstance(answer, Unanswered):
            self.unanswered.append(answer.reason)
            if self.address is not None:
                raise _EndedError(SpfResult.TEMPERROR)
        elif isinstance(answer, Absent) and counts_voids:
            self._count_void()
        return answer

    def _name(self, spec: str, domain: str) -> str:
        if self.address is None and needs_address(spec):
            return spec
        return expand(spec, Sending(self.sender, domain, self.address)).lower().removesuffix(".")

    def _count(self) -> None:
        self.lookups += 1
        limit = COUNTED_MAX if self.address is None else LOOKUPS_MAX
        if self.lookups > limit:
            raise _EndedError(SpfResult.PERMERROR)

    def _count_void(self) -> None:
        self.voids += 1
        if self.voids > VOIDS_MAX and self.address is not None:
            raise _EndedError(SpfResult.PERMERROR)

    def _fault(self, place: str, fault: Said) -> _EndedError:
        """Note a fault of the record; return what ends the evaluation."""
        self.faults.append((place, fault))
        return _EndedError(SpfResult.PERMERROR)


def _is_found(answer: Answer) -> TypeGuard[Found]:
    return isinstance(answer, Found)
