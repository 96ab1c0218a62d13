"""The settings: read once from the environment and ROOT/.env, and validated together."""

import logging
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from newsletter.database_url import FILE, SQLITE, read_database_url
from newsletter.delivery.mail_url import MailUrl
from newsletter.delivery.registry import read_mail_url
from newsletter.env_file import find_emptied, find_wrong_names, read_env_file
from newsletter.errors import ContentError, SettingsError
from newsletter.files import read_regular_file, reason_of
from newsletter.message.dkim_setting import DkimSetting, read_dkim_setting
from newsletter.message.keys import KEY_BYTES
from newsletter.phrases import LANGUAGES, Said, phrase
from newsletter.rights import find_open
from newsletter.subscribers.renewal import Silence

if TYPE_CHECKING:
    from newsletter.delivery.caller import Caller
    from newsletter.delivery.name_server import NameServer
    from newsletter.feedback.inbox_url import InboxUrl
    from newsletter.feedback.webhooks import Secrets
    from newsletter.message.dkim_key import SigningKey

log = logging.getLogger(__name__)
CONNECTIONS_MAX: Final = 100
TRUSTED_PROXIES_MAX: Final = 10
CONFIRMATIONS_MAX: Final = 1_000_000
KEEP_LETTERS_MAX: Final = 36_500  # days
ERASE_AFTER_MAX: Final = 3_650  # days
KEEP_FEEDBACK_MAX: Final = 3_650  # days
KEEP_FEEDBACK_MB_MAX: Final = 1_000_000
WEBHOOKS: Final = "NEWSLETTER_WEBHOOK_"
PUBLIC_URL_MAX: Final = 200  # characters: part of header fields that may not be folded
PUBLIC_URL: Final = re.compile(
    r"https?://[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*"
    r"(:[0-9]{1,5})?(/[A-Za-z0-9._~-]+)*"
)

