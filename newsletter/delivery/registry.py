"""Which ways to send there are. A provider's module is imported when it is opened."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Final

from newsletter.delivery.caller import UNNAMED, Caller
from newsletter.delivery.mail_url import Login, MailUrl, Scheme, parse
from newsletter.delivery.provider import Provider

DELIVERS: Final = {"delivers": ("no", "yes")}
REGIONS: Final = {"region": ("us", "eu")}

# A line names a module of this package that has `open_provider(url, root, caller) -> Provider`.
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
    module = import_module(f"newsletter.delivery.{SCHEMES[url.scheme].module}")
    opener: Callable[[MailUrl, Path, Caller], Provider] = module.open_provider
    return opener(url, root, caller)
