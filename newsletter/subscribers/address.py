"""An address and the name beside it: what is accepted, and when two spellings are one reader."""

import re
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize

from newsletter.errors import ContentError

LONGEST_ADDRESS: Final = 254  # octets; RFC 5321 section 4.5.3.1.3 less the angle brackets
LONGEST_NAME: Final = 200  # characters

# C0 and C1 controls, the line and paragraph separators, and what no UTF-8 can carry. A line
# end in a name would end a header (RFC 5322 section 2.2) and begin one of the writer's choice.
_UNFIT: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

# The addresses most people have: RFC 5322 dot-atom before the @, RFC 1123 host name after it.
_ATOM: Final = r"[a-zA-Z0-9_!#$%&'*+\-/=?^`{|}~]+"
_LABEL: Final = r"[a-zA-Z0-9](?:[a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])?"
_LAST_LABEL: Final = r"[a-zA-Z](?:[a-zA-Z0-9\-]{0,61}[a-zA-Z])?"
_PLAIN: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+({_LAST_LABEL})")
_RESERVED: Final = frozenset({"arpa", "invalid", "local", "localhost", "onion", "test"})


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox as its owner writes it, and the key by which it is found again."""

    spelling: str  # NFC; mail goes here
    key: str  # local part casefolded, domain in IDNA ASCII, lower case


def address_of(text: str) -> Address:
    """
    Check that mail could be sent to *text*; no name server is asked.

    Domains may be internationalised, and so may the part before the @. Spaces around the
    address are dropped.

    Raises:
        ContentError: it is empty, too long, holds control characters or is no address;
            the message says which, without a place.
    """
    refuse_unfit(text, "address")
    text = text.strip()
    if not text:
        raise ContentError("no address; write one like name@example.org")
    if len(text) > LONGEST_ADDRESS:
        msg = f"the address {shown(text)} is longer than {LONGEST_ADDRESS} characters"
        raise ContentError(msg)
    return _plain(text) or _checked(text)


def name_of(text: str) -> str:
    """
    Clean a name: NFC, without spaces around it; it may be empty.

    Raises:
        ContentError: it holds a line end or another control character, or is too long.
    """
    if not text.isprintable():
        refuse_unfit(text, "name")
    name = text.strip() if text.isascii() else normalize("NFC", text).strip()
    if len(name) > LONGEST_NAME:
        msg = f"the name {shown(name)} is longer than {LONGEST_NAME} characters; shorten it"
        raise ContentError(msg)
    return name


def refuse_unfit(text: str, what: str) -> None:
    """
    Refuse control characters and line ends.

    Raises:
        ContentError: *text* has one; the message calls it the character of the *what*.
    """
    if found := _UNFIT.search(text):
        msg = (
            f"the {what} {shown(text)} has a control character or line end "
            f"(U+{ord(found[0]):04X}); remove it"
        )
        raise ContentError(msg)


def shown(text: str) -> str:
    """Quote what a person wrote for a message of one line, shortened, without effects."""
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _plain(text: str) -> Address | None:
    """
    Accept an ordinary ASCII address at a twentieth of the full check's cost.

    None means only that the full check decides: Punycode and names like ab--c are left to
    it, and so are the domains reserved for use without mail.
    """
    match = _PLAIN.fullmatch(text)
    if match is None or "--" in text or match[1].lower() in _RESERVED:
        return None
    at = text.index("@")
    if len(text) - at - 1 > 253:  # RFC 1035 section 2.3.4
        return None
    return Address(text, text.lower())


def _checked(text: str) -> Address:
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - 40 ms, rare

    try:
        found = validate_email(text, check_deliverability=False)
    except EmailNotValidError as error:
        msg = f"{shown(text)} is not an address: {error}"
        raise ContentError(msg) from None
    local, _, domain = normalize("NFC", text).rpartition("@")
    if domain.lower() not in {found.domain, found.ascii_domain}:
        domain = found.domain  # it had a full-width dot or letter, which SMTP does not know
    folded = normalize("NFC", normalize("NFD", local).casefold())
    return Address(f"{local}@{domain}", f"{folded}@{found.ascii_domain}")
