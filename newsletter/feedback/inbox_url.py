"""Parses NEWSLETTER_INBOXES. Secrets in it are never repeated in a message."""

import re
import shlex
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final
from urllib.parse import unquote

from newsletter.delivery.mail_url import PLACE, SCHEME
from newsletter.errors import SettingsError
from newsletter.phrases import Phrase, phrase

MAILDIR: Final = "maildir"
TLS: Final = "imaps"
STARTTLS: Final = "imap+starttls"
PLAIN: Final = "imap"  # known only to be refused
# A complete example of each kind, shown as the remedy.
FORMS: Final[Mapping[str, str]] = {
    MAILDIR: "maildir:PATH",
    TLS: "imaps://USER:PASSWORD@HOST/FOLDER",
    STARTTLS: "imap+starttls://USER:PASSWORD@HOST/FOLDER",
}
PORTS: Final = {TLS: 993, STARTTLS: 143}
MOVE, TOKEN_COMMAND = "move", "token_command"
OPTIONS: Final = {MAILDIR: (MOVE,), TLS: (MOVE, TOKEN_COMMAND), STARTTLS: (MOVE, TOKEN_COMMAND)}
DEFAULT_FOLDER: Final = "INBOX"
UNDECODED: Final = "\N{REPLACEMENT CHARACTER}"  # percent signs that are no UTF-8
LATE_AT: Final = re.compile(rf"\?({MOVE}|{TOKEN_COMMAND})=")


@dataclass(frozen=True, slots=True)
class InboxUrl:
    """The parsed address of an inbox; its repr shows no secret."""

    scheme: str
    folder: str  # decoded: a path that may be relative to the site root, or a mailbox's name
    host: str = ""  # lower case, IPv6 without brackets; "" for a Maildir
    port: int = 0
    user: str = field(default="", repr=False)  # decoded
    password: str = field(default="", repr=False)  # decoded; "": a program prints tokens
    token_command: tuple[str, ...] = field(default=(), repr=False)  # a program and its arguments
    move: str = ""  # decoded: the folder that read mails are moved to; "": they stay

    def is_same_place(self, other: "InboxUrl") -> bool:
        """Return whether both name one inbox, whatever the login and the options are."""
        ours = (self.scheme, self.host, self.port, self.user, self.folder)
        return ours == (other.scheme, other.host, other.port, other.user, other.folder)


def read_inboxes(setting: str) -> tuple[InboxUrl, ...]:
    """
    Read the value of NEWSLETTER_INBOXES: addresses with white space between them.

    White space within an address is written %20, and a percent sign %25.

    Raises:
        SettingsError: each fault with its remedy, without any login.
    """
    found: list[InboxUrl] = []
    faults: list[Phrase] = []
    for number, written in enumerate(setting.split(), 1):
        address = _parse(written)
        if isinstance(address, InboxUrl):
            twin = next((one for one in found if one.is_same_place(address)), None)
            if twin is not None:
                faults.append(phrase("feedback.inbox-twice", number=number))
            found.append(address)
        else:
            faults.append(
                phrase(
                    "feedback.inbox-wrong", number=number, fault=address.fault, form=address.form
                )
            )
    if faults:
        raise SettingsError(*faults)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Wrong:
    """What is wrong with an address, and the form that it should have."""

    fault: Phrase
    form: str


def _parse(written: str) -> InboxUrl | _Wrong:
    name, colon, rest = written.partition(":")
    name = name.lower() if colon else ""
    if name == PLAIN:
        return _Wrong(phrase("feedback.inbox-unencrypted"), FORMS[TLS])
    if name not in FORMS:
        return _explain_scheme(name)
    parsed = _parse_maildir(rest) if name == MAILDIR else _parse_imap(name, rest)
    return _Wrong(parsed, FORMS[name]) if isinstance(parsed, Phrase) else parsed


