"""Dates as Korean offices write them are ordinary text, and lists that count stay lists."""

import pytest

from newsletter.compose.markdown_text import render_text
from newsletter.issue import dates
from tests.makers import make_markdown


def _types(source: str) -> list[str]:
    return [token.type for token in make_markdown(source).tokens]


def _text(source: str) -> str:
    return render_text(make_markdown(source), "그림")


def _starts(source: str) -> list[object]:
    tokens = make_markdown(source).tokens
    return [token.attrs.get("start", 1) for token in tokens if token.type == "ordered_list_open"]


DATES = [
    "2022. 8. 26. 울란바토르에서 회의가 열렸습니다.",
    "2022. 8. 26.(금) 10:00",
    "2022. 8월 소식",
    "22. 8. 26. 개최",
    "8. 26. ~ 8. 30. 접수",
    "11. 5.(목)까지 신청",
    "11. 5(목) 마감",
    "8. 26.",
    "8. 15 광복절 행사",
    "11. 5 ~ 11. 7 기간에",
    "11. 5~7. 열립니다",
    "8. 26일에",
    "7. 4 남북공동성명",
    "3. 1절 기념",
    "6. 25전쟁 기념",
    "12. 24, 25 휴무",
    "9. 1",
    "1986. 그 해",
    "2022. It was a good year.",
    "1986. A great year.",
]


@pytest.mark.parametrize("date", DATES)
def test_a_date_at_the_start_of_a_paragraph_is_text(date: str) -> None:
    assert _types(date) == ["paragraph_open", "inline", "paragraph_close"]
    assert _text(date) == date


@pytest.mark.parametrize("date", DATES)
@pytest.mark.parametrize("before", ["- ", "> ", "1. ", "> - ", "- > "])
def test_a_date_in_a_list_item_or_a_quote_is_text(before: str, date: str) -> None:
    assert _text(before + date) == before + date
    assert set(_starts(before + date)) <= {1}


def test_dates_below_each_other_keep_their_lines() -> None:
    assert _text("2022. 8. 26. 개회\n2022. 8. 30. 폐회") == "2022. 8. 26. 개회\n2022. 8. 30. 폐회"
    assert _text("일정\n8. 26. 개회\n8. 30. 폐회") == "일정\n8. 26. 개회\n8. 30. 폐회"


def test_days_without_a_dot_below_each_other_keep_their_numbers() -> None:
    for source in ("8. 15 광복절 행사\n8. 20 마감", "9. 3일 개회\n9. 5일 폐회"):
        assert _starts(source) == []
        assert _text(source) == source


@pytest.mark.parametrize(
    "source",
    [
        *("1. 15 광복절 행사", "2. 15개 기관", "3. 10일간 진행", "2. 15 institutions", "4. 2단계"),
        *("13. 5 행사", "2. 32 행사", "8) 15 행사", "3. 4차 산업", "2. 100 가지", "8. 광복절"),
        *("7. 4 성명\n8. 15 선언", "2. 15 가지\n3. 20 가지"),
    ],
)
def test_a_number_that_counts_stays_a_list(source: str) -> None:
    assert _starts(source) == [int(source[: source.index("." if "." in source else ")")])]


def test_a_numbered_list_of_dates_stays_a_list() -> None:
    source = "1. 2022. 8. 26. 개회\n2. 2022. 8. 30. 폐회"

    assert _starts(source) == [1]
    assert _text(source) == source


def test_a_date_behind_a_list_does_not_go_on_with_it() -> None:
    source = "1. 첫째\n2. 둘째\n\n2022. 8. 26. 회의\n\n3. 셋째"

    assert _starts(source) == [1, 3]
    assert _text(source) == source


@pytest.mark.parametrize(
    ("source", "starts"),
    [
        ("1. 첫째\n2. 둘째\n3. 셋째", [1]),
        ("0. 영\n1. 일", [0]),
        ("7. 일곱째\n8. 여덟째", [7]),
        ("1. 첫째\n1. 둘째\n1. 셋째", [1]),
        ("1) 첫째\n2) 둘째", [1]),
        ("1. 첫째\n   1. 가\n   2. 나\n2. 둘째", [1, 1]),
        ("1. 첫째\n\n   말\n\n2. 둘째", [1]),
        ("1. 첫째\n이어지는 줄\n2. 둘째", [1]),
        ("1. 첫째\n- 다른\n2. 둘째", [1, 2]),
        ("1. 10~20명\n2. 2.5배\n3. 3.1절", [1]),
        ("1. 첫째\n\n3. 셋째", [1, 3]),
        ("- 1. 가\n- 2. 나", [1, 2]),
        ("말\n1. 첫째", [1]),
        ("1. 8. 26. 접수\n2. 8. 30. 마감", [1]),
    ],
)
def test_a_list_that_counts_up_stays_a_list_and_keeps_its_numbers(
    source: str, starts: list[int]
) -> None:
    assert _starts(source) == starts


@pytest.mark.parametrize(
    "source",
    [
        "5. 어린이날\n8. 어버이날\n15. 스승의 날",
        "1. 가\n2. 나\n4. 라",
        "3. 가\n2. 나",
        "7. 준비\n8. 26. 회의",
    ],
)
def test_numbers_that_do_not_count_up_are_shown_as_they_are_written(source: str) -> None:
    assert _starts(source) == []
    assert _text(source) == source


def test_every_numbered_line_is_judged_once() -> None:
    """A list that is refused at its last line may not be read again from every other line."""
    seen: list[int] = []
    original = dates._items

    def counted(*args: object) -> object:
        for line in original(*args):  # type: ignore[arg-type] # handed through as they came
            seen.append(line[0])
            yield line

    dates._items = counted  # type: ignore[assignment] # counts what the original yields
    try:
        for text in (
            "\n".join(f"{at}. 말" for at in range(1, 400)) + "\n7. 끝",
            "\n***\n".join(f"{at}. 말" for at in range(1, 400)),
            "\n\n".join(f"{at * 2}. 말" for at in range(1, 400)),
        ):
            seen.clear()
            make_markdown(text)

            assert len(seen) <= 2 * 400
    finally:
        dates._items = original
