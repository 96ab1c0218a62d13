"""Names that differ: people, places and institutions that one sentence and its counterpart name."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from newsletter.proof.parity.evidence import ALIKE, Item, Text
from newsletter.proof.parity.latin_names import TITLE
from newsletter.proof.parity.meaningful import Word
from newsletter.proof.parity.people import COINED, People
from newsletter.proof.parity.sentence_alignment import Alignment, Bead
from newsletter.proof.parity.sounds import contradict, likeness
from newsletter.proof.parity.transcribed import may_transcribe

UNLIKE: Final = 0.5  # likeness of the sounds of two names
HARDLY: Final = 0.65  # the same, of two spellings of a place
SHORTEST_BESIDE: Final = 4  # letters of a name beside a place: "Bay" is none
LONGEST_TITLE: Final = 12  # letters, with the blank behind it
SHORTEST: Final = 2  # syllables of the shortest name that has a sound
BETWEEN_NAMES: Final = re.compile(r"|, |[가-힣]? ")  # 시 of "서귀포시 대정읍"


@dataclass(frozen=True, slots=True)
class Differing:
    """A name of each language that stand in one place and are not the same."""

    one: tuple[int, int, int]  # sentence, and offsets in its block
    other: tuple[int, int, int]


def differing(alignment: Alignment, people: People) -> Iterator[Differing]:
    """Yield the names that differ between a sentence and its counterpart."""
    for bead in (*alignment.beads, *alignment.moved):
        if all(bead.sides):
            pairs = people.differing(bead)
            found = [Differing(*(pair if people.hangul == 0 else pair[::-1])) for pair in pairs]
            yield from found or [
                *_places(alignment, bead, people),
                *(
                    one
                    for find in (_beside, _instead)
                    for one in find(alignment, bead, people)
                    if not _is_transcribed(alignment, people, one)
                ),
            ]


def _is_transcribed(alignment: Alignment, people: People, found: Differing) -> bool:
    """Return whether a foreign name may be the one in Hangul, though it hardly sounds so."""
    if people.hangul == people.latin:
        return False
    spots = found.one, found.other
    hangul, latin = (
        alignment.texts[side].sentences[spots[side][0]].block.text[slice(*spots[side][1:])]
        for side in (people.hangul, people.latin)
    )
    return COINED.fullmatch(latin) is None and may_transcribe(hangul, latin)


def _items(text: Text, sentences: Sequence[int]) -> list[int]:
    return [at for number in sentences for at in text.of[number]]


def _places(alignment: Alignment, bead: Bead, people: People) -> Iterator[Differing]:
    """Yield places that a bead names in one language; one of them the other names nowhere."""
    left, right = (
        {
            at: is_sure
            for at, is_sure in _places_of(alignment, bead, side).items()
            if not people.names(side, alignment.texts[side].items[at])
        }
        for side in (0, 1)
    )
    for at, is_sure in left.items():
        for there, is_sure_too in right.items():
            if at not in alignment.partners[0] or there not in alignment.partners[1] or not is_sure:
                one, other = alignment.texts[0].items[at], alignment.texts[1].items[there]
                if (is_sure and is_sure_too) or not _sound_alike(one, other):
                    yield Differing(one.spot, other.spot)
                    return


def _sound_alike(one: Item, other: Item) -> bool:
    """Return whether two places may be one that a list does not know in this spelling."""
    first, second = one.word, other.word
    return first is not None and second is not None and _best(first, second) > HARDLY


def _places_of(alignment: Alignment, bead: Bead, side: int) -> Mapping[int, bool]:
    """
    Return the places of a bead's side that have no partner in it, and whether that is sure.

    It is not where only a word such as "province" is a partner.
    """
    text, other = alignment.texts[side], alignment.texts[1 - side]
    found = {}
    for at in _items(text, bead.sides[side]):
        word = text.items[at].word
        is_long = text.items[at].end - text.items[at].start > 1  # not "U"
        if word and word.is_place and is_long and not _is_given_name(text, at):
            theirs = [
                item.word
                for item in (other.items[there] for there in alignment.partners[side].get(at, ()))
                if item.sentence in bead.sides[1 - side]
            ]
            if all(one and one.is_kind for one in theirs):
                found[at] = not theirs
    return found


def _is_given_name(text: Text, at: int) -> bool:
    """Return whether a place's name is a person's: "Dr Owen MacLeod"."""
    item = text.items[at]
    block = text.sentences[item.sentence].block.text
    near = [other for other in text.of[item.sentence] if text.items[other].start == item.end + 1]
    words = [text.items[other].word for other in near]
    is_titled = TITLE.search(block, max(0, item.start - LONGEST_TITLE), item.start) is not None
    return is_titled and any(word is not None and word.is_name for word in words)


def _beside(alignment: Alignment, bead: Bead, people: People) -> Iterator[Differing]:
    """Yield the names that differ, beside words of which one language has the other's."""
    one, other = alignment.texts
    left, right = (
        [
            at
            for at in _unpaired(alignment, bead, side)
            if not people.names(side, alignment.texts[side].items[at])
        ]
        for side in (0, 1)
    )
    for at in left:
        for there in right:
            if _are_unlike(alignment, at, there, people):
                yield Differing(one.items[at].spot, other.items[there].spot)
                return


