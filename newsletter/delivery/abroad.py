"""Where a mail service stands: readers' addresses leave the country with every letter."""

from typing import Final

from newsletter.delivery.mail_url import MailUrl, Scheme

# Relays of mail services that stand outside Korea, by the end of their host name; an office's own
# server is not here, wherever it may stand.
ABROAD: Final = (
    "amazonaws.com",
    "brevo.com",
    "elasticemail.com",
    "gmail.com",
    "google.com",
    "mailersend.net",
    "mailgun.org",
    "mailjet.com",
    "mandrillapp.com",
    "postmarkapp.com",
    "resend.com",
    "sendgrid.net",
    "sendinblue.com",
    "smtp2go.com",
    "sparkpostmail.com",
    "zoho.com",
)
IN_KOREA: Final = ("ap-northeast-2.amazonaws.com",)  # Seoul


def is_abroad(url: MailUrl, scheme: Scheme) -> bool:
    """
    Return whether letters by *url* leave Korea, as far as the program can know.

    See the Personal Information Protection Act, Article 28-8.
    """
    if scheme.is_abroad:
        return url.host not in scheme.at_home
    return _is_below(url.host, ABROAD) and not _is_below(url.host, IN_KOREA)


def _is_below(host: str, domains: tuple[str, ...]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)
