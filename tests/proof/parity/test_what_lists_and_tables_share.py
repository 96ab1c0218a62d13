"""What days, tables and durations have in common with their neighbours is read with them."""

import pytest

from tests.proof.parity.makers import proofed

SAME = {
    "a month behind two days": (
        "9월 7일(월)부터 11일(금)까지 닷새 동안 머물렀다.",
        "They stayed for five days, from Monday, 7 to Friday, 11 September.",
    ),
    "a month behind three days": (
        "행사는 9월 8일(화), 9일(수), 10일(목)에 열린다.",
        "The event is on Tuesday, 8, Wednesday, 9 and Thursday, 10 September.",
    ),
    "the unit of a table stands before it": (
        "수출액은 다음과 같다(단위: 억 원).\n\n| 지역 | 2024년 |\n|---|---|\n| 북미 | 640 |",
        "Exports were as follows (in billions of won).\n\n"
        "| Region | 2024 |\n|---|---|\n| North America | 64.0 |",
    ),
    "a duration in words and figures": (
        "그는 2시간 12분 47초에 들어왔다.",
        "He finished in two hours, 12 minutes and 47 seconds.",
    ),
    "a duration in words": (
        "기록은 2시간 9분 6초였다.",
        "The time was two hours, nine minutes and six seconds.",
    ),
    "the year in which somebody began to study": (
        "저는 경제학과 83학번 졸업생입니다.",
        "I am a graduate who entered the Department of Economics in 1983.",
    ),
    "a country by its short name": ("체코 프라하로 떠난다.", "They leave for Prague, Czechia."),
}
OTHER = {
    "the first day of a range": (
        "9월 7일(월)부터 11일(금)까지 닷새 동안 머물렀다.",
        "They stayed for five days, from Tuesday, 8 to Friday, 11 September.",
    ),
    "the month of a range": (
        "9월 7일부터 11일까지 머물렀다.",
        "They stayed from Monday, 7 to Friday, 11 October.",
    ),
    "a number of a table with a unit": (
        "수출액은 다음과 같다(단위: 억 원).\n\n| 지역 | 2024년 |\n|---|---|\n| 북미 | 640 |",
        "Exports were as follows (in billions of won).\n\n"
        "| Region | 2024 |\n|---|---|\n| North America | 46.0 |",
    ),
    "the unit of a table": (
        "수출액은 다음과 같다(단위: 억 원).\n\n| 지역 | 2024년 |\n|---|---|\n| 북미 | 640 |",
        "Exports were as follows (in millions of won).\n\n"
        "| Region | 2024 |\n|---|---|\n| North America | 64.0 |",
    ),
    "the hours of a duration": (
        "그는 2시간 12분 47초에 들어왔다.",
        "He finished in three hours, 12 minutes and 47 seconds.",
    ),
    "the seconds of a duration": (
        "기록은 2시간 9분 6초였다.",
        "The time was two hours, nine minutes and seven seconds.",
    ),
    "the year of entry": (
        "저는 경제학과 83학번 졸업생입니다.",
        "I am a graduate who entered the Department of Economics in 1986.",
    ),
}


@pytest.mark.parametrize(("korean", "english"), SAME.values(), ids=list(SAME))
def test_what_both_say_is_no_finding(korean: str, english: str) -> None:
    assert not proofed(korean, english, "numbers")
    assert not proofed(korean, english, "names")


@pytest.mark.parametrize(("korean", "english"), OTHER.values(), ids=list(OTHER))
def test_another_value_is_found(korean: str, english: str) -> None:
    assert proofed(korean, english, "numbers")
