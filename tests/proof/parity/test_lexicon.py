"""The lexicon finds Korean words in every form, and knows which of them name places."""

import pytest

from newsletter.proof.parity.lexicon import read_lexicon
from newsletter.proof.parity.meaningful import words_of
from newsletter.supplies import read_words


def _keys(text: str, lines: str) -> set[str]:
    return {key for word in words_of(text, read_lexicon([lines])) for key in word.keys}


@pytest.mark.parametrize(
    ("head", "texts"),
    [
        ("열리다\topen", "열린다 열렸다 열립니다 열려 열릴 열리고"),
        ("보내다\topen", "보냈다 보낸 보냅니다 보낼 보내며"),
        ("새롭다\topen", "새로운 새롭게 새로워졌다 새롭습니다"),
        ("깨닫다\topen", "깨달았다 깨닫고 깨달은"),
        ("웃다\topen", "웃으며 웃었다 웃고 웃는 웃습니다"),
        ("만들다\topen", "만든다 만들었다 만듭니다 만들며"),
        ("흐르다\topen", "흘렀다 흐르는 흐릅니다"),
        ("다양하다\topen", "다양한 다양하게 다양합니다"),
        ("회의\topen", "회의 회의를 회의에서는 회의와"),
        ("돕다/도와\topen", "도와 돕는 도왔다"),
    ],
)
def test_a_word_is_found_in_every_form(head: str, texts: str) -> None:
    for text in texts.split():
        assert "open" in _keys(text, head), text


def test_a_compound_is_taken_apart_and_an_ending_is_no_word() -> None:
    lines = "화상\tvideo\n회의\tconference\n에서\tedo"

    assert _keys("화상회의에서", lines) == {"video", "confer"}


def test_a_name_that_the_lexicon_lacks_is_one_word_without_its_particle() -> None:
    [word] = words_of("서문호는", read_lexicon(["회의\tconference"]))

    assert (word.start, word.end, word.is_name, word.is_known) == (0, 3, True, False)


def test_a_name_of_a_place_is_no_everyday_word() -> None:
    places = "고려\tgoryeo\n대구\tdaegu\n독일\tgermany"
    lexicon = read_lexicon(["고려\tconsider\n회의\tmeeting"], places)

    assert lexicon.places == {"대구", "독일"}


def test_lines_without_a_tab_are_remarks_and_the_shipped_lists_are_well_formed() -> None:
    assert read_lexicon(["# a remark\n회의\tmeeting"]).words == {"회의": ("meeting",)}
    shipped = read_words()
    assert len(shipped.words) > 20_000
    assert all(word == word.lower() for english in shipped.words.values() for word in english)
