"""Reads NEWSLETTER_DATABASE_URL without loading a database library."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, unquote

from newsletter.errors import SettingsError
from newsletter.phrases import Phrase, phrase

if TYPE_CHECKING:
    from sqlalchemy import URL

SETTING: Final = "NEWSLETTER_DATABASE_URL"
SQLITE: Final = "sqlite:///"
FILE: Final = "newsletter.db"  # the ledger of a site that names no other
POSTGRESQL: Final = "postgresql://"
MARKS: Final = 2  # the quotes around an empty name; hiding so short a text would hide other words
ESCAPE: Final = re.compile(r"%[0-9A-Fa-f]{2}")

# The part after the login. Several hosts separated by commas are for libpq; none is a socket.
PLACE: Final = re.compile(
    r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+(?:%[\w.-]+)?)\]|(?P<host>[\w.,-]*))"
    r"(?::(?P<port>[0-9]{1,5}))?(?:/(?P<name>[^?#]*))?(?:\?(?P<query>.*))?",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Server:
    """A PostgreSQL database and its login; its repr shows no secret."""

    user: str = field(repr=False)  # decoded, like password; "" is the system's user
    password: str = field(repr=False)
    host: str  # IPv6 without brackets; "" is the socket of this machine
    port: int | None
    name: str  # decoded
    options: Mapping[str, Sequence[str]] = field(repr=False)  # options of libpq


@dataclass(frozen=True, slots=True)
class DatabaseLocation:
    """The location of a supported database: a file, or a server."""

    place: Path | Server  # a path is absolute, and is used unchanged
    shown: str  # for people, never with a password
    misread: tuple[Path, ...] = ()  # where earlier versions looked for the file

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file."""
        return isinstance(self.place, Path)

    @property
    def url(self) -> "URL":
        """The URL for SQLAlchemy, with the driver; built from parts, so that nothing is decoded."""
        from sqlalchemy import URL  # noqa: PLC0415 - slow to load

        match self.place:
            case Path():
                return URL.create("sqlite", database=str(self.place))
            case Server() as server:
                return URL.create(
                    "postgresql+psycopg",
                    username=server.user or None,
                    password=server.password or None,
                    host=server.host or None,
                    port=server.port,
                    database=server.name or None,
                    query={
                        name: values[0] if len(values) == 1 else tuple(values)
                        for name, values in server.options.items()
                    },
                )

    def without_login(self, words: str) -> str:
        """Remove the login from a server's *words*: the user's name may be a password."""
        if isinstance(self.place, Server):
            for secret in (self.place.password, f'"{self.place.user}"'):
                if len(secret) > MARKS:
                    words = words.replace(secret, '"(hidden)"')
        return words

    def refuse_lost_file(self) -> None:
        """
        Refuse to create a new file if earlier versions used another file for the same setting.

        Earlier versions pasted the path into a URL, so that %41 in a folder's name was read as A,
        and a ? cut off the rest: readers and ledger may be in that other file.

        Raises:
            SettingsError: the file does not exist, but a file exists at the misread path.
        """
        if not isinstance(self.place, Path) or os.path.lexists(self.place):
            return
        for other in self.misread:
            if other != self.place and other.is_file():
                fault = phrase("database.lost-file", meant=self.place, found=other)
                raise SettingsError(_at_setting(fault))


def read_database_url(setting: str, root: Path) -> DatabaseLocation:
    """
    Read NEWSLETTER_DATABASE_URL; a relative SQLite path belongs to *root*.

    Everything before the last @ of a server's URL is the login, so / ? # : @ may be in a
    password unescaped; a percent sign in a password is written %25.

    Raises:
        SettingsError: the setting names no supported database, or it can be read in two
            ways.
    """
    if setting.startswith(SQLITE):
        return _read_file(setting.removeprefix(SQLITE), root)
    if setting.startswith(POSTGRESQL):
        return _read_server(setting.removeprefix(POSTGRESQL))
    raise wrong_database_url(phrase("database.kind"))


def _read_file(path: str, root: Path) -> DatabaseLocation:
    if not path or path == ":memory:" or "\0" in unquote(path):
        raise wrong_database_url(phrase("database.no-file"))
    if "?" in path:
        raise wrong_database_url(phrase("database.question-mark"))
    written = root / path
    meant = _find_meant(written, root / unquote(path)) if ESCAPE.search(path) else written
    cut = str(written).partition("?")[0]
    misread = (Path(unquote(cut)), Path(cut))
    return DatabaseLocation(meant, f"{SQLITE}{meant}", misread)


def _find_meant(written: Path, decoded: Path) -> Path:
    """Choose between two readings of a path with an escape like %20: the one that exists."""
    there = [path for path in (written, decoded) if os.path.exists(path)]  # noqa: PTH110
    if len(there) == 1:
        return there[0]
    if there and written.samefile(decoded):
        return written
    if there:
        raise SettingsError(_at_setting(phrase("database.both", one=written, other=decoded)))
    raise SettingsError(_at_setting(phrase("database.neither", one=written, other=decoded)))


def _read_server(rest: str) -> DatabaseLocation:
    login, _, place = rest.rpartition("@")
    user, _, password = login.partition(":")
    found = PLACE.fullmatch(place)
    if found is None:
        raise wrong_database_url(phrase("database.place"))
    port = int(found["port"]) if found["port"] else None
    if port is not None and not 1 <= port <= 65535:
        raise wrong_database_url(phrase("database.port"))
    server = Server(
        user=_decode(user),
        password=_decode(password),
        host=found["ipv6"] or found["host"] or "",
        port=port,
        name=_decode(found["name"] or ""),
        options=_read_options(found["query"]),
    )
    return DatabaseLocation(server, f"{POSTGRESQL}{place.partition('?')[0]}")


def _read_options(query: str | None) -> dict[str, list[str]]:
    try:
        return parse_qs(query or "", keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        raise wrong_database_url(phrase("database.options")) from None


def _decode(text: str) -> str:
    try:
        decoded = unquote(text, errors="strict")
        decoded.encode()  # non-UTF-8 bytes in the environment become lone surrogates
    except UnicodeError:
        raise wrong_database_url(phrase("database.encoding")) from None
    if "\0" in decoded:
        raise wrong_database_url(phrase("database.nul"))
    return decoded


def wrong_database_url(fault: Phrase) -> SettingsError:
    """Return an error with the fault of the setting, and its correct form."""
    return SettingsError(_at_setting(phrase("database.wrong", fault=fault)))


def _at_setting(message: Phrase) -> Phrase:
    return phrase("common.at-place", place=SETTING, message=message)
