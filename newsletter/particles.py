"""Korean particles (조사): which of two forms follows a word, by the sound it ends in."""

from typing import Final

HANGUL: Final = range(0xAC00, 0xD7A4)  # the composed syllables of Unicode
FINALS: Final = 28  # a syllable's last consonant is its number modulo this; 0: it has none
RIEUL: Final = 8  # ㄹ among the last consonants
DIGITS: Final = {"0": 21, "1": RIEUL, "3": 16, "6": 1, "7": RIEUL, "8": RIEUL}  # 영 일 삼 육 칠 팔
CLOSING: Final = "\"'`”’)]}>」』 "
AFTER_RIEUL: Final = "로"  # the one form that ㄹ takes as if nothing were there


def with_particle(word: str, pair: str) -> str:
    """
    Append the fitting one of two particles to *word*.

    Args:
        word: any text; quotation marks and brackets at its end are not looked at.
        pair: the form after a consonant and the form after a vowel: 을/를, 은/는, 이/가, 과/와,
            으로/로. Where nobody knows how *word* is read (Latin letters, signs), both are
            written, as offices do: 을(를).
    """
    after_consonant, after_vowel = pair.split("/")
    final = _find_final(word)
    if final is None:
        return f"{word}{_both(after_consonant, after_vowel)}"
    is_open = final == 0 or (final == RIEUL and after_vowel.startswith(AFTER_RIEUL))
    return f"{word}{after_vowel if is_open else after_consonant}"


def _find_final(word: str) -> int | None:
    """Return the number of the consonant that *word* ends in, 0 for a vowel; None: not known."""
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
