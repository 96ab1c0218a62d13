import pytest

from newsletter.compose.composition import compose
from newsletter.compose.edition import subject_of
from newsletter.errors import ContentError
from newsletter.lang import EditionKind
from tests.makers import make_issue, make_press, make_publication

PRESS = make_press()


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (EditionKind.KO, "[2022년 8월] 화상으로 만나다"),
        (EditionKind.EN, "[AUG. 2022] They meet by video"),
        (EditionKind.BILINGUAL, "[2022년 8월] 화상으로 만나다 / [AUG. 2022] They meet by video"),
    ],
)
@pytest.mark.parametrize("advertising", [True, False])
def test_the_subject_starts_with_the_mark_of_advertising_exactly_when_there_is_some(
    kind: EditionKind, subject: str, advertising: bool
) -> None:
    issue = make_issue(advertising=advertising)

    assert subject_of(issue, kind, PRESS) == ("(광고) " if advertising else "") + subject


def test_a_label_that_the_editor_wrote_is_not_doubled() -> None:
    issue = make_issue(subjects=("[2022년 8월] 만나다", "[AUG. 2022] They meet"))

    subject = subject_of(issue, EditionKind.BILINGUAL, PRESS)

    assert subject == "[2022년 8월] 만나다 / [AUG. 2022] They meet"


@pytest.mark.parametrize(
    "body",
    [
        "NLSLOT-unsubscribe-END",
        "NLSLOT\\-unsubscribe-END",
        "NLSLOT&#45;unsubscribe-END",
        "NL**SLOT**-unsubscribe-END",
        "[x](https://x.org/NLSLOT-unsubscribe-END)",
        "`NLSLOT-unsubscribe-END`",
        "```NLSLOT-unsubscribe-END\nx\n```",
        "~~~ NL&#83;LOT-unsubscribe-END\nx\n~~~",
        "a[^1]\n\n[^1]: NLS*LOT*-unsubscribe-END",
        "| a |\n|---|\n| NLSLOT-unsubscribe-END |",
    ],
)
def test_a_text_that_would_be_filled_like_a_slot_is_refused(body: str) -> None:
    issue = make_issue(bodies=("가", body))

    with pytest.raises(ContentError) as caught:
        compose(make_publication(), issue, PRESS)

    assert str(caught.value) == (
        "issues/2022-08/01-conference/en.md: the text contains 'NLSLOT', which is reserved; "
        "write it another way"
    )


def test_a_publication_that_would_be_filled_like_a_slot_is_refused() -> None:
    publication = make_publication(names=("NLSLOT-greeting-ko-END", "x"))

    with pytest.raises(ContentError, match=r"issues/publication\.yaml: the text contains 'NLSLOT'"):
        compose(publication, make_issue(), PRESS)


def test_what_looks_like_a_template_stays_as_it_is_written() -> None:
    issue = make_issue(bodies=("{{ 7 * 7 }} {% raw %}", "{{ 7 * 7 }} & <3"))

    edition = compose(make_publication(), issue, PRESS).editions[EditionKind.BILINGUAL]

    assert "{{ 7 * 7 }} {% raw %}" in edition.html
    assert "{{ 7 * 7 }} &amp; &lt;3" in edition.html
    assert "{{ 7 * 7 }} & <3" in edition.text


def test_fields_are_escaped_in_html_and_plain_in_text() -> None:
    issue = make_issue(subjects=("<b>가</b>", '<script>"x"&'))

    edition = compose(make_publication(), issue, PRESS).editions[EditionKind.EN]

    assert "<script>" not in edition.html
    assert "&lt;script&gt;" in edition.html
    assert '<script>"x"&' in edition.text
