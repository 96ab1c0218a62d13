"""A letter as fields: everything arrives, and what cannot be carried is named."""

from email import message_from_bytes
from email.policy import SMTP
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.http_posting import UncarriedError
from newsletter.delivery.letter_fields import LetterFields, read_fields
from newsletter.delivery.provider import Blame, Deferred, Refused
from newsletter.lang import EditionKind, Lang
from newsletter.message.envelope import Envelope
from newsletter.message.mail_letter import MailLetter, MailSender, write_mail
from newsletter.phrases import Phrase
from tests.delivery.whole_letters import PICTURES, SUBJECT, whole_envelope
from tests.message.makers import BREAKS, MAILTO, NOW, PUBLIC_URL

NAMES: Final = st.text(
    st.characters(exclude_characters=BREAKS, exclude_categories=["Cs"]), min_size=1, max_size=60
).map(lambda name: " ".join(name.split()) or "x")


def parse(envelope: Envelope) -> LetterFields:
    return read_fields(envelope.mime)


@pytest.mark.parametrize("kind", list(EditionKind))
@pytest.mark.parametrize("has_pictures", [False, True])
def test_everything_of_an_issues_letter_arrives(kind: EditionKind, *, has_pictures: bool) -> None:
    fields = parse(whole_envelope(7, kind, has_pictures=has_pictures))

    assert fields.sender_name.startswith("메디컬 경기 e-뉴스")
    assert fields.sender_address == "news@example.org"
    assert fields.reader_name == "김독자"
    assert fields.reply_to == "desk@example.org"
    assert fields.subject == SUBJECT
    assert f"{PUBLIC_URL}/u/t0ken7" in fields.text
    assert f"{PUBLIC_URL}/u/t0ken7" in fields.html
    assert "한국어 본문" in fields.html
    assert "\r" not in fields.text + fields.html
    assert fields.is_issue
    assert dict(fields.headers) == {
        "Message-ID": f"<2022-08.{7:032x}@news.example.org>",
        "List-Id": fields.headers["List-Id"],
        "List-Unsubscribe": f"<{PUBLIC_URL}/u/t0ken7>, <{MAILTO}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Help": "<mailto:desk@example.org>",
        "List-Archive": f"<{PUBLIC_URL}/issues/>",
        "Feedback-ID": f"2022-08:{kind}:newsletter:mgenews",
        "Precedence": "bulk",
        "Content-Language": ", ".join(kind.langs),
    }
    assert fields.headers["List-Id"].endswith("<e-news.example.org>")
    assert fields.headers["List-Id"].isascii()
    assert [one.content for one in fields.pictures] == [
        one.data for one in PICTURES if has_pictures
    ]
    assert [one.name for one in fields.pictures] == [one.name for one in PICTURES if has_pictures]
    for picture in fields.pictures:
        assert f'src="cid:{picture.content_id}"' in fields.html


@given(NAMES, NAMES, NAMES)
def test_subject_and_names_are_as_people_wrote_them(subject: str, sender: str, name: str) -> None:
    """M5, for the services that encode them anew."""
    fields = parse(whole_envelope(subject=subject, sender_name=sender, name=name))

    assert fields.subject == subject
    assert fields.sender_name == sender
    assert fields.reader_name == name


def test_the_standard_library_reads_the_same() -> None:
    envelope = whole_envelope(has_pictures=True)
    message = message_from_bytes(envelope.mime, policy=SMTP)

    fields = parse(envelope)

    plain, html = message.get_body(["plain"]), message.get_body(["html"])
    assert plain is not None
    assert html is not None
    assert fields.text == plain.get_content().replace("\r\n", "\n")
    assert fields.html == html.get_content().replace("\r\n", "\n")
    assert fields.subject == message["Subject"]


def test_a_mail_that_answers_somebody_is_told_apart_from_an_issue() -> None:
    letter = MailLetter(1, "a@example.net", Lang.KO, "확인", "본문\n", "<p>본문</p>\n", "m@x.org")
    fields = parse(write_mail(letter, MailSender("경기도", "news@example.org", None), NOW))

    assert not fields.is_issue
    assert fields.headers["Auto-Submitted"] == "auto-generated"
    assert (fields.text, fields.html, fields.reply_to) == ("본문\n", "<p>본문</p>\n", "")


