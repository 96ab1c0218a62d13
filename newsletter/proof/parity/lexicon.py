"""Lexicon: which English words may stand, in a translation, for which Korean words."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from newsletter.particles import FINALS, HANGUL, RIEUL

OF_MANY: Final = 5  # names of places that have a word in common
KNOWN_BY: Final = 5  # letters that tell whether the lexicon knows an English word
VOWELS: Final = 21  # a syllable's number is (initial x 21 + vowel) x 28 + final
VOWEL: Final = {vowel: at for at, vowel in enumerate("ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ")}
# A stem's last vowel joined with the vowel of an ending: 열리 + 어 is 열려.
JOINED: Final = {"ㅣ": "ㅕ", "ㅗ": "ㅘ", "ㅜ": "ㅝ", "ㅡ": "ㅓ", "ㅚ": "ㅙ"}
NIEUN, MIEUM, BIEUP, SIOT, SSANGSIOT, DIGEUT, HIEUT = 4, 16, 17, 19, 20, 7, 27
ENDINGS: Final = (NIEUN, RIEUL, MIEUM, BIEUP, SSANGSIOT)  # consonants that join an open syllable


@dataclass(frozen=True, slots=True)
class Lexicon:
    """English words by the Korean words, or beginnings of words, that they may translate."""

    words: Mapping[str, tuple[str, ...]]
    english: frozenset[str]  # every English word in it
    known: frozenset[str]  # the first letters of each
    longest: int  # syllables of the longest Korean word
    places: frozenset[str]  # Korean words that name a country, a city, a people or a language
    place_heads: Mapping[str, Sequence[str]]  # those words, by the English ones
    place_names: frozenset[str]  # English words that name one, and nothing else
    place_kinds: frozenset[str]  # English words of many names of places: "province", "language"

    def knows(self, word: str) -> bool:
        """Return whether the lexicon has an English word that begins like *word*."""
        return word[:KNOWN_BY] in self.known


def read_lexicon(texts: Iterable[str], places: str = "") -> Lexicon:
    """
    Read lists of words: a Korean word, a tab, and English words with spaces between them.

    *places* is such a list as well, of names.

    Other forms of the Korean word follow it, with slashes. Verbs and adjectives stand in the form
    of dictionaries, and are found in every form.
    """
    words: dict[str, tuple[str, ...]] = {}
    common: set[str] = set()  # English words that mean other things than a place
    named = dict(_entries(places))
    for form, english in (entry for text in texts for entry in _entries(text, named)):
        words[form] = tuple(dict.fromkeys((*words.get(form, ()), *english)))
        if not any(form[:size] in named for size in range(2, len(form) + 1)):
            common.update(english)  # 파리협정, the Paris Agreement, says nothing of Paris
    names = frozenset(word for english in named.values() for word in english) - common
    heads = frozenset(
        form
        for form, english in named.items()
        if not names.isdisjoint(english) and not names.isdisjoint(words.get(form, english))
    )  # 고려 is a dynasty, and more often "to consider"
    for form, english in named.items():
        words[form] = tuple(dict.fromkeys((*words.get(form, ()), *english)))
    every = frozenset(word for english in words.values() for word in english)
    known = frozenset(word[:KNOWN_BY] for word in every)
    longest = max(map(len, words), default=1)
    counts = Counter(word for english in named.values() for word in english)
    kinds = frozenset(word for word in common if counts[word] >= OF_MANY)
    by_english: dict[str, list[str]] = {}
    for form in sorted(heads):
        for word in words[form]:
            by_english.setdefault(word, []).append(form)
    return Lexicon(words, every, known, longest, heads, by_english, names, kinds)


def _entries(
    text: str, names: Container[str] | None = None
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield every form of each Korean word, with its English words; *names* have one, or all."""
    for line in text.splitlines():
        heads, tab, meanings = line.partition("\t")
        if tab:
            english = tuple(meanings.lower().replace("-", " ").split())
            for head in map(str.strip, heads.split("/")):
                forms = [head] if names is None or head in names else _forms(head)
                yield from ((form, english) for form in forms)


def _forms(head: str) -> Iterator[str]:
    """Yield *head*, or the beginnings that all forms of a verb or an adjective have."""
    stem = head[:-1]
    if not head.endswith("다") or not stem:
        yield head
        return
    if len(stem) == 1:
        yield from _of_short(stem)
        return
    if stem.endswith(("하", "되")) and len(stem) > 2:
        yield stem[:-1]
        return
    yield stem
    yield from _joined(stem)


def _of_short(stem: str) -> Iterator[str]:
    """Yield the beginnings of a verb whose stem is one syllable; two syllables tell it apart."""
    syllable = ord(stem) - HANGUL.start
    if not 0 <= syllable < 11_172:
        return
    vowel, final = syllable // FINALS % VOWELS, syllable % FINALS
    is_bright = vowel in (VOWEL["ㅏ"], VOWEL["ㅗ"])
    if final:
        yield from (stem + ending for ending in "고는지던으은을습면")
        yield from (stem + ending for ending in ("아았" if is_bright else "어었"))
    else:
        yield from (stem + ending for ending in ("며", "면", "던", "시는"))
    for form in _joined(stem):
        if len(form) > 1:
            yield form
        elif (ord(form) - HANGUL.start) % FINALS == SSANGSIOT:
            yield from (form + ending for ending in "다던으습고지")


def _joined(stem: str) -> Iterator[str]:
    """Yield the forms of a stem whose last syllable melts with an ending."""
    before, last = stem[:-1], ord(stem[-1]) - HANGUL.start
    vowel, final = last // FINALS % VOWELS, last % FINALS
    open_last = last - final
    if final == 0:
        yield from (before + chr(HANGUL.start + open_last + end) for end in ENDINGS)
        name = next(one for one, at in VOWEL.items() if at == vowel)
        if name in JOINED:
            melted = open_last + (VOWEL[JOINED[name]] - vowel) * FINALS
            yield from (before + chr(HANGUL.start + melted + end) for end in (0, SSANGSIOT))
        if stem.endswith("르") and before:
            yield from (_with_final(before, RIEUL) + ending for ending in "러렀라랐")
    elif final == BIEUP:
        yield from (before + chr(HANGUL.start + open_last) + ending for ending in "우운울워와웠왔")
    elif final == SIOT:
        yield before + chr(HANGUL.start + open_last)
    elif final == DIGEUT:
        yield before + chr(HANGUL.start + open_last + RIEUL)
    elif final == HIEUT:
        yield from (before + chr(HANGUL.start + open_last + end) for end in (NIEUN, RIEUL, MIEUM))
    elif final == RIEUL:
        ends = (0, NIEUN, BIEUP, MIEUM)  # 만드는, 만든
        yield from (before + chr(HANGUL.start + open_last + end) for end in ends)


def _with_final(word: str, final: int) -> str:
    last = ord(word[-1]) - HANGUL.start
    return word[:-1] + chr(HANGUL.start + last - last % FINALS + final)
