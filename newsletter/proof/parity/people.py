"""Korean people in two texts: who is named in a sentence, and who in its counterpart."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from newsletter.proof.parity.evidence import Item
from newsletter.proof.parity.latin_names import (
    LONG_SURNAMES,
    SURNAMES_OF_KOREA,
    Person,
    Spot,
    people_of,
)
from newsletter.proof.parity.meaningful import FUNCTION_WORDS, PARTICLE
from newsletter.proof.parity.romanised import SYLLABLE, may_write
from newsletter.proof.parity.sentence_alignment import Alignment, Bead
from newsletter.proof.parity.sounds import likeness, sound_of_hangul, sound_of_latin
from newsletter.proof.parity.transcribed import may_transcribe

HANGUL: Final = re.compile(r"[가-힣]+")
ADDRESSED: Final = re.compile(
    r"(?<![가-힣])(?P<surname>[가-힣]{1,2})\s(?:씨|할머니|할아버지|교수|선생|박사|원장|대표)님?"
    r"(?:[은는이가을를의도와과]|에게|께|께서)?(?![가-힣])"
)
SURNAMES: Final = 2  # syllables at most
KOREAN: Final = re.compile(
    rf"{SYLLABLE}-?{SYLLABLE}(?:-?{SYLLABLE})?", re.IGNORECASE
)  # a given name
COINED: Final = re.compile(rf"(?:{SYLLABLE}){{2,4}}(?:-[a-z]{{1,3}})?", re.IGNORECASE)
COINED_ALIKE: Final = 0.7
SHORT: Final = re.compile(rf"(?:{SYLLABLE}){{1,2}}", re.IGNORECASE)
EXACT: Final = re.compile(r"eo|eu(?!n$)|ae")  # vowels that only the Revised Romanization has
ALIKE: Final = 0.75  # likeness of two given names that are one, in an unusual spelling
GIVEN_NAMES: Final = 2
LONG_GIVEN: Final = 3  # 보라미


@dataclass(frozen=True, slots=True)
class _Run:
    """A name in Hangul, with what is attached to it, or a surname before "씨"."""

    spot: Spot
    written: str
    is_surname: bool = False


class People:
    """The Korean names of people in two texts."""

    # Large because each judgement on a name needs what all sentences have of names.

    def __init__(self, alignment: Alignment) -> None:
        self._alignment = alignment
        self.hangul, self.latin = _scripts(alignment)
        self._known: dict[tuple[tuple[str, ...], str], bool] = {}
        self._all: dict[str, Spot] = {}  # runs of Hangul, with their first place
        for number, sentence in enumerate(alignment.texts[self.hangul].sentences):
            for run in HANGUL.finditer(sentence.block.text, sentence.start, sentence.end):
                self._all.setdefault(run[0], (number, run.start(), run.end()))
        self._likely = {
            run: spot
            for run, spot in self._all.items()
            if run.startswith(SURNAMES_OF_KOREA) and len(run) > GIVEN_NAMES
        }

    def differing(self, bead: Bead) -> Iterator[tuple[Spot, Spot]]:
        """
        Yield the names of a bead that are not the same: in Hangul, and in Latin letters.

        A name differs from the one that the sentence has instead, or stands nowhere in Hangul and
        differs from one by a syllable.
        """
        if self.hangul == self.latin:
            return
        persons = [one for at in bead.sides[self.latin] for one in self._persons[at]]
        runs = [one for at in bead.sides[self.hangul] for one in self._runs(at)]
        lone = [one for one in persons if not any(_may_be(run, one) for run in runs)]
        rest = [run for run in runs if not any(_may_be(run, one) for one in persons)]
        for person in lone:
            is_new = bool(person.given) and not self._stands_anywhere(person)
            near = [spot for run, spot in self._likely.items() if _differs(run, person)]
            if is_new and near:
                yield near[0], person.spot
                continue
            instead = [run for run in rest if self._is_person(run, person, is_new=is_new)]
            if instead and _looks_korean(person) and not _is_chinese(runs, person):
                yield instead[0].spot, person.spot
                rest.remove(instead[0])
        known = (run for run in rest if run.written in self._written)
        yield from zip((run.spot for run in known), self._foreign(bead), strict=False)

    def _foreign(self, bead: Bead) -> Iterator[Spot]:
        """Yield the foreign names of a bead in Latin letters that stand in Hangul elsewhere."""
        text, hangul = self._alignment.texts[self.latin], self._alignment.texts[self.hangul]
        for number in bead.sides[self.latin]:
            for at in text.of[number]:
                item = text.items[at]
                partners = [
                    hangul.items[there]
                    for there in self._alignment.partners[self.latin].get(at, ())
                ]
                is_name = item.word is not None and item.word.is_name and not item.word.is_place
                are_names = all(one.word and one.word.is_coined for one in partners)
                is_elsewhere = all(one.sentence not in bead.sides[self.hangul] for one in partners)
                is_foreign = is_name and bool(partners) and are_names and is_elsewhere
                if is_foreign and not self.names(self.latin, item):
                    yield item.spot

    def names(self, side: int, item: Item) -> bool:
        """Return whether an item is a part of a Korean name of a person."""
        if self.hangul == self.latin:
            return False
        if side == self.latin:
            spots = (one.spot for one in self._persons[item.sentence])
            return any(spot[1] <= item.start < spot[2] for spot in spots)
        text = self._alignment.texts[side].sentences[item.sentence].block.text
        run = HANGUL.match(text, item.start)
        return run is not None and run[0] in self._written

    def is_other(self, alignment: Alignment, one: int, other: int) -> bool:
        """Return whether an item in Latin letters is a Korean name, and another than in Hangul."""
        items = alignment.texts[0].items[one], alignment.texts[1].items[other]
        texts = [
            text.sentences[item.sentence].block.text
            for text, item in zip(alignment.texts, items, strict=True)
        ]
        hangul, latin = items[self.hangul], items[self.latin]
        run = HANGUL.match(texts[self.hangul], hangul.start)
        name = texts[self.latin][latin.start : latin.end]
        word = latin.word
        if run is None or word is None or not (word.is_coined or word.is_place):
            return False
        beginnings = [run[0][:size] for size in range(GIVEN_NAMES, len(run[0]) + 1)]
        return (
            COINED.fullmatch(name) is not None
            and not any(may_write(beginning, name) for beginning in beginnings)
            and all(
                likeness(sound_of_hangul(beginning), sound) < COINED_ALIKE
                for beginning in beginnings
                for sound in word.sounds
            )
        )

    @cached_property
    def _persons(self) -> Sequence[Sequence[Person]]:
        """The people whom each sentence in Latin letters names."""
        return people_of(self._alignment.texts[self.latin])

    def _runs(self, number: int) -> Iterator[_Run]:
        sentence = self._alignment.texts[self.hangul].sentences[number]
        words = sentence.block.text
        for run in HANGUL.finditer(words, sentence.start, sentence.end):
            yield _Run((number, run.start(), run.end()), run[0])
        for run in ADDRESSED.finditer(words, sentence.start, sentence.end):
            if run["surname"] in SURNAMES_OF_KOREA:
                spot = number, run.start("surname"), run.end("surname")
                yield _Run(spot, run["surname"], is_surname=True)

    def _is_person(self, run: _Run, person: Person, *, is_new: bool) -> bool:
        """Return whether a run names a person, or may where a *new* name needs one."""
        if run.is_surname or run.written in self._written:
            return not (is_new and _sound_alike(run, person))
        is_likely = run.spot in self._unknown or _is_of_family(run, person)
        return is_new and is_likely and not _sound_alike(run, person)

    @cached_property
    def _written(self) -> frozenset[str]:
        """The runs that names in Latin letters write in full."""
        full = {(one.surnames, one.given) for found in self._persons for one in found if one.given}
        return frozenset(
            run for run in self._likely if any(_is_full(run, *names) for names in full)
        )

    @cached_property
    def _unknown(self) -> frozenset[Spot]:
        """The runs that no list knows, and that begin as a full name does."""
        text = self._alignment.texts[self.hangul]
        found = set()
        for item in text.items:
            block = text.sentences[item.sentence].block.text
            name = block[item.start : item.end]
            size = SURNAMES if name.startswith(LONG_SURNAMES) else 1
            if item.word and item.word.is_name and not item.word.is_known:
                run = HANGUL.match(block, item.start)
                if run and len(name) == size + GIVEN_NAMES and name.startswith(SURNAMES_OF_KOREA):
                    found.add((item.sentence, item.start, run.end()))
        return frozenset(found)

    @cached_property
    def _coined(self) -> frozenset[str]:
        """The runs that begin with a name, and with no word that the lexicon has."""
        text = self._alignment.texts[self.hangul]
        found = (
            text.sentences[item.sentence].block.text[item.start : item.end]
            for item in text.items
            if item.word and item.word.is_coined
        )
        return frozenset(filter(HANGUL.fullmatch, found))

    def _stands_anywhere(self, person: Person) -> bool:
        key = person.surnames, person.given
        if key not in self._known:
            self._known[key] = any(_is_full(run, *key) for run in self._all) or any(
                may_write(run[:GIVEN_NAMES], person.given) for run in self._coined
            )
        return self._known[key]


def _scripts(alignment: Alignment) -> tuple[int, int]:
    """Return which text is written in Hangul, and which in Latin letters."""
    counts = [
        sum(len(HANGUL.findall(sentence.text)) for sentence in text.sentences)
        for text in alignment.texts
    ]
    return (0, 1) if counts[0] > counts[1] else (1, 0) if counts[1] > counts[0] else (0, 0)


def _may_be(run: _Run, person: Person) -> bool:
    """Return whether a run may name the person: in full, by surname or by given name."""
    if person.given and not run.is_surname:
        return _is_name(run.written, person.surnames, person.given)
    sizes = range(1, min(SURNAMES, len(run.written)) + 1)
    is_whole = run.is_surname or len(run.written) > GIVEN_NAMES
    return is_whole and any(
        may_write(run.written[:size], surname) for size in sizes for surname in person.surnames
    )


def _is_name(run: str, surnames: Sequence[str], given: str) -> bool:
    """Return whether a run of Hangul begins with the name, or with the given name."""
    return may_write(run[:GIVEN_NAMES], given) or _is_full(run, surnames, given)


def _is_full(run: str, surnames: Sequence[str], given: str) -> bool:
    """Return whether a run of Hangul begins with the surname and the given name."""
    return any(
        may_write(run[:size], surname) and may_write(run[size : size + long], given)
        for size in range(1, SURNAMES + 1)
        for surname in surnames
        for long in ((GIVEN_NAMES, LONG_GIVEN) if size == 1 else (GIVEN_NAMES, 1))
        if len(run) >= size + long
    )


def _is_chinese(runs: Sequence[_Run], person: Person) -> bool:
    """Return whether a run is the whole name as Chinese is transcribed: 왕리쥔 for Wang Lijun."""
    return any(
        may_transcribe(run.written, surname + person.given, GIVEN_NAMES)
        for run in runs
        for surname in person.surnames
    )


def _looks_korean(person: Person) -> bool:
    """Return whether the words are a Korean name, and not "Director Lee" or "In April"."""
    if not person.given:
        return True
    are_words = any(one.lower() in FUNCTION_WORDS for one in person.surnames)
    return KOREAN.fullmatch(person.given) is not None and ("-" in person.given or not are_words)


def _is_of_family(run: _Run, person: Person) -> bool:
    """Return whether a run is as long as a full name, and begins with the person's surname."""
    name = PARTICLE.sub("", run.written)
    return run.written.startswith(SURNAMES_OF_KOREA) and any(
        len(name) == size + GIVEN_NAMES and may_write(name[:size], surname)
        for size in range(1, SURNAMES + 1)
        for surname in person.surnames
    )


