"""Outlines as Korean offices write them stand in a letter line by line."""

import pytest

from newsletter.compose.markdown_text import render_text
from tests.makers import make_markdown


def _text(source: str) -> str:
    return render_text(make_markdown(source), "그림")


@pytest.mark.parametrize(
    "mark", [*"○●□■◇◆△▲▷▶◦•·※→☞★①②㉮⑴⓵–ㆍ‧・･－＊⇒⇨⊙〇⦁└↳", "ㅇ ", "ᄋ ", "📅 "]
)
def test_lines_that_start_with_a_sign_stand_below_each_other(mark: str) -> None:
    source = f"{mark} 일시: 내일\n{mark} 장소: 도청"

    assert _text(source) == source.replace("  ", " ")


@pytest.mark.parametrize(
    "source",
    [
        "가. 일시\n나. 장소\n다. 대상",
        "행사 개요\n가. 일시\n나. 장소",
        "(가) 일시\n(나) 장소",
        "가) 일시\n나) 장소",
        "(1) 일시\n(2) 장소",
        "-일시\n-장소",
        "Ⅰ. 일시\nⅡ. 장소",
        "일시: 내일 오후 3시\n장소: 도청",
        "Date: tomorrow\nPlace: the hall",
        "개요\n○ 일시\n- 내일",
        "A. 일시\nB. 장소",
        "행사 개요\nA) 일시\nB) 장소\nC) 대상",
        "(A) Time\n(B) Place",
        "a. Time\nb. Place",
        "I. 개요\nII. 방법\nIII. 기타\nIV. 끝",
        "i) Time\nii) Place",
        "H. Hall\nI. Inn\nJ. Jetty",
        "[1] 첫 문헌\n[2] 둘째 문헌",
        "1-1. 개요\n1-2. 방법\n2-1. 기타",
        "제1조 (목적) 이 규정은\n제2조 (정의) 이 규정에서",
        "제1조(목적) 이 규정은\n제2조(정의) 이 규정에서",
        "**제1항** 목적\n**제2항** 정의".replace("*", ""),
    ],
)
def test_lines_of_an_outline_do_not_run_together(source: str) -> None:
    assert _text(source).replace("\n\n", "\n") == source


def test_an_outline_inside_a_list_keeps_its_lines_and_marks() -> None:
    source = "1. 개요\n   가. 일시\n   나. 장소\n   1) 본관\n   2) 별관\n2. 방법"

    assert _text(source) == source


@pytest.mark.parametrize(
    "source",
    [
        "회의는\n2022. 8. 26. 열렸습니다.",
        "The hall of\n1986. It was full.",
        "말이\n다. 끝",
        "비타민\nA. 그리고",
        "written by\nA. Smith and\nC. Jones",
        "The vitamins are\nA. They help",
        "규정\n제1조 (목적)에 따라",
        "규정\n제3조 (목적)에 따라 또\n제1조 (정의)에 따라",
        "It was he and\nI. We left",
        "see\n[1] there",
        "방법은\n1-1. 그리고",
        "이름은\n〇〇입니다",
        "본문이\n이어집니다.",
    ],
)
def test_a_sentence_over_two_lines_stays_one_line(source: str) -> None:
    assert _text(source) == source.replace("\n", " ")


@pytest.mark.parametrize("indent", ["\u3000", "\u00a0", "\u3000\u3000", "\u2003 ", " \u00a0\u200b"])
@pytest.mark.parametrize("marks", ["○○", "※※", "ㆍㆍ", "가나", "Aa"])
def test_an_indent_of_other_blanks_does_not_undo_an_outline(indent: str, marks: str) -> None:
    first, second = (f"{mark}) 말" if mark.isalnum() else f"{mark} 말" for mark in marks)
    if marks == "Aa":
        first, second = "A. 말", "B. 말"

    shown = _text(f"개요\n{indent}{first}\n{indent}{second}")

    assert [line.strip(indent) for line in shown.split("\n")] == ["개요", first, second]


def test_what_stands_between_two_articles_of_a_rule_keeps_nothing_together() -> None:
    source = "제1조 (목적) 이 규정은\n다음을 정한다.\n제2조 (정의) 이 규정에서"

    assert _text(source) == "제1조 (목적) 이 규정은 다음을 정한다.\n제2조 (정의) 이 규정에서"
