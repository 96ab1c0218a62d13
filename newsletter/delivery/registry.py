"""Which ways to send there are. A provider's module is imported when it is opened."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from newsletter.delivery.caller import UNNAMED, Caller
from newsletter.delivery.mail_url import Login, MailUrl, Scheme, parse
from newsletter.delivery.provider import Provider

DELIVERS: Final = {"delivers": ("no", "yes")}
REGIONS: Final = {"region": ("us", "eu")}

Opener = Callable[[MailUrl, Path, Caller], Provider]


def _outbox() -> Opener:
    from newsletter.delivery.outbox import open_provider  # noqa: PLC0415

    return open_provider


def _smtp() -> Opener:
    from newsletter.delivery.smtp import open_provider  # noqa: PLC0415

    return open_provider


def _mailgun() -> Opener:
    from newsletter.delivery.mailgun import open_provider  # noqa: PLC0415 - requests is slow

    return open_provider


# By module. That a provider has all its parts is checked here, by its type.
OPENERS: Final[Mapping[str, Callable[[], Opener]]] = {
    "outbox": _outbox,
    "smtp": _smtp,
    "mailgun": _mailgun,
}
# How each is written in NEWSLETTER_MAIL_URL, and by which module letters then leave.
SCHEMES: Final = {
    "outbox": Scheme("outbox", "outbox:outbox", options=DELIVERS, is_folder=True),
    "smtp": Scheme("smtp", "smtp://localhost:25", port=25),
    "smtp+starttls": Scheme("smtp", "smtp+starttls://USER:PASSWORD@HOST:587", Login.PASSWORD, 587),
    "smtps": Scheme("smtp", "smtps://USER:PASSWORD@HOST:465", Login.PASSWORD, 465),
    "mailgun": Scheme("mailgun", "mailgun://KEY@DOMAIN?region=us", Login.KEY, options=REGIONS),
}


def read_mail_url(setting: str) -> MailUrl:
    """
    Read the value of NEWSLETTER_MAIL_URL.

    Raises:
        SettingsError: with what is wrong and what to write; no password or key is in it.
    """
    return parse(setting, SCHEMES)


def open_provider(url: MailUrl, root: Path, caller: Caller = UNNAMED) -> Provider:
    """
    Make the provider that *url* names.

    Args:
        url: where letters are handed over.
        root: where a relative folder belongs.
        caller: the name this machine gives itself, and whom it trusts.
    """
    return OPENERS[SCHEMES[url.scheme].module]()(url, root, caller)
