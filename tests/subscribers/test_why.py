import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.subscribers.why import one_line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("asked by phone", "asked by phone"),
        (" 전화로\r\n그만\t보내 달라고 함 ", "전화로 그만 보내 달라고 함"),
        ("2022-08-01\x00foo", "2022-08-01\ufffdfoo"),
        ("\x1b[31mred\x85\u2028line", "\ufffd[31mred line"),
        ("half a letter \ud800", "half a letter \ufffd"),
        ("", ""),
    ],
)
def test_a_reason_is_one_line_that_can_be_printed(text: str, expected: str) -> None:
    assert one_line(text) == expected


@given(st.text())
def test_every_text_becomes_a_line_that_stays_as_it_is(text: str) -> None:
    line = one_line(text)

    assert line.isprintable()
    assert one_line(line) == line
    assert "\x00" not in line
    line.encode()
