"""Guesses the charset of a text that names none, or a wrong one."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Final

LOOKED_AT: Final = 4_000  # characters
LIKELY: Final = 0.85  # of the letters are ones that such texts are written in
MOST_TOGETHER: Final = 2  # letters of a Western text that are no ASCII
KANA_AT_LEAST: Final = 0.1  # of the letters of a Japanese text
# A Korean text has none of these marks, which Chinese and Japanese ones have.
_FOREIGN_TO_KOREAN: Final = frozenset("。，、")
_KANA: Final = frozenset(map(chr, (*range(0x3041, 0x3097), *range(0x30A1, 0x30FB), 0x30FC)))
# Marks that tell no charset from another.
_ANYWHERE: Final = frozenset("…·※□■●○★☆▶►◆◇→–—“”‘’«»№「」『』（）【】［］：；！？\u3000\xa0")
_CYRILLIC: Final = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґ")
_WESTERN: Final = frozenset("äöüßéèêëàâáãåçñóòôõíìîïúùûæøœ¿¡")


def guess(content: bytes) -> str | None:
    """
    Return *content* as text, in the first charset in which it looks like a text; None: in none.

    Decoders alone do not tell: most Chinese texts are correct Korean ones, too, of letters that
    nobody writes beside each other.
    """
    if (text := _decoded(content, "utf-8")) is not None:
        return text
    for name, is_likely in _LIKELY_IN:
        text = _decoded(content, name)
        if text is not None and is_likely(_words_of(text)):
            return text
    return None


def _decoded(content: bytes, name: str) -> str | None:
    try:
        return content.decode(name)
    except (UnicodeDecodeError, ValueError):
        return None


def _words_of(text: str) -> str:
    """Return what tells the charset: words of letters that are no ASCII, without common marks."""
    words = "".join(one if one > "\x7f" else " " for one in text[:LOOKED_AT])
    return "".join(" " if one in _ANYWHERE else one for one in words)


def _share(words: str, usual: frozenset[str]) -> float:
    letters = "".join(words.split())
    return sum(one in usual for one in letters) / len(letters) if letters else 0.0


def _is_korean(words: str) -> bool:
    return _share(words, _usual("euc_kr", 0xB0, 0xC8)) >= LIKELY


def _is_japanese(words: str) -> bool:
    usual = _usual("euc_jp", 0xB0, 0xCF) | _KANA | _FOREIGN_TO_KOREAN
    return _share(words, _KANA) >= KANA_AT_LEAST and _share(words, usual) >= LIKELY


def _is_simplified(words: str) -> bool:
    return _share(words, _usual("gb2312", 0xB0, 0xD7) | _FOREIGN_TO_KOREAN) >= LIKELY


def _is_traditional(words: str) -> bool:
    return _share(words, _usual("big5", 0xA4, 0xC6) | _FOREIGN_TO_KOREAN) >= LIKELY


def _is_cyrillic(words: str) -> bool:
    """
    Return whether a text is Russian.

    In the wrong one of two charsets its case is reversed; Chinese texts have capitals amid words.
    """
    each, letters = words.split(), "".join(words.split())
    is_written_so = all(one in {one.lower(), one.upper(), one.capitalize()} for one in each)
    is_small = sum(one.islower() for one in letters) > len(letters) / 2
    is_whole = len(letters) > MOST_TOGETHER * len(each)
    is_text = is_written_so and is_small and is_whole
    return is_text and _share(words.lower(), _CYRILLIC) >= LIKELY


def _is_western(words: str) -> bool:
    """Return whether a text is German, French, Spanish …: single letters amid ASCII ones."""
    is_amid = all(len(one) <= MOST_TOGETHER for one in words.split())
    return is_amid and _share(words.lower(), _WESTERN) >= LIKELY


@cache
def _usual(charset: str, first: int, last: int) -> frozenset[str]:
    """Return the letters that a charset has for common use, by the first octets of them."""
    return frozenset(_letters_between(charset, first, last))


def _letters_between(charset: str, first: int, last: int) -> Iterator[str]:
    for high in range(first, last + 1):
        for low in range(0x40, 0xFF):
            yield bytes((high, low)).decode(charset, "ignore")[:1]


_LIKELY_IN: Final[tuple[tuple[str, Callable[[str], bool]], ...]] = (
    ("cp949", _is_korean),
    ("euc_jp", _is_japanese),
    ("shift_jis", _is_japanese),
    ("koi8_r", _is_cyrillic),
    ("cp1251", _is_cyrillic),
    ("gb18030", _is_simplified),
    ("big5", _is_traditional),
    ("cp1252", _is_western),
)