def _instead(alignment: Alignment, bead: Bead, people: People) -> Iterator[Differing]:
    """Yield names that the other language says elsewhere, and where it has a new one here."""
    one, other = alignment.texts
    lone = _unpaired(alignment, bead, 0)
    left = [
        at
        for at in lone
        if _may_be_name(one.items[at].word)
        and any(_is_new(other, there) for there in alignment.partners[0].get(at, ()))
    ]
    right = [
        at
        for at in _unpaired(alignment, bead, 1)
        if _is_new(other, at)
        and at not in alignment.partners[1]
        and not any(_are_as_like(one.items[here].word, other.items[at].word) for here in lone)
    ]
    for at, there in product(left, right):
        items = one.items[at], other.items[there]
        are_people = any(people.names(side, item) for side, item in enumerate(items))
        if not are_people:
            yield Differing(items[0].spot, items[1].spot)
            return


def _may_be_name(word: Word | None) -> bool:
    return word is not None and (word.is_coined or word.is_place)


def _is_new(text: Text, at: int) -> bool:
    """Return whether a word is a name that no list has in any form, and not in capitals."""
    item = text.items[at]
    written = text.sentences[item.sentence].block.text[item.start : item.end]
    word = item.word
    is_word = written.isascii() and written.endswith(("ing", "ed"))
    is_short = written.isascii() and len(written) < SHORTEST_BESIDE
    is_new = word is not None and word.is_coined and not word.is_known
    return is_new and not (is_word or is_short or written.isupper())


def _are_as_like(one: Word | None, other: Word | None) -> bool:
    return one is None or other is None or _best(one, other) >= UNLIKE


def _unpaired(alignment: Alignment, bead: Bead, side: int) -> list[int]:
    """Return the items of a bead's side that may be names, and have no partner in the bead."""
    text = alignment.texts[side]
    return [
        at
        for at in _items(text, bead.sides[side])
        if (word := text.items[at].word)
        and word.sounds
        and not any(
            _pair(alignment, side, at, there)
            for there in alignment.partners[side].get(at, ())
            if alignment.texts[1 - side].items[there].sentence in bead.sides[1 - side]
        )
    ]


def _pair(alignment: Alignment, side: int, at: int, there: int) -> bool:
    """Return whether two items translate each other, or are names that sound alike alone."""
    one, other = alignment.texts[side].items[at].word, alignment.texts[1 - side].items[there].word
    if one is None or other is None or not (one.is_coined and other.is_coined):
        return True
    return _best(one, other) >= ALIKE


def _are_unlike(alignment: Alignment, at: int, there: int, people: People) -> bool:
    """Return whether two names stand beside words of which one translates the other, and differ."""
    one, other = alignment.texts[0].items[at].word, alignment.texts[1].items[there].word
    if one is None or other is None:
        return False
    are_coined = one.is_coined and other.is_coined
    is_part = any(map(_is_hyphenated, alignment.texts, (at, there)))
    are_names = all(word.is_place or word.is_coined for word in (one, other))
    are_names = are_names and other.end - other.start >= SHORTEST_BESIDE
    for step, their_step in product((-1, 1), (-1, 1)):
        near, far = at + step, there + their_step
        if far not in alignment.partners[0].get(near, ()):
            continue
        first, second = alignment.texts[0].items[near].word, alignment.texts[1].items[far].word
        gaps = _gap(alignment.texts[0], at, near), _gap(alignment.texts[1], there, far)
        if first is None or second is None or not all(map(BETWEEN_NAMES.fullmatch, gaps)):
            continue
        if are_names and first.is_place and second.is_place and not is_part:
            return _best(one, other) < UNLIKE
        if step != their_step or not all(gap in ("", " ") for gap in gaps):
            continue
        is_name = are_coined and (step == -1 or not other.is_known) and not is_part
        if is_name and _are_one_name(first, second) and are_two_names(one.sounds, other):
            return True
        is_noun = second.is_name and bool(first.keys & second.keys)
        if step == 1 and is_noun and people.is_other(alignment, at, there):
            return True
    return False


def _is_hyphenated(text: Text, at: int) -> bool:
    """Return whether a name is a part of another, as Jean of Jean-Pierre."""
    item = text.items[at]
    block = text.sentences[item.sentence].block.text
    return "-" in (block[item.start - 1 : item.start], block[item.end : item.end + 1])


def _are_one_name(one: Word, other: Word) -> bool:
    return one.is_name and not one.is_known and _best(one, other) >= ALIKE


def _gap(text: Text, one: int, other: int) -> str:
    """Return the text between two items that stand beside each other in a sentence."""
    first, second = text.items[min(one, other)], text.items[max(one, other)]
    if first.sentence != second.sentence:
        return "\n"
    return text.sentences[first.sentence].block.text[first.end : second.start]


def are_two_names(sounds: Sequence[str], other: Word, least: float = UNLIKE) -> bool:
    """
    Return whether two foreign names cannot be one: far from alike, or with another skeleton.

    *sounds* are those of the beginnings of the name in Hangul, from two syllables on.
    """
    pairs = [
        (likeness(a, b), a, b, size)
        for size, a in enumerate(sounds, SHORTEST)
        for b in other.sounds
    ]
    like, sound, other_sound, size = max(pairs, default=(1.0, "", "", 0))
    written = "".join(other.keys)
    return like < least or (like < ALIKE and contradict(sound, size, other_sound, written))


def _best(one: Word, other: Word) -> float:
    return max((likeness(a, b) for a in one.sounds for b in other.sounds), default=1.0)
