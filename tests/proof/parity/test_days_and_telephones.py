"""Days that are named by their figures, days before a colon, and telephone numbers."""

import pytest

from tests.proof.parity.makers import proofed


@pytest.mark.parametrize(
    ("ko", "en", "wrong"),
    [
        ("9월 3일: 개막식", "September 3: Opening", "September 4: Opening"),
        ("9월 3일: 개막식", "3 September: Opening", "2 September: Opening"),
        ("10월 11일: 30명 참석", "October 11: 30 people attended", "October 12: 30 attended"),
        ("8·15 광복절 행사입니다.", "Liberation Day (August 15)", "Liberation Day (August 16)"),
        ("6·25 전쟁 참전 용사", "veterans of June 25, 1950", "veterans of June 26, 1950"),
        ("6.25 전쟁 참전 용사", "veterans of June 25", "veterans of July 25"),
        ("5·18 민주화운동", "the May 18 Democratic Movement", "the May 19 Democratic Movement"),
        ("5·18을 기립니다.", "We remember May 18.", "We remember May 28."),
        ("4·19 혁명", "the April 19 Revolution", "the April 18 Revolution"),
        ("3·1절 기념식", "a ceremony on March 1", "a ceremony on March 2"),
        ("12·3 사건", "what happened on December 3", "what happened on November 3"),
    ],
)
def test_a_day_that_is_a_name_or_a_heading_is_compared(ko: str, en: str, wrong: str) -> None:
    assert proofed(ko, en) == []
    assert proofed(ko, wrong, "numbers") != []


@pytest.mark.parametrize(
    ("ko", "en"),
    [
        ("8·15 광복절 행사입니다.", "It is an event for Liberation Day."),
        ("6·25 전쟁 참전 용사", "veterans of the Korean War"),
        ("3·1운동을 기립니다.", "We remember the Independence Movement."),
        ("1·2층에서 열립니다.", "It is held on the first and second floors."),
        ("2·4주 토요일에 쉽니다.", "Closed on Saturdays of the second and fourth weeks."),
        ("1·3학년이 왔습니다.", "First and third graders came."),
        ("3·4 구역을 엽니다.", "Areas 3 and 4 will be opened."),
        ("평점은 6.25점입니다.", "The score is 6.25."),
    ],
)
def test_a_name_may_be_told_in_words_and_a_list_is_no_day(ko: str, en: str) -> None:
    assert proofed(ko, en) == []


@pytest.mark.parametrize(
    ("ko", "en", "wrong"),
    [
        ("전화 (02)2075-4106", "Call +82 2 2075 4106", "Call +82 2 2075 4107"),
        ("전화 02)2075-4106", "Call +82 2 2075 4106", "Call +82 2 2076 4106"),
        ("전화 031)8008-4242", "Call +82-31-8008-4242", "Call +82-32-8008-4242"),
        ("전화 (031) 8008-4242", "Call +82 (0)31 8008 4242", "Call +82 (0)31 8008 4224"),
        ("전화 031-8008-4242~3", "Call +82 31 8008 4242", "Call +82 31 8008 4241"),
        ("전화 031-8008-4242~3", "Call +82 31 8008 4242-3", "Call +82 31 8008 4242-4"),
        ("전화 031-8008-4242~3", "Call +82 31 8008 4242 or 4243", "Call +82 31 8008 4243 or 4244"),
        ("전화 031-8008-4242 ~ 4245", "Call +82 31 8008 4242 to 4245", "Call +82 31 8008 4222"),
    ],
)
def test_a_telephone_number_is_one_in_every_spelling(ko: str, en: str, wrong: str) -> None:
    assert proofed(ko, en, "numbers") == []
    assert proofed(ko, wrong, "numbers") != []