def _explain_scheme(name: str) -> _Wrong:
    known = list(FORMS)
    if not SCHEME.fullmatch(name):
        return _Wrong(phrase("feedback.inbox-no-scheme", known=known), FORMS[MAILDIR])
    [nearest] = get_close_matches(name, known, n=1, cutoff=0)
    return _Wrong(phrase("feedback.inbox-scheme", name=name, known=known), FORMS[nearest])


def _parse_maildir(rest: str) -> InboxUrl | Phrase:
    written, _, query = rest.partition("?")
    if written.startswith("//"):
        return phrase("delivery.url-folder-slashes")
    path = unquote(written, errors="surrogateescape")  # a path may be any bytes
    if not path or "\0" in path:
        return phrase("delivery.url-no-folder")
    options = _parse_options(query, OPTIONS[MAILDIR])
    if isinstance(options, Phrase):
        return options
    move = options.get(MOVE, "")
    if "/" in move or move.startswith(".") or move.endswith(".") or ".." in move:
        return phrase("feedback.inbox-maildir-move")
    return InboxUrl(MAILDIR, path, move=move)


def _parse_imap(scheme: str, rest: str) -> InboxUrl | Phrase:
    """Parse what follows the scheme; everything before the last @ is the login."""
    if not rest.startswith("//"):
        return phrase("delivery.url-slashes")
    written, _, place = rest[2:].rpartition("@")
    if LATE_AT.search(written):  # else a part of the option would be taken for the host
        return phrase("feedback.inbox-late-at")
    place, _, query = place.partition("?")
    place, _, folder = place.partition("/")
    found = PLACE.fullmatch(place)
    if found is None:
        return phrase("delivery.url-place")
    port = int(found["port"] or PORTS[scheme])
    if not 1 <= port <= 65535:
        return phrase("delivery.url-port")
    options = _parse_options(query, OPTIONS[scheme])
    if isinstance(options, Phrase):
        return options
    user, password, command = _parse_login(written, options.get(TOKEN_COMMAND, ""))
    fault = _find_login_fault(user, password, command)
    folder, move = _name(folder) or DEFAULT_FOLDER, options.get(MOVE, "")
    fault = fault or _find_folder_fault(folder, move)
    host = (found["ipv6"] or found["host"]).lower()
    return fault or InboxUrl(scheme, folder, host, port, user, password, command or (), move)


def _parse_login(written: str, command: str) -> tuple[str, str, tuple[str, ...] | None]:
    """Return user, password, and the program with its arguments; None if it cannot be read."""
    user, _, password = written.partition(":")
    try:
        words = tuple(shlex.split(command))
    except ValueError:  # a quotation mark without its partner
        return unquote(user), unquote(password), None
    return unquote(user), unquote(password), words


def _find_login_fault(user: str, password: str, command: tuple[str, ...] | None) -> Phrase | None:
    if command is None or any("\0" in word for word in command):
        return phrase("feedback.inbox-command")
    if not all(" " <= mark <= "~" for mark in user + password):
        return phrase("delivery.url-login-not-ascii")  # LOGIN carries ASCII only
    if password and command:
        return phrase("feedback.inbox-two-logins")
    if not user or not (password or command):
        return phrase("feedback.inbox-login")
    return None


def _find_folder_fault(folder: str, move: str) -> Phrase | None:
    if not folder.isprintable() or UNDECODED in folder:
        return phrase("feedback.inbox-folder")
    if folder == move or {folder.upper(), move.upper()} == {DEFAULT_FOLDER}:
        return phrase("feedback.inbox-same-folder")
    return None


def _parse_options(query: str, known: tuple[str, ...]) -> dict[str, str] | Phrase:
    """Return the options by name, decoded; each may be given once, and with a value."""
    options: dict[str, str] = {}
    for part in filter(None, query.split("&")):
        key, _, written = part.partition("=")
        value = _name(written)
        is_text = value.isprintable() and UNDECODED not in value
        if key not in known or key in options or not value or not is_text:
            return phrase("feedback.inbox-options", known=list(known))
        options[key] = value
    return options


def _name(written: str) -> str:
    """Decode a name; Hangul in NFC, as servers store it."""
    return unicodedata.normalize("NFC", unquote(written))
