"""All that a mail says is found, however it is encoded and however deep it lies."""

from base64 import b64encode
from collections.abc import Callable
from email.header import Header
from email.message import Message
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from time import process_time
from typing import Final

import pytest

from newsletter.desk.erasing_texts import all_texts_of
from newsletter.feedback.raw_mail import ENCLOSED_BODY, PARTS_MAX
from newsletter.feedback.texts import TEXT_MAX

ADDRESS: Final = "minji.kim@example.org"
SAYS: Final = f"Please write to {ADDRESS} instead.\n"
FILL: Final = "Nothing that anybody would look for.\n"


def part(
    words: str, charset: str = "utf-8", *, cte: str = "base64", kind: str = "plain"
) -> Message:
    mail = Message()
    mail["Subject"] = "A question"
    mail["Content-Type"] = f'text/{kind}; charset="{charset}"'
    mail["Content-Transfer-Encoding"] = cte
    octets = words.encode(charset)
    mail.set_payload(b64encode(octets).decode() if cte == "base64" else octets.decode("latin-1"))
    return mail


def enclosed(inner: Message, times: int = 1) -> Message:
    for _ in range(times):
        outer = MIMEMultipart()
        outer.attach(MIMEText("see below"))
        outer.attach(MIMEMessage(inner))
        inner = outer
    return inner


def many(inner: Message) -> Message:
    outer = MIMEMultipart()
    for number in range(PARTS_MAX + 10):
        outer.attach(MIMEText(f"part {number}"))
    outer.attach(inner)
    return outer


def encoded_whole(inner: Message) -> Message:
    outer = Message()
    outer["Content-Type"] = "message/rfc822"
    outer["Content-Transfer-Encoding"] = "base64"
    outer.set_payload(b64encode(inner.as_bytes()).decode())
    return outer


def headed(name: str, value: str) -> Message:
    plain = Message()
    plain[name] = value
    plain.set_payload("Hello")
    return plain


def utf_7() -> Message:
    mail = part(SAYS.replace("@", "+AEA-"), "ascii", cte="7bit")
    mail.set_param("charset", "utf-7")
    return mail


MAILS: Final[dict[str, Callable[[], Message]]] = {
    "utf-16": lambda: part(SAYS, "utf-16"),
    "utf-16-le": lambda: part(SAYS, "utf-16-le"),
    "utf-16-be, not declared": lambda: part("\0" + "\0".join(SAYS), "latin-1"),
    "utf-32": lambda: part(SAYS, "utf-32"),
    "utf-7": utf_7,
    "ebcdic": lambda: part(SAYS, "cp037"),
    "cp949": lambda: part("김민지 " + SAYS, "cp949"),
    "an enclosed body": lambda: enclosed(part(SAYS)),
    "an enclosed body after a long text": lambda: enclosed(part(FILL * 200 + SAYS)),
    "deep": lambda: enclosed(part(SAYS), 30),
    "too deep for the parser": lambda: enclosed(part(SAYS), 60),
    "after many parts": lambda: many(part(SAYS)),
    "after a long text": lambda: part(FILL * (4 * TEXT_MAX // len(FILL) + 1) + SAYS),
    "a mail in base64": lambda: encoded_whole(part(SAYS)),
    "a mail in base64 in another": lambda: encoded_whole(enclosed(part(SAYS, "utf-16"))),
    "entities": lambda: part(SAYS.replace("@", "&#64;"), kind="html"),
    "tags": lambda: part("<b>minji.kim</b>@<i>example.org</i>", kind="html"),
    "a subject": lambda: headed("Subject", Header(SAYS, "utf-8").encode()),
    "a field behind a long one": lambda: headed(
        "To", f"{'x' * 9_000} {Header(SAYS, 'utf-16').encode()}"
    ),
}


@pytest.mark.parametrize("kind", MAILS)
def test_an_address_is_found_wherever_it_stands(kind: str) -> None:
    content = MAILS[kind]().as_bytes()

    assert ADDRESS.encode() not in content
    assert any(ADDRESS in text for text in all_texts_of(content))
    assert any(ADDRESS in text for text in all_texts_of(content.replace(b"\n", b"\r\n")))


def test_soft_line_breaks_and_folds_hide_no_address() -> None:
    body = part("Write to minji=2Eki=\nm=40exam=\nple.org", cte="quoted-printable")
    folded = b"X-Seen: minji.kim@\r\n example.org\r\n\r\nHello"

    for content in (body.as_bytes(), enclosed(body).as_bytes(), folded):
        assert any(ADDRESS in text for text in all_texts_of(content))
    assert len(FILL * 200) > ENCLOSED_BODY


@pytest.mark.parametrize(
    "content",
    [
        b"",
        bytes(range(256)) * 4_000,
        b"Content-Type: text/plain; charset=no-such\n\n\xff\xfe",
        b"Content-Type: text/plain; charset=punycode\n\n" + b"a-" * 400_000,
        b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n" * 200_000,
        b"Content-Type: message/delivery-status\n\n" + b"a: b\n\n" * 150_000,
        b"Content-Type: text/plain" + b"; a=b" * 200_000 + b"\n\nHello",
        b"Content-Type: text/html\n\n" + b"<" * 900_000,
        b"=?" * 400_000,
        b"Content-Type: message/rfc822\n\n" * 20_000,
        b"QUJD\n" * 190_000,
    ],
    ids=lambda content: repr(content[30:50]),
)
def test_no_mail_stops_it_or_takes_long(content: bytes) -> None:
    begun = process_time()

    assert not any(ADDRESS in text for text in all_texts_of(content))
    assert process_time() - begun < 20