DEFAULTS: Final[Mapping[str, str]] = {
    "NEWSLETTER_ROOT": "",
    "NEWSLETTER_LANGUAGE": "",
    "NEWSLETTER_DATABASE_URL": f"{SQLITE}{FILE}",
    "NEWSLETTER_MAIL_URL": "outbox:outbox",
    "NEWSLETTER_PUBLIC_URL": "",
    "NEWSLETTER_SECRET_KEY": "",
    "NEWSLETTER_OLD_SECRET_KEYS": "",
    "NEWSLETTER_TRUSTED_PROXIES": "0",
    "NEWSLETTER_CONFIRMATIONS_PER_HOUR": "300",
    "NEWSLETTER_TEST_RECIPIENTS": "",
    "NEWSLETTER_CONNECTIONS": "10",
    "NEWSLETTER_KEEP_LETTERS_DAYS": "90",
    "NEWSLETTER_RENEWAL_SILENCE": "kept",
    "NEWSLETTER_ERASE_AFTER": "30",
    "NEWSLETTER_INBOXES": "",
    "NEWSLETTER_KEEP_FEEDBACK_DAYS": "90",
    "NEWSLETTER_KEEP_FEEDBACK_MB": "500",
    "NEWSLETTER_WEBHOOK_MAILGUN": "",
    "NEWSLETTER_WEBHOOK_SES": "",
    "NEWSLETTER_WEBHOOK_POSTMARK": "",
    "NEWSLETTER_WEBHOOK_RESEND": "",
    "NEWSLETTER_WEBHOOK_BREVO": "",
    "NEWSLETTER_WEBHOOK_SENDGRID": "",
    "NEWSLETTER_HELO": "",
    "NEWSLETTER_CA_FILE": "",
    "NEWSLETTER_RESOLVER": "",
    "NEWSLETTER_SENDING_ADDRESSES": "",
    "NEWSLETTER_DKIM_DOMAIN": "",
    "NEWSLETTER_DKIM_SELECTOR": "",
    "NEWSLETTER_DKIM_KEY": "",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, validated; the repr shows no secret. Relative paths belong to *root*."""

    root: Path  # absolute
    database_url: str = field(repr=False)  # sqlite:///… or postgresql://…, as written
    mail_url: MailUrl
    public_url: str | None  # no trailing slash; None: unset
    secret_key: bytes | None = field(repr=False)  # 32 bytes or more; None: in ROOT/.secret-key
    old_secret_keys: tuple[bytes, ...] = field(repr=False)  # verify links, and sign none
    trusted_proxies: int  # in front of `newsletter serve`, 0 to 10
    confirmations_per_hour: int  # mails that strangers can cause by forms, in any 60 minutes
    test_recipients: tuple[str, ...]
    connections: int  # 1 to 100 connections to the provider at the same time
    inboxes: "tuple[InboxUrl, ...]"  # where mails that come back wait; in the order written
    webhooks: "Secrets" = field(repr=False)  # what proves the requests of each mail service
    helo: str  # name of this machine in EHLO, as on the wire; "": automatic
    certificates: str  # PEM: trusted in addition to the system's; "": none
    resolver: "NameServer | None"  # that the doctor asks; None: the system's
    sending_addresses: tuple[str, ...]  # IP addresses that letters leave for mailboxes from
    dkim: DkimSetting | None  # None: letters are sent unsigned
    renewal_silence: Silence  # what it means if a reader does not confirm a consent again
    keep_letters: timedelta  # how long unsent letters without references are kept
    erase_after: timedelta  # after a withdrawal, the reader's data is erased
    keep_feedback: timedelta  # how long mails that came back are kept for a person to read
    keep_feedback_mb: int  # megabytes of all of these together

    @classmethod
    def from_env(cls, environ: Mapping[str, str], folder: Path) -> "Settings":
        """
        Read and validate all settings; the environment takes precedence over ROOT/.env.

        An empty setting in the environment is refused if .env has a value for it.

        Args:
            environ: the process environment.
            folder: the site root, unless NEWSLETTER_ROOT names another folder.

        Raises:
            SettingsError: every wrong setting, one on each line.
        """
        root = Path(folder, environ.get("NEWSLETTER_ROOT", "").strip()).resolve()
        if not root.is_dir():
            raise SettingsError(phrase("settings.no-root", root=root))
        file = read_env_file(root / ".env", DEFAULTS)
        from_file = file.values
        reader = _Reader({**from_file, **environ})
        reader.faults += [*file.faults, *find_wrong_names(environ, DEFAULTS)]
        reader.faults += find_emptied(environ, file)
        if from_file.get("NEWSLETTER_ROOT"):
            reader.faults.append(phrase("settings.root-in-file"))
        settings = cls(
            root=root,
            database_url=reader.database_url(root),
            mail_url=reader.mail_url(),
            public_url=reader.public_url(),
            secret_key=reader.secret_key(),
            old_secret_keys=reader.old_secret_keys(),
            trusted_proxies=reader.number("NEWSLETTER_TRUSTED_PROXIES", 0, TRUSTED_PROXIES_MAX),
            confirmations_per_hour=reader.number(
                "NEWSLETTER_CONFIRMATIONS_PER_HOUR", 0, CONFIRMATIONS_MAX
            ),
            test_recipients=reader.test_recipients(),
            connections=reader.number("NEWSLETTER_CONNECTIONS", 1, CONNECTIONS_MAX),
            inboxes=reader.inboxes(),
            webhooks=reader.webhooks(),
            helo=reader.helo(),
            certificates=reader.certificates(root),
            resolver=reader.resolver(),
            sending_addresses=reader.sending_addresses(),
            dkim=reader.dkim(),
            renewal_silence=reader.renewal_silence(),
            keep_letters=reader.keep_letters(),
            erase_after=timedelta(days=reader.number("NEWSLETTER_ERASE_AFTER", 1, ERASE_AFTER_MAX)),
            keep_feedback=timedelta(
                days=reader.number("NEWSLETTER_KEEP_FEEDBACK_DAYS", 1, KEEP_FEEDBACK_MAX)
            ),
            keep_feedback_mb=reader.number("NEWSLETTER_KEEP_FEEDBACK_MB", 1, KEEP_FEEDBACK_MB_MAX),
        )
        reader.check_language()
        if reader.faults:
            raise SettingsError(*reader.faults)
        _tell_of_open_files(root, from_file)
        return settings

    def caller(self, sender_address: str) -> "Caller":
        """Make the caller: this machine's name for a provider, and the trusted certificates."""
        from newsletter.delivery.caller import Caller  # noqa: PLC0415 - not for an outbox

        return Caller(self.helo, sender_address.rpartition("@")[2], self.certificates)


def _tell_of_open_files(root: Path, from_file: Mapping[str, str]) -> None:
    """Warn once about files with secrets that others may read."""
    keys = ("NEWSLETTER_SECRET_KEY", "NEWSLETTER_OLD_SECRET_KEYS")
    urls = ("NEWSLETTER_MAIL_URL", "NEWSLETTER_DATABASE_URL", "NEWSLETTER_INBOXES")
    holds_secret = any(from_file.get(name) for name in keys)
    holds_secret |= any(from_file[name] for name in from_file if name.startswith(WEBHOOKS))
    holds_secret = holds_secret or any("@" in from_file.get(name, "") for name in urls)
    paths = [root / ".secret-key", *([root / ".env"] if holds_secret else [])]
    if told := find_open(paths, phrase("settings.secrets-in-it")):
        log.warning(told)


def read_dkim_keys(root: Path, setting: DkimSetting) -> "dict[str, SigningKey]":
    """
    Read the DKIM keys, by selector.

    Raises:
        SettingsError: every file that is missing, readable by others or not a key; two keys of
            one kind.
    """
    from newsletter.message.dkim_key import read_key  # noqa: PLC0415 - slow to load, optional

    keys: dict[str, SigningKey] = {}
    faults: list[Said] = []
    for selector, name in setting.keys:
        try:
            keys[selector] = read_key(_read_private(root / name))
        except SettingsError as error:
            faults.append(phrase("settings.dkim-key", name=name, fault=error.phrase))
    if len(keys) > 1 and len({key.algorithm for key in keys.values()}) == 1:
        faults.append(phrase("settings.dkim-keys-alike"))
    if faults:
        raise SettingsError(*faults)
    return keys


def _read_private(path: Path) -> bytes:
    """Read a file that only its owner may use: its content allows sending as the sender."""
    try:
        mode = path.stat().st_mode & 0o777
        if os.name == "posix" and mode & 0o077:
            raise SettingsError(phrase("settings.key-open", mode=f"{mode:04o}", path=path))
        return read_regular_file(path)
    except OSError as error:
        raise SettingsError(phrase("settings.key-unread", fault=reason_of(error))) from error


class _Reader:
    """Reads the settings one by one, and collects the faults."""

    # Large because it has one short method for each kind of setting.

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.faults: list[Said] = []

    def check_language(self) -> None:
        """Check NEWSLETTER_LANGUAGE, from which the terminal already chose its language."""
        value = self._value("NEWSLETTER_LANGUAGE")
        if value and value not in LANGUAGES:
            self.faults.append(phrase("settings.language", value=value, known=LANGUAGES))

    def database_url(self, root: Path) -> str:
        return self._checked("NEWSLETTER_DATABASE_URL", lambda url: read_database_url(url, root))

    def mail_url(self) -> MailUrl:
        value = self._value("NEWSLETTER_MAIL_URL")
        try:
            return read_mail_url(value)
        except SettingsError as error:
            self.faults += error.said
            return read_mail_url(DEFAULTS["NEWSLETTER_MAIL_URL"])

    def public_url(self) -> str | None:
        value = self._value("NEWSLETTER_PUBLIC_URL").rstrip("/")
        if not value:
            return None
        if not PUBLIC_URL.fullmatch(value) or len(value) > PUBLIC_URL_MAX:
            self.faults.append(phrase("settings.public-url"))
        return value

    def secret_key(self) -> bytes | None:
        value = self._value("NEWSLETTER_SECRET_KEY").encode()
        if value and len(value) < KEY_BYTES:
            self.faults.append(
                phrase("settings.secret-key-short", size=len(value), needed=KEY_BYTES)
            )
        return value or None

    def old_secret_keys(self) -> tuple[bytes, ...]:
        parts = [part.strip() for part in self._value("NEWSLETTER_OLD_SECRET_KEYS").split(",")]
        keys = tuple(part.encode() for part in parts if part)
        if short := [len(key) for key in keys if len(key) < KEY_BYTES]:
            self.faults.append(
                phrase("settings.old-secret-key-short", size=min(short), needed=KEY_BYTES)
            )
        return keys

    def test_recipients(self) -> tuple[str, ...]:
        addresses = [part.strip() for part in self._value("NEWSLETTER_TEST_RECIPIENTS").split(",")]
        recipients = tuple(filter(None, addresses))
        if recipients:
            from newsletter.subscribers.address import address_of  # noqa: PLC0415 - rarely set

            for address in recipients:
                try:
                    address_of(address)
                except ContentError as error:
                    self.faults.append(phrase("settings.test-recipients", fault=error.phrase))
        return recipients

    def number(self, name: str, least: int, most: int) -> int:
        """Read a whole number between *least* and *most*."""
        value = self._value(name)
        if value.isascii() and value.isdigit() and len(value) < 10 and least <= int(value) <= most:
            return int(value)
        fault = phrase("settings.number", name=name, value=value, least=least, most=most)
        self.faults.append(fault)
        return int(DEFAULTS[name])

    def inboxes(self) -> "tuple[InboxUrl, ...]":
        value = self._value("NEWSLETTER_INBOXES")
        if not value:
            return ()
        from newsletter.feedback.inbox_url import read_inboxes  # noqa: PLC0415 - rarely set

        try:
            return read_inboxes(value)
        except SettingsError as error:
            self.faults += error.said
            return ()

    def webhooks(self) -> "Secrets":
        names = [name for name in DEFAULTS if name.startswith(WEBHOOKS)]
        values = {name.removeprefix(WEBHOOKS).lower(): self._value(name) for name in names}
        if not any(values.values()):
            return {}
        from newsletter.feedback.webhooks import read_secrets  # noqa: PLC0415 - rarely set

        try:
            return read_secrets(values)
        except SettingsError as error:
            self.faults += error.said
            return {}

    def helo(self) -> str:
        value = self._value("NEWSLETTER_HELO")
        if not value:
            return ""
        from newsletter.delivery.caller import read_own_name  # noqa: PLC0415 - rarely set

        name = read_own_name(value)
        if name is None:
            self.faults.append(phrase("settings.helo", value=value))
        return name or ""

    def resolver(self) -> "NameServer | None":
        value = self._value("NEWSLETTER_RESOLVER")
        if not value:
            return None
        from newsletter.delivery.name_server import read_name_server  # noqa: PLC0415 - rarely set

        server = read_name_server(value)
        if server is None:
            self.faults.append(phrase("settings.resolver", value=value))
        return server

    def sending_addresses(self) -> tuple[str, ...]:
        from ipaddress import ip_address  # noqa: PLC0415 - rarely set

        found = []
        for part in self._value("NEWSLETTER_SENDING_ADDRESSES").split(","):
            try:
                found += [str(ip_address(part.strip()))] if part.strip() else []
            except ValueError:
                self.faults.append(phrase("settings.sending-addresses", value=part.strip()))
        return tuple(dict.fromkeys(found))

    def certificates(self, root: Path) -> str:
        value = self._value("NEWSLETTER_CA_FILE")
        if not value:
            return ""
        from newsletter.delivery.trust import read_certificates  # noqa: PLC0415 - rarely set

        try:
            return read_certificates(read_regular_file(root / value))
        except SettingsError as error:
            fault = error.phrase
        except (OSError, ValueError) as error:  # a NUL in a name raises ValueError
            reason = reason_of(error) if isinstance(error, OSError) else str(error)
            fault = phrase("settings.authority-unread", fault=reason)
        self.faults.append(phrase("settings.authority", name=value, fault=fault))
        return ""

    def keep_letters(self) -> timedelta:
        value = self._value("NEWSLETTER_KEEP_LETTERS_DAYS")
        if value.isascii() and value.isdigit() and 1 <= int(value) <= KEEP_LETTERS_MAX:
            return timedelta(days=int(value))
        self.faults.append(phrase("settings.keep-letters", value=value, most=KEEP_LETTERS_MAX))
        return timedelta(days=int(DEFAULTS["NEWSLETTER_KEEP_LETTERS_DAYS"]))

    def renewal_silence(self) -> Silence:
        value = self._value("NEWSLETTER_RENEWAL_SILENCE")
        if value not in list(Silence):
            known = [one.value for one in Silence]
            self.faults.append(phrase("settings.renewal-silence", value=value, known=known))
            return Silence.KEPT
        return Silence(value)

    def dkim(self) -> DkimSetting | None:
        names = ("NEWSLETTER_DKIM_DOMAIN", "NEWSLETTER_DKIM_SELECTOR", "NEWSLETTER_DKIM_KEY")
        try:
            return read_dkim_setting(*map(self._value, names))
        except SettingsError as error:
            self.faults += error.said
            return None

    def _value(self, name: str) -> str:
        return self.values.get(name, "").strip() or DEFAULTS[name]

    def _checked(self, name: str, check: Callable[[str], object]) -> str:
        value = self._value(name)
        try:
            check(value)
        except SettingsError as error:
            self.faults += error.said
        return value
