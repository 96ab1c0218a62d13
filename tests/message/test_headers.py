"""Header fields on the wire: M1, M5 and M14 of the delivery rules, where CPython breaks them."""

import re
from email import message_from_bytes, policy
from email.header import decode_header, make_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.message.headers import angle_field, ascii_field, field, is_plain, phrase
from tests.message.makers import BREAKS

HANGUL = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
SUBJECTS = st.text(
    st.one_of(HANGUL, st.sampled_from(" abc가나 [](),.:;\"'?=_@·—😀é한")), min_size=1, max_size=90
).filter(lambda text: text == text.strip())


@given(SUBJECTS)
def test_m5_a_subject_is_read_back_exactly_with_every_space(subject: str) -> None:
    wire = field("Subject", subject)

    modern = message_from_bytes(wire + b"\r\nx", policy=policy.default)["Subject"]
    legacy = str(make_header(decode_header(str(message_from_bytes(wire + b"\r\nx")["Subject"]))))
    assert legacy == subject
    assert str(modern) == subject


@given(SUBJECTS)
def test_m5_encoded_words_have_75_characters_and_lines_76_at_most(subject: str) -> None:
    wire = field("Subject", subject)

    assert wire.endswith(b"\r\n")
    lines = wire[:-2].split(b"\r\n")
    assert all(len(line) <= 76 for line in lines) or is_plain(subject)
    assert all(len(word) <= 75 for word in re.findall(rb"=\?utf-8\?b\?[^?]*\?=", wire))
    assert all(line.startswith(b" ") for line in lines[1:])


@given(SUBJECTS)
def test_m5_no_character_is_split_over_two_encoded_words(subject: str) -> None:
    for payload, charset in decode_header(field("Subject", subject).decode()[9:-2]):
        if isinstance(payload, bytes) and charset:
            payload.decode(charset)


@pytest.mark.parametrize("length", [20, 47, 60, 78, 120, 300])
def test_m1_a_link_of_any_length_stays_whole_on_one_line(length: int) -> None:
    url = f"https://news.example.org/u/{'a' * length}"

    wire = ascii_field("List-Unsubscribe", f"<{url}>")

    assert wire == f"List-Unsubscribe: <{url}>\r\n".encode()
    assert b"=?" not in wire


def test_a_long_ascii_value_is_folded_at_single_spaces() -> None:
    wire = ascii_field("X-Words", " ".join(["word"] * 40))

    assert all(len(line) <= 76 for line in wire.split(b"\r\n"))
    assert b"\t" not in wire
    assert message_from_bytes(wire)["X-Words"].replace("\r\n", "") == " ".join(["word"] * 40)


def test_a_line_of_more_than_998_characters_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 998 characters"):
        ascii_field("List-Unsubscribe", f"<https://news.example.org/{'a' * 1000}>")


@given(st.one_of(st.just(""), SUBJECTS), st.one_of(st.just(""), SUBJECTS))
def test_m14_every_control_character_is_refused_wherever_it_stands(before: str, after: str) -> None:
    for bad in (*BREAKS, "\r\nBcc: x@example.org"):
        value = f"{before}{bad}{after}"

        for write in (field, ascii_field):
            with pytest.raises(ValueError, match=rf"U\+{ord(bad[0]):04X} "):
                write("Subject", value)
        with pytest.raises(ValueError, match=rf"U\+{ord(bad[0]):04X} "):
            phrase(value, 4)


@given(st.sampled_from([*BREAKS, *" <>한\xa0"]), st.booleans())
def test_m14_nothing_but_visible_ascii_stands_in_angle_brackets(bad: str, is_last: bool) -> None:
    with pytest.raises(ValueError, match="angle brackets of Message-ID"):
        angle_field("Message-ID", f"a@b{bad}" if is_last else f"{bad}a@b")


def test_m14_there_are_sixty_five_control_characters_and_two_separators() -> None:
    assert len(BREAKS) == 65 + 2


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("Avery Reader", b"Avery Reader"),
        ("Lee, Avery", b'"Lee, Avery"'),
        ('Avery "Ace" Reader', b'"Avery \\"Ace\\" Reader"'),
        ("a@b", b'"a@b"'),
    ],
)
def test_an_ascii_name_is_quoted_only_where_it_must_be(name: str, wire: bytes) -> None:
    assert phrase(name, 4) == wire


def test_a_value_that_looks_encoded_is_encoded_so_that_it_is_read_as_it_is() -> None:
    value = "=?utf-8?b?7ZWc?= is not Hangul"

    wire = field("Subject", value)

    assert str(message_from_bytes(wire, policy=policy.default)["Subject"]) == value
