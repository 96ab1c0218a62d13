"""Korean names of people that a text in Latin letters has, in full or by surname."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from newsletter.proof.parity.evidence import Text
from newsletter.proof.parity.romanised import may_write, spellings_of

NAME: Final = re.compile(r"[A-Z][a-z]+(?:-[A-Za-z][a-z]*)?")  # Tae-sul, Seojun
TITLE: Final = re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Mayor|Governor)\.?\s$")
# Parts of Korean addresses: 은평구 is Eunpyeong-gu.
AREAS: Final = {
    "gu": "구", "si": "시", "gun": "군", "eup": "읍", "myeon": "면", "dong": "동", "ri": "리",
    "do": "도", "ro": "로", "gil": "길",
}  # fmt: skip
AREA: Final = re.compile(rf"-(?:{'|'.join(AREAS)})$")  # Jeongna-dong
SHORTEST_GIVEN: Final = 4  # letters of two syllables that are written together
SURNAMES_OF_KOREA: Final = (
    *"김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민나진지엄채원천방공"
    "현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편용피예경봉사부복태목형계감빈"
    "당두범상순승시옹운음좌초팽필호화갈견단",
    *"남궁 황보 제갈 선우 독고 사공 서문 동방".split(),
)
LONG_SURNAMES: Final = tuple(one for one in SURNAMES_OF_KOREA if len(one) > 1)

Spot = tuple[int, int, int]  # sentence, and offsets in its block


@dataclass(frozen=True, slots=True)
class Person:
    """A Korean name in Latin letters; without a given name, a surname that stands alone."""

    spot: Spot
    surnames: tuple[str, ...]  # words that may be the surname
    given: str = ""


def people_of(text: Text) -> Sequence[Sequence[Person]]:
    """Return the people whom each sentence of *text* names."""
    full = [list(_full(text, number)) for number in range(len(text.sentences))]
    surnames = {
        word for found in full for one in found for word in one.surnames if is_surname(word)
    }
    return [
        [*found, *_by_surname(text, number, found, surnames)] for number, found in enumerate(full)
    ]


def _full(text: Text, number: int) -> Iterator[Person]:
    sentence = text.sentences[number]
    words = sentence.block.text
    names = list(NAME.finditer(words, sentence.start, sentence.end))
    for at, found in enumerate(names):
        beside = [names[near] for near in _beside_name(words, names, at)]
        surnames = tuple(one[0] for one in beside)
        is_short = "-" not in found[0] and len(found[0]) < SHORTEST_GIVEN
        if not AREA.search(found[0]) and any(
            is_surname(one) and (not is_short or _is_long(one)) for one in surnames
        ):
            start = min(found.start(), *(one.start() for one in beside))
            yield Person((number, start, found.end()), surnames, found[0])


def _by_surname(
    text: Text, number: int, full: Sequence[Person], surnames: set[str]
) -> Iterator[Person]:
    """Yield the surnames that stand alone, of people named elsewhere or behind a title."""
    sentence = text.sentences[number]
    words = sentence.block.text
    names = list(NAME.finditer(words, sentence.start, sentence.end))
    for at, found in enumerate(names):
        if any(one.spot[1] <= found.start() < one.spot[2] for one in full):
            continue
        is_titled = TITLE.search(words, sentence.start, found.start()) is not None
        is_alone = not list(_beside_name(words, names, at))
        if is_surname(found[0]) and (is_titled or (is_alone and found[0] in surnames)):
            yield Person((number, found.start(), found.end()), (found[0],))


def _beside_name(text: str, names: Sequence[re.Match[str]], at: int) -> Iterator[int]:
    """Yield which names stand one blank before or behind a name."""
    if at and text[names[at - 1].end() : names[at].start()] == " ":
        yield at - 1
    if at + 1 < len(names) and text[names[at].end() : names[at + 1].start()] == " ":
        yield at + 1


@cache
def is_surname(latin: str) -> bool:
    """Return whether a word may be a Korean surname."""
    return re.sub("[^a-z]", "", latin.lower()) in _surnames()


@cache
def _surnames() -> frozenset[str]:
    """Return every spelling of every surname."""
    return frozenset(one for surname in SURNAMES_OF_KOREA for one in spellings_of(surname))


@cache
def _is_long(latin: str) -> bool:
    """Return whether a word may be a surname of two syllables, which one may follow."""
    return any(may_write(surname, latin) for surname in LONG_SURNAMES)
