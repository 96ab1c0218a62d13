import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.subscribers.why import one_line, words_in

# A space without width, fillers of Korean letters, a blank of Braille, a hyphen and a direction
# that nobody sees, a joiner, controls, and an accent without its letter.
UNSEEN = (
    " \t\n",
    "\u200b",
    "\u3164\u115f\uffa0",
    "\u2800",
    "\xad",
    "\u202e",
    "\u200d",
    "\0\x1b",
    "\u0301",
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("asked by phone", "asked by phone"),
        (" 전화로\r\n그만\t보내 달라고 함 ", "전화로 그만 보내 달라고 함"),
        ("2022-08-01\x00foo", "2022-08-01\ufffdfoo"),
        ("\x1b[31mred\x85\u2028line", "\ufffd[31mred line"),
        ("half a letter \ud800", "half a letter \ufffd"),
        ("", ""),
        *((text, "") for text in UNSEEN),
    ],
)
def test_a_reason_is_one_line_that_can_be_printed(text: str, expected: str) -> None:
    assert one_line(text) == expected


@pytest.mark.parametrize("text", UNSEEN)
def test_what_nobody_can_see_is_no_reason(text: str) -> None:
    assert not words_in(text)
    assert words_in(f"{text} -") == f"{text} -".strip()


@given(st.text())
def test_every_text_becomes_a_line_that_stays_as_it_is(text: str) -> None:
    line = one_line(text)

    assert line.isprintable()
    assert one_line(line) == line
    assert "\x00" not in line
    line.encode()
