"""Shares, ratios, spoken times and groups of people, which languages say in other numbers."""

import pytest

from tests.proof.parity.makers import proofed

SAME = [
    ("소송은 1년 7개월을 끌었다.", "The case had dragged on for a year and seven months."),
    ("기피제 2만 5,000개를 나누어 준다.", "It will hand out 25,000 sprays of repellent."),
    ("영하 19도라는 대답이 돌아왔다.", "Nineteen below, came the answer."),
    (
        "바닷물은 29.4도까지 올랐다.",
        "The sea climbed to 29.4 degrees Celsius (about 85 Fahrenheit).",
    ),
    ("멥쌀 2컵 반을 씻는다.", "Wash 2½ cups of rice."),
    ("상반기까지 열한 건이 이어졌다.", "Eleven had followed by the middle of this year."),
    (
        "2016년 3개국 9명으로 시작해 지금까지 17개국 환자 148명이 새 삶을 얻었다.",
        "It began in 2016 with nine patients from three countries; since then, 148 from 17 "
        "countries have been given a new life.",
    ),
    ("하루는 여섯 시 십 분 전에 시작된다.", "The day begins at ten to six."),
    (
        "회의는 오후 3시에 열렸고, 시작 10분 전에 왔다.",
        "They met at 3 p.m. and came ten minutes early.",
    ),
    ("목표의 1.4배를 채웠다.", "We reached 140 percent of our goal."),
    ("매주 화요일 낮 12시 10분에 연다.", "It opens every Tuesday at ten past noon."),
    ("밤 11시 55분에 떠난다.", "They leave at five to midnight."),
    ("공연은 8시 50분에 끝났다.", "The concert ended at ten to nine."),
    ("수익의 20%는 환우회에 돌아간다.", "A fifth of the proceeds goes to the association."),
    ("수습 기간에는 보수의 90%를 준다.", "During probation nine tenths of the pay is given."),
    ("입원 환자는 8분의 1이다.", "About one in eight is an inpatient."),
    ("재방문율은 0.7%포인트 올랐다.", "The rate of returning patients rose by 0.7 points."),
    ("1960년대 말까지 환자를 돌보았다.", "They cared for patients until the end of the sixties."),
    ("21세기 들어 네 차례 늘었다.", "It has grown four times since the turn of the century."),
    ("지유는 넉 달째 병원에서 지낸다.", "Ji-yu has been in hospital for more than three months."),
    (
        "도와 병원이 비용을 6 대 4로 나눠 낸다.",
        "The province pays sixty percent of the cost and the hospitals forty.",
    ),
    ("예산을 1.5배로 늘린다.", "The budget will grow by half."),
    ("예산을 1.5배로 늘린다.", "The budget will be 1.5 times as large."),
    ("오노 다쓰야 과장 등 4명이 참관했다.", "Tatsuya Ono and three of his colleagues watched."),
    ("오노 다쓰야 과장 외 3명이 참관했다.", "Tatsuya Ono and three others watched."),
    ("오노 다쓰야 과장 외 3명이 참관했다.", "Four people, Tatsuya Ono among them, watched."),
    (
        "걷는 속도는 1초에 0.92m에서 1.08m로 빨라졌다.",
        "Their walking speed rose from 0.92 to 1.08 metres per second.",
    ),
]
OTHER = [
    ("소송은 1년 7개월을 끌었다.", "The case had dragged on for a year and nine months."),
    ("기피제 2만 5,000개를 나누어 준다.", "It will hand out 26,000 sprays of repellent."),
    ("영하 19도라는 대답이 돌아왔다.", "Seventeen below, came the answer."),
    ("바닷물은 29.4도까지 올랐다.", "The sea climbed to 92 Fahrenheit."),
    ("멥쌀 2컵 반을 씻는다.", "Wash 3½ cups of rice."),
    ("하루는 여섯 시 십 분 전에 시작된다.", "The day begins at ten past six."),
    ("목표의 1.4배를 채웠다.", "We reached 160 percent of our goal."),
    ("매주 화요일 낮 12시 10분에 연다.", "It opens every Tuesday at twenty past noon."),
    ("밤 11시 55분에 떠난다.", "They leave at ten to midnight."),
    ("공연은 8시 50분에 끝났다.", "The concert ended at ten to eight."),
    ("수익의 20%는 환우회에 돌아간다.", "A quarter of the proceeds goes to the association."),
    ("수습 기간에는 보수의 90%를 준다.", "During probation eight tenths of the pay is given."),
    ("입원 환자는 8분의 1이다.", "About one in six is an inpatient."),
    ("재방문율은 0.7%포인트 올랐다.", "The rate of returning patients rose by 0.9 points."),
    ("지유는 넉 달째 병원에서 지낸다.", "Ji-yu has been in hospital for more than five months."),
    (
        "도와 병원이 비용을 6 대 4로 나눠 낸다.",
        "The province pays seventy percent of the cost and the hospitals thirty.",
    ),
    ("예산을 1.5배로 늘린다.", "The budget will be 2.5 times as large."),
    ("오노 다쓰야 과장 등 4명이 참관했다.", "Tatsuya Ono and six of his colleagues watched."),
    ("오노 다쓰야 과장 외 3명이 참관했다.", "Tatsuya Ono and five others watched."),
    (
        "걷는 속도는 1초에 0.92m에서 1.08m로 빨라졌다.",
        "Their walking speed rose from 0.92 to 1.18 metres per second.",
    ),
]


@pytest.mark.parametrize(("korean", "english"), SAME)
def test_the_same_in_other_numbers_is_no_finding(korean: str, english: str) -> None:
    assert not proofed(korean, english)


@pytest.mark.parametrize(("korean", "english"), OTHER)
def test_another_share_time_or_group_is_found(korean: str, english: str) -> None:
    assert proofed(korean, english, "numbers")
