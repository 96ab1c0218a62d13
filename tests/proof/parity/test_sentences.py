"""Sentences are taken apart, aligned over merging, splitting and moving, and missed if absent."""

import pytest

from newsletter.lang import Lang
from newsletter.proof.parity.aligned import alignment_of
from newsletter.proof.parity.blocks import Block, Kind, sections
from newsletter.proof.parity.sentence_alignment import Alignment
from newsletter.proof.parity.sentences import sentences_of
from tests.makers import make_issue
from tests.proof.parity.makers import make_material, proofed

KO = (
    "등대지기는 아침마다 같은 계단을 오른다. 섬에는 가게도 학교도 없다. "
    "우편선은 날씨가 허락하는 날에만 온다. 그는 텃밭에서 배추와 고추를 기른다."
)
EN = (
    "Every morning the lighthouse keeper climbs the same stairs. There is no shop on the island "
    "and no school. The mail boat comes only when the weather allows. He grows cabbages and "
    "chillies in his garden."
)
SENTENCES = EN.split(". ")


def _aligned(ko: str, en: str) -> Alignment:
    material = make_material(make_issue(bodies=(ko, en)))
    found = [
        alignment_of(section, material)
        for section in sections(material.issue, material.publication)
        if "01-conference" in section.sides[0].file
    ]
    assert found[0]
    return found[0]


def _pairs(ko: str, en: str) -> set[tuple[tuple[int, ...], tuple[int, ...]]]:
    alignment = _aligned(ko, en)
    return {bead.sides for bead in (*alignment.beads, *alignment.moved)}


@pytest.mark.parametrize(
    ("lang", "text", "count"),
    [
        (Lang.KO, "회의를 열었다. 2026년에도 연다. 2026. 11. 3.(화)에 한다.", 3),
        (Lang.KO, "“좋습니다.” 그가 말했다. 무엇일까? 모른다!", 4),
        (Lang.EN, "Dr. Kim of the U.S. came on Oct. 5. She left.", 2),
        (Lang.EN, 'He asked: "Is it far?" It was. 3.5 km.', 3),
    ],
)
def test_a_stop_ends_a_sentence_unless_it_belongs_to_a_word(
    lang: Lang, text: str, count: int
) -> None:
    block = Block(Kind.PARAGRAPH, "paragraph", text, 1)

    assert len(sentences_of([block], lang)) == count


def test_sentences_correspond_one_by_one() -> None:
    assert _pairs(KO, EN) == {((at,), (at,)) for at in range(4)}


def test_two_sentences_that_became_one_correspond_to_it() -> None:
    joined = EN.replace("stairs. There is", "stairs, and there is")

    assert ((0, 1), (0,)) in _pairs(KO, joined)


def test_a_sentence_that_moved_is_found_where_it_went() -> None:
    moved = ". ".join([SENTENCES[0], *SENTENCES[2:]]).removesuffix(".") + f". {SENTENCES[1]}."

    assert ((1,), (3,)) in _pairs(KO, moved)
    assert not proofed(KO, moved, "sentences")


@pytest.mark.parametrize("missing", range(4))
def test_a_sentence_that_english_lacks_is_named_with_its_place(missing: int) -> None:
    rest = [sentence.removesuffix(".") for at, sentence in enumerate(SENTENCES) if at != missing]

    [found] = proofed(KO, ". ".join(rest) + ".", "sentences")

    assert KO.split(". ")[missing].removesuffix(".") in str(found.message)
    assert found.file.endswith("ko.md")


@pytest.mark.parametrize("missing", range(4))
def test_a_sentence_that_korean_lacks_is_named(missing: int) -> None:
    rest = [one.removesuffix(".") for at, one in enumerate(KO.split(". ")) if at != missing]

    [found] = proofed(". ".join(rest) + ".", EN, "sentences")

    assert SENTENCES[missing].removesuffix(".") in str(found.message)
    assert found.file.endswith("en.md")


@pytest.mark.parametrize("between", ["\n\n", " "])
def test_a_paragraph_that_stands_elsewhere_is_not_missed(between: str) -> None:
    ko = f"{KO}{between}글은 서문호 기자가 썼다."
    en = f"By Seo Mun-ho, reporter\n\n{EN}"

    assert not [one for one in proofed(ko, en) if one.rule in ("structure", "sentences")]


def test_a_sentence_in_quite_other_words_is_not_missed() -> None:
    ko = KO.replace("섬에는", "그의 하루는 단출하기 그지없다. 섬에는")
    en = EN.replace("There is no shop", "Life here could hardly be plainer. There is no shop")

    assert not proofed(ko, en, "sentences")


def test_a_paragraph_that_is_missing_whole_is_named_once() -> None:
    more = "\n\n목사님은 꾸짖는 대신 공구를 사 주었다."

    assert [one.rule for one in proofed(KO + more, EN)] == ["structure"]


def test_without_a_lexicon_nothing_is_said_of_sentences() -> None:
    from dataclasses import replace  # noqa: PLC0415 - one test's alone

    from newsletter.proof.parity.missing import check_sentences  # noqa: PLC0415

    material = replace(make_material(make_issue(bodies=(KO, SENTENCES[0]))), lexicon=None)

    assert list(check_sentences(material)) == []
