"""Korean particles (조사): selects one of two forms by the last sound of a word."""

from typing import Final

HANGUL: Final = range(0xAC00, 0xD7A4)  # the composed syllables of Unicode
FINALS: Final = 28  # a syllable's number modulo this is its last consonant; 0: none
RIEUL: Final = 8  # ㄹ among the last consonants
DIGITS: Final = {"0": 21, "1": RIEUL, "3": 16, "6": 1, "7": RIEUL, "8": RIEUL}  # 영 일 삼 육 칠 팔
CLOSING: Final = "\"'`”’)]}>」』 "
AFTER_RIEUL: Final = "로"  # the only form for which ㄹ counts as a vowel


def with_particle(word: str, pair: str) -> str:
    """
    Append the suitable one of two particles to *word*.

    Args:
        word: any text; quotation marks and brackets at its end are ignored.
        pair: the form after a consonant and the form after a vowel: 을/를, 은/는, 이/가, 과/와,
            으로/로. If the sound of *word* is unknown (Latin letters, signs), both are written, as
            Korean offices do: 을(를).
    """
    after_consonant, after_vowel = pair.split("/")
    final = _find_final(word)
    if final is None:
        return f"{word}{_both(after_consonant, after_vowel)}"
    is_open = final == 0 or (final == RIEUL and after_vowel.startswith(AFTER_RIEUL))
    return f"{word}{after_vowel if is_open else after_consonant}"


def _find_final(word: str) -> int | None:
    """Return the number of the word's last consonant, 0 for a vowel; None: unknown."""
    last = word.rstrip(CLOSING)[-1:]
    if last and ord(last) in HANGUL:
        return (ord(last) - HANGUL.start) % FINALS
    if last.isascii() and last.isdigit():
        return DIGITS.get(last, 0)
    return None


def _both(after_consonant: str, after_vowel: str) -> str:
    if after_consonant.endswith(after_vowel):  # 으로/로
        return f"({after_consonant.removesuffix(after_vowel)}){after_vowel}"
    return f"{after_consonant}({after_vowel})"
