"""Figures have a counterpart in the other language."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.lang import EditionKind
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.parity.numbers import numbers_notes
from tests.makers import ARTICLE, make_issue
from tests.proof.parity.makers import findings_of, make_material, proofed

KO, EN = f"{ARTICLE}/ko.md", f"{ARTICLE}/en.md"


def places(findings: list[Finding]) -> list[tuple[str, int | None]]:
    """Say where findings are."""
    return [(finding.file, finding.line) for finding in findings]


def test_a_wrong_day_is_found_once_at_its_line_with_both_sentences() -> None:
    ko = "안내 말씀입니다.\n회의는 7월 25일 열립니다."
    en = "This is a notice.\nThe meeting is\nheld on July 26."

    [found] = proofed(ko, en, "numbers")

    assert places([found]) == [(KO, 2)]
    assert found.severity is Severity.BLOCKS
    assert found.edition is EditionKind.KO
    assert str(found.message) == (
        "“7월 25일” has no counterpart in the English paragraph, which has “July 26”; make both "
        "languages agree. Korean: “회의는 7월 25일 열립니다.” "
        f"English ({EN}:3): “The meeting is held on July 26.”"
    )


def test_a_figure_that_english_alone_has_is_found_there() -> None:
    left_out = proofed("회의가 열립니다.", "The meeting is held on July 26.", "numbers")

    assert places(left_out) == [(EN, 1)]


def test_a_missing_number_is_found_where_it_stands() -> None:
    found = proofed("주민 250명이 참석했습니다.", "Residents attended.", "numbers")

    assert places(found) == [(KO, 1)]


def test_a_figure_that_moved_to_the_next_paragraph_is_no_mistake() -> None:
    ko = "회의는 7월 25일 열렸습니다.\n\n의사 15명이 참석했습니다."
    en = "The meeting was held.\n\nOn July 25, 15 doctors attended."

    assert proofed(ko, en, "numbers") == []


def test_a_date_that_one_language_repeats_is_no_mistake() -> None:
    ko = "회의는 7월 25일 열렸습니다.\n\n7월 25일 회의에는 의사들이 참석했습니다."
    en = "The meeting was held on July 25.\n\nDoctors attended the meeting."

    assert proofed(ko, en, "numbers") == []


def test_a_wrong_date_is_found_though_the_right_one_stands_elsewhere() -> None:
    ko = "회의는 7월 25일 열렸습니다.\n\n다음 회의는 8월 26일입니다."
    en = "The meeting was held on July 25.\n\nThe next one is on July 25."

    found = proofed(ko, en, "numbers")

    assert places(found) == [(KO, 3)]
    assert f"({EN}:3)" in str(found[0].message)


def test_a_number_twice_for_two_numbers_is_found() -> None:
    found = proofed("의사 3명과 간호사 5명이 왔습니다.", "3 doctors and 3 nurses came.", "numbers")

    assert (KO, 1) in places(found)


@pytest.mark.parametrize(
    ("ko", "en"),
    [
        ("두 나라가 만났습니다.", "Both countries met."),
        ("양국이 만났습니다.", "The two countries met."),
        ("양측은 협력사업의 하나로 만났습니다.", "They met as part of a project."),
        ("의사 1명이 왔습니다.", "A doctor came."),
        ("1인 가구를 돕습니다.", "It helps single-person households."),
        ("첫 번째 회의입니다.", "This is the first meeting."),
        ("코로나19 대응을 논의했습니다.", "They discussed responses to COVID-19."),
        ("8월 26일(금) 열립니다.", "It is held on August 26."),
        ("지난 6월 열렸습니다.", "It was held last June."),
        ("전문가가 참석했습니다.", "Three experts took part."),
    ],
)
def test_words_that_may_be_numbers_never_alarm_alone(ko: str, en: str) -> None:
    assert proofed(ko, en, "numbers") == []


@pytest.mark.parametrize(
    ("ko", "en"),
    [
        ("두 나라가 만났습니다.", "Three countries met."),
        ("세 가지를 논의했습니다.", "They discussed four matters."),
        ("다섯 명이 왔습니다.", "Six people came."),
    ],
)
def test_numbers_in_words_contradict_each_other(ko: str, en: str) -> None:
    assert len(proofed(ko, en, "numbers")) == 1


def test_a_year_that_only_one_language_names_must_be_near_the_issue() -> None:
    near = proofed("7월 25일 열렸습니다.", "It was held on July 25, 2022.", "numbers")
    far = proofed("7월 25일 열렸습니다.", "It was held on July 25, 2019.", "numbers")

    assert near == []
    assert far != []


def test_table_cells_list_items_and_titles_are_compared_one_by_one() -> None:
    ko = "- 정원 30명\n- 회비 5만 원\n\n| 날 | 수 |\n| --- | --- |\n| 7월 3일 | 12명 |"
    en = "- 30 places\n- a fee of 60,000 won\n\n| Day | Number |\n| --- | --- |\n| July 3 | 13 |"
    issue = make_issue(bodies=(ko, en), subjects=("제2회 포럼", "The 3rd forum"))

    found = findings_of(make_material(issue), "numbers")

    assert {(f.file, f.line) for f in found} >= {(KO, 2), (KO, 6)}
    assert all(any(f"({EN}:{line})" in str(f.message) for f in found) for line in (2, 6))
    assert any("3rd" in str(finding.message) for finding in found)


def test_where_figures_are_too_many_to_be_counted_that_is_said() -> None:
    many, few = "7개, " * 301, "7개, " * 300

    notes = [
        list(numbers_notes(make_material(make_issue(bodies=(ko, ko.replace("개", " items"))))))
        for ko in (many, few)
    ]

    assert [str(note).partition(", which")[0] for note in notes[0]] == [
        f"numbers did not count how often each figure occurs in {file}"
        for file in (f"{KO}:1", f"{EN}:1")
    ]
    assert notes[1] == []


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(2, 10**9), min_size=1, max_size=5))
def test_lists_of_numbers_agree_with_themselves(values: list[int]) -> None:
    ko = "수치는 " + ", ".join(f"{value:,}개" for value in values) + "입니다."
    en = "The figures are " + "; ".join(f"{value:,} items" for value in values) + "."

    assert proofed(ko, en, "numbers") == []
