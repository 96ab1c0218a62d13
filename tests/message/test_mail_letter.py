"""Mails of the program as bytes: fields that machines obey, two parts, a signature that holds."""

from datetime import datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import dkim
import pytest

from newsletter.lang import Lang
from newsletter.message.dkim import DkimSigner
from newsletter.message.dkim_key import Algorithm, make_key, read_key
from newsletter.message.mail_letter import MailLetter, MailSender, write_mail
from tests.web.house import House, code_of

NOW = datetime(2026, 11, 29, 18, 5, tzinfo=ZoneInfo("Asia/Seoul"))
SENDER = MailSender("메디컬 경기 e-뉴스", "news@example.org", "desk@example.org")
TEXT = "안녕하십니까?\n.점으로 시작하는 줄\nFrom 여기까지\n" + "긴 줄 " * 60 + "\n"


def letter(**changes: Any) -> MailLetter:
    values: dict[str, Any] = {
        "recipient": "a@example.org",
        "subject": "[012345] 확인",
        "text": TEXT,
    }
    return MailLetter(
        1,
        lang=Lang.KO,
        html=f"<p>{TEXT}</p>",
        message_id="mail.mabc@example.org",
        **{**values, **changes},
    )


def test_a_mail_says_that_a_machine_wrote_it_and_belongs_to_no_list() -> None:
    envelope = write_mail(letter(), SENDER, NOW)

    mail = message_from_bytes(envelope.mime, policy=default)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert (mail["Content-Language"], mail["Message-ID"]) == ("ko", "<mail.mabc@example.org>")
    assert (mail["Subject"], mail["To"]) == ("[012345] 확인", "a@example.org")
    assert mail["Date"] == "Sun, 29 Nov 2026 18:05:00 +0900"
    assert [name for name in mail if name.startswith(("List-", "Precedence", "Feedback"))] == []
    assert (envelope.sender, envelope.recipient) == ("news@example.org", "a@example.org")


def test_a_mail_in_several_languages_names_all_of_them() -> None:
    envelope = write_mail(letter(further=(Lang.EN,)), SENDER, NOW)

    mail = message_from_bytes(envelope.mime, policy=default)
    assert mail["Content-Language"] == "ko, en"


def test_both_parts_come_through_and_no_line_is_long_or_starts_with_a_dot() -> None:
    envelope = write_mail(letter(), SENDER, NOW)

    mail = message_from_bytes(envelope.mime, policy=default)
    parts = {part.get_content_type(): part.get_content() for part in mail.iter_parts()}
    assert {kind: text.replace("\r\n", "\n") for kind, text in parts.items()} == {
        "text/plain": TEXT,
        "text/html": f"<p>{TEXT}</p>",
    }
    lines = envelope.mime.split(b"\r\n")
    assert max(map(len, lines)) <= 78
    assert not any(line.startswith((b".", b"From ")) for line in lines)
    assert b"\n" not in envelope.mime.replace(b"\r\n", b"")


@pytest.mark.parametrize("value", ["a\r\nBcc: b@example.org", "a\0", "a\u2028b"])
def test_a_control_character_in_the_subject_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"U\+"):
        write_mail(letter(subject=value), SENDER, NOW)


def test_the_signature_covers_the_mail() -> None:
    key = read_key(make_key(Algorithm.RSA))
    signer = DkimSigner("example.org", {"s1": key})

    mime = write_mail(letter(), SENDER, NOW, signer).mime

    def find(name: bytes, timeout: int = 5) -> bytes:
        del name, timeout
        return key.record.encode()

    assert dkim.verify(mime, dnsfunc=find)
    assert not dkim.verify(mime.replace(b"desk@example.org", b"evil@example.org"), dnsfunc=find)


def test_a_mail_has_a_bounce_address_of_its_own(tmp_path: Path) -> None:
    house = House(tmp_path)
    path = tmp_path / "issues" / "publication.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("sender:\n", "sender:\n  bounces: b@bounce.example.org\n"), encoding="utf-8"
    )
    house.stage.restart()
    house.site = house.stage.site
    house.open()
    house.ask()
    house.ask(address="other@example.org", peer="198.51.100.1")

    first, second = house.mails()

    paths = {str(mail["Return-Path"]) for mail in (first, second)}
    assert len(paths) == 2
    assert all(one.startswith("<b+") and one.endswith("@bounce.example.org>") for one in paths)
    assert code_of(first)
