"""Asks DNS, and tells what does not exist apart from what was not answered."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final, TypeAlias

from newsletter.phrases import Phrase, Said, phrase

if TYPE_CHECKING:
    from dns.exception import DNSException
    from dns.resolver import Resolver

PORT: Final = 53
TRY_S: Final = 2.0  # for one packet, which is then sent again
PATIENCE_S: Final = 6.0  # for an answer, all tries together
PAYLOAD: Final = 1232  # octets of an answer by UDP that no network cuts into pieces


class Kind(StrEnum):
    """A type of record."""

    A = "A"
    AAAA = "AAAA"
    MX = "MX"
    TXT = "TXT"
    PTR = "PTR"
    SOA = "SOA"


@dataclass(frozen=True, slots=True)
class Found:
    """The records of a name, aliases (CNAME) followed."""

    # TXT: the strings of each record joined, any octet beyond ASCII as \xNN. MX: "10 mail.a.org",
    # and "0 ." for no mail. Names are in lower case, without the dot at the end.
    values: tuple[str, ...]


class Absent(StrEnum):
    """The servers of the zone say that there is no such record."""

    NAME = "name"  # NXDOMAIN: nor is there anything else of this name
    RECORD = "record"  # the name exists, and has no record of this type


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Nothing is known: time-out, SERVFAIL, an answer that was cut off."""

    reason: Phrase


Answer: TypeAlias = Found | Absent | Unanswered


@dataclass(frozen=True, slots=True)
class NameServer:
    """The address of a resolver."""

    address: str  # IPv4 or IPv6
    port: int = PORT


def read_name_server(text: str) -> NameServer | None:
    """Read ADDRESS, ADDRESS:PORT or [IPv6]:PORT; None if *text* is none of them."""
    text = text.strip()
    if text.startswith("["):
        address, closed, rest = text[1:].partition("]")
        port = rest.removeprefix(":") if closed else "?"
    elif text.count(":") == 1:
        address, _, port = text.partition(":")
    else:
        address, port = text, ""
    try:
        ip_address(address)
    except ValueError:
        return None
    if not port:
        return NameServer(address)
    is_port = port.isascii() and port.isdigit() and len(port) < 6 and 0 < int(port) < 65_536
    return NameServer(address, int(port)) if is_port else None


class Dns:
    """Asks the system's resolver, or a named one; the same question is asked only once."""

    def __init__(self, server: NameServer | None = None, patience_s: float = PATIENCE_S) -> None:
        """Ask *server*, or that of the system; wait *patience_s* for each answer."""
        self._server = server
        self._patience_s = patience_s
        self._known: dict[tuple[str, Kind], Answer] = {}
        self._opened: Resolver | None = None

    def ask(self, name: str, kind: Kind) -> Answer:
        """Return the records of a name; a name that cannot be in DNS has none."""
        key = (name.lower().removesuffix("."), kind)
        if key not in self._known:
            self._known[key] = self._ask(*key)
        return self._known[key]

    def addresses(self, name: str) -> Answer:
        """Return the IPv4 and IPv6 addresses of a host; unanswered if neither is known."""
        answers = [self.ask(name, Kind.A), self.ask(name, Kind.AAAA)]
        found = [value for one in answers if isinstance(one, Found) for value in one.values]
        if found:
            return Found(tuple(found))
        return next((one for one in answers if isinstance(one, Unanswered)), answers[0])

    def pointer(self, address: str) -> Answer:
        """Return the names that an IP address has (PTR)."""
        return self.ask(ip_address(address).reverse_pointer, Kind.PTR)

    def _ask(self, name: str, kind: Kind) -> Answer:
        from dns.exception import DNSException  # noqa: PLC0415 - slow to load, rarely needed
        from dns.name import LabelTooLong, NameTooLong, from_text  # noqa: PLC0415
        from dns.resolver import NXDOMAIN  # noqa: PLC0415

        try:
            asked = from_text(name)
        except (DNSException, LabelTooLong, NameTooLong, UnicodeError):
            return Absent.NAME
        try:
            answer = self._resolver().resolve(
                asked, kind, raise_on_no_answer=False, search=False, lifetime=self._patience_s
            )
        except NXDOMAIN:
            return Absent.NAME
        except (DNSException, OSError) as error:
            reason = phrase("delivery.dns-unanswered", kind=kind, name=name, reason=_reason(error))
            return Unanswered(reason)
        if answer.rrset is None:
            return Absent.RECORD
        return Found(tuple(_texts(answer.rrset, kind)))

    def _resolver(self) -> "Resolver":
        if self._opened is None:
            from dns.resolver import Resolver  # noqa: PLC0415 - as above

            self._opened = Resolver(configure=self._server is None)
            if self._server is not None:
                self._opened.nameservers = [self._server.address]
                self._opened.port = self._server.port
            self._opened.timeout = min(TRY_S, self._patience_s)
            self._opened.use_edns(0, 0, PAYLOAD)
        return self._opened


def _reason(error: "DNSException | OSError") -> Said:
    from dns.exception import Timeout  # noqa: PLC0415 - as above
    from dns.message import Truncated  # noqa: PLC0415

    if isinstance(error, Timeout) and not _tried(error):
        return phrase("delivery.dns-silent")
    tried = _tried(error)
    if any(isinstance(one, Truncated) for one in tried):
        return phrase("delivery.dns-cut-off")
    words = [one for one in tried if isinstance(one, str)]
    if isinstance(error, Timeout) and not words:
        return phrase("delivery.dns-silent")
    return words[-1] if words else type(error).__name__


def _tried(error: "DNSException | OSError") -> list[object]:
    """Return what each try has met: an exception, or the code of an answer (SERVFAIL)."""
    errors = getattr(error, "kwargs", {}).get("errors") or ()
    return [one[3] for one in errors]


def _texts(records: Iterable[object], kind: Kind) -> Iterable[str]:
    for one in records:
        match kind:
            case Kind.TXT:
                strings: tuple[bytes, ...] = getattr(one, "strings", ())
                yield b"".join(strings).decode("ascii", "backslashreplace")
            case Kind.MX:
                host = str(getattr(one, "exchange", "")).lower()
                yield f"{getattr(one, 'preference', 0)} {host.rstrip('.') or '.'}"
            case _:
                yield str(one).lower().rstrip(".")
