"""What an address looks like on the wire, or why it cannot go there."""

import re
from typing import Final

import idna

# RFC 5321 §4.1.2 Dot-string, with RFC 6531 §3.3's UTF-8. Quoted local parts are left out:
# no mailbox provider gives them out, and a comma in one is a second recipient to an API.
LOCAL_PART: Final = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*")
ASCII_DOMAIN: Final = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", re.IGNORECASE)


def wire_address(address: str) -> str | None:
    """
    Turn *address* into its form on the wire, the domain as A-labels (IDNA 2008).

    Returns:
        The address, not ASCII only if its local part is not, which takes a server with
        SMTPUTF8 (RFC 6531); None for what has no such form.
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
