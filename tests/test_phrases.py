"""What is said to people as a value, and how either language puts it into words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.particles import with_particle
from newsletter.phrases import LANGUAGES, Phrase, catalogue, phrase, read_said, write_said

VALUES = st.recursive(
    st.text() | st.integers() | st.builds(Phrase, st.just("count.readers"), st.just({"count": 2})),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
NAMES = st.text("abcdefghij", min_size=1).filter(lambda name: name != "code")


def test_a_phrase_reads_english_where_nobody_asks_for_a_language() -> None:
    assert str(phrase("common.at-line", place="ko.md", line=3, message="is empty")) == (
        "ko.md:3: is empty"
    )


@pytest.mark.parametrize(
    ("count", "english", "korean"),
    [(0, "0 readers", "0명"), (1, "1 reader", "1명"), (1234, "1,234 readers", "1,234명")],
)
def test_a_count_is_put_as_the_language_puts_it(count: int, english: str, korean: str) -> None:
    said = phrase("count.readers", count=count)

    assert [catalogue(one).word(said) for one in ("en", "ko")] == [english, korean]


def test_a_phrase_in_a_phrase_is_put_into_the_same_language() -> None:
    said = phrase("common.at-place", place="2022-08", message=phrase("count.letters", count=2))

    assert [catalogue(one).word(said) for one in ("en", "ko")] == [
        "2022-08: 2 emails",
        "2022-08: 2통",
    ]


def test_a_list_is_joined_and_other_peoples_words_stay_as_they_are() -> None:
    english = catalogue("en")

    assert english.word(["a", phrase("count.files", count=1), "{b}"]) == "a, 1 file, {b}"
    assert english.join(["a", "b", "c"], "list.or") == "a, b or c"
    assert english.join([], "list.or") == ""
    assert catalogue("ko").word("550 {no} such user") == "550 {no} such user"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_without_a_sentence_loses_nothing(language: str) -> None:
    said = catalogue(language).word(phrase("common.no-such-sentence", place="{ko.md}"))

    assert "common.no-such-sentence" in said
    assert "{ko.md}" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phrase_of_another_version_loses_nothing(language: str) -> None:
    """A ledger outlives programs: a sentence may have had other fields once."""
    for fields in ({"other": "ko.md"}, {"count": "ko.md"}):
        said = catalogue(language).word(phrase("count.readers", **fields))

        assert "count.readers" in said
        assert "ko.md" in said


@pytest.mark.parametrize("text", ["\x1e{", "\x1e{}", '\x1e{"place": "ko.md"}', "\x1enot JSON"])
def test_what_is_kept_otherwise_than_we_write_it_is_shown_as_it_is(text: str) -> None:
    assert str(read_said(text)) == text[1:]


@given(NAMES, st.dictionaries(NAMES, VALUES, max_size=4))
def test_what_is_kept_comes_back_as_it_was(code: str, fields: dict[str, object]) -> None:
    said = Phrase(code, fields)

    assert read_said(write_said(said)) == said


@given(st.text())
def test_a_persons_own_words_are_never_taken_for_a_phrase(text: str) -> None:
    assert read_said(write_said(text)) == text.lstrip("\x1e")


@pytest.mark.parametrize(
    ("word", "pair", "written"),
    [
        ("서울", "으로/로", "서울로"),
        ("경기도", "으로/로", "경기도로"),
        ("부산", "으로/로", "부산으로"),
        ("명단", "을/를", "명단을"),
        ("'보고서'", "은/는", "'보고서'는"),
        ("2022-08", "을/를", "2022-08을"),
        ("2022-09", "이/가", "2022-09가"),
        ("10", "이/가", "10이"),
        ("ko.md", "이/가", "ko.md이(가)"),
        ("outbox", "으로/로", "outbox(으)로"),
        ("", "을/를", "을(를)"),
    ],
)
def test_a_particle_fits_the_sound_before_it(word: str, pair: str, written: str) -> None:
    assert with_particle(word, pair) == written
