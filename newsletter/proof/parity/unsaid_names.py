"""Names in Latin letters for which a sentence in Hangul has no word, where it has another name."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from newsletter.proof.parity.bead_sides import Sides
from newsletter.proof.parity.evidence import Item
from newsletter.proof.parity.foreign_syllables import looks_foreign
from newsletter.proof.parity.gaps import Gap, gaps_of
from newsletter.proof.parity.latin_names import Spot
from newsletter.proof.parity.meaningful import FUNCTION_WORDS, without_genitive
from newsletter.proof.parity.name_claims import Claim, claims_of
from newsletter.proof.parity.people import COINED

NEAR: Final = 8  # characters before a word that are looked at
SHORTEST: Final = 3  # letters of a name
SHORTEST_GAP: Final = 2  # syllables of a name that stands alone
ABBREVIATIONS: Final = frozenset(
    "univ prof dept inst assoc gov sen rep rev hon capt gen col maj sgt ltd inc corp ave "
    "corporal sergeant lieutenant captain colonel admiral rector provost".split()
)
ENGLISH: Final = re.compile(r"(?:ed|ing|ion|al|ic|ian|ogy|ery|er|or|ae|ists?|ment)$")
SURELY_ENGLISH: Final = re.compile(
    r"(?:ology|ography|ator|tion|ment|ship|building|ness|ency|ance|acic|ular|atory|ural|ical"
    r"|ative)s?$"
)
SPELLINGS: Final = (("tre", "ter"), ("ence", "ense"), ("our", "or"))
FIRST: Final = re.compile(r"(?:^|[.!?|:]\W*|\W{2})$")  # what stands before the first word
OF_A_NAME: Final = re.compile(r"(?:['’]s)? [A-Z]|['’]s|,")  # behind a first word that is a name


class UnsaidNames:
    """The names of a bead that have no counterpart in it, of either language."""

    def __init__(self, sides: Sides) -> None:
        self._sides = sides

    def differing(self) -> Iterator[tuple[Spot, Spot]]:
        """Yield names that no word in Hangul may be, each with a name that no other word is."""
        gaps = gaps_of(self._sides)
        here = self._unpaired
        wanted = [name for name in here if self._may_be_name(name, self._sides.written(name))]
        if not any(self._may_differ(name, gaps) for name in wanted):
            return
        options = {
            name: claims_of(self._sides, name) for name in here if _is_sure(name) or name in wanted
        }
        taken = _assigned(options)
        claims = [claim for name in taken for claim in options[name]]
        free = [gap for gap in gaps if not any(_covers(claim, gap.spot) for claim in claims)]
        for name in wanted:
            if name in taken:
                continue
            if place := self._of_two_words(name):
                yield place.spot, name.spot
            elif gap := self._of_one_name(name, gaps, taken) or self._instead(name, free):
                yield gap.spot, name.spot

    def _may_differ(self, name: Item, gaps: Sequence[Gap]) -> bool:
        """Return whether a name differs if no word may be it: sooner than looking for words."""
        is_beside = _is_sure(name) and any(between == " " for _, between in self._near(name))
        return is_beside or self._instead(name, gaps) is not None

    def _of_two_words(self, name: Item) -> Item | None:
        """Return the place in Hangul whose other word stands beside *name*: 치앙마이, "Rai"."""
        if name.word is None or not name.word.is_place:
            return None
        words, hangul = self._sides.lexicon.words, self._sides.hangul
        said = {self._sides.written(item).lower() for item in self._sides.names}
        for item, between in self._near(name):
            for place in self._sides.partners(self._sides.latin, item) if between == " " else ():
                text = self._sides.text(hangul, place.sentence)[place.start : place.end]
                meant = words.get(text, ())
                is_one = self._sides.written(item).lower() in meant
                if is_one and text in self._sides.lexicon.places and not said.issuperset(meant):
                    return place
        return None

    def _of_one_name(
        self, name: Item, gaps: Sequence[Gap], taken: Mapping[Item, Claim]
    ) -> Gap | None:
        """Return the name in Hangul of which another part is the name beside *name*."""
        beside = [
            taken[item]
            for item, between in self._near(name)
            if between == " " and item in taken and _is_sure(name)
        ]
        found = [
            gap
            for gap in gaps
            for claim in beside
            if claim[0] == gap.spot[0]
            and (gap.is_coined or gap.is_titled or gap.is_place)
            and (
                gap.spot[1] < claim[2] < gap.spot[2]
                or gap.spot[1] < claim[1] < gap.spot[2]
                or self._sides.text(self._sides.hangul, gap.spot[0])[claim[2] : gap.spot[1]] == " "
            )
        ]
        return next(iter(found), None)

    def _instead(self, name: Item, gaps: Sequence[Gap]) -> Gap | None:
        """Return the name in Hangul that stands where *name* should."""
        names = [gap for gap in gaps if _is_name(gap)]
        is_sure = _is_sure(name)
        beside = self._names_beside(name)
        if is_sure:
            words = [gap for gap in gaps if gap.is_word or gap.is_titled or _is_name(gap)]
            near = [gap for gap in words if not beside.isdisjoint(gap.spaced)]
            kind = self._kinds_behind(name)
            near += [gap for gap in gaps if not kind.isdisjoint(gap.before)]
            # In free translations a name may stand in the next sentence.
            is_far = not self._sides.is_said_nearby(self._sides.latin, name)
            return next(iter([*near, *(names if is_far else ())]), None)
        near = [gap for gap in names if not beside.isdisjoint(gap.spaced)]
        kind = self._kinds_behind(name)
        institutions = [gap for gap in names if gap.is_place and not kind.isdisjoint(gap.before)]
        return next((gap for gap in near if looks_foreign(gap.text)), None) or next(
            iter(institutions), None
        )

    def _names_beside(self, name: Item) -> frozenset[Spot]:
        """Return the partners, in Hangul, of the names beside a name, or before a plain word."""
        is_sure = _is_sure(name)
        return frozenset(
            spot
            for item, gap in self._near(name)
            if gap == " " and (is_sure or item.start < name.start)
            for spot, is_coined in _partners(self._sides, item)
            if is_coined or (item.word is not None and item.word.is_coined)
        )

    def _kinds_behind(self, name: Item) -> frozenset[Spot]:
        """Return the partners of the word behind a name that says what has it: "Hospital"."""
        return frozenset(
            spot
            for item, gap in self._near(name)
            if item.start > name.start and gap == " " and item.word and item.word.is_kind
            for spot, _ in _partners(self._sides, item)
        )

    def _near(self, name: Item) -> Iterator[tuple[Item, str]]:
        """Yield the words of a name's sentence, with what stands between both."""
        block = self._sides.block(name.sentence)
        for item in self._sides.names:
            if item.sentence == name.sentence and item is not name:
                first, second = sorted((item, name), key=lambda one: one.start)
                yield item, block[first.end : second.start]

    @cached_property
    def _unpaired(self) -> Sequence[Item]:
        """The words in Latin letters that may be names, and have no partner in the bead."""
        latin = self._sides.latin
        return [name for name in self._sides.names if not self._sides.has_partner(latin, name)]

    def _may_be_name(self, name: Item, written: str) -> bool:
        lower = without_genitive(written.lower())
        is_place = name.word is not None and name.word.is_place
        is_person = not is_place and self._sides.people.names(self._sides.latin, name)
        is_korean = is_person and ("-" in written or COINED.fullmatch(lower))
        if is_korean or len(written) < SHORTEST or written.isupper() or lower in FUNCTION_WORDS:
            return False
        english = self._sides.lexicon.english
        is_flagged = lower.partition("-")[2] in english  # "Panamanian-flagged"
        if is_flagged or is_ordinary(name, lower, english):
            return False
        if not is_place and not english.isdisjoint(lower.replace(*pair) for pair in SPELLINGS):
            is_kind = name.word is not None and name.word.is_kind
            return (
                not is_kind
                and not is_first(self._sides.block(name.sentence), name)
                and bool(self._names_beside(name) or self._kinds_behind(name))
            )
        return not is_first(self._sides.block(name.sentence), name)


