"""No mail costs more than is decided, whatever it is made of."""

import time
from typing import Final

import pytest

from newsletter.feedback.event import Kind
from newsletter.feedback.raw_mail import PARTS_MAX, open_mail
from newsletter.feedback.texts import decode, header_of
from newsletter.feedback.understanding import understand
from tests.feedback.fuzz import SAMPLES, find_faults

BOUNCE: Final = b"From: MAILER-DAEMON\nSubject: Undeliverable\n"
REPORT: Final = BOUNCE + b"Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
NESTED: Final = b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n'
PATIENCE_S: Final = 10.0  # of a test on a busy machine; alone each takes less than one


@pytest.mark.parametrize(
    "content",
    [
        b"a\n" * 12_500_000,
        b"".join(NESTED % (n, n) for n in range(5_000)),
        b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\nx\n" * 100_000,
        b"Content-Type: message/rfc822\n\n" * 20_000,
        b"Subject: " + b"a" * 900_000,
        b"Subject: " + b"=?utf-8?q?a?= " * 70_000 + b"\n\n",
        b"".join(b"To: a%d@example.org\n" % n for n in range(30_000)),
        b"Subject: x\n" + b" y\n" * 300_000,
        BOUNCE + b"\n" + b"a@b.c " * 150_000,
        BOUNCE + b"\n" + b"mailbox account " * 60_000,
        BOUNCE + b"Content-Type: text/html\n\n" + b"<" * 900_000,
        BOUNCE + b"Content-Type: text/html\n\n" + b"<script>" * 100_000,
        BOUNCE + b"Content-Type: text/plain;" + b"a;" * 400_000,
        BOUNCE + b"Content-Type: text/plain; charset=punycode\n\n\xe9a-" + b"b" * 400_000,
        REPORT + b"\n" * 900_000,
        REPORT + b"Diagnostic-Code: smtp;" + b"\n a" * 300_000,
        REPORT + b"Final-Recipient: rfc822;" + b"a" * 900_000,
        BOUNCE + b"\n" + b"speicher" * 100_000,
        b"",
        b"\x00" * 1_000,
    ],
    ids=lambda content: content[:24].decode(errors="replace"),
)
def test_no_mail_is_too_much(content: bytes) -> None:
    began_at = time.process_time()

    mail = open_mail(content)
    understand(mail)

    assert len(mail.parts) <= PARTS_MAX
    assert time.process_time() - began_at < PATIENCE_S


def test_a_mail_that_is_too_long_is_said_to_be_cut() -> None:
    assert open_mail(BOUNCE + b"\n" + b"x\n" * 600_000).is_cut
    assert not open_mail(BOUNCE + b"\n" + b"x\n" * 400_000).is_cut


@pytest.mark.parametrize("charset", [b'"a\0b"', b"*=utf-8''x", b"punycode", b"idna", b"hex", b'""'])
@pytest.mark.parametrize("kind", [b"text/plain", b"message/delivery-status", b"message/rfc822"])
def test_a_mail_may_name_any_charset(charset: bytes, kind: bytes) -> None:
    sign = b"" if charset.startswith(b"*") else b"="
    content = BOUNCE + b"Content-Type: %b; charset%b%b\n\n\xe9: x\n\n\xe9" % (kind, sign, charset)

    assert understand(open_mail(content)).kind is Kind.BOUNCE


@pytest.mark.parametrize("end", [b"\r", b"\r\n", b"\n"])
def test_lines_may_end_in_any_way(end: bytes) -> None:
    lines = [b"From: MAILER-DAEMON", b"Subject: Returned mail", b"", b"<a@b.example>: user unknown"]

    found = understand(open_mail(end.join(lines)))

    assert (found.kind, found.recipient) == (Kind.BOUNCE, "a@b.example")


@pytest.mark.parametrize(
    ("charset", "words"),
    [
        ("euc-kr", "존재하지 않는 사용자입니다"),
        ("ks_c_5601-1987", "존재하지 않는 사용자입니다"),
        ("iso-2022-kr", "없는 사용자"),
        ("gb2312", "用户不存在"),
        ("shift_jis", "宛先が不明です"),
        ("iso-2022-jp", "宛先が不明です"),
        ("utf-8", "수신 거부"),
        ("x-unknown", "수신 거부"),
        ("us-ascii", "수신 거부"),
    ],
)
def test_words_are_decoded_whatever_they_claim_to_be(charset: str, words: str) -> None:
    real = {"ks_c_5601-1987": "cp949", "x-unknown": "utf-8", "us-ascii": "utf-8"}.get(
        charset, charset
    )

    assert decode(words.encode(real), charset) == words


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"=?euc-kr?B?uN7Az8DMIL/AuvMgud29xQ==?=", "메일이 오빈 반신"),
        ("배달 실패".encode(), "배달 실패"),
        ("배달 실패".encode("cp949"), "배달 실패"),
        (b"=?utf-8?b?=A0=?=", "=?utf-8?b?=A0=?="),
        (b"plain\n words", "plain words"),
    ],
)
def test_a_field_is_decoded_or_left_as_it_is(raw: bytes, words: str) -> None:
    assert header_of(open_mail(b"Subject: " + raw + b"\n\n").head, "Subject") == words


@pytest.mark.skipif(not SAMPLES.exists(), reason="make test unpacks the samples")
def test_mutated_mails_are_read_without_a_fault() -> None:
    assert list(find_faults(1, 2_000)) == []
