"""Encodes mailboxes in header fields: a display name and an address."""

import re
from typing import Final

from newsletter.message import headers

# RFC 5322, section 3.2.3, without comments; the form of most addresses.
DOT_ATOM: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
SPECIALS: Final = re.compile(r'[()<>\[\]:;@\\," ]')  # RFC 5322, section 3.2.3


def mailbox(name: str, address: str, used: int) -> bytes:
    """
    Return a mailbox: the address alone, or a name followed by the address.

    Args:
        name: as people write it.
        address: as its owner writes it; a non-ASCII domain is written in A-labels.
        used: characters already on the line.

    Raises:
        ValueError: *name* or *address* contains a control character, or *address* would not be
            parsed as exactly one address.
    """
    wire = address.encode() if DOT_ATOM.fullmatch(address) else _checked(address)
    if not name:
        return wire
    return beside(headers.phrase(name, used), b"<" + wire + b">", used)


def beside(phrase: bytes, angle: bytes, used: int) -> bytes:
    """Append the part in angle brackets to a phrase, on a new line if the line is too long."""
    _, is_folded, last = phrase.rpartition(b"\r\n")
    length = len(last) + (0 if is_folded else used) + 1 + len(angle)
    return phrase + (b" " if length <= headers.LINE_MAX else b"\r\n ") + angle


def _checked(address: str) -> bytes:
    """Return an unusual address: an IDN domain in A-labels; otherwise as RFC 6532 allows."""
    headers.refuse_controls(address)
    local, _, domain = address.rpartition("@")
    if SPECIALS.search(domain) or (SPECIALS.search(local) and not QUOTED.fullmatch(local)):
        msg = f"{address!r} would be read as something else than one address"
        raise ValueError(msg)
    if address.isascii() or not local.isascii():
        return address.encode()
    import idna  # noqa: PLC0415 - for the few addresses that need it

    return f"{local}@{idna.encode(domain, uts46=True).decode()}".encode()
