"""NEWSLETTER_MAIL_URL taken apart. What is secret in it is never repeated in a message."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl, unquote

from newsletter.errors import SettingsError

SETTING: Final = "NEWSLETTER_MAIL_URL"

# A word longer than this in the place of the scheme may be a key pasted there by mistake.
SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]{0,15}")
PLACE: Final = re.compile(
    r"(?:\[(?P<ipv6>[0-9a-f:.]+)\]|(?P<host>[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*))"
    r"(?::(?P<port>[0-9]{1,5}))?/?(?:\?(?P<query>.*))?",
    re.IGNORECASE,
)


class Login(StrEnum):
    """What a scheme takes before its @."""

    NOTHING = "nothing"  # the connection is not encrypted
    PASSWORD = "password"  # noqa: S105 - USER:PASSWORD, or nothing for a relay that asks for none
    KEY = "key"  # one secret, always


@dataclass(frozen=True, slots=True)
class Scheme:
    """How addresses of one kind are written, and which module speaks with what they name."""

    module: str  # the file beside this one, imported when a provider is opened, not before
    form: str  # a whole example, shown as the remedy
    login: Login = Login.NOTHING
    port: int | None = None  # where none is given; None where none may be given
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # the first is the default
    is_folder: bool = False  # a folder follows instead of //host


@dataclass(frozen=True, slots=True)
class MailUrl:
    """Where letters are handed over; printing it shows no secret."""

    scheme: str
    host: str = ""  # lower case, IPv6 without brackets; "" for a folder
    port: int = 0
    user: str = field(default="", repr=False)  # decoded; for Login.KEY the key
    password: str = field(default="", repr=False)  # decoded
    folder: str = ""  # as written
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def needs_public_url(self) -> bool:
        """Whether letters leave this machine, so that their links must work elsewhere."""
        return not self.folder


def parse(setting: str, schemes: Mapping[str, Scheme]) -> MailUrl:
    """
    Take *setting* apart.

    Everything up to the last @ is the login, so / ? # : @ may stand in a password as they
    are; a percent sign in it is written %25.

    Raises:
        SettingsError: with what is wrong and what to write, and without the login.
    """
    name, colon, rest = setting.strip().partition(":")
    name = name.lower()
    if name not in schemes:
        raise _unknown_scheme(name if colon else "", schemes)
    scheme = schemes[name]
    if scheme.is_folder:
        return _parse_folder(name, rest, scheme)
    if not rest.startswith("//"):
        raise _wrong("two slashes are missing after the first colon", scheme)
    login, _, place = rest[2:].rpartition("@")
    user, password = _parse_login(login, scheme)
    found = PLACE.fullmatch(place)
    if found is None:
        raise _wrong("the host, or the port after it, cannot be read", scheme)
    return MailUrl(
        scheme=name,
        host=(found["ipv6"] or found["host"]).lower(),
        port=_parse_port(found["port"], scheme),
        user=user,
        password=password,
        options=_parse_options(found["query"] or "", scheme),
    )


def _parse_folder(name: str, written: str, scheme: Scheme) -> MailUrl:
    """
    Take a folder apart from the option behind it.

    A folder's own name may hold a ?, so only the last one counts. Where something stands
    behind it that is no option, it is not guessed what was meant.
    """
    folder, mark, query = written.rpartition("?")
    options = {key: values[0] for key, values in scheme.options.items()}
    key, _, value = query.partition("=")
    if not mark or (not query and "?" not in folder):
        folder = written
    elif value in scheme.options.get(key, ()):
        options[key] = value
    else:
        known = " or ".join(f"?{key}={one}" for key, of in scheme.options.items() for one in of)
        what = (
            f"what follows the ? may only be {known}; a folder whose name holds a ? has one of "
            "them behind it"
        )
        raise _wrong(what, scheme)
    if not folder or "\0" in folder:
        raise _wrong("no folder is named", scheme)
    if folder.startswith("//"):
        raise _wrong("a folder follows the colon at once, without //", scheme)
    return MailUrl(scheme=name, folder=folder, options=options)


def _parse_login(login: str, scheme: Scheme) -> tuple[str, str]:
    user, _, password = login.partition(":")
    user, password = unquote(user), unquote(password)
    if not all(" " <= mark <= "~" for mark in user + password):
        # smtplib and HTTP's basic authentication carry ASCII only.
        raise _wrong("the login holds a character other than printable ASCII", scheme)
    match scheme.login:
        case Login.NOTHING if login:
            msg = (
                f"{SETTING}: a user and a password would travel unencrypted; "
                "write smtp+starttls://USER:PASSWORD@HOST:587"
            )
            raise SettingsError(msg)
        case Login.PASSWORD if login and not (user and password):
            raise _wrong("the user or the password is missing before the @", scheme)
        case Login.KEY if password or not user:
            raise _wrong("one key, and nothing else, stands before the @", scheme)
        case _:
            return user, password


def _parse_port(digits: str | None, scheme: Scheme) -> int:
    if digits is None:
        return scheme.port or 0
    if scheme.port is None:
        raise _wrong("there is no port in this kind of address", scheme)
    if not 1 <= int(digits) <= 65535:
        raise _wrong("the port is not between 1 and 65535", scheme)
    return int(digits)


def _parse_options(query: str, scheme: Scheme) -> dict[str, str]:
    options = {name: values[0] for name, values in scheme.options.items()}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if value not in scheme.options.get(name, ()):
            known = ", ".join(f"{key}={'|'.join(of)}" for key, of in scheme.options.items())
            msg = f"what follows the ? may only be: {known or 'nothing'}"
            raise _wrong(msg, scheme)
        options[name] = value
    return options


def _unknown_scheme(name: str, schemes: Mapping[str, Scheme]) -> SettingsError:
    nearest = get_close_matches(name, schemes, n=1, cutoff=0)[0] if name else "outbox"
    named = (
        f"{name}: is not a way to send"
        if SCHEME.fullmatch(name)
        else "it does not say how letters go"
    )
    return SettingsError(
        f"{SETTING}: {named} (known: {', '.join(schemes)}); write {schemes[nearest].form}"
    )


def _wrong(what: str, scheme: Scheme) -> SettingsError:
    return SettingsError(f"{SETTING}: {what}; write {scheme.form}")
