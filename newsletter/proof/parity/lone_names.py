"""Names in Latin letters that no word in Hangul may write, where a word in Hangul is left, too."""

import re
from collections.abc import Iterator
from typing import Final

from newsletter.proof.parity.bead_sides import (
    LONGEST,
    SHORTEST,
    Run,
    Said,
    Sides,
    beginnings,
    has_within,
    is_coined,
    is_same,
    place_of,
    sounds_like,
)
from newsletter.proof.parity.differing import UNLIKE, are_two_names
from newsletter.proof.parity.evidence import Item
from newsletter.proof.parity.foreign_names import ForeignNames
from newsletter.proof.parity.korean_words import COPULA
from newsletter.proof.parity.latin_names import AREAS, Spot, is_surname
from newsletter.proof.parity.lexicon import Lexicon
from newsletter.proof.parity.meaningful import (
    FUNCTION_WORDS,
    KINDS_OF_PLACES,
    PARTICLE,
    without_genitive,
)
from newsletter.proof.parity.name_claims import claims_of
from newsletter.proof.parity.near_names import NearNames, best_unlikeliness
from newsletter.proof.parity.people import COINED, People
from newsletter.proof.parity.romanised import may_write
from newsletter.proof.parity.sentence_alignment import Alignment, Bead
from newsletter.proof.parity.sounds import likeness
from newsletter.proof.parity.unsaid_names import ABBREVIATIONS, UnsaidNames

HARDLY: Final = 0.62  # of two that may be
LONGEST_WORD: Final = 40  # letters
USUAL: Final = 2.0  # most unlikeliness of a transcription that leaves no doubt
LONG: Final = 4  # letters of a place that is looked for
AREA: Final = re.compile(rf"\b(?P<stem>[A-Z][a-z]+)-(?P<area>{'|'.join(AREAS)})\b")
SCHOOL: Final = re.compile(
    r"\b(?:University\sof\s(?P<behind>[A-Z][a-zÀ-ɏ]+)|(?P<before>[A-Z][a-zÀ-ɏ]+)\sUniversity)\b"
)
SCHOOLS: Final = re.compile(r"(?P<stem>[가-힣]{2,8}?)(?:대학교|대학|대(?![가-힣]{3}))")
ENDING: Final = re.compile(rf"{PARTICLE.pattern}|{COPULA}|다")
KIND: Final = re.compile(r"(?:국립|시립|도립|여자|과학|기술|공과|의과|교육|외국어|예술|체육)+$")


class LoneNames:
    """The names of two texts that stand in one place and cannot be the same."""

    def __init__(self, alignment: Alignment, people: People, lexicon: Lexicon) -> None:
        self._alignment, self._people = alignment, people
        self._said = Said(alignment, people, lexicon)
        self.hangul, self.latin = people.hangul, people.latin

    def differing(self, bead: Bead) -> Iterator[tuple[Spot, Spot]]:
        """Yield what stands in Hangul, and the name in Latin letters that it cannot be."""
        if self.hangul == self.latin or not all(bead.sides):
            return
        both = _Both(self._alignment, self._said, self._people, bead)
        seen: set[Spot] = set()
        for find, is_by_sound in (
            (ForeignNames(both).differing, True),
            (both.beside_another, True),
            (both.areas, False),
            (both.schools, False),
            (both.places, False),
            (UnsaidNames(both).differing, False),
            (NearNames(both).differing, False),
        ):
            for there, here in find():
                if here in seen or both.is_surely_said(here):
                    continue
                if not (is_by_sound and _is_elsewhere(both, there, here)):
                    seen.add(here)
                    yield there, here


