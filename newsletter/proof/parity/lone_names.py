"""Names in Latin letters that no word in Hangul may write, where a word in Hangul is left, too."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Final

from newsletter.proof.parity.differing import UNLIKE, are_two_names
from newsletter.proof.parity.evidence import SURELY_ALIKE, Item
from newsletter.proof.parity.latin_names import Spot, is_surname
from newsletter.proof.parity.lexicon import Lexicon
from newsletter.proof.parity.meaningful import FUNCTION_WORDS, KINDS_OF_PLACES, PARTICLE
from newsletter.proof.parity.people import COINED, HANGUL, People
from newsletter.proof.parity.romanised import may_write
from newsletter.proof.parity.sentence_alignment import Alignment, Bead
from newsletter.proof.parity.sounds import likeness, sound_of_hangul, sound_of_latin
from newsletter.proof.parity.transcribed import may_transcribe

HARDLY: Final = 0.62  # of two that may be
LONG: Final = 4  # letters of a place that is looked for
SHORTEST: Final = 2  # syllables of a name that has a sound
LONGEST: Final = 10
# Parts of Korean addresses: 은평구 is Eunpyeong-gu.
AREAS: Final = {
    "gu": "구", "si": "시", "gun": "군", "eup": "읍", "myeon": "면", "dong": "동", "ri": "리",
    "do": "도", "ro": "로", "gil": "길",
}  # fmt: skip
AREA: Final = re.compile(rf"\b(?P<stem>[A-Z][a-z]+)-(?P<area>{'|'.join(AREAS)})\b")
SCHOOL: Final = re.compile(
    r"\b(?:University\sof\s(?P<behind>[A-Z][a-zÀ-ɏ]+)|(?P<before>[A-Z][a-zÀ-ɏ]+)\sUniversity)\b"
)
SCHOOLS: Final = re.compile(r"(?P<stem>[가-힣]{2,8}?)(?:대학교|대학|대(?![가-힣]{3}))")
BEFORE: Final = re.compile(r"([A-ZÀ-Þ][A-Za-zÀ-ɏ'’]+) $")
BEHIND: Final = re.compile(r" ([A-ZÀ-Þ][A-Za-zÀ-ɏ'’]+)")
KIND: Final = re.compile(r"(?:국립|시립|도립|여자|과학|기술|공과|의과|교육|외국어|예술|체육)+$")


@dataclass(frozen=True, slots=True)
class _Run:
    """A word in Hangul."""

    spot: Spot
    text: str


class LoneNames:
    """The names of two texts that stand in one place and cannot be the same."""

    def __init__(self, alignment: Alignment, people: People, lexicon: Lexicon) -> None:
        self._alignment, self._people = alignment, people
        self._said = _Said(alignment, people, lexicon)
        self.hangul, self.latin = people.hangul, people.latin

    def differing(self, bead: Bead) -> Iterator[tuple[Spot, Spot]]:
        """Yield what stands in Hangul, and the name in Latin letters that it cannot be."""
        if self.hangul == self.latin or not all(bead.sides):
            return
        both = _Both(self._alignment, self._said, self._people, bead)
        seen: set[Spot] = set()
        for find in (both.foreign, both.beside_another, both.areas, both.schools, both.places):
            for there, here in find():
                if here not in seen:
                    seen.add(here)
                    yield there, here


class _Said:
    """Which places the whole of two texts names."""

    def __init__(self, alignment: Alignment, people: People, lexicon: Lexicon) -> None:
        self._alignment, self.lexicon = alignment, lexicon
        self._hangul, self._latin = people.hangul, people.latin
        self._known: dict[str, bool] = {}
        self._transcribed: dict[str, bool] = {}

    def is_in_hangul(self, name: str) -> bool:
        """Return whether the text in Hangul has a word for a place, or the lexicon has none."""
        lower = name.lower()
        if lower not in self._known:
            words = self.lexicon.words
            forms = [head for head in self.lexicon.places if lower in words[head]]
            self._known[lower] = not forms or any(form in self._text for form in forms)
        return self._known[lower]

    def is_in_latin(self, head: str) -> bool:
        """Return whether the text in Latin letters has a word for a place, or its romanisation."""
        meant = self.lexicon.words[head]
        return not self._words.isdisjoint(meant) or any(
            may_write(head, word) for word in self._words
        )

    def transcribes(self, name: str) -> bool:
        """Return whether a word in Hangul, wherever it stands, may be a name."""
        if name not in self._transcribed:
            is_korean = COINED.fullmatch(name) is not None
            self._transcribed[name] = any(
                is_same(one, name) or (is_korean and _has_within(one, name)) for one in self._runs
            )
        return self._transcribed[name]

    @cached_property
    def _runs(self) -> frozenset[str]:
        return frozenset(HANGUL.findall(self._text))

    @cached_property
    def _text(self) -> str:
        return "\n".join(one.text for one in self._alignment.texts[self._hangul].sentences)

    @cached_property
    def _words(self) -> frozenset[str]:
        sentences = self._alignment.texts[self._latin].sentences
        return frozenset(
            word.lower() for one in sentences for word in re.findall(r"[A-Za-zÀ-ɏ]+", one.text)
        )


class _Both:
    """The sides of one bead."""

    # Large because the four kinds of names share the words of both sides.

    def __init__(self, alignment: Alignment, said: _Said, people: People, bead: Bead) -> None:
        self._alignment, self._said, self._lexicon = alignment, said, said.lexicon
        self._hangul, self._latin = people.hangul, people.latin
        self._bead = bead
        self._people = people

    @cached_property
    def runs(self) -> Sequence[_Run]:
        """The words in Hangul, in order."""
        return [
            _Run((number, run.start(), run.end()), run[0])
            for number, text, start, end in self._sentences(self._hangul)
            for run in HANGUL.finditer(text, start, end)
        ]

    @cached_property
    def names(self) -> Sequence[Item]:
        """The words in Latin letters that are written as a name, in order."""
        text = self._alignment.texts[self._latin]
        found = [
            text.items[at] for number in self._bead.sides[self._latin] for at in text.of[number]
        ]
        return sorted((one for one in found if one.word and one.word.is_name), key=_place)

    def beside_another(self) -> Iterator[tuple[Spot, Spot]]:
        """Yield names beside another name that both have: "Ulrike Brandt", "울리케 브란트"."""
        runs = self.runs
        names = [one for one in self.names if not self._people.names(self._latin, one)]
        for at, name in enumerate(names):
            if not _is_coined(name) or self._is_hyphenated(name) or self._is_written(name):
                continue
            for near in (at - 1, at + 1):
                if not 0 <= near < len(names) or not _is_coined(names[near]):
                    continue
                first, second = sorted((name, names[near]), key=_place)
                if self._between(self._latin, first.spot, second.spot) != " ":
                    continue
                for number, run in enumerate(runs):
                    other = number + (at - near)
                    if not 0 <= other < len(runs) or not _alike(run.text, names[near], HARDLY):
                        continue
                    one, two = sorted((run.spot, runs[other].spot))
                    is_next = self._between(self._hangul, one, two) == " "
                    is_other = self._is_unknown(runs[other]) and _differ(runs[other], name)
                    if is_next and is_other and not is_same(runs[other].text, self._written(name)):
                        yield runs[other].spot, name.spot

    def foreign(self) -> Iterator[tuple[Spot, Spot]]:
        """
        Yield foreign names that no word in Hangul may transcribe: "Kenji Kato", "사토 겐지".

        The one in Hangul stands beside the other name of the person.
        """
        for name in self.names:
            written = self._written(name)
            if not self._is_foreign(name, written) or self._said.transcribes(written):
                continue
            beside = self._names_beside(name)
            for run, nears in self._neighbours:
                is_person = any(self._are_same(near, one) for near in nears for one in beside)
                if is_person and not self._is_word(run.text) and not self._is_one_of(run, beside):
                    yield run.spot, name.spot
                    break

    def _is_foreign(self, name: Item, written: str) -> bool:
        is_korean = COINED.fullmatch(written) and self._people.names(self._latin, name)
        is_odd = written.isupper() or self._is_hyphenated(name) or len(written) < LONG - 1
        return _is_coined(name) and not is_korean and not is_odd

    def _names_beside(self, name: Item) -> Sequence[str]:
        """Return the words beside a name that are written as one."""
        block = self._block(name.sentence)
        found = (BEFORE.search(block, 0, name.start), BEHIND.match(block, name.end))
        return [match[1] for match in found if match]

    @cached_property
    def _neighbours(self) -> Sequence[tuple[_Run, Sequence[str]]]:
        """The words in Hangul, each with those beside it."""
        pairs = [
            (one, other)
            for one, other in pairwise(self.runs)
            if self._between(self._hangul, one.spot, other.spot) == " "
        ]
        return [
            (run, [(b if run is a else a).text for a, b in pairs if run in (a, b)])
            for run in self.runs
        ]

    def _are_same(self, run: str, name: str) -> bool:
        """Return whether a word in Hangul is a foreign name, and not a word that sounds like it."""
        is_known = self._is_word(run) and name.lower() in self._lexicon.english
        return not is_known and may_transcribe(run, name, min(len(run), SHORTEST))

    def _is_one_of(self, run: _Run, names: Sequence[str]) -> bool:
        return any(is_same(run.text, one) for one in names)

    def _is_word(self, run: str) -> bool:
        """Return whether the lexicon has a word, but for its particle, or it is too short."""
        return len(run) < SHORTEST or any(
            run[:size] in self._lexicon.words and PARTICLE.fullmatch(run[size:] or "은")
            for size in range(1, len(run) + 1)
        )

    def areas(self) -> Iterator[tuple[Spot, Spot]]:
        """Yield parts of Korean addresses of one kind: "은평구" and "Yangcheon-gu"."""
        found = list(self._matches(self._latin, AREA))
        stems = [match["stem"] for _, match in found]
        for number, match in found:
            ending = AREAS[match["area"]]
            if self._is_given_name(number, match) or any(
                _may_write(run.text, match["stem"]) for run in self.runs
            ):
                continue
            for run in self.runs:
                stem = _stem_of(run.text, ending)
                if stem and not any(_may_write(stem, one) for one in stems):
                    yield run.spot, (number, match.start(), match.end())
                    break

    def places(self) -> Iterator[tuple[Spot, Spot]]:
        """
        Yield known places of which the other text has no word: "볼로냐" and "Padua".

        Both have to be lone: a translator may well add the country of a city.
        """
        lone = [
            one
            for one in self.names
            if _is_place(one)
            and one.end - one.start >= LONG
            and not self._is_part(one)
            and not self._said.is_in_hangul(self._written(one))
        ]
        if not lone:
            return
        for run in self.runs:
            head = self._head(run)
            if head and not self._said.is_in_latin(head):
                yield run.spot, lone[0].spot
                return

    def _is_part(self, name: Item) -> bool:
        """Return whether a name stands beside another, and so may be a person's."""
        block = self._block(name.sentence)
        before, behind = block[: name.start], block[name.end :]
        return bool(re.search(r"[A-Z][a-zÀ-ɏ]+ $", before) or re.match(r" [A-Z]", behind))

    def _head(self, run: _Run) -> str:
        """Return the place that a word names, with a particle or a kind of place behind it."""
        for size in range(len(run.text), 0, -1):
            head, rest = run.text[:size], run.text[size:]
            is_end = not rest or PARTICLE.fullmatch(rest) or rest[0] in KINDS_OF_PLACES
            if head in self._lexicon.places and (is_end or SCHOOLS.match(run.text)):
                return head
        return ""

    def _written(self, name: Item) -> str:
        block = self._block(name.sentence)
        return block[name.start : name.end]

    def schools(self) -> Iterator[tuple[Spot, Spot]]:
        """Yield universities: "교토대학" and "Kobe University"."""
        found = list(self._matches(self._latin, SCHOOL))
        there = [run for run in self.runs if SCHOOLS.match(run.text)]
        is_one = len(found) == len(there) == 1  # whatever else sounds like it
        for number, match in found:
            group = "before" if match["before"] else "behind"
            name = match[group]
            rivals = there if is_one else self.runs
            if name.lower() in FUNCTION_WORDS or any(self._may_be(run, name) for run in rivals):
                continue
            if group == "before" and self._is_ordinary(name):
                continue
            for run in self.runs:
                school = SCHOOLS.match(run.text)
                stem = KIND.sub("", school["stem"]) if school else ""
                if len(stem) >= SHORTEST and not self._has_latin(stem):
                    yield run.spot, (number, match.start(group), match.end(group))
                    break

    def _is_given_name(self, number: int, match: re.Match[str]) -> bool:
        """Return whether a surname stands before what looks like an address: "Seok Bong-gil"."""
        block = self._block(number)
        before = re.search(r"([A-Z][a-z]+)\s$", block[: match.start()])
        return before is not None and is_surname(before[1])

    def _is_ordinary(self, name: str) -> bool:
        """Return whether a word before "University" is none of a place or a person."""
        lower = name.lower()
        return lower in self._lexicon.english and lower not in self._lexicon.place_names

    def _may_be(self, run: _Run, name: str) -> bool:
        lower = name.lower()
        words = self._lexicon.words
        sizes = range(SHORTEST, min(len(run.text), LONGEST) + 1)
        return any(lower in words.get(run.text[:size], ()) for size in sizes) or _sounds_like(
            run.text, name, UNLIKE
        )

    def _has_latin(self, stem: str) -> bool:
        """Return whether a name in Latin letters may be the one in Hangul."""
        meant = set(self._lexicon.words.get(stem, ()))
        for _, match in self._matches(self._latin, re.compile(r"[A-Za-zÀ-ɏ]{2,}")):
            if match[0].lower() in meant:
                return True
            if match[0][0].isupper() and _sounds_like(stem, match[0], UNLIKE):
                return True
        return False

    def _is_written(self, name: Item) -> bool:
        """Return whether a word in Hangul of the bead may be a name."""
        return any(not _clash(run.text, name, UNLIKE) for run in self.runs if self._is_unknown(run))

    def _is_hyphenated(self, name: Item) -> bool:
        """Return whether a name has a hyphen, or is a part of one that has: "Bat-Erdene"."""
        block = self._block(name.sentence)
        return "-" in block[max(0, name.start - 1) : name.end + 1]

    def _is_unknown(self, run: _Run) -> bool:
        """Return whether the lexicon does not know a word, or not all of it."""
        number, start, end = run.spot
        text = self._alignment.texts[self._hangul]
        mine = [
            text.items[at]
            for at in text.of[number]
            if start <= text.items[at].start < end and text.items[at].word
        ]
        if not mine:
            return False
        if any(_is_coined(one) for one in mine):
            return True
        block = text.sentences[number].block.text
        rest = block[max(one.end for one in mine) : end]
        return len(rest) >= SHORTEST and PARTICLE.fullmatch(rest) is None

    def _block(self, number: int) -> str:
        """Return the text around a sentence in Latin letters."""
        return self._alignment.texts[self._latin].sentences[number].block.text

    def _matches(self, side: int, pattern: re.Pattern[str]) -> Iterator[tuple[int, re.Match[str]]]:
        for number, text, start, end in self._sentences(side):
            for match in pattern.finditer(text, start, end):
                yield number, match

    def _sentences(self, side: int) -> Iterator[tuple[int, str, int, int]]:
        for number in self._bead.sides[side]:
            sentence = self._alignment.texts[side].sentences[number]
            yield number, sentence.block.text, sentence.start, sentence.end

    def _between(self, side: int, one: Spot, other: Spot) -> str:
        if one[0] != other[0]:
            return "\n"
        text = self._alignment.texts[side].sentences[one[0]].block.text
        return text[one[2] : other[1]]


