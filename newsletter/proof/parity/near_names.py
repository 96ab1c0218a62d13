"""Foreign names that are nearly one: "Nishimura" beside 니시야마, "Nowicki" beside 노바크."""

from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Final

from newsletter.proof.parity.bead_sides import SHORTEST, Sides, has_within, is_coined
from newsletter.proof.parity.evidence import Item
from newsletter.proof.parity.latin_names import Spot
from newsletter.proof.parity.meaningful import KINDS_OF_PLACES, PARTICLE, without_genitive
from newsletter.proof.parity.name_claims import spellings_of
from newsletter.proof.parity.people import COINED, HANGUL
from newsletter.proof.parity.sounds import likeness, sound_of_hangul, sound_of_latin
from newsletter.proof.parity.transcribed import may_transcribe
from newsletter.proof.parity.transliteration import NEVER, unlikeliness
from newsletter.proof.parity.unsaid_names import is_first, is_ordinary

SHORTEST_LATIN: Final = 5  # letters of a name
LONG: Final = 7  # letters of one that is no Korean name, though its syllables may be
LONGEST: Final = 8  # syllables of one
NEAR: Final = 0.5  # likeness of the sounds of two names that may be meant as one
SAME: Final = 6.0  # unlikeliness of a transcription that may still be one
OTHER: Final = 6.5  # and from which on it is another name's, if its spelling is not possible
SURELY: Final = 13.0  # and whatever its spelling


class NearNames:
    """The foreign names of a bead that a word in Hangul nearly transcribes, and cannot."""

    def __init__(self, sides: Sides) -> None:
        self._sides = sides

    def differing(self) -> Iterator[tuple[Spot, Spot]]:
        """Yield a word in Hangul and the name in Latin letters that it nearly is."""
        for name in filter(self._is_foreign, self._sides.names):
            like, spot, word = self._nearest(self._written(name))
            # The nearest word is the name, as a rule; all others are looked at if it is not.
            if like < NEAR or _may_be(word, self._written(name)):
                continue
            if not self._may_be_written(name) and not self._is_another(word):
                yield spot, name.spot

    def _nearest(self, written: str) -> tuple[float, Spot, str]:
        """Return the word in Hangul that sounds most like a name: (likeness, place, word)."""
        sound = sound_of_latin(written)
        found = (
            (likeness(sound_of_hangul(head), sound), spot, word)
            for spot, word in self._coined
            for head in _heads(word)
        )
        return max(found, default=(0.0, (0, 0, 0), ""))

    def _written(self, name: Item) -> str:
        return without_genitive(self._sides.written(name))

    def _is_foreign(self, name: Item) -> bool:
        written = self._written(name)
        is_korean = len(written) < LONG and COINED.fullmatch(written) is not None
        is_odd = written.isupper() or self._sides.is_hyphenated(name)
        if not is_coined(name) or len(written) < SHORTEST_LATIN or is_korean or is_odd:
            return False
        if self._sides.people.names(self._sides.latin, name):
            return False
        block = self._sides.block(name.sentence)
        is_word = is_ordinary(
            name, written.lower(), self._sides.lexicon.english
        ) or written.endswith(("ing", "ed"))
        return not is_word and not is_first(block, name)

    def _is_another(self, word: str) -> bool:
        """Return whether a word in Hangul is another name of the bead."""
        names = map(self._sides.written, self._sides.names)
        return any(best_unlikeliness(word, name) < SAME for name in names)

    def _may_be_written(self, name: Item) -> bool:
        """Return whether any word of the bead may be a name, alone or with those beside it."""
        block = self._sides.block(name.sentence)
        written = self._written(name)
        if COINED.fullmatch(written) and any(
            has_within(run.text, written) for run in self._sides.runs
        ):
            return True
        return any(
            _may_be(run.text[start:], spelling)
            for run in self._sides.runs
            for start in range(max(1, len(run.text) - 1))
            for spelling in spellings_of(block, name.start, name.end)
        )

    @cached_property
    def _coined(self) -> list[tuple[Spot, str]]:
        """The words in Hangul that no list has, without their particles."""
        hangul = self._sides.hangul
        found = []
        for item in self._sides.items(hangul):
            number, start, end = item.spot
            text = self._sides.text(hangul, number)
            is_counted = text[start - 1 : start].isdigit()
            if is_coined(item) and HANGUL.fullmatch(text, start, end) and not is_counted:
                found.append((item.spot, text[start:end]))
        return found


def _may_be(run: str, latin: str) -> bool:
    """Return whether a word in Hangul may begin with a name."""
    cost = best_unlikeliness(run, latin)
    return cost < OTHER or (cost < SURELY and _is_spelled(run, latin))


@lru_cache(maxsize=65_536)
def best_unlikeliness(run: str, latin: str) -> float:
    """Return how unlikely it is that a word in Hangul begins with a name, up to its particle."""
    return min((unlikeliness(head, latin) for head in _heads(run)), default=NEVER)


@lru_cache(maxsize=65_536)
def _is_spelled(run: str, latin: str) -> bool:
    """Return whether the letters of a name are possible ones of a word's beginning."""
    return any(may_transcribe(head, latin, len(head)) for head in _heads(run))


def _heads(run: str) -> Iterator[str]:
    """Yield the beginnings of a word that may be a name, with nothing but a particle behind it."""
    for size in range(SHORTEST, min(len(run), LONGEST) + 1):
        rest = run[size:]
        if len(rest) != 1 or PARTICLE.fullmatch(rest) or rest in KINDS_OF_PLACES:
            yield run[:size]
