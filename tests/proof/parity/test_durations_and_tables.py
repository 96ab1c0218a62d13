"""Durations, parts, decades and the scales of tables mean the same in every spelling."""

import pytest

from tests.proof.parity.makers import proofed

KO_TABLE = "| 지역 | 수출액(억 달러) |\n|---|---|\n| 중국 | 118 |"
EN_TABLE = "| Place | Exports ($bn) |\n|---|---|\n| China | 11.8 |"
SAME = [
    ("2시간 24분 17초로 우승했다.", "He won in 2:24:17.", "He won in 2:42:17."),
    ("2시간 24분 17초로 우승했다.", "He won in 2 hours, 24 minutes and 17 seconds.", "in 2:24:18."),
    ("38분 12초가 걸렸다.", "It took 38:12.", "It took 38:21."),
    ("1시간 20분이 걸린다.", "It takes an hour and twenty minutes.", "an hour and thirty minutes."),
    ("5시간 30분이 걸린다.", "It takes 5 h 30 min.", "It takes 5 h 20 min."),
    ("환자의 열에 여덟은 노인이다.", "Eight in ten patients are old.", "Seven in ten are old."),
    ("소장품의 20분의 1이다.", "one-twentieth of the collection", "one-thirtieth of it"),
    ("60~70년대에 지었다.", "It was built in the 1960s and 1970s.", "in the 1960s and 1980s."),
    ("2년마다 연다.", "It is held every other year.", "It is held every three years."),
    ("상·하반기에 연다.", "in the first and second halves", "in the first half"),
    ("키 160cm", "5 feet 3 inches tall", "5 feet 9 inches tall"),
    ("달러당 935원이었다.", "The won traded at 935 to the dollar.", "at 953 to the dollar."),
    ("500만 파운드가 든다.", "It costs £5m.", "It costs £6m."),
    ("죽 13,000원, 밥 9,000원", "Gruel is 13,000 won, rice 9,000.", "13,000 won or 8,000."),
    ("스물두 집이 산다.", "Twenty-two households live there.", "Twenty-three households."),
    ("두께 40마이크로미터", "40 micrometers thick", "40 nanometers thick"),
    ("287밀리미터의 비", "287 millimeters of rain", "287 centimeters of rain"),
    ("9시 10분쯤 나타난다.", "It appears at ten past nine.", "It appears at twenty past nine."),
    ("중학교 2학년 학생", "an eighth-grade student", "a ninth-grade student"),
    ("1902~1971", "1902–1971", "1902–1972"),
    ("2026–2027절기", "the 2026–27 season", "the 2026–28 season"),
    ("화요일 아침 7시", "at seven on Tuesday morning", "at eight on Tuesday morning"),
    ("100만 원을 더 준다.", "They get an extra million won.", "They get an extra billion won."),
    ("30분마다 1,000원", "1,000 won for every half hour", "1,000 won for every hour"),
    ("머리카락 굵기의 1만분의 1", "one ten-thousandth of a hair", "one millionth of a hair"),
    ("문달수(1871~1944)", "Mun Dal-su (1871–1944)", "Mun Dal-su (1871–1994)"),
    ("초속 38.6m로 불었다.", "It blew at 38.6 m/s (139 km/h).", "It blew at 36.8 m/s (132 km/h)."),
    ("시속 10km로 올랐다.", "It climbed at 10 kilometers an hour.", "at 100 kilometers an hour."),
    ("6분 38초 14로 우승했다.", "They won in 6 minutes 38.14 seconds.", "in 6:38.41."),
    ("기록에 0.6초 모자랐다.", "six-tenths of a second", "seven-tenths of a second"),
    ("오전 6시 50분에 떠난다.", "It leaves at ten to seven in the morning.", "at 7:10 a.m."),
    ("9억 화소 카메라", "a 900-megapixel camera", "a 90-megapixel camera"),
    ("스무 통쯤 쌓였다.", "About twenty had piled up.", "About thirty had piled up."),
    ("15분마다 다닌다.", "It runs every quarter of an hour.", "It runs every half hour."),
    ("제21회 번역상", "the twenty-first translation prize", "the twenty-second translation prize"),
    (KO_TABLE, EN_TABLE, EN_TABLE.replace("8", "9")),
]  # fmt: skip


@pytest.mark.parametrize(("ko", "right", "wrong"), SAME)
def test_the_same_is_no_finding_and_another_value_is_one(ko: str, right: str, wrong: str) -> None:
    assert not proofed(ko, right, "numbers")
    assert proofed(ko, wrong, "numbers")


def test_the_corner_of_a_table_may_be_empty() -> None:
    ko = "| 구분 | 카드 |\n|---|---|\n| 어른 | 500 |"
    en = "| | Card |\n|---|---|\n| Adults | 500 |"

    assert not proofed(ko, en, "structure")
    assert proofed(ko, en.replace("Adults", ""), "structure")