class _Both(Sides):
    """The sides of one bead."""

    # Large because the kinds of lone names judge by the same words of a bead.

    def beside_another(self) -> Iterator[tuple[Spot, Spot]]:
        """Yield names beside another name that both have: "Ulrike Brandt", "울리케 브란트"."""
        runs = self.runs
        names = [one for one in self.names if not self.people.names(self.latin, one)]
        for at, name in enumerate(names):
            if not is_coined(name) or self.is_hyphenated(name) or self._is_written(name):
                continue
            for near in (at - 1, at + 1):
                if not 0 <= near < len(names) or not is_coined(names[near]):
                    continue
                first, second = sorted((name, names[near]), key=place_of)
                if self.between(self.latin, first.spot, second.spot) != " ":
                    continue
                for number, run in enumerate(runs):
                    other = number + (at - near)
                    if not 0 <= other < len(runs) or not _alike(run.text, names[near], HARDLY):
                        continue
                    one, two = sorted((run.spot, runs[other].spot))
                    is_next = self.between(self.hangul, one, two) == " "
                    is_other = self._is_unknown(runs[other]) and _differ(runs[other], name)
                    if is_next and is_other and not is_same(runs[other].text, self.written(name)):
                        yield runs[other].spot, name.spot

    def is_surely_said(self, spot: Spot) -> bool:
        """Return whether a word in Hangul of the bead surely is a name, in all its letters."""
        name = without_genitive(self.block(spot[0])[spot[1] : spot[2]])
        is_korean = COINED.fullmatch(name) is not None and len(name) > LONG
        return any(
            best_unlikeliness(run.text, name) < USUAL or (is_korean and has_within(run.text, name))
            for run in self.runs
        )

    def areas(self) -> Iterator[tuple[Spot, Spot]]:
        """Yield parts of Korean addresses of one kind: "은평구" and "Yangcheon-gu"."""
        found = list(self.matches(self.latin, AREA))
        stems = [match["stem"] for _, match in found]
        for number, match in found:
            ending = AREAS[match["area"]]
            if self._is_given_name(number, match) or any(
                _may_write(run.text, match["stem"]) or self._is_meant(run, match["stem"])
                for run in self.runs
                if _stem_of(run.text, ending)
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
            if _isplace_of(one)
            and one.end - one.start >= LONG
            and not self._is_part(one)
            and not self.said.is_in_hangul(self.written(one))
        ]
        if not lone:
            return
        for run in self.runs:
            head = self._head(run)
            if head and not self.said.is_in_latin(head):
                yield run.spot, lone[0].spot
                return

    def _is_part(self, name: Item) -> bool:
        """Return whether a name stands beside another, and so may be a person's."""
        block = self.block(name.sentence)
        before = block[max(0, name.start - LONGEST_WORD) : name.start]
        return bool(
            re.search(r"[A-Z][a-zÀ-ɏ]+ $", before)
            or re.match(r" [A-Z]", block[name.end : name.end + 2])
        )

    def _head(self, run: Run) -> str:
        """Return the place that a word names, with a particle or a kind of place behind it."""
        for size in range(len(run.text), 0, -1):
            head, rest = run.text[:size], run.text[size:]
            is_end = not rest or ENDING.fullmatch(rest) or rest[0] in KINDS_OF_PLACES
            if head in self.lexicon.places and (is_end or SCHOOLS.match(run.text)):
                return head
        return ""

    def schools(self) -> Iterator[tuple[Spot, Spot]]:
        """Yield universities: "교토대학" and "Kobe University"."""
        found = list(self.matches(self.latin, SCHOOL))
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
        block = self.block(number)
        before = re.search(r"([A-Z][a-z]+)\s$", block[: match.start()])
        return before is not None and is_surname(before[1])

    def _is_ordinary(self, name: str) -> bool:
        """Return whether a word before "University" is none of a place or a person."""
        lower = name.lower()
        return lower in self.lexicon.english and lower not in self.lexicon.place_names

    def _may_be(self, run: Run, name: str) -> bool:
        return self._is_meant(run, name) or sounds_like(run.text, name, UNLIKE)

    def _is_meant(self, run: Run, name: str) -> bool:
        """Return whether the list has a word in Hangul for an English one: 치즈 of 치즈길."""
        sizes = range(SHORTEST, min(len(run.text), LONGEST) + 1)
        return any(name.lower() in self.lexicon.words.get(run.text[:size], ()) for size in sizes)

    def _has_latin(self, stem: str) -> bool:
        """Return whether a name in Latin letters may be the one in Hangul."""
        meant = set(self.lexicon.words.get(stem, ()))
        for _, match in self.matches(self.latin, re.compile(r"[A-Za-zÀ-ɏ]{2,}")):
            if match[0].lower() in meant:
                return True
            if match[0][0].isupper() and sounds_like(stem, match[0], UNLIKE):
                return True
        return False

    def _is_written(self, name: Item) -> bool:
        """Return whether a word in Hangul of the bead may be a name."""
        return any(not _clash(run.text, name, UNLIKE) for run in self.runs if self._is_unknown(run))

    def _is_unknown(self, run: Run) -> bool:
        """Return whether the lexicon does not know a word, or not all of it."""
        number, start, end = run.spot
        text = self._alignment.texts[self.hangul]
        mine = [
            text.items[at]
            for at in text.of[number]
            if start <= text.items[at].start < end and text.items[at].word
        ]
        if not mine:
            return False
        if any(is_coined(one) for one in mine):
            return True
        block = text.sentences[number].block.text
        rest = block[max(one.end for one in mine) : end]
        return len(rest) >= SHORTEST and PARTICLE.fullmatch(rest) is None