def _has_within(run: str, name: str) -> bool:
    """Return whether a word in Hangul has a Korean name in it: 숭례 of 통영숭례병원."""
    return any(
        may_write(run[start : start + size], name)
        for size in range(SHORTEST, LONG + 1)
        for start in range(len(run) - size + 1)
    )


@lru_cache(maxsize=65_536)
def is_same(run: str, name: str) -> bool:
    """Return whether a word in Hangul may be a foreign name, by its spelling or its sound."""
    return may_transcribe(run, name) or _sounds_like(run, name, SURELY_ALIKE)


def _place(item: Item) -> tuple[int, int]:
    return item.sentence, item.start


def _is_place(item: Item) -> bool:
    return item.word is not None and item.word.is_place


def _is_coined(item: Item) -> bool:
    return item.word is not None and item.word.is_coined


def _alike(run: str, name: Item, least: float) -> bool:
    """Return whether a word in Hangul, or its beginning, sounds like a name."""
    return any(
        likeness(sound, theirs) >= least
        for sound in _beginnings(run)
        for theirs in (name.word.sounds if name.word else ())
    )


def _sounds_like(run: str, name: str, least: float) -> bool:
    theirs = sound_of_latin(name)
    return any(likeness(sound, theirs) >= least for sound in _beginnings(run))


