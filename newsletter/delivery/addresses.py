"""The form of an e-mail address on the wire; None for an address that cannot be sent to."""

import re
from typing import Final

import idna

# RFC 5321 §4.1.2 Dot-string, with the UTF-8 of RFC 6531 §3.3. Quoted local parts are excluded:
# no mailbox provider assigns them, and an API reads a comma in one as a second recipient.
LOCAL_PART: Final = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*")
ASCII_DOMAIN: Final = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.IGNORECASE)


def wire_address(address: str) -> str | None:
    """
    Turn *address* into its form on the wire, the domain as A-labels (IDNA 2008).

    Returns:
        The address; None if *address* has no such form. It is not ASCII if its local part is not
        ASCII; then the server must support SMTPUTF8 (RFC 6531).
    """
    local, _, domain = address.rpartition("@")
    if len(local.encode()) > 64 or LOCAL_PART.fullmatch(local) is None:
        return None
    if domain.isascii():
        return address if ASCII_DOMAIN.fullmatch(domain) else None
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode('ascii')}"
    except UnicodeError:
        return None
