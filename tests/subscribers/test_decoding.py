from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import ContentError
from newsletter.subscribers.decoding import LONGEST_LINE_BYTES, NAMED, codec_named, encoding_of
from tests.saying import raises

KOREAN = "이메일,이름\nminji.kim@example.org,김민지\n"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (KOREAN.encode(), "utf-8-sig"),
        (KOREAN.encode("utf-8-sig"), "utf-8-sig"),
        (KOREAN.encode("cp949"), "cp949"),
        (b"email\n", "utf-8-sig"),
        (b"", "utf-8-sig"),
    ],
)
def test_the_encoding_is_found_from_the_bytes(raw: bytes, expected: str) -> None:
    assert encoding_of([raw] if raw else [], "list.csv") == expected


@given(
    st.text(st.characters(codec="utf-8"), max_size=50),
    st.lists(st.integers(0, 60), max_size=5),
)
def test_utf8_is_known_wherever_it_is_cut(text: str, cuts: list[int]) -> None:
    raw = ("email,이름\n" + text).encode()
    marks = [0, *sorted(cuts), len(raw)]
    chunks = [raw[a:b] for a, b in pairwise(marks) if a < b]

    assert encoding_of(chunks, "list.csv") == "utf-8-sig"


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_refused_with_the_remedy(codec: str) -> None:
    raw = "email,name\nminji.kim@example.org,\n".encode(codec)

    with raises(ContentError, "subscribers.is-wide"):
        encoding_of([raw], "list.csv")


def test_a_workbook_is_refused_with_the_remedy() -> None:
    with raises(ContentError, "subscribers.is-workbook"):
        encoding_of([b"PK\x03\x04rest"], "list.csv")


def test_a_line_that_no_encoding_explains_is_named() -> None:
    raw = KOREAN.encode() + b"a@example.org,\xff\xff\n"

    with pytest.raises(ContentError, match=r"^list\.csv:3: neither UTF-8 nor CP949"):
        encoding_of([raw[:20], raw[20:]], "list.csv")


def fault_of(raw: bytes, said: str | None = None) -> str:
    with pytest.raises(ContentError) as caught:
        encoding_of([raw], "list.csv", said)
    return str(caught.value)


@pytest.mark.parametrize(
    ("codec", "names", "line"),
    [
        ("cp1252", ["Kim", "Ángel Diaz"], 3),
        ("cp1252", ["Ärzte"], 2),
        ("cp1250", ["Łukasz"], 2),
        ("cp932", ["山田太郎"], 2),
        ("cp932", ["佐藤"], 2),
        ("cp932", ["やまだ"], 2),
        ("euc_jp", ["山田太郎", "鈴木"], 2),
        ("gbk", ["王伟", "李娜", "张敏"], 2),
        ("cp1251", ["Пётр Иванов", "Анна"], 2),
    ],
)
def test_bytes_of_another_program_are_not_taken_for_korean(
    codec: str, names: list[str], line: int
) -> None:
    raw = ("email,name\r\n" + "".join(f"a@example.org,{name}\r\n" for name in names)).encode(codec)

    fault = fault_of(raw)
    assert fault.startswith(f"list.csv:{line}: ")
    assert "--encoding windows-1252" in fault
    assert encoding_of([raw], "list.csv", codec) == codec


@pytest.mark.parametrize(
    "names",
    [
        ["홍길똠"],
        ["펲"],
        ["똠방각하"],
        ["Kim민지"],
        ["金民智"],
        ["김民智", "이영희", "한나"],
        ["남궁훤", "제갈량", "독고탁", "선우쀼"],
        ["경기도 보건의료진흥센터", "㈜하늘", "박○○"],
    ],
)
def test_korean_names_pass_however_rare(names: list[str]) -> None:
    raw = ("email,name\r\n" + "".join(f"a@example.org,{name}\r\n" for name in names)).encode(
        "cp949"
    )

    assert encoding_of([raw], "list.csv") == "cp949"


def test_what_looks_wrong_is_taken_as_korean_where_a_person_says_so() -> None:
    raw = "email,name\na@example.org,햘varo\n".encode("cp949")

    assert (
        "read as CP949, this line contains '햘varo'; if the file is Korean nevertheless"
        in fault_of(raw)
    )
    assert encoding_of([raw], "list.csv", "cp949") == "cp949"


def test_a_file_must_be_what_a_person_says_it_is() -> None:
    assert fault_of(KOREAN.encode("cp949"), "utf-8-sig").startswith("list.csv:1: this line is not")


def test_only_encodings_of_text_can_be_named() -> None:
    assert all(codec_named(name) for name in NAMED)
    assert codec_named("Windows-1252") == "cp1252"
    assert codec_named("UTF8") == "utf-8-sig"
    for name in ("base64", "rot13", "idna", "unicode_escape", "klingon", "", "a\0b"):
        assert codec_named(name) is None


@pytest.mark.parametrize("end", [b"", b"\n", b"\r"])
def test_a_line_that_is_no_row_of_readers_is_refused_before_it_is_read(end: bytes) -> None:
    part = b"x" * LONGEST_LINE_BYTES
    chunks = [b"email\n", part, part + end, b"a@example.org\n"]

    with pytest.raises(ContentError, match=r"^list\.csv:2: this line is longer than 1,048,576"):
        encoding_of(chunks, "list.csv")


def test_a_long_file_of_short_lines_is_read() -> None:
    chunk = b"reader@example.org\r\n" * 50_000

    assert encoding_of([b"email\r\n", *[chunk] * 3], "list.csv") == "utf-8-sig"