def _beginnings(run: str) -> Iterator[str]:
    for size in range(SHORTEST, min(len(run), LONGEST) + 1):
        yield sound_of_hangul(run[:size])


def _clash(run: str, name: Item, least: float) -> bool:
    """Return whether no beginning of a word in Hangul may write a name."""
    assert name.word is not None  # noqa: S101 - it is a name
    beginnings = list(_beginnings(run))
    return not beginnings or are_two_names(beginnings, name.word, least)


def _differ(run: _Run, name: Item) -> bool:
    is_short = len(PARTICLE.sub("", run.text)) <= SHORTEST
    return _clash(run.text, name, HARDLY if is_short else UNLIKE)


def _may_write(run: str, stem: str) -> bool:
    """Return whether a word in Hangul begins with what *stem* writes."""
    sizes = range(1, min(len(run), 5) + 1)
    return any(may_write(run[:size], stem) for size in sizes) or _sounds_like(run, stem, HARDLY)


def _stem_of(run: str, ending: str) -> str:
    """Return what stands before an ending of addresses: 은평 of "은평구에서"."""
    name = PARTICLE.sub("", run)
    for written in (run, name):
        at = written.find(ending, 1)
        if at > 0 and (at + 1 == len(written) or PARTICLE.fullmatch(written[at + 1 :])):
            return written[:at]
    return ""
