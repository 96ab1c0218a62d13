"""Which relays letters leave the country by."""

import pytest

from newsletter.delivery.registry import leaves_the_country, read_mail_url


@pytest.mark.parametrize(
    "host",
    [
        "smtp.office365.com",
        "smtp-mail.outlook.com",
        "office-kr.mail.protection.outlook.com",
        "smtp.mail.yahoo.com",
        "smtp.gmail.com",
        "smtp.googlemail.com",
        "smtp-relay.gmail.com",
        "live.smtp.mailtrap.io",
        "smtp.zeptomail.com",
        "smtp.zoho.eu",
        "smtp.fastmail.com",
        "smtp.mailchannels.net",
        "smtp.mail.me.com",
        "SMTP.Office365.COM",
        "email-smtp.us-east-1.amazonaws.com",
        "smtp.email.ap-tokyo-1.oci.oraclecloud.com",
    ],
)
def test_s13_letters_by_a_relay_abroad_leave_the_country(host: str) -> None:
    assert leaves_the_country(read_mail_url(f"smtp+starttls://user:key@{host}:587"))


@pytest.mark.parametrize(
    "host",
    [
        "smtp.naver.com",
        "smtp.works.naver.com",
        "smtp.daum.net",
        "mail.example.go.kr",
        "notoutlook.com",
        "email-smtp.ap-northeast-2.amazonaws.com",
        "smtp.email.ap-seoul-1.oci.oraclecloud.com",
    ],
)
def test_letters_by_a_relay_in_korea_or_of_the_office_do_not(host: str) -> None:
    assert not leaves_the_country(read_mail_url(f"smtp+starttls://user:key@{host}:587"))
