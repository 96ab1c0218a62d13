"""A reader's letter on the wire: M1, M2, M5-M11, M14, M15 of the delivery rules."""

import re
from dataclasses import replace
from datetime import date
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.compose.composition import compose
from newsletter.lang import EditionKind
from newsletter.message.enclosure import Enclosure
from newsletter.message.facts import facts_of
from newsletter.message.letter import CompiledLetter
from tests.makers import make_issue, make_press
from tests.message.makers import (
    MAILTO,
    NOW,
    PUBLIC_URL,
    make_edition,
    make_letter,
    make_publication,
    make_reader,
    make_strings,
)

LETTERS = {kind: make_letter(kind) for kind in EditionKind}
NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=60)


def parsed(mime: bytes) -> EmailMessage:
    message = message_from_bytes(mime, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found is not None
    content = found.get_content()
    assert isinstance(content, str)
    return content


def shown_mailbox(mime: bytes, field: str) -> tuple[str, str]:
    """
    Read the name and the address of a mailbox field.

    CPython 3.11's newer parser puts a space between the encoded-words of a name (against
    RFC 2047, section 6.2), so the older one reads them.
    """
    name, address = parseaddr(str(message_from_bytes(mime)[field]).replace("\r\n", ""))
    return str(make_header(decode_header(name))), address


def header_lines(mime: bytes, name: bytes) -> list[bytes]:
    head = mime.partition(b"\r\n\r\n")[0] + b"\r\n"
    return re.findall(rb"(?im)^" + name + rb":.*\r\n(?:[ \t].*\r\n)*", head)


@pytest.mark.parametrize("token", ["a" * 20, "b" * 47, "c" * 120, "d" * 300])
def test_m1_list_unsubscribe_is_one_https_uri_on_one_line_unencoded(token: str) -> None:
    mime = LETTERS[EditionKind.KO].envelope(make_reader(token=token), NOW).mime

    [wire] = header_lines(mime, b"List-Unsubscribe")
    assert wire == f"List-Unsubscribe: <{PUBLIC_URL}/u/{token}>\r\n".encode()


@pytest.mark.parametrize("token", ["a" * 20, "d" * 300])
def test_m1_a_mailto_uri_is_the_second_behind_one_space_on_a_line_of_its_own(token: str) -> None:
    mime = LETTERS[EditionKind.KO].envelope(make_reader(token=token, mailto=MAILTO), NOW).mime

    [wire] = header_lines(mime, b"List-Unsubscribe")
    expected = f"List-Unsubscribe: <{PUBLIC_URL}/u/{token}>,\r\n <{MAILTO}>\r\n"
    assert wire == expected.encode()
    for how in (policy.default, policy.compat32):
        read = str(message_from_bytes(mime, policy=how)["List-Unsubscribe"])
        assert read.replace("\r\n", "") == f"<{PUBLIC_URL}/u/{token}>, <{MAILTO}>"


def test_m1_without_a_mailto_uri_the_rest_of_the_letter_is_the_same() -> None:
    letter = LETTERS[EditionKind.BILINGUAL]

    without = letter.envelope(make_reader(), NOW).mime
    beside = letter.envelope(make_reader(mailto=MAILTO), NOW).mime

    assert beside.replace(f",\r\n <{MAILTO}>".encode(), b"", 1) == without


@pytest.mark.parametrize("mailto", ["", MAILTO])
def test_m2_list_unsubscribe_post_is_exactly_one_click(mailto: str) -> None:
    reader = make_reader(mailto=mailto)

    mime = LETTERS[EditionKind.KO].envelope(reader, NOW).mime

    [wire] = header_lines(mime, b"List-Unsubscribe-Post")
    assert wire == b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"


@given(NAMES)
def test_m5_the_readers_name_is_read_back_exactly(name: str) -> None:
    mime = LETTERS[EditionKind.EN].envelope(make_reader(name), NOW).mime

    message = parsed(mime)
    assert shown_mailbox(mime, "To") == (name, "reader@example.org")
    assert f"Dear {name}," in part(message, "plain").replace("\r\n", "\n")


@given(
    st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=200),
    st.one_of(
        st.emails(), st.sampled_from(["reader@예시.한국", '"a b"@example.org', "독자@예시.한국"])
    ),
    st.text("abcXYZ019-_.", min_size=1, max_size=300),
    st.sampled_from(EditionKind),
)
def test_m1_m7_m10_m14_hold_for_any_name_address_and_token(
    name: str, address: str, token: str, kind: EditionKind
) -> None:
    mime = LETTERS[kind].envelope(make_reader(name, address, token), NOW).mime

    assert mime.replace(address.encode(), b"").isascii()
    assert mime.count(b"\n") == mime.count(b"\r") == mime.count(b"\r\n")
    assert max(map(len, mime.split(b"\r\n"))) <= 998
    assert not any(line.startswith(b".") for line in mime.split(b"\r\n"))
    head = message_from_bytes(mime)
    assert head.keys() == message_from_bytes(LETTERS[kind].envelope(make_reader(), NOW).mime).keys()
    assert head["List-Unsubscribe"] == f"<{PUBLIC_URL}/u/{token}>"


