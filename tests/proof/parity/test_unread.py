"""Figures that the other language says in words that no table of figures reads."""

import pytest

from newsletter.proof.finding import Finding
from tests.makers import make_issue
from tests.proof.parity.makers import findings_of, make_material, proofed


@pytest.mark.parametrize(
    ("ko", "en"),
    [
        ("여름내 열한 폭을 짰다.", "They wove 11 widths over the summer."),
        ("14세 이하 부문에서 2위를 했다.", "They came second in the under-14 section."),
        (
            "52분의 2분 퇴장이 승부를 갈랐다.",
            "A two-minute suspension in the 52nd minute decided it.",
        ),
        ("1분 40초가량 가려졌다.", "It was covered for some one minute and forty seconds."),
        ("우연일 확률은 3,500분의 1이다.", "The odds of its being chance are one in 3,500."),
        ("승률은 0.587이다.", "Their average is .587."),
        ("도수는 48도다.", "The strength is 48 percent alcohol."),
        ("도수는 8도로, 2도 높다.", "At 8 percent it is two percentage points stronger."),
        ("환율은 1,372원 50전에 마감했다.", "The won closed at 1,372.50 to the dollar."),
        ("기온은 영하 19도였다.", "It was nineteen degrees below zero."),
        (
            "새벽 4시와 오후 4시에 젓는다.",
            "She stirs at four in the morning and four in the afternoon.",
        ),
        ("76년 졸업생이 모인다.", "The class that graduated in 1976 will gather."),
        ("100세 이상은 421명이다.", "There are 421 centenarians."),
        ("조지아를 8박 9일 돈다.", "The tour of Georgia takes nine days."),
        ("14일부터 다닌다.", "It will run from September 14."),
        ("입장권은 2만~12만 원", "Tickets: 20,000–120,000 won"),
        ("2026년 10월 25일~2027년 3월 27일", "25 October 2026–27 March 2027"),
        ("1시간 40분 걸린다. 오르며", "It takes an hour and forty minutes. As they climb"),
        ("도수는 9.5도이고 값은 1만 원", "It is 9.5 per cent strong and costs 10,000 won"),
        ("한 시간 반이나 길어졌다.", "It ran a full hour and a half over time."),
        ("9월 상순 기온이 높다.", "It is warm in the first ten days of September."),
        ("오후 2시에서 4시 사이에 몰렸다.", "Most came between two and four in the afternoon."),
        ("1시간 20분 간격으로 운행한다.", "There is a bus every hour and twenty minutes."),
        ("요금: 어른 6,000원, 7세 미만 무료", "Admission: adults 6,000 won, free for under-7s"),
        ("금리가 0.5%포인트 내린다.", "The rate falls by half a percentage point."),
        ("평년보다 1.3도 높은 17.8도였다.", "It was 17.8 degrees, 1.3 degrees above average."),
        (
            "두 사람은 각각 250만 원과 150만 원을 받는다.",
            "They get 1.5 million and 2.5 million won.",
        ),
    ],
)
def test_what_is_said_in_other_words_is_no_mistake(ko: str, en: str) -> None:
    assert proofed(ko, en, "numbers") == []


@pytest.mark.parametrize(
    ("ko", "en"),
    [
        ("여름내 열한 폭을 짰다.", "They wove 12 widths over the summer."),
        ("14세 이하 부문에서 2위를 했다.", "They came second in the under-15 section."),
        ("52분의 2분 퇴장이 갈랐다.", "A two-minute suspension in the 51st minute decided it."),
        ("1분 40초가량 가려졌다.", "It was covered for one minute and thirty seconds."),
        ("우연일 확률은 3,500분의 1이다.", "The odds of its being chance are one in 2,500."),
        ("승률은 0.587이다.", "Their average is .578."),
        ("도수는 48도다.", "The strength is 46 percent alcohol."),
        ("환율은 1,372원 50전에 마감했다.", "The won closed at 1,372.05 to the dollar."),
        ("기온은 영하 19도였다.", "It was nineteen degrees."),
        (
            "새벽 4시와 오후 4시에 젓는다.",
            "She stirs at four in the morning and five in the afternoon.",
        ),
        ("76년 졸업생이 모인다.", "The class that graduated in 1978 will gather."),
        ("조지아를 8박 9일 돈다.", "The tour of Georgia takes eight days."),
        ("14일부터 다닌다.", "It will run from September 15."),
        ("길이 48km를 달렸다.", "It ran 48 m."),
        ("회비는 5만 원이다.", "The fee is 50,000 dollars."),
        ("2026년 10월 25일~2027년 3월 28일", "25 October 2026–27 March 2027"),
        ("1분 40초 걸린다.", "It takes one minute and thirty seconds."),
        ("오후 2시에서 4시 사이에 몰렸다.", "Most came between two and five in the afternoon."),
        ("1시간 20분 간격으로 운행한다.", "There is a bus every hour and thirty minutes."),
        ("금리가 0.5%포인트 내린다.", "The rate falls by a quarter of a percentage point."),
    ],
)
def test_another_value_or_unit_is_found_once(ko: str, en: str) -> None:
    assert len(proofed(ko, en, "numbers")) == 1


def _with_subjects(ko: str, en: str) -> list[Finding]:
    bodies = ("하반기에 23명을 뽑습니다.", "It hires 23 people in the second half of the year.")
    issue = make_issue(bodies=bodies, subjects=(ko, en))
    return [one for one in findings_of(make_material(issue), "numbers") if "2022-08/ko" in one.file]


def test_a_subject_may_leave_out_what_an_article_says_in_its_language() -> None:
    assert _with_subjects("하반기 직원 23명 채용", "Corporation to hire 23") == []
    assert len(_with_subjects("하반기 직원 23명 채용", "Corporation to hire 24")) == 1
