"""The client side of a connection: this machine's name in EHLO, and the trusted certificates."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
LONGEST_NAME: Final = 253  # octets (RFC 1035 §2.3.4, without the first and last octet)
# Top-level names with a special meaning, or no meaning, outside one network: RFC 6761, RFC 7686,
# RFC 8375, RFC 6762 appendix G, and names that Linux distributions write into /etc/hosts.
LOCAL_ENDINGS: Final = frozenset(
    "arpa corp home internal intranet invalid lan local localdomain localhost onion private test"
    "".split()
)


def read_system_name() -> str:
    """Ask the system for its full name; the DNS look-up may take seconds; never raises."""
    import socket  # noqa: PLC0415 - an outbox loads no network code

    try:
        return socket.getfqdn()
    except (OSError, UnicodeError):  # a label that is empty or too long breaks the look-up
        return socket.gethostname()


@dataclass(frozen=True, slots=True)
class Caller:
    """What a provider is told about this machine, and what this machine requires of it."""

    helo: str = ""  # NEWSLETTER_HELO, as sent on the wire; "": see `choose_own_name`
    sender_domain: str = ""  # domain of the letters' sender; "" if unknown
    certificates: str = field(default="", repr=False)  # PEM: trusted in addition to the system's
    read_system_name: Callable[[], str] = field(default=read_system_name, repr=False)


UNNAMED: Final = Caller()


def read_own_name(text: str) -> str | None:
    """
    Read a name for EHLO that a person configured, and return it as it is sent on the wire.

    Returns:
        A fully qualified domain name in A-labels, or an address literal (RFC 5321 §4.1.3);
        None if *text* is neither.
    """
    literal = re.fullmatch(r"\[(IPv6:)?([0-9a-f.:]+)\]", text, re.IGNORECASE)
    if literal is None:
        return qualified_name(text)
    try:
        address = ipaddress.ip_address(literal[2])
    except ValueError:
        return None
    return address_literal(literal[2]) if bool(literal[1]) == (address.version == 6) else None


def choose_own_name(caller: Caller, system_name: str, address: str) -> str:
    """
    Choose the name that this machine sends in EHLO: the first of these that exists.

    1. NEWSLETTER_HELO: the person who sets it knows the relay.
    2. The system's own name, if it is a fully qualified domain name of the public internet.
       RFC 5321 §4.1.1.1 asks for it, and §4.1.4 says that a relay must not refuse a letter
       because the name resolves to another address.
    3. The domain of the sender's address. §4.1.4 prescribes the address literal here. But relays
       often refuse a literal, mostly one of loopback or of a private network (Postfix:
       reject_non_fqdn_helo_hostname; Google's relay answers 421). The sender's domain exists,
       belongs to the sender, and is in the letter anyway.
    4. The address literal of this end of the connection.

    Args:
        caller: the configured name, and the sender's domain.
        system_name: the name that the system reports, valid or not.
        address: the address of this end of the connection, IPv4 or IPv6.
    """
    if caller.helo:
        return caller.helo
    own = qualified_name(system_name)
    if own and own.rpartition(".")[2].lower() not in LOCAL_ENDINGS:
        return own
    return qualified_name(caller.sender_domain) or address_literal(address)


def qualified_name(name: str) -> str | None:
    """
    Return *name* in A-labels (IDNA 2008) if it is a fully qualified domain name.

    Such a name has two or more labels of letters, digits and hyphens; the last label is not a
    number. A dot at the end is removed.
    """
    name = name.removesuffix(".")
    if not name.isascii():
        import idna  # noqa: PLC0415 - large, and rarely needed

        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except (UnicodeError, IndexError):  # idna's errors are UnicodeErrors
            return None
    labels = name.split(".")
    is_name = len(name) <= LONGEST_NAME and all(map(LABEL.fullmatch, labels))
    return name if is_name and len(labels) > 1 and not labels[-1].isdigit() else None


def address_literal(address: str) -> str:
    """Write an IP address in the form that EHLO requires (RFC 5321 §4.1.3)."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    if mapped:
        return f"[{mapped}]"
    return f"[IPv6:{ip}]" if ip.version == 6 else f"[{ip}]"
