"""Reads an SPF record (RFC 7208): its mechanisms, its redirect, its macros."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Final, TypeAlias
from urllib.parse import quote

from newsletter.errors import ContentError
from newsletter.phrases import phrase

IpAddress: TypeAlias = IPv4Address | IPv6Address
VERSION: Final = "v=spf1"
ASKS: Final = frozenset({"include", "a", "mx", "ptr", "exists"})  # count as look-ups: §4.6.4
NAMES: Final = ASKS | {"all", "ip4", "ip6"}
TERM: Final = re.compile(r"(?P<sign>[-+~?]?)(?P<name>[a-z0-9]+)(?P<rest>[:/].*)?", re.IGNORECASE)
MODIFIER: Final = re.compile(r"(?P<name>[a-z][a-z0-9._-]*)=(?P<value>.*)", re.IGNORECASE)
RANGE: Final = re.compile(r"(?P<domain>[^/]*)(?:/(?P<v4>\d{1,2}))?(?://(?P<v6>\d{1,3}))?")
MACRO: Final = re.compile(r"%(?:\{([slodiphv])(\d{0,3})(r?)([.\-+,/_=]*)\}|([%_-]))", re.IGNORECASE)
ESCAPES: Final = {"%": "%", "_": " ", "-": "%20"}
OF_ADDRESS: Final = frozenset("ipv")  # macros that only a sending address can fill


class SpfError(ContentError):
    """The record is not valid: receivers treat all mail as if it had failed (permerror)."""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A mechanism of a record."""

    sign: str  # + pass, - fail, ~ softfail, ? neutral
    name: str  # lower case
    domain: str = ""  # with macros; "": the record's own
    v4: int = 32  # bits of IPv4 and IPv6 addresses that have to match
    v6: int = 128
    network: IPv4Network | IPv6Network | None = None  # of ip4 and ip6


@dataclass(frozen=True, slots=True)
class SpfRecord:
    """A valid record."""

    mechanisms: Sequence[Mechanism]
    redirect: str = ""  # with macros; "": none


@dataclass(frozen=True, slots=True)
class Sending:
    """What macros are filled with (section 7)."""

    sender: str  # the reverse-path
    domain: str  # whose record it is
    address: IpAddress | None = None  # None: not known


def is_spf(text: str) -> bool:
    """Return whether a TXT record is one of SPF (section 4.5)."""
    return text.lower() == VERSION or text.lower().startswith(f"{VERSION} ")


def is_nearly_spf(text: str) -> bool:
    """Return whether a TXT record was meant as one of SPF, and receivers do not see that."""
    bare = text.strip(" \t\"'“”\\").lower()
    return not is_spf(text) and bare.startswith(("v=spf", "v = spf", "spf1 ", "v=sfp"))


def parse_spf(text: str) -> SpfRecord:
    """
    Parse a record for which `is_spf` holds.

    Raises:
        SpfError: a term is not valid; it is named.
    """
    mechanisms: list[Mechanism] = []
    redirect: list[str] = []
    for term in text[len(VERSION) :].split():
        modifier = MODIFIER.fullmatch(term)
        if modifier and modifier["name"].lower() not in NAMES:
            _check_macros(modifier["value"], term)
            if modifier["name"].lower() == "redirect":
                redirect.append(_require(modifier["value"], term))
        else:
            mechanisms.append(_parse_mechanism(term))
    if len(redirect) > 1:
        raise _invalid("redirect=")
    return SpfRecord(tuple(mechanisms), redirect[0] if redirect else "")


def _parse_mechanism(term: str) -> Mechanism:
    found = TERM.fullmatch(term)
    name = found["name"].lower() if found else ""
    if found is None or name not in NAMES:
        raise _invalid(term)
    sign, rest = found["sign"] or "+", found["rest"] or ""
    match name:
        case "all":
            if rest:
                raise _invalid(term)
            return Mechanism(sign, name)
        case "ip4" | "ip6":
            return Mechanism(sign, name, network=_network(rest.removeprefix(":"), name, term))
        case "a" | "mx":
            return _ranged(sign, name, rest, term)
        case _:
            domain = rest.removeprefix(":") if rest.startswith(":") else ""
            if (rest and not domain) or (name != "ptr" and not domain):
                raise _invalid(term)
            _check_macros(domain, term)
            return Mechanism(sign, name, domain)


def _network(text: str, name: str, term: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        raise _invalid(term) from None
    if network.version != int(name[-1]):
        raise _invalid(term)
    return network


def _ranged(sign: str, name: str, rest: str, term: str) -> Mechanism:
    # A slash may stand inside the braces of a macro, as a delimiter.
    body = rest.removeprefix(":")
    macros_end = body.rfind("}") + 1
    found = RANGE.fullmatch(body[macros_end:])
    if found is None or (rest.startswith(":") and not body[:macros_end] + found["domain"]):
        raise _invalid(term)
    domain = body[:macros_end] + found["domain"]
    _check_macros(domain, term)
    v4, v6 = int(found["v4"] or 32), int(found["v6"] or 128)
    if v4 > 32 or v6 > 128:
        raise _invalid(term)
    return Mechanism(sign, name, domain, v4, v6)


def _require(value: str, term: str) -> str:
    if not value:
        raise _invalid(term)
    return value


def _check_macros(text: str, term: str) -> None:
    if "%" in MACRO.sub("", text):
        raise _invalid(term)


def needs_address(text: str) -> bool:
    """Return whether a macro in *text* can only be filled for one sending address."""
    return any(found[1] and found[1].lower() in OF_ADDRESS for found in MACRO.finditer(text))


def expand(text: str, sending: Sending) -> str:
    """Fill the macros of a domain (section 7.3); an upper case letter escapes as in a URL."""
    return MACRO.sub(lambda found: _value(found, sending), text)


def _value(found: re.Match[str], sending: Sending) -> str:
    letter, digits, is_reversed, delimiters, escape = found.groups()
    if escape:
        return ESCAPES[escape]
    local, _, sender_domain = sending.sender.rpartition("@")
    address = sending.address
    values = {
        "s": sending.sender,
        "l": local or "postmaster",
        "o": sender_domain,
        "d": sending.domain,
        "h": sender_domain,
        "p": "unknown",  # section 7.2 discourages it
        "i": _dotted(address),
        "v": "ip6" if isinstance(address, IPv6Address) else "in-addr",
    }
    parts = re.split(f"[{re.escape(delimiters or '.')}]", values[letter.lower()])
    if is_reversed:
        parts.reverse()
    value = ".".join(parts[-int(digits) :] if digits and int(digits) else parts)
    return quote(value, safe="-._~") if letter.isupper() else value


def _dotted(address: IpAddress | None) -> str:
    if isinstance(address, IPv6Address):
        return ".".join(address.exploded.replace(":", ""))
    return str(address or "")


def _invalid(term: str) -> SpfError:
    return SpfError(phrase("doctor.spf-term", term=term))
