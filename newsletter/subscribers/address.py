"""Addresses and names of readers: validation, and the key that identifies a reader."""

import re
from dataclasses import dataclass
from typing import Final
from unicodedata import category, normalize

from newsletter.errors import ContentError
from newsletter.phrases import Said, phrase
from newsletter.subscribers.address_faults import say_fault

LONGEST_ADDRESS: Final = 254  # octets; RFC 5321 section 4.5.3.1.3 less the angle brackets
LONGEST_NAME: Final = 200  # characters
LONGEST_TO_CLEAN: Final = 1_000  # characters; the cleaning time grows with the square of the length

# C0 and C1 controls, the line and paragraph separators, and surrogates, which UTF-8 cannot
# encode. A line end in a name would end a header (RFC 5322 section 2.2) and start a new one.
_UNFIT: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

# Characters that change the writing direction of the following text; names do not need them.
_TURNING: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")

# Invisible letters, fillers and marks. Joiners are not included: emoji and Persian need them,
# and a name of joiners alone is treated as empty.
_HIDDEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2060-\u2065"
    "\u206a-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_FLOOD: Final = re.compile("M{5}")  # consecutive marks; Tibetan and Vietnamese need fewer
_ORDINARY_NAME: Final = re.compile("[가-힣A-Za-z0-9 .'()·,&_-]*")

# Ordinary addresses: RFC 5322 dot-atom before the @, RFC 1123 host name after it.
_ATOM: Final = r"[a-zA-Z0-9_!#$%&'*+\-/=?^`{|}~]+"
_LABEL: Final = r"[a-zA-Z0-9](?:[a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])?"
_LAST_LABEL: Final = r"[a-zA-Z](?:[a-zA-Z0-9\-]{0,61}[a-zA-Z])?"
_PLAIN: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+({_LAST_LABEL})")
_QUOTED: Final = re.compile(r'\s*"((?:[^"\\]|\\.)+)"(@[^"@]+)')  # RFC 5321 section 4.1.2
_ESCAPED: Final = re.compile(r"\\(.)")
_RESERVED: Final = frozenset({"arpa", "invalid", "local", "localhost", "onion", "test"})


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox as its owner spells it, and the key for looking it up."""

    spelling: str  # NFC; mail is sent to this spelling
    key: str  # local part casefolded, domain in IDNA ASCII, lower case


def address_of(text: str) -> Address:
    """
    Validate *text* as an email address, without a DNS query.

    The domain may be internationalised, and the part before the @ too. Spaces around the
    address are removed.

    Raises:
        ContentError: the text is empty, too long, contains control characters or is no address;
            the message says which, without a place.
    """
    if unfit := find_unfit(text):
        fault = phrase("subscribers.address-control", address=shown(text), found=unfit)
        raise ContentError(fault)
    text = text.strip()
    if not text:
        raise ContentError(phrase("subscribers.no-address"))
    if len(text) > LONGEST_ADDRESS:
        fault = phrase("subscribers.address-too-long", address=shown(text), most=LONGEST_ADDRESS)
        raise ContentError(fault)
    return _plain(text) or _checked(text)


def unquoted(text: str) -> str:
    """Return an address without quotation marks around its local part: the mailbox is the same."""
    found = _QUOTED.fullmatch(text)
    return text if found is None else _ESCAPED.sub(r"\1", found[1]) + found[2]


def name_of(text: str) -> str:
    """
    Clean a name: NFC, without surrounding spaces and invisible characters; may be empty.

    `remark_on_name` names the removed characters.

    Raises:
        ContentError: the name contains a line end or another control character, changes the
            writing direction, stacks too many accents, or is too long.
    """
    is_ordinary = _ORDINARY_NAME.fullmatch(text)  # true for nearly all names
    name = text.strip() if is_ordinary else _cleaned(text)
    if len(name) > LONGEST_NAME:
        raise _too_long(name)
    return name


def remark_on_name(text: str, name: str) -> Said:
    """Return which characters `name_of` removed from *text*; empty if only spaces."""
    if len(text.strip()) <= len(name):
        return ""
    hidden = _hidden_in(text) if name else list(dict.fromkeys(text.strip()))
    if not hidden:
        return ""
    codes = ", ".join(map(_code_of, hidden[:3]))
    codes += " …" if len(hidden) > 3 else ""
    if not name:
        return phrase("subscribers.name-unseen", name=ascii(text[:20]), found=codes)
    return phrase("subscribers.name-cleaned", name=shown(name), found=codes)


def _cleaned(text: str) -> str:
    if unfit := find_unfit(text):
        raise ContentError(phrase("subscribers.name-control", name=shown(text), found=unfit))
    if len(text.strip()) > LONGEST_TO_CLEAN:
        raise _too_long(text)
    if turning := _TURNING.search(text):
        found = _code_of(turning[0])
        raise ContentError(phrase("subscribers.name-turns", name=shown(text), found=found))
    if "\ufffd" in text:
        raise ContentError(phrase("subscribers.name-lost-letter", name=shown(text)))
    name = _HIDDEN.sub("", normalize("NFC", text)).strip()
    if _FLOOD.search(_marks_of(name)):
        raise ContentError(phrase("subscribers.name-accents", name=ascii(name[:20])))
    return name if is_seen(name) else ""


def is_seen(text: str) -> bool:
    """Return whether anybody can see something in *text*: not only blanks, fillers and controls."""
    return any(category(char)[0] in "LNSP" for char in _HIDDEN.sub("", text))


def _too_long(name: str) -> ContentError:
    return ContentError(phrase("subscribers.name-too-long", name=shown(name), most=LONGEST_NAME))


def _hidden_in(text: str) -> list[str]:
    """Return the invisible characters, each once."""
    return list(dict.fromkeys(char for char in text if _HIDDEN.match(char)))


def _marks_of(name: str) -> str:
    return "".join(category(char)[0] for char in name)


def find_unfit(text: str) -> str:
    """Return the first control character or line end of *text*, like U+000A; "" if none."""
    if text.isprintable():
        return ""
    found = _UNFIT.search(text)
    return _code_of(found[0]) if found else ""


def _code_of(char: str) -> str:
    return f"U+{ord(char):04X}"


def shown(text: str) -> str:
    """Quote a person's text for a one-line message: shortened, without control characters."""
    return repr(text if len(text) <= 60 else text[:57] + "...")


def printable(text: str) -> str:
    """Replace each character that controls a terminal or ends a line by U+FFFD."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def _plain(text: str) -> Address | None:
    """
    Accept an ordinary ASCII address at a twentieth of the full check's cost.

    None means that the full check must decide: for Punycode, for names like ab--c, and for
    reserved domains that have no mail.
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

    if hidden := _HIDDEN.search(text) or _TURNING.search(text):
        written, found = ascii(text[:60]), _code_of(hidden[0])
        raise ContentError(phrase("subscribers.address-hidden", address=written, found=found))
    try:
        valid = validate_email(text, check_deliverability=False)
    except EmailNotValidError as error:
        fault = phrase(
            "subscribers.not-an-address", address=shown(text), fault=say_fault(str(error))
        )
        raise ContentError(fault) from None
    local, _, domain = normalize("NFC", text).rpartition("@")
    if domain.lower() not in {valid.domain, valid.ascii_domain}:
        domain = valid.domain  # the input had a full-width dot or letter, which SMTP does not allow
    folded = normalize("NFC", normalize("NFD", local).casefold())
    return Address(f"{local}@{domain}", f"{folded}@{valid.ascii_domain}")