def is_ordinary(name: Item, lower: str, english: Container[str]) -> bool:
    """Return whether a word that no list has ends as English words do, or is a title."""
    is_made = lower.endswith("y") and len(lower) > SHORTEST and lower[:-1] in english  # windy
    return (
        lower in ABBREVIATIONS
        or is_made
        or (
            name.word is not None
            and name.word.is_coined
            and (ENGLISH if name.word.is_known else SURELY_ENGLISH).search(lower) is not None
        )
    )


def is_first(block: str, name: Item) -> bool:
    """Return whether a word begins a sentence or a cell, and no name of several words."""
    is_first = FIRST.search(block[max(0, name.start - NEAR) : name.start]) is not None
    return is_first and OF_A_NAME.match(block, name.end) is None


def _is_sure(name: Item) -> bool:
    return name.word is not None and (name.word.is_coined or name.word.is_place)


def _is_name(gap: Gap) -> bool:
    """Return whether a gap is a name, whatever stands beside it."""
    if len(gap.text) < SHORTEST_GAP or gap.is_counted:
        return False
    return gap.is_place or (gap.is_coined and (gap.is_titled or looks_foreign(gap.text)))


def _partners(sides: Sides, item: Item) -> Iterator[tuple[Spot, bool]]:
    """Yield the partners of a word, and whether no list has them."""
    for one in sides.partners(sides.latin, item):
        yield one.spot, one.word is not None and one.word.is_coined


def _covers(claim: Claim, gap: Spot) -> bool:
    """Return whether a claim covers half of a gap."""
    shared = min(claim[2], gap[2]) - max(claim[1], gap[1])
    return claim[0] == gap[0] and 2 * shared >= gap[2] - gap[1]


def _assigned(options: Mapping[Item, Sequence[Claim]]) -> Mapping[Item, Claim]:
    """Return which part of a word each name is, no two names the same."""
    owner: dict[tuple[int, int], Item] = {}
    chosen: dict[Item, Claim] = {}

    def place(name: Item, tried: set[tuple[int, int]]) -> bool:
        for claim in options[name]:
            key = claim[:2]
            if key in tried:
                continue
            tried.add(key)
            if key not in owner or place(owner[key], tried):
                owner[key] = name
                chosen[name] = claim
                return True
        return False

    for name in options:
        place(name, set())
    return chosen
