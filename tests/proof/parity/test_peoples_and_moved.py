"""Peoples and regions, names of foreigners, weekdays of another year, sentences in other words."""

import pytest

from tests.proof.parity.makers import proofed

SAME = [
    ("그들은 연해주에서 기차에 실려 왔다.", "They were put on a train in Primorye."),
    (
        "그들은 연해주에서 기차에 실려 왔다.",
        "They were put on a train in the Russian Maritime Province.",
    ),
    ("병원은 아랍에미리트 환자를 치료했다.", "The hospital treated Emirati patients."),
    ("병원은 바레인 환자를 치료했다.", "The hospital treated a Bahraini patient."),
    ("텍사스 목장주가 왔다.", "A Texan rancher came."),
    ("사육사 페이 맥그리거 씨가 도왔다.", "The keeper Faye McGregor helped."),
    ("교사 로라 맥도널드 씨가 도왔다.", "The teacher Laura McDonald helped."),
    ("담당 기사 라스무스 탐 씨가 배웠다.", "The engineer Rasmus Tamm learned it."),
    ("교사 블라디미르 텐 씨가 모았다.", "It was collected by Vladimir Ten, a teacher."),
    ("그레이스 김 교수가 강연했다.", "Professor Grace Kim gave a lecture."),
    ("첫 곡은 그가 아끼는 슈만의 곡이다.", "It opens with a piece by Schumann that he loves."),
    (
        "다온정밀이 전 연구원 ㄱ 씨를 상대로 소송을 냈다.",
        "Daon Precision sued a former researcher identified only as A.",
    ),
    ("후쿠오카 김 영사가 왔다.", "Consul Kim came from Fukuoka Hakata."),
    ("나만의 방을 갖고 싶었다.", "I wanted a room of my own."),
]
OTHER = [
    ("병원은 아랍에미리트 환자를 치료했다.", "The hospital treated Kuwaiti patients."),
    ("텍사스 목장주가 왔다.", "A Californian rancher came."),
    ("사육사 페이 맥그리거 씨가 도왔다.", "The keeper Faye MacDonald helped."),
    ("담당 기사 라스무스 탐 씨가 배웠다.", "The engineer Rasmus Saar learned it."),
    ("교사 블라디미르 텐 씨가 모았다.", "It was collected by Vladimir Pak, a teacher."),
    ("그레이스 김 교수가 강연했다.", "Professor Grace Choi gave a lecture."),
    ("첫 곡은 그가 아끼는 슈만의 곡이다.", "It opens with a piece by Schubert that he loves."),
]


@pytest.mark.parametrize(("ko", "en"), SAME)
def test_a_name_in_its_other_spelling_is_not_reported(ko: str, en: str) -> None:
    assert proofed(ko, en) == []


@pytest.mark.parametrize(("ko", "en"), OTHER)
def test_another_name_is_reported(ko: str, en: str) -> None:
    assert {finding.rule for finding in proofed(ko, en)} == {"names"}


@pytest.mark.parametrize(
    ("ko", "en", "rules"),
    [
        (
            "내년 대회는 9월 18일 월요일에 열린다.",
            "Next year's race will be held on Monday, September 18.",
            set(),
        ),
        (
            "이듬해 대회는 9월 18일 월요일에 열린다.",
            "The following year it will be held on Monday, September 18.",
            set(),
        ),
        (
            "내년 대회는 9월 18일 화요일에 열린다.",
            "Next year's race will be held on Tuesday, September 18.",
            {"weekday"},
        ),
        (
            "내년 예산을 정했다. 대회는 9월 18일 월요일에 열린다.",
            "Next year's budget was set. The race is on Monday, September 18.",
            {"weekday"},
        ),
    ],
)
def test_a_date_of_next_year_has_next_years_weekday(ko: str, en: str, rules: set[str]) -> None:
    assert {finding.rule for finding in proofed(ko, en)} == rules


def test_plain_words_in_capitals_do_not_change_places() -> None:
    ko = (
        "두레선의 컨테이너가 로테르담항에 닿았다. 값은 1억 달러다.\n\n"
        "배는 홍해를 피해 아프리카 남단을 돌았다."
    )
    en = (
        "A container of Dure Shipping reached Rotterdam. It cost $100 million.\n\n"
        "To avoid the Red Sea it rounded the Cape of Good Hope at Africa's southern tip."
    )

    assert proofed(ko, en) == []


def test_shares_of_two_sentences_that_keep_their_order_are_not_exchanged() -> None:
    ko = (
        "홍로 상자는 평균 6만 2,000원에 팔려 한 해 전보다 18% 비쌌다. "
        "군은 내년부터 방상팬 설치비의 60%를 지원한다."
    )
    en = (
        "A box of Hongro sold for 62,000 won on average, 18 per cent more than a year before. "
        "From next year the county will cover 60 per cent of the cost of frost fans."
    )

    assert proofed(ko, en) == []


def test_a_sentence_in_quite_other_words_beside_a_pair_is_not_reported() -> None:
    ko = (
        "베른의 감정인 우르스 암만 박사는 죽은 벌에서 나온 성분이 "
        "기준의 17배에 이른다는 의견을 보내왔다. "
        "법정은 이 말을 그대로 믿어도 괜찮다고 보았다."
    )
    en = (
        "Dr. Urs Ammann, the expert in Bern, reported that the substance found in the dead bees "
        "was 17 times the permitted level. His opinion seemed credible to those who had to decide."
    )

    assert proofed(ko, en) == []


def test_a_sentence_that_is_left_out_beside_a_pair_is_reported() -> None:
    ko = (
        "베른의 감정인 우르스 암만 박사는 죽은 벌에서 나온 성분이 "
        "기준의 17배에 이른다는 의견을 보내왔다. "
        "골프장은 지난봄 잔디를 모두 갈아엎고 새 나무를 심었다."
    )
    en = (
        "Dr. Urs Ammann, the expert in Bern, examined the bees. He reported that the substance "
        "found in the dead bees was 17 times the permitted level."
    )

    assert {finding.rule for finding in proofed(ko, en)} == {"sentences"}
