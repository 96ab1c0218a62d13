"""Findings of the comparison name what they are about, and read well in either language."""

import pytest

from newsletter.lang import Lang
from newsletter.languages.known import language_of
from newsletter.phrases import catalogue, phrase
from newsletter.proof.rules import RULES
from tests.makers import ARTICLE
from tests.proof.parity.makers import proofed

KO, EN = f"{ARTICLE}/ko.md", f"{ARTICLE}/en.md"


def test_a_finding_is_a_code_and_what_it_is_about() -> None:
    [korean] = proofed("회의는 8월 25일 열립니다.", "It is held on August 26.", "numbers")

    assert korean.message == phrase(
        "proof.figure-differs",
        figure="8월 25일",
        part=phrase("proof.paragraph"),
        language=phrase("common.korean"),
        words="회의는 8월 25일 열립니다.",
        other=phrase("common.english"),
        place=f"{EN}:1",
        other_words="It is held on August 26.",
        rivals=["“August 26”"],
    )


@pytest.mark.parametrize(
    ("ko", "en", "rule", "said"),
    [
        (
            "회의는 8월 25일 열립니다.",
            "It is held on August 26.",
            "numbers",
            "“8월 25일”에 대응하는 수치가 영문 문단에 없습니다. 그곳의 수치는 “August 26”입니다. "
            "두 언어의 내용을 같게 고치십시오. 국문: “회의는 8월 25일 열립니다.” "
            f"영문({EN}:1): “It is held on August 26.”",
        ),
        (
            "가.\n\n나.",
            "A.",
            "structure",
            f"이 문단에 대응하는 내용이 영문에 없습니다. {EN}:1 다음에 쓰거나 여기에서 "
            "지우십시오: “나.”",
        ),
        (
            "8월 26일(목)에 열립니다.",
            "It is held on August 26.",
            "weekday",
            "2022년 “8월 26일”의 요일은 금요일이므로 옆에 쓴 “목” 표기와 맞지 않습니다. "
            "날짜나 요일을 고치십시오.",
        ),
        (
            "회의를 열었습니다.",
            "The 회의 was held.",
            "language",
            "영문에 한국어가 남아 있습니다: “회의”. 번역하거나, 번역 뒤의 괄호 안에 넣거나, "
            "[정]{lang=ko}처럼 언어를 표시하십시오.",
        ),
    ],
)
def test_a_finding_reads_korean_where_that_is_asked_for(
    ko: str, en: str, rule: str, said: str
) -> None:
    found = proofed(ko, en, rule)

    assert catalogue("ko").word(found[0].message) == said


def test_every_rule_and_every_language_has_a_name_in_both_languages() -> None:
    words = [rule.summary for rule in RULES] + [language_of(lang).name for lang in Lang]

    assert all(catalogue("ko").word(one) != catalogue("en").word(one) for one in words)
