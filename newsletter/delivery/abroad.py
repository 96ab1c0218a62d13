"""Where a mail service stands: readers' addresses leave the country with every letter."""

from typing import Final

from newsletter.delivery.mail_url import MailUrl, Scheme

# Relays of mail services that stand outside Korea, by the domain that their host names end with:
# a service has several. An office's own server is not here, wherever it may stand.
ABROAD: Final = (
    "126.com",
    "163.com",
    "aliyun.com",
    "amazonaws.com",
    "aol.com",
    "brevo.com",
    "elasticemail.com",
    "emailsrvr.com",
    "fastmail.com",
    "gmail.com",
    "gmx.com",
    "gmx.net",
    "google.com",
    "googlemail.com",
    "hostinger.com",
    "hotmail.com",
    "icloud.com",
    "ionos.com",
    "live.com",
    "mailchannels.net",
    "mailersend.com",
    "mailersend.net",
    "mailgun.org",
    "mailjet.com",
    "mailtrap.io",
    "mandrillapp.com",
    "me.com",
    "messagingengine.com",
    "office365.com",
    "office365.us",
    "oraclecloud.com",
    "outlook.com",
    "postmarkapp.com",
    "proton.me",
    "protonmail.ch",
    "qq.com",
    "resend.com",
    "secureserver.net",
    "sendgrid.net",
    "sendinblue.com",
    "sendpulse.com",
    "serversmtp.com",
    "smtp-pulse.com",
    "smtp2go.com",
    "socketlabs.com",
    "sparkpostmail.com",
    "titan.email",
    "turbo-smtp.com",
    "yahoo.co.jp",
    "yahoo.com",
    "yandex.com",
    "yandex.net",
    "yandex.ru",
    "zeptomail.com",
    "zeptomail.eu",
    "zeptomail.in",
    "zoho.com",
    "zoho.eu",
    "zoho.in",
    "zoho.jp",
)
IN_KOREA: Final = (
    "ap-chuncheon-1.oci.oraclecloud.com",
    "ap-northeast-2.amazonaws.com",  # Seoul
    "ap-seoul-1.oci.oraclecloud.com",
)


def is_abroad(url: MailUrl, scheme: Scheme) -> bool:
    """
    Return whether letters by *url* leave Korea, as far as the program can know.

    See the Personal Information Protection Act, Article 28-8.
    """
    if scheme.is_abroad:
        return url.host not in scheme.at_home
    host = url.host.lower().removesuffix(".")
    return _is_below(host, ABROAD) and not _is_below(host, IN_KOREA)


def _is_below(host: str, domains: tuple[str, ...]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)
