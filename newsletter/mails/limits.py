"""Limits of mails that anybody can ask for: no form may become a weapon."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

DAY: Final = timedelta(hours=24)
HOUR: Final = timedelta(hours=1)
APART: Final = timedelta(minutes=5)  # between two mails to one address
AN_ADDRESS_A_DAY: Final = 3
A_NETWORK_AN_HOUR: Final = 20
WAITS: Final = timedelta(days=7)  # for a window of a network; then the request is deleted
UNKNOWN_NETWORK: Final = "unknown"
WITH_PORT: Final = re.compile(r"\[([0-9a-fA-F:.%]+)\](?::\d+)?|(\d+\.\d+\.\d+\.\d+):\d+")
IPV4_PREFIX: Final = 24
IPV6_PREFIX: Final = 56


@dataclass(frozen=True, slots=True)
class Sent:
    """When limited mails were begun; aware UTC, in order."""

    to_address: Sequence[datetime]  # of the same kind, in the last 24 hours
    to_network: Sequence[datetime]  # in the last 60 minutes; the next alike
    to_all: Sequence[datetime]


@dataclass(frozen=True, slots=True)
class Limits:
    """How many limited mails may begin in any 60 minutes."""

    all_an_hour: int
    network_an_hour: int = A_NETWORK_AN_HOUR


@dataclass(frozen=True, slots=True)
class Wait:
    """The mail may leave, but not before *until*."""

    until: datetime
    is_crowded: bool  # over the limit of the network or of all, not of the address


def find_wait(sent: Sent, limits: Limits, now: datetime) -> Wait | None:
    """Return how long a mail waits for its window; None: it may begin now."""
    waits = [
        Wait(until, is_crowded)
        for until, is_crowded in (
            (sent.to_address[-1] + APART if sent.to_address else now, False),
            (_opens(sent.to_address, AN_ADDRESS_A_DAY, now, DAY), False),
            (_opens(sent.to_network, limits.network_an_hour, now), True),
            (_opens(sent.to_all, limits.all_an_hour, now), True),
        )
        if until > now
    ]
    return max(waits, key=lambda one: one.until, default=None)


def network_of(address: str) -> str:
    """
    Return the network that an IP address belongs to: its /24, or /56 of IPv6.

    An IPv4 address inside IPv6 belongs to its IPv4 network, and a port behind it does not count.
    All that are no address share one network: nobody gets around the limits by that.
    """
    found = WITH_PORT.fullmatch(address.strip())
    plain = (found[1] or found[2]) if found else address
    try:
        ip = ipaddress.ip_address(plain.partition("%")[0])
    except ValueError:
        return UNKNOWN_NETWORK
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    prefix = IPV4_PREFIX if ip.version == 4 else IPV6_PREFIX
    return str(ipaddress.ip_network(f"{ip}/{prefix}", strict=False))


def _opens(
    begun: Sequence[datetime], most: int, now: datetime, window: timedelta = HOUR
) -> datetime:
    """Return when the window has room for one more."""
    if len(begun) < most:
        return now
    return (begun[-most] if most else now) + window