HEAD: Final = b"From: news@example.org\r\nTo: a@example.net\r\nSubject: s\r\n"
PLAIN: Final = b"Content-Type: text/plain; charset=utf-8\r\n\r\nx\r\n"


def multipart(kind: bytes, *parts: bytes) -> bytes:
    joined = b"".join(b"\r\n--b\r\n" + part for part in parts)
    return (
        HEAD
        + b"Content-Type: multipart/"
        + kind
        + b'; boundary="b"\r\n\r\n'
        + joined
        + b"\r\n--b--\r\n"
    )


HTML: Final = b"Content-Type: text/html\r\n\r\n<p>x</p>\r\n"


@pytest.mark.parametrize(
    ("mime", "part"),
    [
        (b"DKIM-Signature: v=1; b=x\r\n" + HEAD + PLAIN, "DKIM-Signature"),
        (b"Cc: b@example.net\r\n" + HEAD + PLAIN, "Cc"),
        (b"Bcc: b@example.net\r\n" + HEAD + PLAIN, "Bcc"),
        (b"Sender: b@example.net\r\n" + HEAD + PLAIN, "Sender"),
        (b"Subject: other\r\n" + HEAD + PLAIN, "Subject"),
        (b"X-Twice: 1\r\nx-twice: 2\r\n" + HEAD + PLAIN, "x-twice"),
        ("X-Korean: 한글\r\n".encode() + HEAD + PLAIN, "X-Korean"),
        (b"Reply-To: a@example.org, b@example.org\r\n" + HEAD + PLAIN, "Reply-To"),
        (b"Subject: s\r\n" + PLAIN, "From"),
        (b"From: a@example.org, b@example.org\r\nTo: c@example.org\r\n" + PLAIN, "From"),
        (HEAD + b"Content-Type: text/calendar\r\n\r\nx\r\n", "text/calendar"),
        (HEAD + b"Content-Type: text/plain; charset=utf-99\r\n\r\nx\r\n", "text/plain"),
        (HEAD + b"Content-Type: text/plain; charset=ascii\r\n\r\n\xff\r\n", "text/plain"),
        (multipart(b"mixed", PLAIN, PLAIN), "multipart/mixed"),
        (multipart(b"alternative", PLAIN), "multipart/alternative"),
        (multipart(b"alternative", PLAIN, HTML, PLAIN), "multipart/alternative"),
        (multipart(b"alternative", HTML, HTML), "text/html"),
        (multipart(b"alternative", PLAIN, PLAIN), "text/plain"),
        (HEAD + b"Content-Type: multipart/alternative\r\n\r\nx\r\n", "multipart/alternative"),
    ],
)
def test_what_cannot_be_carried_is_named(mime: bytes, part: str) -> None:
    with pytest.raises(UncarriedError) as caught:
        read_fields(mime)

    said = caught.value.phrase
    assert isinstance(said, Phrase)
    assert (said.code, said.fields["part"]) == ("delivery.uncarried", part)
    assert caught.value.outcome == Deferred(said, Blame.MESSAGE)


@pytest.mark.parametrize(
    ("written", "instead", "part"),
    [
        (b"Content-ID: <", b"X-Content-ID: <", "image/png"),  # nothing in the HTML can name it
        (b"Content-Type: image/png", b"Content-Type: image/gif", "image/gif"),
        (b'filename="map.png"', 'filename="지도.png"'.encode(), "image/png"),
        (b'; filename="map.png"', b"", "image/png"),
    ],
)
def test_a_picture_that_would_not_be_shown_is_not_sent(
    written: bytes, instead: bytes, part: str
) -> None:
    mime = whole_envelope(has_pictures=True).mime
    assert written in mime

    with pytest.raises(UncarriedError) as caught:
        read_fields(mime.replace(written, instead))

    assert isinstance(caught.value.phrase, Phrase)
    assert part in str(caught.value.phrase)


def test_what_is_wrong_with_one_reader_blames_no_letter() -> None:
    mime = HEAD.replace(b"To: a@example.net", b"To: a@example.net, b@example.net") + PLAIN

    with pytest.raises(UncarriedError) as caught:
        read_fields(mime)

    assert caught.value.outcome == Refused(caught.value.phrase, Blame.TEMPORARY)