def _sound_alike(run: _Run, person: Person) -> bool:
    """Return whether a given name may be the run's in a spelling that is not usual."""
    if EXACT.search(person.given):
        return False
    sounds = sound_of_hangul(run.written[1 : 1 + GIVEN_NAMES]), sound_of_latin(person.given)
    return all(sounds) and likeness(*sounds) > ALIKE


def _differs(run: str, person: Person) -> bool:
    """Return whether a run of Hangul is the name but for one of its syllables."""
    surnames, given = person.surnames, person.given
    if run.startswith(LONG_SURNAMES) and any(
        may_write(run[:SURNAMES], surname) for surname in surnames
    ):
        first, hyphen, second = given.partition("-")
        if not hyphen:
            is_given = SHORT.fullmatch(given) is not None
            return len(run) > SURNAMES and is_given and not may_write(run[SURNAMES:][:2], given)
        return may_write(run[2:3], first) != may_write(run[3:4], second)
    if "-" not in given:
        is_same = any(may_write(run[0], surname) for surname in surnames)
        return not is_same and may_write(run[1 : 1 + GIVEN_NAMES], given)
    first, second = given.split("-")
    hits = [
        any(may_write(run[0], surname) for surname in surnames),
        may_write(run[1], first),
        may_write(run[2], second),
    ]
    return sum(hits) == len(hits) - 1
