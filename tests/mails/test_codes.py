"""Codes of confirmations: six digits, made from the mail's name, read as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mails.codes import code_of, read_code
from newsletter.mails.mail import draw_mail_name, mail_name_in


def test_a_code_is_the_same_for_the_same_mail_and_key_only() -> None:
    one, other = draw_mail_name(), draw_mail_name()

    assert code_of(one, b"k") == code_of(one, b"k")
    assert len({code_of(one, b"k"), code_of(other, b"k"), code_of(one, b"l")}) > 1


def test_codes_keep_their_zeros() -> None:
    codes = [code_of(draw_mail_name(), b"k") for _ in range(500)]

    assert {len(code) for code in codes} == {6}
    assert any(code.startswith("0") for code in codes)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("012345", "012345"),
        (" 012 345 ", "012345"),
        ("012-345", "012345"),
        ("０１２３４５", "012345"),
        ("12345", None),
        ("1234567", None),
        ("12345a", None),
        ("١٢٣٤٥٦", None),
        ("", None),
    ],
)
def test_a_code_is_read_as_people_type_it(typed: str, code: str | None) -> None:
    assert read_code(typed) == code


@given(st.text())
def test_any_text_is_a_code_or_none(text: str) -> None:
    code = read_code(text)

    assert code is None or (len(code) == 6 and code.isdigit())


def test_a_mails_name_is_drawn_and_read() -> None:
    name = draw_mail_name()

    assert mail_name_in(name) == name
    assert [mail_name_in(text) for text in (name.upper(), name[:-1], f"{name}a", "", "r" * 17)] == [
        None
    ] * 5
