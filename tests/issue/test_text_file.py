import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.issue.problems import Problems
from newsletter.issue.text_file import decode_text


def _problems(data: bytes) -> list[str]:
    problems = Problems()
    assert decode_text(data, "ko.md", problems) is None
    return [str(problem) for problem in problems.found]


@pytest.mark.parametrize(
    ("data", "line", "byte"),
    [
        (b"---\ntitle: " + "소식".encode("cp949"), 2, "12 of the file (0xbc)"),
        (b"\xef\xbb\xbfab\r\ncd\xff", 2, "10 of the file (0xff)"),
        (b"a\rb\r\xe0", 3, "5 of the file (0xe0)"),
        ("---\n".encode("utf-16"), 1, "1 of the file (0xff)"),
    ],
)
def test_a_file_that_is_not_utf_8_names_the_byte(data: bytes, line: int, byte: str) -> None:
    assert _problems(data) == [
        f"ko.md:{line}: byte {byte} is not UTF-8; "
        "open the file in an editor and save it with the encoding UTF-8"
    ]


@pytest.mark.parametrize(
    ("char", "name"),
    [
        ("\x00", "U+0000 (a control character)"),
        ("\x07", "U+0007 (a control character)"),
        ("\x85", "U+0085 (a control character)"),
        ("\u2028", "U+2028 (LINE SEPARATOR)"),
        ("\u202e", "U+202E (RIGHT-TO-LEFT OVERRIDE)"),
        ("\u2066", "U+2066 (LEFT-TO-RIGHT ISOLATE)"),
        ("\ufeff", "U+FEFF (ZERO WIDTH NO-BREAK SPACE)"),
    ],
)
def test_a_character_that_nobody_sees_is_named_with_line_and_column(char: str, name: str) -> None:
    assert _problems(f"한글\r\n가나{char}다".encode()) == [
        f"ko.md:2: column 3 contains {name}, which is not allowed in an email; delete it"
    ]


def test_of_many_such_characters_five_are_named_and_the_others_counted() -> None:
    problems = _problems(b"\x00" * 8)

    assert len(problems) == 6
    assert problems[0] == "ko.md: 3 more such characters follow; delete them too"


def test_text_comes_in_nfc_with_lf() -> None:
    text = decode_text("\ufeff한글\r\n\r끝".encode(), "ko.md", Problems())

    assert text == "한글\n\n끝"


@given(st.binary())
def test_any_bytes_become_text_or_a_problem(data: bytes) -> None:
    problems = Problems()

    text = decode_text(data, "ko.md", problems)

    assert (text is None) == bool(problems.found)
