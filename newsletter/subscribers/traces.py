"""Finds the traces of erased people in texts: their addresses by keyed hashes, and their names."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from newsletter.errors import ContentError
from newsletter.subscribers.address import address_of
from newsletter.subscribers.consent_record import name_person
from newsletter.subscribers.erasing import ERASED, ERASED_KEY, Remains

# What may be an address in a server's words, a note or a URL.
_MARKS: Final = r"\s<>\"'(),;:\[\]{}\\|"
_TOKEN: Final = re.compile(rf"[^{_MARKS}@]+(?:@|%40)[^{_MARKS}@]+", re.IGNORECASE)
_PLAIN_DOMAIN: Final = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_SHORTEST_NAME: Final = 2  # characters: a shorter one is in too many words
_SHORT_WORD: Final = 3  # letters
_HANGUL: Final = re.compile(r"[가-힣][가-힣\s]*")
_TITLES: Final = (
    "님|씨|군|양|선생|교수|박사|기자|의원|위원|주무관|대리|과장|팀장|부장|국장|실장|원장|이사|대표"
)
_ENDINGS: Final = (
    "은|는|이|가|을|를|의|와|과|도|만|께|에게|에서|한테|더러|보고|으로|로|랑|하고|부터|까지|조차|마저|밖에"
    "|보다|처럼|같이|라고|라는|라며|라서|인데|인지|인가|입니다|였|예요"
)
_PARTICLES: Final = f"(?:{_TITLES}|{_ENDINGS})"
_BEFORE: Final = ("=", "/", "?", "&")  # an address follows these in parameters and URLs


@dataclass(frozen=True, slots=True)
class Sought:
    """The people who are erased."""

    secret: bytes  # the lasting key of addresses
    hashes: frozenset[str]  # of the keys of their addresses
    names: frozenset[str] = frozenset()  # as far as they are known

    def is_theirs(self, key: str) -> bool:
        """Return whether the key of an address is one of theirs."""
        return hash_of(key, self.secret) in self.hashes

    def with_others(self, others: "Sought") -> "Sought":
        """Return these people and others, whose hashes have the same key."""
        return Sought(self.secret, self.hashes | others.hashes, self.names | others.names)

    def redact(self, text: str) -> str:
        """Return *text* with their addresses and names replaced."""
        if "@" in text or "%40" in text:
            text = _TOKEN.sub(lambda found: self._hide(found[0]), text)
        for name in sorted(self.names, key=len, reverse=True):
            text = _pattern_of(name).sub(ERASED, text)
        return text

    def is_in(self, text: str) -> bool:
        """Return whether *text* contains one of their addresses or names."""
        return self.redact(text) != text

    def _hide(self, token: str) -> str:
        for start, found in _addresses_in(token):
            key = _key_of(found)
            if key is not None and self.is_theirs(key):
                return token[:start] + ERASED + token[start + len(found) :]
        return token


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Erasures that are not finished."""

    gone: Sought  # those who have not come back since: what is theirs goes from the rows
    asked_at: Mapping[str, datetime]  # when each of these was last erased, by hash; aware UTC
    everybody: Sought  # those who came back, too: older copies still hold them
    remains: frozenset[Remains]


def hash_of(key: str, secret: bytes) -> str:
    """Return the keyed hash that stands for the key of an address."""
    return name_person(key, secret).hex()


def placeholder_of(hashed: str) -> str:
    """Return what takes the place of the key of an address."""
    return f"{ERASED_KEY}{hashed}"


def _addresses_in(token: str) -> Iterator[tuple[int, str]]:
    """Yield what may be an address in *token*, with its place: the longest first."""
    starts = [0, *(at + 1 for mark in _BEFORE for at in _places_of(mark, token))]
    for start in sorted(set(starts)):
        rest = token[start:]
        at = re.search(r"@|%40", rest, re.IGNORECASE)
        if at is None:
            continue
        yield start, rest
        yield start, rest.rstrip(".!?*_~&/")
        plain = _PLAIN_DOMAIN.match(rest, at.end())  # a Korean particle follows without a space
        if plain:
            yield start, rest[: plain.end()]


def _places_of(mark: str, token: str) -> Iterator[int]:
    at = token.find(mark)
    while at >= 0:
        yield at
        at = token.find(mark, at + 1)


def _key_of(text: str) -> str | None:
    try:
        return address_of(unquote(text) if "%" in text else text).key
    except ContentError:
        return None


@lru_cache(maxsize=64)
def _pattern_of(name: str) -> re.Pattern[str]:
    """
    Match a name as a word, in upper or lower case, and before a Korean title or particle.

    A short single word, such as "Lee" or "An", must begin with a capital: many texts contain
    such words and mean nobody.
    """
    words = name.split()
    if len("".join(words)) < _SHORTEST_NAME:
        return re.compile(r"(?!)")
    if _is_hangul(name):  # with and without a space after the family name
        written = r"\s*".join(map(re.escape, "".join(words)))
        return re.compile(rf"(?<![가-힣]){written}(?:(?!\w)|(?={_PARTICLES}))")
    written = r"\s+".join(map(re.escape, words))
    before = r"(?<![^\W가-힣])" if words[0][0].isalnum() else ""
    after = r"(?![^\W가-힣])" if words[-1][-1].isalnum() else ""
    if len(words) == 1 and len(name) <= _SHORT_WORD and words[0][0].isalpha():
        first, rest = re.escape(words[0][0].upper()), re.escape(words[0][1:])
        return re.compile(f"{before}{first}(?i:{rest}){after}")
    return re.compile(f"{before}{written}{after}", re.IGNORECASE)


def like_of(name: str) -> str:
    """Return a pattern of LIKE, with a backslash as escape, for texts that may contain a name."""
    letters = name.split() if not _is_hangul(name) else "".join(name.split())
    return "%".join(("", *map(_like_letters, letters), ""))


def _like_letters(word: str) -> str:
    return "".join(map(_like_letter, word))


def _like_letter(letter: str) -> str:
    if not letter.isascii() and letter.lower() != letter.upper():
        return "_"  # a database may not know its other case
    return f"\\{letter}" if letter in "%_\\" else letter


def _is_hangul(name: str) -> bool:
    return bool(_HANGUL.fullmatch(name))
