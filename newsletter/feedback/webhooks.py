"""The list of webhooks. A module is imported when its service is set up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from newsletter.errors import SettingsError
from newsletter.feedback.sns_files import Fetch
from newsletter.feedback.webhook import Hook
from newsletter.phrases import Said, phrase

PREFIX: Final = "NEWSLETTER_WEBHOOK_"
KEY_LEAST: Final = 16  # characters of Mailgun's key; it has more


@dataclass(frozen=True, slots=True)
class Entry:
    """One service: the form of its setting, and what opens its webhook."""

    form: str  # shown as the remedy
    open: Callable[
        [Sequence[str], Fetch], Hook
    ]  # raises a ValueError for a setting of another form


def _mailgun(secrets: Sequence[str], fetch: Fetch) -> Hook:
    from newsletter.feedback.webhook_mailgun import MailgunHook  # noqa: PLC0415

    del fetch
    if any(len(one) < KEY_LEAST for one in secrets):
        raise ValueError("too short")
    return MailgunHook(secrets)


def _ses(secrets: Sequence[str], fetch: Fetch) -> Hook:
    from newsletter.feedback.webhook_ses import SesHook  # noqa: PLC0415

    return SesHook(secrets, fetch)


def _sendgrid(secrets: Sequence[str], fetch: Fetch) -> Hook:
    from newsletter.feedback.webhook_sendgrid import SendGridHook  # noqa: PLC0415

    del fetch
    return SendGridHook(secrets)


def _resend(secrets: Sequence[str], fetch: Fetch) -> Hook:
    from newsletter.feedback.webhook_resend import ResendHook  # noqa: PLC0415

    del fetch
    return ResendHook(secrets)


def _postmark(secrets: Sequence[str], fetch: Fetch) -> Hook:
    from newsletter.feedback.webhook_postmark import PostmarkHook  # noqa: PLC0415

    del fetch
    _check_own(secrets)
    return PostmarkHook(secrets)


def _brevo(secrets: Sequence[str], fetch: Fetch) -> Hook:
    from newsletter.feedback.webhook_brevo import BrevoHook  # noqa: PLC0415

    del fetch
    _check_own(secrets)
    return BrevoHook(secrets)


def _check_own(secrets: Sequence[str]) -> None:
    from newsletter.feedback.webhook_secret import SECRET  # noqa: PLC0415

    if not all(map(SECRET.fullmatch, secrets)):
        raise ValueError("no such secret")


OWN_SECRET: Final = "24…200 A-Z a-z 0-9 . _ ~ -"  # noqa: S105 - its form
ENTRIES: Final[Mapping[str, Entry]] = {
    "mailgun": Entry("0123456789abcdef0123456789abcdef", _mailgun),
    "ses": Entry("arn:aws:sns:ap-northeast-2:123456789012:TOPIC", _ses),
    "postmark": Entry(OWN_SECRET, _postmark),
    "resend": Entry("whsec_BASE64", _resend),
    "brevo": Entry(OWN_SECRET, _brevo),
    "sendgrid": Entry("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE…==", _sendgrid),
}
SETTINGS: Final = {kind: f"{PREFIX}{kind.upper()}" for kind in ENTRIES}
Secrets = Mapping[str, Sequence[str]]  # by service, those that are set up


def read_secrets(values: Mapping[str, str]) -> Secrets:
    """
    Read the settings of all webhooks; several values of one have commas between them.

    Args:
        values: by the service's name; "": it is not set up.

    Raises:
        SettingsError: every value that is of another form; none is repeated.
    """
    found, faults = dict[str, Sequence[str]](), list[Said]()
    for kind, value in values.items():
        secrets = tuple(filter(None, (one.strip() for one in value.split(","))))
        if not secrets:
            continue
        try:
            ENTRIES[kind].open(secrets, _fetch_nothing)
        except ValueError:
            form = ENTRIES[kind].form
            faults.append(phrase("feedback.webhook-setting", name=SETTINGS[kind], form=form))
        found[kind] = secrets
    if faults:
        raise SettingsError(*faults)
    return found


def open_hooks(secrets: Secrets, fetch: Fetch) -> Mapping[str, Hook]:
    """Make the webhooks that are set up; *fetch* gets files that Amazon SNS names."""
    return {kind: ENTRIES[kind].open(some, fetch) for kind, some in secrets.items()}


def _fetch_nothing(url: str) -> bytes:
    raise OSError(url)
