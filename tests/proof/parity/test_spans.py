"""Spans of time and parts of the day, in the words that each language has for them."""

import pytest

from tests.proof.parity.makers import proofed


@pytest.mark.parametrize(
    ("ko", "en", "wrong"),
    [
        ("지난 10년간 늘었습니다.", "It has grown for a decade.", "It has grown for 20 years."),
        ("지난 20년간 늘었습니다.", "It grew over two decades.", "It grew over three decades."),
        ("30여 년 동안 이어졌습니다.", "It lasted three decades.", "It lasted four decades."),
        ("100년의 역사를 전시합니다.", "It shows a century of history.", "It shows 90 years."),
        ("200년 만에 돌아왔습니다.", "It is back after two centuries.", "It is back in 20 years."),
        ("50년을 기념합니다.", "It marks half a century.", "It marks 60 years."),
        ("21세기 의료를 다룹니다.", "On medicine in the 21st century.", "On the 20th century."),
        ("보름 동안 열립니다.", "It is open for two weeks.", "It is open for three weeks."),
        ("보름 동안 열립니다.", "It is open for 15 days.", "It is open for 16 days."),
        ("48시간 동안 이어집니다.", "It lasts two days.", "It lasts three days."),
        ("이틀 동안 이어집니다.", "It lasts 48 hours.", "It lasts 24 hours."),
        ("72시간 안에 신고합니다.", "Report it within three days.", "Report it within two days."),
        ("6개월 동안 배웁니다.", "They study for half a year.", "They study for three months."),
        ("반년 동안 배웁니다.", "They study for six months.", "They study for seven months."),
        ("18개월 걸렸습니다.", "It took a year and a half.", "It took two years."),
        ("1년 반 걸렸습니다.", "It took a year and a half.", "It took two years."),
        ("한 달 반 걸렸습니다.", "It took a month and a half.", "It took two months."),
        ("1개월 안에 신청합니다.", "Apply within 30 days.", "Apply within 40 days."),
        ("90일 안에 신청합니다.", "Apply within three months.", "Apply within two months."),
        ("365일 문을 엽니다.", "It is open all year.", "It is open 360 days."),
        ("1년 365일 엽니다.", "It is open 365 days a year.", "It is open 356 days a year."),
        ("두 시간 반 걸립니다.", "It takes two and a half hours.", "It takes two hours."),
        ("한 시간 30분 걸립니다.", "It takes an hour and a half.", "It takes two hours."),
        ("한 시간 동안 엽니다.", "It is open for one hour.", "It is open for two hours."),
        ("30분 걸립니다.", "It takes half an hour.", "It takes 40 minutes."),
        ("3인조가 공연합니다.", "A trio will perform.", "4 musicians will perform."),
    ],
)
def test_a_span_of_time_is_compared_in_any_unit(ko: str, en: str, wrong: str) -> None:
    assert proofed(ko, en, "numbers") == []
    assert proofed(ko, wrong, "numbers") != []


@pytest.mark.parametrize(
    ("ko", "en", "wrong"),
    [
        ("낮 12시에 엽니다.", "It opens at 12 noon.", "It opens at 1 p.m."),
        ("정오에 엽니다.", "It opens at 12:00 noon.", "It opens at midnight."),
        ("자정까지 엽니다.", "It is open until 12 midnight.", "It is open until 12 noon."),
        (
            "저녁 7시에 엽니다.",
            "It opens at seven in the evening.",
            "It opens at six in the evening.",
        ),
        ("저녁 7시에 엽니다.", "It opens at 7 in the evening.", "It opens at 7 in the morning."),
        ("두시 반에 모입니다.", "We meet at 2:30 p.m.", "We meet at 2 p.m."),
        ("오전 9시부터 받습니다.", "From nine in the morning.", "From ten in the morning."),
        ("오후 3시 30분까지", "until 3:30 in the afternoon", "until 3:40 in the afternoon"),
        (
            "오후 3시 반에 모입니다.",
            "We meet at three-thirty in the afternoon.",
            "We meet at 3 p.m.",
        ),
        ("밤 10시까지 엽니다.", "It is open until ten at night.", "It is open until 11 at night."),
        ("새벽 2시에 마쳤습니다.", "It ended around two at night.", "It ended around 2 p.m."),
        ("오후 5시에 모입니다.", "We meet at five o'clock in the afternoon.", "At six o'clock."),
    ],
)
def test_a_part_of_the_day_belongs_to_its_hour(ko: str, en: str, wrong: str) -> None:
    assert proofed(ko, en, "numbers") == []
    assert proofed(ko, wrong, "numbers") != []


@pytest.mark.parametrize(
    ("ko", "en"),
    [
        ("전반전에 골을 넣었습니다.", "They scored in the first half."),
        ("경기 초반에 골을 넣었습니다.", "They scored early in the first half."),
        ("8월 하순에 열립니다.", "It takes place in the second half of August."),
        ("후반 30분에 넣었습니다.", "They scored 30 minutes into the second half."),
        ("상반기 실적입니다.", "These are the results of the first half."),
        ("작업 후반부에 들어섰습니다.", "The work has entered its second half."),
    ],
)
def test_the_half_of_a_match_or_a_month_is_no_half_of_a_year(ko: str, en: str) -> None:
    assert proofed(ko, en, "numbers") == []


@pytest.mark.parametrize(
    ("ko", "en"),
    [
        ("상반기 실적입니다.", "These are the results of the second half."),
        ("전반전에 골을 넣었습니다.", "They scored in the second half."),
        ("내년에 문을 엽니다.", "It opens in the second half of the year."),
        ("2023년에 문을 엽니다.", "It opens in the first half of 2023."),
        ("하반기에 문을 엽니다.", "It opens next year."),
    ],
)
def test_another_half_is_found(ko: str, en: str) -> None:
    assert proofed(ko, en, "numbers") != []
