"""Words of a sentence that its translation should show: by lexicon, by letters or by sound."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import snowballstemmer

from newsletter.lang import Lang
from newsletter.languages.known import language_of
from newsletter.languages.korean import PARTICLES
from newsletter.proof.parity.foreign_syllables import looks_foreign
from newsletter.proof.parity.lexicon import Lexicon
from newsletter.proof.parity.sounds import sound_of_hangul, sound_of_latin

WORD: Final = re.compile(
    r"(?P<hangul>[가-힣]+)|(?P<latin>[A-Z][a-z]+-[a-z]+|[A-Za-zÀ-ɏ]+(?:['’][A-Za-z]+)?)"
)
PARTICLE: Final = re.compile(
    rf"(?:{PARTICLES}|씨|님|의|도|한|했다|였다|이었다|한다|했습니다|합니다)+$"
)
VERBAL: Final = re.compile(r"(?:다|요|며|면서|도록|지만|으면|어서|아서|니까|라고|려고|자마자)$")
FUNCTION_WORDS: Final = frozenset().union(*(language_of(lang).function_words for lang in Lang))
KINDS_OF_PLACES: Final = "시군구도읍면동리역항산강섬주현성인어"
COMPOUND: Final = 4  # syllables
SHORTEST_NAME: Final = 3  # letters
NAME_MAX: Final = 10  # syllables


@dataclass(frozen=True, slots=True)
class Word:
    """A word that carries meaning, in either language."""

    start: int  # offsets in its text
    end: int
    keys: frozenset[str]  # two words that share a key may translate each other
    sounds: tuple[str, ...] = ()  # how it may sound, if it may be a name
    is_name: bool = False  # written as a name is
    is_known: bool = True  # the lexicon knows it
    is_place: bool = False  # a country, a city, a people or a language
    is_kind: bool = False  # of places: "province", "language"
    is_coined: bool = False  # a name, and no word or place that the lexicon has


@cache
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@cache
def _stemmer() -> "snowballstemmer.stemmer":
    return snowballstemmer.stemmer("english")


def words_of(text: str, lexicon: Lexicon) -> Sequence[Word]:
    """Return the words of *text* that carry meaning, in order."""
    found: list[Word] = []
    for match in WORD.finditer(text):
        if match[0].lower().replace("’", "'") in FUNCTION_WORDS:
            continue
        if match["hangul"]:
            found += _segmented(match["hangul"], match.start(), lexicon)
        else:
            found += _latin(match, text, lexicon)
    return found


def _latin(match: re.Match[str], text: str, lexicon: Lexicon) -> Iterator[Word]:
    written = match["latin"]
    first, hyphen, second = written.partition("-")
    if hyphen and all(map(lexicon.knows, (first.lower(), second))):
        # "Follow-up" has two words; "Jeong-hun" looks the same, and has a sound.
        parts = frozenset(_stem(part.lower()) for part in (first, second) if len(part) > 2)
        sound = sound_of_latin(written)
        is_coined = lexicon.english.isdisjoint((first.lower(), second))
        yield Word(match.start(), match.end(), parts, (sound,), is_name=True, is_coined=is_coined)
        return
    lower = without_genitive(written.lower())
    if len(lower) < 2 and not written.isupper():
        return
    is_capital = written[0].isupper()
    is_known = lexicon.knows(lower)
    if not is_known and not is_capital and len(lower) < 4:
        return
    is_english = _is_english(lower, lexicon)
    is_name = is_capital and not (is_known and is_english and _begins(text, match.start()))
    sounds = _latin_sounds(lower) if is_capital or not is_known else ()
    is_place = is_capital and lower in lexicon.place_names
    keys = frozenset({_stem(lower)})
    is_kind = lower in lexicon.place_kinds
    is_coined = is_name and len(lower) >= SHORTEST_NAME and not is_english
    kinds = is_name, is_known, is_place, is_kind, is_coined
    yield Word(match.start(), match.end(), keys, sounds, *kinds)


def without_genitive(name: str) -> str:
    """Return a name without the ending of its genitive."""
    return re.sub("['’]s?$", "", name)


def _is_english(word: str, lexicon: Lexicon) -> bool:
    """Return whether the lexicon has an English word, as it is, in the plural, or as two words."""
    forms = word, word.removesuffix("s"), word.removesuffix("es")
    cuts = range(SHORTEST_NAME, len(word) - SHORTEST_NAME + 1)
    return not lexicon.english.isdisjoint(forms) or any(
        word[:cut] in lexicon.english and word[cut:] in lexicon.english for cut in cuts
    )


def _begins(text: str, at: int) -> bool:
    """Return whether the sentence *text* begins at *at*, where every word has a capital."""
    return not any(map(str.isalnum, text[:at]))


def _segmented(run: str, at: int, lexicon: Lexicon) -> Iterator[Word]:
    """Take a run of Hangul apart: the words of a compound, then particles or an ending."""
    if PARTICLE.fullmatch(run) and _longest(run, 0, lexicon) < 2:
        return
    place = 0
    while place < len(run):
        size = _longest(run, place, lexicon)
        if size == 0:
            if place == 0:
                yield from _unknown(run, at, lexicon)
            return
        head = run[place : place + size]
        if head not in FUNCTION_WORDS:
            sounds = _sounds(run[place:]) if place == 0 else ()
            start = at + place
            rest = run[place + size :]
            ends = not rest or PARTICLE.fullmatch(rest) or _longest(run, place + size, lexicon)
            ends = ends or rest[0] in KINDS_OF_PLACES
            is_place = place == 0 and head in lexicon.places and bool(ends)
            yield Word(start, start + size, _keys(head, lexicon), sounds, is_place=is_place)
        place += size


def _keys(head: str, lexicon: Lexicon) -> frozenset[str]:
    """Return what may translate a word; a long one may be translated by its parts."""
    english = set(lexicon.words[head])
    if len(head) >= COMPOUND:
        parts = (head[start : start + 2] for start in range(len(head) - 1))
        english.update(word for part in parts for word in lexicon.words.get(part, ()))
    return frozenset(map(_stem, english))


def _longest(run: str, place: int, lexicon: Lexicon) -> int:
    """Return how many syllables of *run* from *place* on are a word of the lexicon."""
    for size in range(min(lexicon.longest, len(run) - place), 1, -1):
        head = run[place : place + size]
        if head in lexicon.words and not (place and PARTICLE.fullmatch(head)):
            return size
    if place or run[0] not in lexicon.words:
        return 0
    return int(len(run) == 1 or PARTICLE.fullmatch(run, 1) is not None)


def _unknown(run: str, at: int, lexicon: Lexicon) -> Iterator[Word]:
    """Yield a run that begins with no known word: a name, perhaps with known words behind it."""
    for place in range(2, len(run) - 1):
        if _longest(run, place, lexicon) > 1:
            yield Word(at, at + place, frozenset(), _sounds(run), True, False, is_coined=True)
            behind = _segmented(run[place:], at + place, lexicon)
            yield from (replace(word, is_place=False) for word in behind)
            return
    name = _without_particle(run)
    if len(name) > 1:
        is_verb = VERBAL.search(run) is not None
        sounds = () if is_verb else _sounds(run)
        end = at + len(name)
        yield Word(at, end, frozenset(), sounds, not is_verb, False, is_coined=not is_verb)


def _without_particle(run: str) -> str:
    """Return a run without its particles; of 슈만의 only the last is one."""
    name = PARTICLE.sub("", run) or run
    if len(name) == 1 < len(run) - 1 and PARTICLE.fullmatch(run[-1]) and looks_foreign(run[:-1]):
        return run[:-1]
    return name


@cache
def _latin_sounds(word: str) -> tuple[str, ...]:
    """Return how a word sounds in English, where w is v, where j is y, and in French."""
    french = re.sub(r"(?<=[aeiou])[tsxdz]$", "", word.replace("oi", "ua"))
    silent = re.sub(r"(?<=m)p(?=[st])", "", word)  # of Thompson
    foreign = word.replace("w", "v"), re.sub(r"j(?=[aeiou])", "y", word), french
    soft = re.sub(r"g(?=[eiy])", "j", word)  # of Georges
    spellings = (word, *foreign, silent, soft)
    return tuple(filter(None, dict.fromkeys(map(sound_of_latin, spellings))))


@cache
def _sounds(run: str) -> tuple[str, ...]:
    """Return the sounds of the beginnings of *run*, from two syllables on."""
    if len(run) < 2:
        return ()
    return tuple(sound_of_hangul(run[:size]) for size in range(2, min(len(run), NAME_MAX) + 1))
