"""Classes in roman numerals, which child of a family, minutes in words, and words that are none."""

import pytest

from tests.proof.parity.makers import proofed

RIGHT = [
    ("멸종위기 야생생물 2급이다.", "It is a Class II endangered species."),
    ("임상 3상 시험을 시작했다.", "The Phase III trial has begun."),
    ("약방집 셋째 딸로 태어났다.", "She was the third daughter of a druggist."),
    ("둘째 아들은 어부가 되었다.", "The second son became a fisherman."),
    ("2위는 1분 15초 뒤져 들어왔다.", "Second place came in one minute and 15 seconds later."),
    ("그는 2분 40초 만에 끝냈다.", "He was done in two minutes 40 seconds."),
    ("숲에는 한낮에도 어둠이 남아 있다.", "In the grove dusk lingers even at noon."),
    ("상은 리디야 텐 씨가 받는다.", "The prize goes to Lidiya Ten."),
    ("세 시가 함께 축제를 연다.", "Three cities hold the festival together."),
    ("세 시가 되자 종이 울렸다.", "At three o'clock the bell rang."),
]
WRONG = [
    ("멸종위기 야생생물 2급이다.", "It is a Class I endangered species."),
    ("임상 3상 시험을 시작했다.", "The Phase II trial has begun."),
    ("약방집 셋째 딸로 태어났다.", "She was the second daughter of a druggist."),
    ("둘째 아들은 어부가 되었다.", "The fourth son became a fisherman."),
    ("2위는 1분 15초 뒤져 들어왔다.", "Second place came in two minutes and 15 seconds later."),
]


@pytest.mark.parametrize(("ko", "en"), RIGHT)
def test_the_same_grade_or_number_is_no_finding(ko: str, en: str) -> None:
    assert not proofed(ko, en, "numbers")


@pytest.mark.parametrize(("ko", "en"), WRONG)
def test_another_grade_or_number_is_found(ko: str, en: str) -> None:
    assert proofed(ko, en, "numbers")