def _is_elsewhere(both: _Both, there: Spot, here: Spot) -> bool:
    """Return whether another word in Hangul than *there* may be the name *here*, or it is none."""
    written = both.block(here[0])[here[1] : here[2]].lower()
    claims = [
        claim
        for name in both.names
        if name.spot == here
        for claim in (
            _written_as(both, name) if both.has_partner(both.latin, name) else claims_of(both, name)
        )
    ]
    return written in ABBREVIATIONS or any(
        claim[0] != there[0] or claim[2] <= there[1] or there[2] <= claim[1] for claim in claims
    )


def _written_as(both: _Both, name: Item) -> list[Spot]:
    """Return the partners of a name that may be its transcription."""
    return [
        one.spot
        for one in both.partners(both.latin, name)
        if is_same(both.text(both.hangul, one.sentence)[one.start : one.end], both.written(name))
    ]


def _isplace_of(item: Item) -> bool:
    return item.word is not None and item.word.is_place


def _alike(run: str, name: Item, least: float) -> bool:
    """Return whether a word in Hangul, or its beginning, sounds like a name."""
    return any(
        likeness(sound, theirs) >= least
        for sound in beginnings(run)
        for theirs in (name.word.sounds if name.word else ())
    )


def _clash(run: str, name: Item, least: float) -> bool:
    """Return whether no beginning of a word in Hangul may write a name."""
    assert name.word is not None  # noqa: S101 - it is a name
    found = list(beginnings(run))
    return not found or are_two_names(found, name.word, least)


def _differ(run: Run, name: Item) -> bool:
    is_short = len(PARTICLE.sub("", run.text)) <= SHORTEST
    return _clash(run.text, name, HARDLY if is_short else UNLIKE)


def _may_write(run: str, stem: str) -> bool:
    """Return whether a word in Hangul begins with what *stem* writes."""
    sizes = range(1, min(len(run), 5) + 1)
    return any(may_write(run[:size], stem) for size in sizes)


def _stem_of(run: str, ending: str) -> str:
    """Return what stands before an ending of addresses: 은평 of "은평구에서"."""
    name = PARTICLE.sub("", run)
    for written in (run, name):
        at = written.find(ending, 1)
        if at > 0 and (at + 1 == len(written) or PARTICLE.fullmatch(written[at + 1 :])):
            return written[:at]
    return ""