@pytest.mark.parametrize("advertising", [True, False])
@pytest.mark.parametrize("own", ["소식", "(광고) 아님", "광고 (광고)"])
def test_m6_the_subject_starts_with_the_mark_exactly_when_it_advertises(
    own: str, advertising: bool
) -> None:
    composition = compose(
        make_publication(), make_issue(("본문", "Text"), (own, own), 8, advertising), make_press()
    )
    for kind, edition in composition.editions.items():
        letter = CompiledLetter(edition, facts_of(make_publication()), make_strings(), PUBLIC_URL)
        subject = str(parsed(letter.envelope(make_reader(), NOW).mime)["Subject"])
        assert subject.startswith("(광고)") == advertising, kind


@pytest.mark.parametrize("kind", EditionKind)
def test_m7_every_single_instance_field_stands_once(kind: EditionKind) -> None:
    mime = LETTERS[kind].envelope(make_reader(), NOW).mime

    for name in (
        b"From", b"To", b"Subject", b"Date", b"Message-ID", b"Reply-To", b"MIME-Version",
        b"Content-Type", b"List-Id", b"List-Help", b"List-Archive", b"Feedback-ID", b"Precedence",
    ):  # fmt: skip
        assert len(header_lines(mime, name)) == 1, name
    assert not header_lines(mime, b"Auto-Submitted")
    assert parsedate_to_datetime(str(parsed(mime)["Date"])) == NOW


def test_m7_the_same_reader_and_time_give_the_same_bytes() -> None:
    first = LETTERS[EditionKind.BILINGUAL].envelope(make_reader(), NOW)

    assert make_letter(EditionKind.BILINGUAL).envelope(make_reader(), NOW) == first


@pytest.mark.parametrize("kind", EditionKind)
def test_m8_feedback_id_has_four_different_fields_and_nothing_of_the_reader(
    kind: EditionKind,
) -> None:
    letter = LETTERS[kind]

    ids = {
        bytes(
            header_lines(letter.envelope(make_reader(name, token=name), NOW).mime, b"Feedback-ID")[
                0
            ]
        )
        for name in ("one", "two")
    }

    [wire] = ids
    fields = wire.decode().split(": ")[1].strip().split(":")
    assert fields == ["2022-08", kind.value, "newsletter", "mgenews"]
    assert len(set(fields)) == 4
    assert 5 <= len(fields[3]) <= 15


def test_m9_the_list_is_named_and_the_mail_marked_as_bulk() -> None:
    message = parsed(LETTERS[EditionKind.EN].envelope(make_reader(), NOW).mime)

    assert message["List-Id"] == "Medical Gyeonggi e-News <e-news.example.org>"
    assert message["List-Help"] == "<mailto:desk@example.org>"
    assert message["List-Archive"] == f"<{PUBLIC_URL}/issues/>"
    assert message["Precedence"] == "bulk"


@pytest.mark.parametrize("kind", EditionKind)
def test_m10_text_comes_before_html_and_every_line_is_short_seven_bit_crlf(
    kind: EditionKind,
) -> None:
    mime = LETTERS[kind].envelope(make_reader("가" * 60, token="x" * 300), NOW).mime

    message = parsed(mime)
    assert [inner.get_content_type() for inner in message.iter_parts()] == [
        "text/plain",
        "text/html",
    ]
    assert message.defects == []
    assert mime.isascii()
    assert b"\n" not in mime.replace(b"\r\n", b"")
    assert b"\r" not in mime.replace(b"\r\n", b"")
    assert mime.endswith(b"\r\n")
    assert max(map(len, mime.split(b"\r\n"))) <= 998
    assert not any(line.startswith(b".") for line in mime.split(b"\r\n"))


def test_m11_the_reason_names_the_day_of_consent_in_both_languages() -> None:
    text = part(
        parsed(
            LETTERS[EditionKind.KO].envelope(make_reader(consented_on=date(2022, 7, 1)), NOW).mime
        ),
        "plain",
    )

    assert "2022년 7월 1일에 ‘메디컬 경기 e-뉴스’ 수신에 동의하신 분께" in text
    assert "agreed on July 1, 2022 to receive “Medical Gyeonggi e-News”." in text


def test_m12_the_sender_is_the_publication_and_not_the_reader() -> None:
    mime = LETTERS[EditionKind.BILINGUAL].envelope(make_reader("김독자"), NOW).mime

    name = "메디컬 경기 e-뉴스 / Medical Gyeonggi e-News"
    assert shown_mailbox(mime, "From") == (name, "news@example.org")


