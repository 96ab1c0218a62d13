"""``sender.bounces`` of publication.yaml: the address that bounces come back to, with a token."""

from typing import Final

LOCAL_PART_MAX: Final = 64  # RFC 5321, section 4.5.3.1.1
PLACE: Final = "{token}"  # where an address has its token
TOKEN_LENGTH: Final = 50  # characters; see `newsletter.message.bounces`


def token_template(address: str) -> str:
    """
    Return *address* with a place for the token: behind a plus sign, unless it names another.

    ``bounces@news.example.org`` becomes ``bounces+{token}@news.example.org``.
    """
    if PLACE in address:
        return address
    local, _, domain = address.rpartition("@")
    return f"{local}+{PLACE}@{domain}"


def local_part_length(address: str) -> int:
    """Count the characters of the local part once its token is in."""
    local = token_template(address).rpartition("@")[0]
    return len(local) - len(PLACE) + TOKEN_LENGTH
