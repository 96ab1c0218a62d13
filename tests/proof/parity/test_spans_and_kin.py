"""Native counts of days, nights, spans of years, spoons, courts, and sons and daughters."""

import pytest

from tests.proof.parity.makers import proofed

RIGHT = [
    ("그는 열이틀 만에 퇴원했다.", "He went home after twelve days."),
    ("안치라베의 열하루.", "Eleven days in Antsirabe."),
    ("스무날 뒤에 비가 왔다.", "Rain came twenty days later."),
    ("스무하루 동안 걸었다.", "They walked for 21 days."),
    ("열나흘을 배에서 보냈다.", "They spent two weeks aboard."),
    ("보름 만에 돌아왔다.", "They came back after two weeks."),
    ("관측은 58일 밤에 걸쳐 이루어졌다.", "The observations took 58 nights."),
    ("사흘 밤을 묵었다.", "They stayed three nights."),
    ("9월 3일 밤 9시에 열린다.", "It is held at 9 p.m. on September 3."),
    ("정월 초사흘에 모인다.", "They meet on the third day of the first lunar month."),
    ("논은 2000년 전에 만들었다.", "The paddies were made 2,000 years ago."),
    ("2000년 된 나무가 있다.", "There is a 2,000-year-old tree."),
    ("2019년 이상 기온이 있었다.", "Abnormal temperatures were seen in 2019."),
    ("매월 마지막 일요일에 연다.", "It opens on the last Sunday of each month."),
    ("마지막 주말에 모인다.", "They meet on the closing weekend."),
    ("지난 일요일에 왔다.", "They came last Sunday."),
    ("유족으로 2남 1녀가 있다.", "He is survived by two sons and a daughter."),
    ("유족으로 2남을 두었다.", "He left two boys."),
    ("3남매의 맏이다.", "He is the eldest of three siblings."),
    ("들깻가루 3큰술을 넣는다.", "Add 3 tablespoons of ground perilla."),
    ("소금 두 작은술을 넣는다.", "Add two teaspoons of salt."),
    ("밀가루 두 컵 반을 섞는다.", "Mix in two and a half cups of flour."),
    ("사과 두 개 반을 썼다.", "It took two and a half apples."),
    ("직원 175명이 8개 반으로 일한다.", "175 staff work in eight teams."),
    ("민사4단독 노윤경 판사가 판결했다.", "Judge Noh Yun-gyeong gave the ruling."),
    ("민사2부가 판결했다.", "The second civil division gave the ruling."),
    ("2심에서 징역 3년을 받았다.", "He was sentenced to three years in prison on appeal."),
    ("간장 15ml를 넣는다.", "Add 1 tablespoon of soy sauce."),
]
WRONG = [
    ("그는 열이틀 만에 퇴원했다.", "He went home after eleven days."),
    ("안치라베의 열하루.", "Nine days in Antsirabe."),
    ("스무하루 동안 걸었다.", "They walked for 22 days."),
    ("관측은 58일 밤에 걸쳐 이루어졌다.", "The observations took 53 nights."),
    ("이틀 밤을 묵었다.", "They stayed three nights."),
    ("정월 초사흘에 모인다.", "They meet on the fifth day of the first lunar month."),
    ("논은 2000년 전에 만들었다.", "The paddies were made 3,000 years ago."),
    ("매월 마지막 일요일에 연다.", "It opens on the first Sunday of each month."),
    ("매달 첫째 토요일에 모인다.", "They meet on the last Saturday of the month."),
    ("유족으로 1남 2녀가 있다.", "He is survived by two sons and a daughter."),
    ("들깻가루 3큰술을 넣는다.", "Add 3 teaspoons of ground perilla."),
    ("소금 두 작은술을 넣는다.", "Add two tablespoons of salt."),
    ("밀가루 두 컵 반을 섞는다.", "Mix in three and a half cups of flour."),
    ("민사2부가 판결했다.", "The third civil division gave the ruling."),
]


@pytest.mark.parametrize(("ko", "en"), RIGHT)
def test_what_both_languages_say_is_not_reported(ko: str, en: str) -> None:
    assert proofed(ko, en) == []


@pytest.mark.parametrize(("ko", "en"), WRONG)
def test_another_value_is_reported(ko: str, en: str) -> None:
    assert "numbers" in {finding.rule for finding in proofed(ko, en)}
