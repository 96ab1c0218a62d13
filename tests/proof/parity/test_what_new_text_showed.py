"""Figures as people wrote them in text that nobody here had seen; right ones and wrong ones."""

import pytest

from tests.proof.parity.makers import proofed

RIGHT = [
    ("표값은 16유로 40센트였다.", "The ticket cost €16.40."),
    ("표값은 3유로 10센트였다.", "The ticket cost 3 euros and 10 cents."),
    ("소송 비용은 7할을 골프장이 낸다.", "The golf course bears 70 percent of the costs."),
    ("개교 60주년을 맞았다.", "It is the school's sixtieth year."),
    ("상반기 보고를 냈다.", "It published its half-year report."),
    (
        "강좌는 매주 수요일 저녁 7시에 시작한다.",
        "The talks begin every Wednesday evening at seven.",
    ),
    ("4시 이후의 낮잠은 해롭다.", "Naps after four do harm."),
    ("목표액 5억 원의 73%이다.", "That is 73 percent of the 500 million we hope to raise."),
    ("벙커유 38㎘가 흘러나왔다.", "It spilled 38 kiloliters of bunker oil."),
    (
        "두 회사는 각각 70억 원과 50억 원을 냈다.",
        "The two put in seven billion and five billion won.",
    ),
    ("구월에 보내는 편지입니다.", "This is a letter for September."),
    (
        "이웃들은 한 해를 못 넘길 거라고 했다.",
        "The neighbors said they would not last twelve months.",
    ),
    (
        "배차 간격을 25분에서 12분으로 줄인다.",
        "It will run every 12 minutes instead of the usual 25.",
    ),
    (
        "지름 600mm 관 2.4km를 바꾼다.",
        "It replaces 2.4 kilometers of pipe 600 millimeters in diameter.",
    ),
    (
        "장편 61편과 단편 33편 등 모두 94편을 상영한다.",
        "Ninety-four films will be shown: 61 features and 33 shorts.",
    ),
    (
        "쓰레기는 지난해 2.4톤에서 0.9톤으로 줄었다.",
        "Waste was down to 0.9 tonnes from last year's 2.4.",
    ),
    ("행사는 10시~12시에 열린다.", "The event is held from 10 a.m. to noon."),
    ("선생은 올해 일흔아홉이십니다.", "She is seventy-nine this year."),
]
WRONG = [
    ("표값은 16유로 40센트였다.", "The ticket cost €14.60."),
    ("소송 비용은 7할을 골프장이 낸다.", "The golf course bears 60 percent of the costs."),
    ("개교 60주년을 맞았다.", "It is the school's fiftieth year."),
    ("목표액 5억 원의 73%이다.", "That is 73 percent of the 50 million we hope to raise."),
    ("벙커유 38㎘가 흘러나왔다.", "It spilled 38 liters of bunker oil."),
    ("제12회 축제가 10월 11일까지 열린다.", "The 11th Miryang Festival lasts until October 11."),
    (
        "두 회사는 각각 70억 원과 50억 원을 냈다.",
        "The two put in seven billion and six billion won.",
    ),
    ("모임은 격주 수요일마다 열린다.", "The meetings are held weekly, on Wednesdays."),
    ("모임은 매주 수요일에 열린다.", "The meetings are held every other Wednesday."),
]


@pytest.mark.parametrize(("korean", "english"), RIGHT)
def test_what_both_say_is_no_finding(korean: str, english: str) -> None:
    assert not proofed(korean, english, "numbers")


@pytest.mark.parametrize(("korean", "english"), WRONG)
def test_what_they_say_otherwise_is_found(korean: str, english: str) -> None:
    assert proofed(korean, english, "numbers")
