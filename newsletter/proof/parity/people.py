"""Korean people in two texts: who is named in a sentence, and who in its counterpart."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

from newsletter.proof.parity.evidence import Item
from newsletter.proof.parity.meaningful import FUNCTION_WORDS
from newsletter.proof.parity.romanised import SYLLABLE, may_write
from newsletter.proof.parity.sentence_alignment import Alignment, Bead
from newsletter.proof.parity.sounds import likeness, sound_of_hangul, sound_of_latin

HANGUL: Final = re.compile(r"[가-힣]+")
NAME: Final = re.compile(r"[A-Z][a-z]+(?:-[A-Za-z][a-z]*)?")  # Tae-sul, Seojun
TITLE: Final = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Mayor|Governor)\.?\s$")
ADDRESSED: Final = re.compile(
    r"(?<![가-힣])(?P<surname>[가-힣]{1,2})\s(?:씨|할머니|할아버지|교수|선생|박사|원장|대표)님?"
    r"(?:[은는이가을를의도와과]|에게|께|께서)?(?![가-힣])"
)
SURNAMES: Final = 2  # syllables at most
KOREAN: Final = re.compile(rf"{SYLLABLE}-?{SYLLABLE}", re.IGNORECASE)  # a given name
COINED: Final = re.compile(rf"(?:{SYLLABLE}){{2,4}}(?:-[a-z]{{1,3}})?", re.IGNORECASE)
COINED_ALIKE: Final = 0.7
SHORT: Final = re.compile(rf"(?:{SYLLABLE}){{1,2}}", re.IGNORECASE)
ALIKE: Final = 0.6  # likeness of two given names that are one, in an unusual spelling
GIVEN_NAMES: Final = 2
SHORTEST_GIVEN: Final = 4  # letters of two syllables that are written together
SURNAMES_OF_KOREA: Final = (
    *"김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민나진지엄채원천방공"
    "현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용피예경봉사부복태목형계감빈",
    *"남궁 황보 제갈 선우 독고 사공 서문 동방".split(),
)

Spot = tuple[int, int, int]  # sentence, and offsets in its block


@dataclass(frozen=True, slots=True)
class _Person:
    """A Korean name in Latin letters; without a given name, a surname that stands alone."""

    spot: Spot
    surnames: tuple[str, ...]  # words that may be the surname
    given: str = ""


@dataclass(frozen=True, slots=True)
class _Run:
    """A name in Hangul, with what is attached to it, or a surname before "씨"."""

    spot: Spot
    written: str
    is_surname: bool = False


class People:
    """The Korean names of people in two texts."""

    def __init__(self, alignment: Alignment) -> None:
        self._alignment = alignment
        self.hangul, self._latin = _scripts(alignment)
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
        if self.hangul == self._latin:
            return
        persons = [one for at in bead.sides[self._latin] for one in self._persons[at]]
        runs = [one for at in bead.sides[self.hangul] for one in self._runs(at)]
        lone = [one for one in persons if not any(_may_be(run, one) for run in runs)]
        rest = [run for run in runs if not any(_may_be(run, one) for one in persons)]
        for person in lone:
            is_new = bool(person.given) and not self._stands_anywhere(person)
            near = [spot for run, spot in self._likely.items() if _differs(run, person)]
            if is_new and near:
                yield near[0], person.spot
                continue
            instead = [
                run
                for run in rest
                if self._is_person(run, likely=is_new)
                and not (is_new and _sound_alike(run, person))
            ]
            if instead and _looks_korean(person):
                yield instead[0].spot, person.spot
                rest.remove(instead[0])
        known = (run for run in rest if run.written in self._written)
        yield from zip((run.spot for run in known), self._foreign(bead), strict=False)

    def _foreign(self, bead: Bead) -> Iterator[Spot]:
        """Yield the foreign names of a bead in Latin letters that stand in Hangul elsewhere."""
        text, hangul = self._alignment.texts[self._latin], self._alignment.texts[self.hangul]
        for number in bead.sides[self._latin]:
            for at in text.of[number]:
                item = text.items[at]
                partners = [
                    hangul.items[there]
                    for there in self._alignment.partners[self._latin].get(at, ())
                ]
                is_name = item.word is not None and item.word.is_name and not item.word.is_place
                are_names = all(one.word and one.word.is_coined for one in partners)
                is_elsewhere = all(one.sentence not in bead.sides[self.hangul] for one in partners)
                if is_name and partners and are_names and is_elsewhere:
                    if not self.names(self._latin, item):
                        yield item.spot

    def names(self, side: int, item: Item) -> bool:
        """Return whether an item is a part of a Korean name in Latin letters."""
        return side == self._latin != self.hangul and any(
            one.spot[1] <= item.start < one.spot[2] for one in self._persons[item.sentence]
        )

    def is_other(self, alignment: Alignment, one: int, other: int) -> bool:
        """Return whether an item in Latin letters is a Korean name, and another than in Hangul."""
        items = alignment.texts[0].items[one], alignment.texts[1].items[other]
        texts = [
            text.sentences[item.sentence].block.text
            for text, item in zip(alignment.texts, items, strict=True)
        ]
        hangul, latin = items[self.hangul], items[self._latin]
        run = HANGUL.match(texts[self.hangul], hangul.start)
        name = texts[self._latin][latin.start : latin.end]
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
    def _persons(self) -> Sequence[Sequence[_Person]]:
        """The people whom each sentence in Latin letters names."""
        count = len(self._alignment.texts[self._latin].sentences)
        full = [list(self._full(number)) for number in range(count)]
        surnames = {
            word for found in full for one in found for word in one.surnames if _is_surname(word)
        }
        return [
            [*found, *self._by_surname(number, found, surnames)]
            for number, found in enumerate(full)
        ]

    def _full(self, number: int) -> Iterator[_Person]:
        sentence = self._alignment.texts[self._latin].sentences[number]
        words = sentence.block.text
        names = list(NAME.finditer(words, sentence.start, sentence.end))
        for at, found in enumerate(names):
            beside = [names[near] for near in _beside_name(words, names, at)]
            surnames = tuple(one[0] for one in beside)
            is_short = "-" not in found[0] and len(found[0]) < SHORTEST_GIVEN
            if any(_is_surname(one) and (not is_short or _is_long(one)) for one in surnames):
                start = min(found.start(), *(one.start() for one in beside))
                yield _Person((number, start, found.end()), surnames, found[0])

    def _by_surname(
        self, number: int, full: Sequence[_Person], surnames: set[str]
    ) -> Iterator[_Person]:
        """Yield the surnames that stand alone, of people named elsewhere or behind a title."""
        sentence = self._alignment.texts[self._latin].sentences[number]
        words = sentence.block.text
        names = list(NAME.finditer(words, sentence.start, sentence.end))
        for at, found in enumerate(names):
            if any(one.spot[1] <= found.start() < one.spot[2] for one in full):
                continue
            is_titled = TITLE.search(words, sentence.start, found.start()) is not None
            is_alone = not list(_beside_name(words, names, at))
            if _is_surname(found[0]) and (is_titled or (is_alone and found[0] in surnames)):
                yield _Person((number, found.start(), found.end()), (found[0],))

    def _runs(self, number: int) -> Iterator[_Run]:
        sentence = self._alignment.texts[self.hangul].sentences[number]
        words = sentence.block.text
        for run in HANGUL.finditer(words, sentence.start, sentence.end):
            yield _Run((number, run.start(), run.end()), run[0])
        for run in ADDRESSED.finditer(words, sentence.start, sentence.end):
            if run["surname"] in SURNAMES_OF_KOREA:
                spot = number, run.start("surname"), run.end("surname")
                yield _Run(spot, run["surname"], is_surname=True)

    def _is_person(self, run: _Run, *, likely: bool) -> bool:
        """Return whether a run names a person, or is *likely* to."""
        if run.is_surname or run.written in self._written:
            return True
        return likely and run.spot in self._unknown

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
            size = SURNAMES if name.startswith(_LONG) else 1
            if item.word and item.word.is_name and not item.word.is_known:
                run = HANGUL.match(block, item.start)
                if run and len(name) == size + GIVEN_NAMES and name.startswith(SURNAMES_OF_KOREA):
                    found.add((item.sentence, item.start, run.end()))
        return frozenset(found)

    def _stands_anywhere(self, person: _Person) -> bool:
        key = person.surnames, person.given
        if key not in self._known:
            self._known[key] = any(_is_name(run, *key) for run in self._all)
        return self._known[key]


_LONG: Final = tuple(one for one in SURNAMES_OF_KOREA if len(one) > 1)


def _scripts(alignment: Alignment) -> tuple[int, int]:
    """Return which text is written in Hangul, and which in Latin letters."""
    counts = [
        sum(len(HANGUL.findall(sentence.text)) for sentence in text.sentences)
        for text in alignment.texts
    ]
    return (0, 1) if counts[0] > counts[1] else (1, 0) if counts[1] > counts[0] else (0, 0)


def _beside_name(text: str, names: Sequence[re.Match[str]], at: int) -> Iterator[int]:
    """Yield which names stand one blank before or behind a name."""
    if at and text[names[at - 1].end() : names[at].start()] == " ":
        yield at - 1
    if at + 1 < len(names) and text[names[at].end() : names[at + 1].start()] == " ":
        yield at + 1


def _may_be(run: _Run, person: _Person) -> bool:
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
        for long in ((GIVEN_NAMES,) if size == 1 else (GIVEN_NAMES, 1))
        if len(run) >= size + long
    )


@cache
def _is_surname(latin: str) -> bool:
    return any(may_write(surname, latin) for surname in SURNAMES_OF_KOREA)


@cache
def _is_long(latin: str) -> bool:
    """Return whether a word may be a surname of two syllables, which one may follow."""
    return any(may_write(surname, latin) for surname in _LONG)


def _looks_korean(person: _Person) -> bool:
    """Return whether the words are a Korean name, and not "Director Lee" or "In April"."""
    if not person.given:
        return True
    are_words = any(one.lower() in FUNCTION_WORDS for one in person.surnames)
    return KOREAN.fullmatch(person.given) is not None and ("-" in person.given or not are_words)


def _sound_alike(run: _Run, person: _Person) -> bool:
    """Return whether a given name may be the run's in a spelling that is not usual."""
    sounds = sound_of_hangul(run.written[1 : 1 + GIVEN_NAMES]), sound_of_latin(person.given)
    return all(sounds) and likeness(*sounds) > ALIKE


def _differs(run: str, person: _Person) -> bool:
    """Return whether a run of Hangul is the name but for one of its syllables."""
    surnames, given = person.surnames, person.given
    if run.startswith(_LONG) and any(may_write(run[:SURNAMES], surname) for surname in surnames):
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
