"""The list of providers. A provider's module is imported when the provider is opened."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from newsletter.delivery.abroad import is_abroad
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


def _ses() -> Opener:
    from newsletter.delivery.ses import open_provider  # noqa: PLC0415

    return open_provider


def _postmark() -> Opener:
    from newsletter.delivery.postmark import open_provider  # noqa: PLC0415

    return open_provider


def _resend() -> Opener:
    from newsletter.delivery.resend import open_provider  # noqa: PLC0415

    return open_provider


def _brevo() -> Opener:
    from newsletter.delivery.brevo import open_provider  # noqa: PLC0415

    return open_provider


def _sendgrid() -> Opener:
    from newsletter.delivery.sendgrid import open_provider  # noqa: PLC0415

    return open_provider


# By module. The types here make mypy check that a provider implements all parts.
OPENERS: Final[Mapping[str, Callable[[], Opener]]] = {
    "outbox": _outbox,
    "smtp": _smtp,
    "mailgun": _mailgun,
    "ses": _ses,
    "postmark": _postmark,
    "resend": _resend,
    "brevo": _brevo,
    "sendgrid": _sendgrid,
}
# The form of each address in NEWSLETTER_MAIL_URL, and the module that sends the letters.
SCHEMES: Final = {
    "outbox": Scheme("outbox", "outbox:outbox", options=DELIVERS, is_folder=True),
    "smtp": Scheme("smtp", "smtp://localhost:25", port=25),
    "smtp+starttls": Scheme("smtp", "smtp+starttls://USER:PASSWORD@HOST:587", Login.PASSWORD, 587),
    "smtps": Scheme("smtp", "smtps://USER:PASSWORD@HOST:465", Login.PASSWORD, 465),
    "mailgun": Scheme(
        "mailgun", "mailgun://KEY@DOMAIN?region=us", Login.KEY, options=REGIONS, is_abroad=True
    ),
    "ses": Scheme(
        "ses",
        "ses://KEYID:SECRET@ap-northeast-2",
        Login.PAIR,
        is_abroad=True,
        at_home=("ap-northeast-2",),  # Seoul
        rewrites=("message-id", "date"),
    ),
    "postmark": Scheme(
        "postmark",
        "postmark://TOKEN?stream=broadcast",
        Login.KEY,
        options={"stream": ("broadcast",)},
        is_abroad=True,
        host="api.postmarkapp.com",
    ),
    "resend": Scheme("resend", "resend://KEY", Login.KEY, is_abroad=True, host="api.resend.com"),
    "brevo": Scheme("brevo", "brevo://KEY", Login.KEY, is_abroad=True, host="api.brevo.com"),
    "sendgrid": Scheme(
        "sendgrid",
        "sendgrid://KEY?region=global",
        Login.KEY,
        options={"region": ("global", "eu")},
        is_abroad=True,
        host="api.sendgrid.com",
    ),
}


def read_mail_url(setting: str) -> MailUrl:
    """
    Read the value of NEWSLETTER_MAIL_URL.

    Raises:
        SettingsError: with the fault and the remedy; without any password or key.
    """
    return parse(setting, SCHEMES)


def leaves_the_country(url: MailUrl) -> bool:
    """Return whether letters by *url* leave Korea, as far as the program can know."""
    return is_abroad(url, SCHEMES[url.scheme])


def rewritten_fields(url: MailUrl) -> tuple[str, ...]:
    """Return the header fields, in lower case, whose values the service of *url* replaces."""
    return SCHEMES[url.scheme].rewrites


def open_provider(url: MailUrl, root: Path, caller: Caller = UNNAMED) -> Provider:
    """
    Make the provider that *url* names.

    Args:
        url: the parsed address of the provider.
        root: the folder that a relative folder belongs to.
        caller: the name of this machine in EHLO, and the trusted certificates.
    """
    return OPENERS[SCHEMES[url.scheme].module]()(url, root, caller)
