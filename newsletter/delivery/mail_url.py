"""Parses NEWSLETTER_MAIL_URL. Secrets in it are never repeated in a message."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl, unquote

from newsletter.errors import SettingsError
from newsletter.phrases import Phrase, phrase

# A longer word in the position of the scheme may be a key that was pasted there by mistake.
SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]{0,15}")
PLACE: Final = re.compile(
    r"(?:\[(?P<ipv6>[0-9a-f:.]+)\]|(?P<host>[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*))"
    r"(?::(?P<port>[0-9]{1,5}))?/?(?:\?(?P<query>.*))?",
    re.IGNORECASE,
)

BARE_KEY: Final = re.compile(r"[A-Za-z0-9._~%+=-]+")
ENCRYPTED_FORM: Final = "smtp+starttls://USER:PASSWORD@HOST:587"


class Login(StrEnum):
    """The kind of login that a scheme has before its @."""

    NOTHING = "nothing"  # the connection is not encrypted
    PASSWORD = "password"  # noqa: S105 - USER:PASSWORD; nothing if the relay requires no login
    KEY = "key"  # one secret, required
    PAIR = "pair"  # USER:PASSWORD, required


@dataclass(frozen=True, slots=True)
class Scheme:
    """The form of addresses of one kind, and the module that implements their provider."""

    module: str  # a file in this package, imported only when a provider is opened
    form: str  # a complete example, shown as the remedy
    login: Login = Login.NOTHING
    port: int | None = None  # the default; None: no port may be given
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # the first is the default
    is_folder: bool = False  # a folder follows instead of //host
    is_abroad: bool = False  # the service stands outside Korea
    at_home: tuple[str, ...] = ()  # hosts of it that stand in Korea all the same
    # The service's only host; then the address has none: //KEY. "": the address names it.
    host: str = ""
    rewrites: tuple[str, ...] = ()  # header fields that it replaces, in lower case; see DKIM


@dataclass(frozen=True, slots=True)
class MailUrl:
    """The parsed address of a provider; its repr shows no secret."""

    scheme: str
    host: str = ""  # lower case, IPv6 without brackets; "" for a folder
    port: int = 0
    user: str = field(default="", repr=False)  # decoded; for Login.KEY the key
    password: str = field(default="", repr=False)  # decoded
    folder: str = ""  # as written
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def needs_public_url(self) -> bool:
        """Whether letters leave this machine, so that links in them must work elsewhere."""
        return not self.folder

    @property
    def is_rehearsal(self) -> bool:
        """Whether letters stay in a folder, from which nobody delivers them."""
        return bool(self.folder) and self.options.get("delivers") != "yes"


def parse(setting: str, schemes: Mapping[str, Scheme]) -> MailUrl:
    """
    Parse *setting*.

    Everything before the last @ is the login, so / ? # : @ may be in a password unescaped; a
    percent sign in a password is written %25.

    Raises:
        SettingsError: with the fault and the remedy, and without the login.
    """
    name, colon, rest = setting.strip().partition(":")
    name = name.lower()
    if name not in schemes:
        raise _unknown_scheme(name if colon else "", schemes)
    scheme = schemes[name]
    if scheme.is_folder:
        return _parse_folder(name, rest, scheme)
    if not rest.startswith("//"):
        raise _wrong(phrase("delivery.url-slashes"), scheme.form)
    if scheme.host:
        return _parse_bare_key(name, rest[2:], scheme)
    login, _, place = rest[2:].rpartition("@")
    user, password = _parse_login(login, scheme)
    found = PLACE.fullmatch(place)
    if found is None:
        raise _wrong(phrase("delivery.url-place"), scheme.form)
    return MailUrl(
        scheme=name,
        host=(found["ipv6"] or found["host"]).lower(),
        port=_parse_port(found["port"], scheme),
        user=user,
        password=password,
        options=_parse_options(found["query"] or "", scheme),
    )


def _parse_bare_key(name: str, written: str, scheme: Scheme) -> MailUrl:
    """Separate the key of a service with one host from the options after it."""
    key, _, query = written.partition("?")
    key = key.removesuffix("/")
    if not BARE_KEY.fullmatch(key):
        raise _wrong(phrase("delivery.url-bare-key"), scheme.form)
    options = _parse_options(query, scheme)
    return MailUrl(scheme=name, host=scheme.host, port=443, user=unquote(key), options=options)


def _parse_folder(name: str, written: str, scheme: Scheme) -> MailUrl:
    """
    Separate a folder from the option after it.

    A folder's own name may contain a ?, so only the last one counts. If the text after it is
    not an option, an error is raised and no meaning is guessed.
    """
    folder, mark, query = written.rpartition("?")
    options = {key: values[0] for key, values in scheme.options.items()}
    key, _, value = query.partition("=")
    if not mark or (not query and "?" not in folder):
        folder = written
    elif value in scheme.options.get(key, ()):
        options[key] = value
    else:
        known = [f"?{key}={one}" for key, of in scheme.options.items() for one in of]
        raise _wrong(phrase("delivery.url-folder-option", known=known), scheme.form)
    if not folder or "\0" in folder:
        raise _wrong(phrase("delivery.url-no-folder"), scheme.form)
    if folder.startswith("//"):
        raise _wrong(phrase("delivery.url-folder-slashes"), scheme.form)
    return MailUrl(scheme=name, folder=folder, options=options)


def _parse_login(login: str, scheme: Scheme) -> tuple[str, str]:
    user, _, password = login.partition(":")
    user, password = unquote(user), unquote(password)
    if not all(" " <= mark <= "~" for mark in user + password):
        # smtplib and HTTP's basic authentication carry ASCII only.
        raise _wrong(phrase("delivery.url-login-not-ascii"), scheme.form)
    match scheme.login:
        case Login.NOTHING if login:
            raise _wrong(phrase("delivery.url-login-unencrypted"), ENCRYPTED_FORM)
        case Login.PASSWORD if login and not (user and password):
            raise _wrong(phrase("delivery.url-login-incomplete"), scheme.form)
        case Login.PAIR if not (user and password):
            raise _wrong(phrase("delivery.url-login-incomplete"), scheme.form)
        case Login.KEY if password or not user:
            raise _wrong(phrase("delivery.url-one-key"), scheme.form)
        case _:
            return user, password


def _parse_port(digits: str | None, scheme: Scheme) -> int:
    if digits is None:
        return scheme.port or 0
    if scheme.port is None:
        raise _wrong(phrase("delivery.url-no-port"), scheme.form)
    if not 1 <= int(digits) <= 65535:
        raise _wrong(phrase("delivery.url-port"), scheme.form)
    return int(digits)


def _parse_options(query: str, scheme: Scheme) -> dict[str, str]:
    options = {name: values[0] for name, values in scheme.options.items()}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if value not in scheme.options.get(name, ()):
            known = [f"{key}={'|'.join(of)}" for key, of in scheme.options.items()]
            fault = phrase("delivery.url-options", known=known)
            raise _wrong(fault if known else phrase("delivery.url-no-options"), scheme.form)
        options[name] = value
    return options


def _unknown_scheme(name: str, schemes: Mapping[str, Scheme]) -> SettingsError:
    nearest = get_close_matches(name, schemes, n=1, cutoff=0)[0] if name else "outbox"
    known = list(schemes)
    fault = (
        phrase("delivery.url-scheme", name=name, known=known)
        if SCHEME.fullmatch(name)
        else phrase("delivery.url-no-scheme", known=known)
    )
    return _wrong(fault, schemes[nearest].form)


def _wrong(fault: Phrase, form: str) -> SettingsError:
    return SettingsError(phrase("delivery.url-wrong", fault=fault, form=form))