def test_a_reader_without_a_name_is_greeted_all_the_same() -> None:
    message = parsed(LETTERS[EditionKind.BILINGUAL].envelope(make_reader(""), NOW).mime)

    text = part(message, "plain")
    assert "독자 여러분, 안녕하십니까?" in text
    assert "Dear reader," in text
    assert message["To"] == "reader@example.org"


def test_a_name_with_markup_stays_a_name_in_html() -> None:
    message = parsed(LETTERS[EditionKind.EN].envelope(make_reader("<b>&'\""), NOW).mime)

    assert "Dear &lt;b&gt;&amp;&#x27;&quot;," in part(message, "html")
    assert "Dear <b>&'\"," in part(message, "plain")


def test_a_name_that_looks_like_a_slot_fills_no_slot() -> None:
    name = "NLSLOT-unsubscribe-END"

    text = part(parsed(LETTERS[EditionKind.EN].envelope(make_reader(name), NOW).mime), "plain")

    assert f"Dear {name}," in text


@pytest.mark.parametrize("bad", ["a\r\nBcc: x@example.org", "a\0b", "a\u2028b"])
def test_m14_a_name_that_could_start_a_header_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=r"U\+"):
        LETTERS[EditionKind.KO].envelope(make_reader(bad), NOW)


def test_m15_an_international_domain_is_written_as_a_labels() -> None:
    envelope = LETTERS[EditionKind.KO].envelope(make_reader(address="독자@예시.한국"), NOW)
    plain = LETTERS[EditionKind.KO].envelope(make_reader("", address="reader@예시.한국"), NOW)

    assert "독자@예시.한국".encode() in header_lines(envelope.mime, b"To")[0]
    assert header_lines(plain.mime, b"To") == [b"To: reader@xn--vv4b11d.xn--3e0b707e\r\n"]


@pytest.mark.parametrize(
    ("kind", "mark"),
    [
        (EditionKind.KO, "[시험 발송] "),
        (EditionKind.EN, "[TEST] "),
        (EditionKind.BILINGUAL, "[시험 발송] [TEST] "),
    ],
)
def test_d3_a_test_letter_is_marked_before_anything_else(kind: EditionKind, mark: str) -> None:
    letter = make_letter(kind, "(광고) 8월 소식", is_test=True)

    subject = str(parsed(letter.envelope(make_reader(), NOW).mime)["Subject"])

    assert subject == f"{mark}(광고) 8월 소식"


def test_what_people_look_at_is_what_readers_get() -> None:
    letter, reader = LETTERS[EditionKind.BILINGUAL], make_reader(consented_on=date(2022, 7, 1))

    message = parsed(letter.envelope(reader, NOW).mime)

    assert part(message, "html").replace("\r\n", "\n") == letter.html(reader)
    assert part(message, "plain").replace("\r\n", "\n") == letter.text(reader)


PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9


def make_letter_with_picture() -> CompiledLetter:
    edition = make_edition(EditionKind.KO)
    url = f"{PUBLIC_URL}/issues/2022-08/pictures/map-1.png"
    html = edition.html.replace("<body>", f'<body><img src="{url}" alt="지도">')
    return CompiledLetter(
        replace(edition, html=html),
        facts_of(make_publication()),
        make_strings(),
        PUBLIC_URL,
        enclosures=[
            Enclosure(url, "map-1.png", PICTURE),
            Enclosure(f"{PUBLIC_URL}/other.png", "other.png", b"not shown in this edition"),
        ],
    )


def test_pictures_that_are_sent_along_are_found_by_the_html() -> None:
    message = parsed(make_letter_with_picture().envelope(make_reader(), NOW).mime)

    text, related = message.iter_parts()
    assert isinstance(related, EmailMessage)
    html, picture = related.iter_parts()
    assert isinstance(html, EmailMessage)
    assert isinstance(picture, EmailMessage)
    assert text.get_content_type() == "text/plain"
    assert related.get_content_type() == "multipart/related"
    content_id = str(picture["Content-ID"]).strip("<>")
    assert f'<img src="cid:{content_id}" alt="지도">' in html.get_content()
    assert picture.get_content() == PICTURE
    assert message.defects == related.defects == picture.defects == []


def test_a_letter_with_pictures_keeps_the_rules_of_the_wire() -> None:
    mime = make_letter_with_picture().envelope(make_reader(), NOW).mime

    assert mime.isascii()
    assert b"\n" not in mime.replace(b"\r\n", b"")
    assert not any(line.startswith(b".") for line in mime.split(b"\r\n"))
    assert max(map(len, mime.split(b"\r\n"))) <= 998
