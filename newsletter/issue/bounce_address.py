"""``sender.bounces`` of publication.yaml: the address for bounces, with a place for a token."""

from typing import Final

LOCAL_PART_MAX: Final = 64  # RFC 5321, section 4.5.3.1.1
PLACE: Final = "{token}"  # the placeholder of the token in an address
TOKEN_LENGTH: Final = 50  # characters; see `newsletter.message.bounces`


def token_template(address: str) -> str:
    """
    Return *address* with a placeholder of the token: after a plus sign, unless it has one.

    ``bounces@news.example.org`` becomes ``bounces+{token}@news.example.org``.
    """
    if PLACE in address:
        return address
    local, _, domain = address.rpartition("@")
    return f"{local}+{PLACE}@{domain}"


def local_part_length(address: str) -> int:
    """Count the characters of the local part including its token."""
    local = token_template(address).rpartition("@")[0]
    return len(local) - len(PLACE) + TOKEN_LENGTH
