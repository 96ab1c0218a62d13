"""Names in Latin letters for which a sentence in Hangul has another name."""

import pytest

from newsletter.proof.parity.foreign_syllables import looks_foreign
from tests.proof.parity.makers import proofed

SAME = [
    (
        "미얀마 파안 출신인 어머니는 내내 아들 곁을 지켰다.",
        "His mother, who is from Hpa-An in Myanmar, never left his side.",
    ),
    (
        "할아버지 타데세 월데마리암 상병은 화천에서 다쳤다.",
        "The grandfather, Corporal Tadesse Woldemariam, was wounded in Hwacheon.",
    ),
    (
        "센터는 국립아스타나의과대학과 카라간다의 두 병원도 연결한다.",
        "The centre also links Astana Medical University and two hospitals in Karaganda.",
    ),
    (
        "꽝닌종합병원 레 민 뚜언 부원장도 왔다.",
        "Le Minh Tuan of Quang Ninh General Hospital came, too.",
    ),
    (
        "왕리쥔 부주임은 다롄의 검역 자료를 공유하겠다고 밝혔다.",
        "Deputy director Wang Lijun said that quarantine data from Dalian would be shared.",
    ),
    (
        "폴란드 브로츠와프에서 온 거리극단의 공연도 호응을 얻었다.",
        "The street theatre from Wrocław, Poland, was also well received.",
    ),
    ("보힌 철도는 오래전에 개통했다.", "The Bohinj Railway was opened long ago."),
    ("파나마 국적 화물선이 부딪쳤다.", "A Panamanian-flagged cargo ship collided."),
    ("그는 귀국하면 방문팀을 꾸릴 계획이다.", "Back in Ethiopia, she plans to form a team."),
    (
        "저는 울란바토르 외곽 게르 마을에서 일하는 왕보람입니다.",
        "My name is Wang Bo-ram, and I work in a ger district on the edge of Ulaanbaatar.",
    ),
    (
        "안경 렌즈를 만드는 새벽유리가 공장을 열었다.",
        "Saebyeok Glass, which makes lenses, has opened a factory.",
    ),
    ("봉사단장은 이천병원 원장이 맡았다.", "The president of Icheon Hospital led the team."),
]
OTHER = [
    ("산모 노이 씨는 배로 왔다.", "Dao, an expectant mother, had come by boat."),
    ("아이가 세종병원에서 수술을 받았다.", "The child had surgery at Severance Hospital."),
    (
        "그는 오사카의 요도가와기독교병원에서 왔다.",
        "He came from Sumiyoshi Christian Hospital in Osaka.",
    ),
    (
        "센터는 국립아스타나의과대학과 카라간다의 두 병원도 연결한다.",
        "The centre also links Semey Medical University and two hospitals in Karaganda.",
    ),
    (
        "센터는 국립아스타나의과대학과 카라간다의 두 병원도 연결한다.",
        "The centre also links Astana Medical University and two hospitals in Pavlodar.",
    ),
    (
        "왕리쥔 부주임은 다롄의 검역 자료를 공유하겠다고 밝혔다.",
        "Deputy director Wang Zhigang said that quarantine data from Dalian would be shared.",
    ),
    (
        "인민위원회의 응우옌 티 하인 부위원장이 대표단을 이끌었다.",
        "Nguyen Thi Lan, vice chair of the People's Committee, led the delegation.",
    ),
    (
        "봉사단은 태국 치앙마이주에서 주민을 진료했다.",
        "The volunteers treated people in Chiang Rai Province, Thailand.",
    ),
    (
        "반둥의 하산사디킨병원에서 일하는 간호사입니다.",
        "I am a nurse at Cipto Mangunkusumo Hospital in Bandung.",
    ),
    (
        "부천세종병원에서 석 달 동안 연수를 받았습니다.",
        "I trained for three months at Soonchunhyang Hospital in Bucheon.",
    ),
    (
        "다나카 히로시 보건의료국장이 대표로 나왔다.",
        "Takeshi Tanaka, director of the Health and Medical Bureau, represented it.",
    ),
    (
        "로버트 헤이스 교수도 강단에 섰다.",
        "Professor Robert Miller also spoke.",
    ),
    (
        "두 대는 잘랄아바트의 응급센터가, 한 대는 나린의 보건소가 쓴다.",
        "Two are used by the emergency centre in Jalal-Abad, one by a health post in Karakol.",
    ),
    ("봉사단장은 이천병원 원장이 맡았다.", "The president of Anseong Hospital led the team."),
    (
        "최연소인 열한 살 미겔은 할머니께 등을 드리겠다고 적었다.",
        "Rafael, at eleven the youngest, wrote that he would give his lantern to his grandmother.",
    ),
]
ELSEWHERE = (
    "다르항 진단센터에서 온 의사들이 연수를 마쳤다.\n\n고향 에르데네트에는 전문의가 한 명도 없다.",
    "Doctors from the diagnostic centre in Darkhan finished their training.\n\n"
    "In my home town of {} there is not one specialist.",
)


@pytest.mark.parametrize(("korean", "english"), SAME)
def test_a_name_that_the_other_language_says_is_no_finding(korean: str, english: str) -> None:
    assert not proofed(korean, english)


@pytest.mark.parametrize(("korean", "english"), OTHER)
def test_a_name_is_found_that_stands_for_another_one(korean: str, english: str) -> None:
    assert proofed(korean, english, "names")


def test_a_place_is_another_one_though_the_text_names_it_elsewhere() -> None:
    korean, english = ELSEWHERE

    assert proofed(korean, english.format("Darkhan"), "names")
    assert not proofed(korean, english.format("Erdenet"))


def test_a_name_that_differs_in_every_sentence_is_said_once() -> None:
    korean = "쿠르만 교수가 왔다.\n\n쿠르만 교수는 의사다."
    english = "Professor Bekturov came.\n\nProfessor Bekturov is a doctor."

    assert len(proofed(korean, english, "names")) == 1


@pytest.mark.parametrize("word", ["브로츠와프", "바트에르덴", "스즈키", "칼리드"])
def test_foreign_names_look_foreign(word: str) -> None:
    assert looks_foreign(word)


@pytest.mark.parametrize("word", ["보병사단", "구간", "왕립", "학예"])
def test_korean_words_do_not_look_foreign(word: str) -> None:
    assert not looks_foreign(word)
