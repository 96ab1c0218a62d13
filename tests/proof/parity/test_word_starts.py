"""A numeral begins where a word begins, and ends where its unit ends."""

import pytest

from newsletter.lang import Lang
from newsletter.proof.parity.meaning import CLOCK, Calendar, Figure, Quantity, Weight
from newsletter.proof.parity.scanning import figures_in
from newsletter.proof.parity.tongues import tongue_of
from tests.proof.parity.makers import proofed


def sure(text: str) -> list[Figure]:
    """Read the figures of a Korean text that the English must have too."""
    found = figures_in(text, tongue_of(Lang.KO), Calendar(2022, 8))
    return [one for one in found if one.weight is Weight.SURE]


def times(text: str) -> list[int]:
    """Read the times of the day in a Korean text: minutes, the earliest that each can mean."""
    found = figures_in(text, tongue_of(Lang.KO), Calendar(2022, 8))
    first = [one.meanings[0] for one in found]
    return [int(one.value) for one in first if isinstance(one, Quantity) and one.unit == CLOCK]


@pytest.mark.parametrize(
    ("ko", "en"),
    [
        ("인도네시아 의료진이 방문했습니다.", "Medical staff from Indonesia visited."),
        ("인도네시아에서 온 간호사들입니다.", "They are nurses from Indonesia."),
        ("미국 테네시주와 협약을 맺었습니다.", "An agreement was signed with Tennessee."),
        ("폴리네시아와 미크로네시아", "Polynesia and Micronesia"),
        ("접수는 한시적으로 중단합니다.", "Registration is closed for a limited time."),
        ("한시가 급한 환자를 옮겼습니다.", "Patients in urgent need were moved."),
        ("한시를 읽는 모임입니다.", "It is a circle for reading classical poems."),
        ("두 시장이 만났습니다.", "The two mayors met."),
        ("한 시대가 저물었습니다.", "An era came to an end."),
        ("두 시위가 같은 날 열렸습니다.", "Both protests took place on the same day."),
        ("두 시·도가 함께합니다.", "Two cities and provinces join in."),
        ("네 시·군이 참여합니다.", "Four cities and counties take part."),
        ("두 시도의 협약입니다.", "It is an agreement of both regions."),
        ("한 시의원이 말했습니다.", "A city councillor said so."),
        ("세 시설을 새로 짓습니다.", "Three new facilities are being built."),
        ("백세 시대를 준비합니다.", "We prepare for the age of long lives."),
        ("천장 공사를 마쳤습니다.", "Work on the ceiling has been completed."),
        ("안건은 만장일치로 통과되었습니다.", "The motion was passed unanimously."),
        ("억만장자가 기부했습니다.", "A billionaire made a donation."),
        ("어린이 백일장이 열립니다.", "A writing contest for children will be held."),
        ("만년필을 선물했습니다.", "They gave a fountain pen."),
        ("교육은 백년대계입니다.", "Education is a plan for generations."),
        ("세시풍속을 배웁니다.", "They learn seasonal customs."),
        ("세시 풍속을 배웁니다.", "They learn seasonal customs."),
        ("열대 지방의 감염병", "Infectious diseases in the tropics"),
        ("만물상을 열었습니다.", "A general store was opened."),
    ],
)
def test_a_numeral_inside_a_word_is_no_figure(ko: str, en: str) -> None:
    assert sure(ko) == []
    assert times(ko) == []
    assert proofed(ko, en, "numbers") == []


@pytest.mark.parametrize(
    ("ko", "en", "wrong"),
    [
        ("오후 네 시에 시작합니다.", "It starts at 4 p.m.", "It starts at 5 p.m."),
        ("회의는 네 시 시작입니다.", "The meeting starts at 4 o'clock.", "It starts at 5 o'clock."),
        ("모임은 두 시 30분에 엽니다.", "It opens at 2:30 p.m.", "It opens at 2:40 p.m."),
        ("한 시에 점심을 먹습니다.", "Lunch is at 1 p.m.", "Lunch is at 2 p.m."),
        ("세시에 출발합니다.", "It departs at 3 p.m.", "It departs at 4 p.m."),
        ("열한 시까지 기다립니다.", "We wait until 11 a.m.", "We wait until 10 a.m."),
        ("오후 세시 회의입니다.", "It is a meeting at 3 p.m.", "It is a meeting at 2 p.m."),
        ("행사는 다섯 시였습니다.", "The event was at 5 p.m.", "The event was at 6 p.m."),
        ("전단 만 장을 돌렸습니다.", "We gave out 10,000 leaflets.", "We gave out 1,000 leaflets."),
        ("사진 천 장을 모았습니다.", "We gathered 1,000 photos.", "We gathered 100 photos."),
        ("백 일 동안 걸었습니다.", "They walked for 100 days.", "They walked for 101 days."),
        ("만 년 전의 유적입니다.", "The site is 10,000 years old.", "The site is 1,000 years old."),
        ("오천명이 왔습니다.", "5,000 people came.", "4,000 people came."),
        ("이백여 명이 왔습니다.", "Some 200 people came.", "Some 300 people came."),
        ("두가지를 논의했습니다.", "They discussed two matters.", "They discussed three matters."),
        ("백년 기업을 키웁니다.", "They foster 100-year companies.", "They foster 90-year firms."),
        ("세번째 모임입니다.", "It is the third meeting.", "It is the fourth meeting."),
    ],
)
def test_a_numeral_at_the_start_of_a_word_is_compared(ko: str, en: str, wrong: str) -> None:
    assert proofed(ko, en, "numbers") == []
    assert proofed(ko, wrong, "numbers") != []


@pytest.mark.parametrize(
    ("ko", "en"),
    [
        ("네 시에 모입니다.", "We will meet."),
        ("두 시 30분에 엽니다.", "It will open."),
        ("한 시까지 기다립니다.", "We will wait."),
        ("만 장을 돌렸습니다.", "We gave out leaflets."),
        ("천 장을 모았습니다.", "We gathered photos."),
        ("백 일을 걸었습니다.", "They walked."),
        ("만 년 전의 유적입니다.", "The site is old."),
    ],
)
def test_a_time_or_a_number_in_words_that_is_left_out_is_found(ko: str, en: str) -> None:
    assert proofed(ko, en, "numbers") != []
