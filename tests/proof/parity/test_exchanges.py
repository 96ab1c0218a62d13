"""Values that stand in each other's place are found, whatever separates the places."""

import pytest

from tests.proof.parity.makers import proofed

PAIRS = [  # Korean, English, and the English values that change places
    (
        "개막식에는 시민 300명이 왔습니다.\n\n학술대회에는 의사 120명이 참석했습니다.",
        "The opening ceremony drew 300 citizens.\n\nThe conference was attended by 120 doctors.",
        ("300", "120"),
    ),
    (
        "- 개막식: 시민 300명\n- 학술대회: 의사 120명",
        "- Opening ceremony: 300 citizens\n- Conference: 120 doctors",
        ("300", "120"),
    ),
    (
        "| 행사 | 인원 |\n|---|---|\n| 개막식 | 300 |\n| 학술대회 | 120 |",
        "| Event | People |\n|---|---|\n| Opening ceremony | 300 |\n| Conference | 120 |",
        ("300", "120"),
    ),
    (
        "병원은 1921년에 문을 열었다. 도서관은 1934년에 지었다.",
        "The hospital opened in 1921. The library was built in 1934.",
        ("1921", "1934"),
    ),
    (
        "신청은 9월 3일까지 받는다. 결과는 10월 7일에 발표한다.",
        "Applications are accepted until September 3. The results will be announced on October 7.",
        ("September 3", "October 7"),
    ),
    (
        "김민수 시장과 면담한 뒤 공장을 찾았습니다.\n\n공장에서는 박지훈 대표가 설명했습니다.",
        "They met Mayor Kim Min-su and then visited the factory.\n\n"
        "At the factory, CEO Park Ji-hun explained.",
        ("Kim Min-su", "Park Ji-hun"),
    ),
    (
        "대표단은 먼저 수원을 방문했다. 이튿날에는 목포에서 공연을 보았다.",
        "The delegation first visited Suwon. The next day it saw a performance in Mokpo.",
        ("Suwon", "Mokpo"),
    ),
]


@pytest.mark.parametrize(("ko", "en", "values"), PAIRS)
def test_exchanged_values_are_found_and_right_ones_are_not(
    ko: str, en: str, values: tuple[str, str]
) -> None:
    one, other = values
    wrong = en.replace(one, "\x00").replace(other, one).replace("\x00", other)

    assert not proofed(ko, en)
    found = [str(finding.message) for finding in proofed(ko, wrong)]
    assert any("were exchanged" in message for message in found)


def test_a_wrong_day_is_found_though_the_right_one_stands_elsewhere() -> None:
    ko = "신청은 9월 3일까지 받는다. 설명회는 9월 5일에 연다. 면접은 9월 9일에 한다."
    en = (
        "Applications close on September 5. The briefing is on September 5. "
        "Interviews are held on September 9."
    )

    assert {one.rule for one in proofed(ko, en)} == {"numbers"}


@pytest.mark.parametrize(
    ("ko", "right", "wrong"),
    [
        (
            "입장료는 어른 6,000원, 청소년 3,000원이다.",
            "Admission is 6,000 won for adults and 3,000 won for teenagers.",
            "Admission is 3,000 won for adults and 6,000 won for teenagers.",
        ),
        (
            "국적은 중국 21%, 우즈베키스탄 14% 순이다.",
            "Of these, 21 percent were Chinese and 14 percent Uzbek.",
            "Of these, 14 percent were Chinese and 21 percent Uzbek.",
        ),
        (
            "의사 5명과 간호사 11명이 근무한다.",
            "Five doctors and 11 nurses work there.",
            "Eleven doctors and five nurses work there.",
        ),
    ],
)
def test_values_exchanged_within_a_sentence_are_found(ko: str, right: str, wrong: str) -> None:
    assert not proofed(ko, right)
    [found] = proofed(ko, wrong)
    assert "what the other one counts" in str(found.message)


def test_what_moved_with_its_sentence_was_not_exchanged() -> None:
    ko = "개막식에는 시민 300명이 왔습니다. 학술대회에는 의사 120명이 참석했습니다."
    en = "The conference was attended by 120 doctors. The opening ceremony drew 300 citizens."

    assert not proofed(ko, en)
