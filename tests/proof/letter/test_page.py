"""The texts of a letter are seen as a mail program without style sheets shows them."""

import pytest

from newsletter.proof.letter.page import parse_page, shown_texts

BLACK, WHITE, GREY = "#000000", "#ffffff", "#888888"


def _shown(body: str) -> list[tuple[str, str, str, float]]:
    page = parse_page(f"<html><body>{body}</body></html>")
    return [(one.text, one.colour, one.background, one.size_px) for one in shown_texts(page)]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("plain", [("plain", BLACK, WHITE, 16)]),
        ("&nbsp; \n", []),
        (
            '<p style="color:#888">in <b style="font-size:9.5px">bold</b> behind</p> after',
            [
                ("in", GREY, WHITE, 16),
                ("bold", GREY, WHITE, 9.5),
                ("behind", GREY, WHITE, 16),
                ("after", BLACK, WHITE, 16),
            ],
        ),
        (
            '<div style="display:none;color:#888">no <b>never</b> no</div>shown'
            '<p style="color:#888">too</p>',
            [("shown", BLACK, WHITE, 16), ("too", GREY, WHITE, 16)],
        ),
        (
            '<p style="background-color:#888888"><!-- not this -->but <!----> this</p>',
            [("but", BLACK, GREY, 16), ("this", BLACK, GREY, 16)],
        ),
    ],
)
def test_a_text_looks_as_what_it_stands_in(
    body: str, shown: list[tuple[str, str, str, float]]
) -> None:
    assert _shown(body) == shown


def test_a_text_is_told_with_the_element_that_it_stands_in() -> None:
    page = parse_page("<html><body><p>one <b>two</b> three</p></body></html>")

    assert [shown.element.tag for shown in shown_texts(page)] == ["p", "b", "p"]


def test_a_letter_without_a_body_shows_nothing() -> None:
    assert list(shown_texts(parse_page("<html><head></head></html>"))) == []
