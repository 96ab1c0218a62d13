"""Finds the traces of erased people in texts: their addresses by keyed hashes, and their names."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial
from itertools import takewhile
from typing import Final
from unicodedata import normalize
from urllib.parse import unquote

from newsletter.errors import ContentError
from newsletter.subscribers.address import Address, address_of, unquoted
from newsletter.subscribers.consent_record import name_person
from newsletter.subscribers.erasing import ERASED, ERASED_KEY, Remains
from newsletter.subscribers.folding import Folded, fold
from newsletter.subscribers.loose_ats import LooseAt, find_loose

_AT: Final = re.compile(r"@|%40", re.IGNORECASE)
_STOPS: Final = re.compile(r"[\s\x00-\x1f<>\"(),;:\[\]\\@]")
_QUOTED: Final = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)+"\Z')  # RFC 5322 section 3.2.4
_LOCAL_MAX: Final = 90  # characters before the @ that are looked at; an escaped one takes three
_DOMAIN_MAX: Final = 260
_PLAIN_DOMAIN: Final = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_DOMAIN: Final = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_FILE_TYPE: Final = re.compile(r"\.(?:csv|tsv|txt|xlsx?|json|eml)\Z", re.IGNORECASE)
_SYLLABLE: Final = re.compile(r"[가-힣]")
_ENDING_MAX: Final = 6  # letters of Korean that may follow a domain in its own script
_SHORTEST_NAME: Final = 2  # characters: a shorter one is in too many words
_SHORT_WORD: Final = 3  # letters
_HANGUL: Final = re.compile(r"[가-힣][가-힣\s]*")
_SHORT_NAME: Final = 2  # syllables
_TITLES: Final = (
    "님|씨|군|양|선생|교수|박사|기자|의원|위원|주무관|사무관|서기관|주임|대리|계장|과장|차장|팀장|부장|국장"
    "|실장|센터장|병원장|원장|사장|회장|이사|대표|변호사|간호사|의사|약사|환자|고객|독자|어르신"
)
_ENDINGS: Final = (
    "은|는|이|가|을|를|의|와|과|도|만|께|에게|에서|한테|더러|보고|으로|로|랑|하고|부터|까지|조차|마저|밖에"
    "|보다|처럼|같이|라|여서|인데|인지|인가|입니다|였|예요|요|네"
)
_ENDS_IN_A_NAME: Final = re.compile(r"\b[A-Z][\w'-]*\s$")
_BEGINS_WITH_A_NAME: Final = re.compile(r"\s[A-Z]\w")
_PARTICLES: Final = f"(?:{_TITLES}|{_ENDINGS})"
# What an address may follow: in parameters and URLs, in quotation marks, and in Korean words.
_BREAK: Final = re.compile(r"[=/?&“”‘’「」『』《》〈〉…·가-힣]")


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

    def without(self, hashes: frozenset[str]) -> "Sought":
        """Return these people without those of some *hashes*."""
        return replace(self, hashes=self.hashes - hashes)

    def redact(self, text: str) -> str:
        """Return *text* with their addresses and names replaced."""
        text = self._redact_names(self.redact_addresses(text))
        folded = fold(text)
        return text if folded.is_as_written else _replaced(folded, self._find_names(folded.text))

    def is_in(self, text: str) -> bool:
        """Return whether *text* contains one of their addresses or names."""
        return self.redact(text) != text

    def names_address_in(self, text: str) -> bool:
        """Return whether *text* contains one of their addresses."""
        return self.redact_addresses(text) != text

    def redact_addresses(self, text: str) -> str:
        """
        Return *text* with their addresses replaced, as they are written or as they are read.

        The first finds an address that is itself in unusual letters.
        """
        text = self._redact_as_written(text)
        folded = fold(text)
        return _replaced(folded, self._find_loose(folded))

    def _redact_as_written(self, text: str) -> str:
        kept, at = list[str](), 0
        for found in _AT.finditer(text):
            if found.start() < at:
                continue
            for start, end in _places_of(text, found.start(), found.end()):
                key = _key_of(text[start:end]) if start >= at else None
                if key is not None and self.is_theirs(key):
                    kept += [text[at:start], ERASED]
                    at = end
                    break
        return "".join([*kept, text[at:]])

    def _find_loose(self, folded: Folded) -> Iterator[tuple[int, int]]:
        """Yield where addresses are in the plain text that are not written as addresses are."""
        after = 0
        for one in find_loose(folded):
            for start, end in _places_of(one.text, one.at, one.at + 1):
                first, last = one.begins[start], one.ends[end - 1]
                if first < after:
                    continue
                keys = {_key_of(one.text[start:end]), *_local_as_written(folded, one, start, end)}
                if any(key is not None and self.is_theirs(key) for key in keys):
                    yield first, last
                    after = last
                    break

    def _redact_names(self, text: str) -> str:
        for name in sorted(self.names, key=len, reverse=True):
            text = _Named(name).hide(text)
        return text

    def _find_names(self, text: str) -> Sequence[tuple[int, int]]:
        found = list[tuple[int, int]]()
        for name in sorted({fold(one).text for one in self.names}, key=len, reverse=True):
            places = _Named(name).find(text)
            found += [one for one in places if not any(map(partial(_overlap, one), found))]
        return sorted(found)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Erasures that are not finished."""

    gone: Sought  # those who have not come back since: what is theirs goes from the rows
    asked_at: Mapping[str, datetime]  # when each of these was last erased, by hash; aware UTC
    everybody: Sought  # those who came back, too: older copies still hold them
    remains: frozenset[Remains]


def read_address(text: str) -> Address | None:
    """Return the address that a whole text is, however it is written; None: it is none, or more."""
    folded = fold(text)
    texts = [text, unquoted(text), folded.text, *(one.text for one in find_loose(folded))]
    read = (_address_in(one) for one in dict.fromkeys(texts) if "@" in one)
    return next((found for found in read if found is not None), None)


def _replaced(folded: Folded, places: Iterable[tuple[int, int]]) -> str:
    """Return a text as it was written, but for some places of the plain one."""
    kept, at = list[str](), 0
    for start, end in places:
        kept += [folded.written[at : folded.begin(start)], ERASED]
        at = folded.end(end)
    return "".join([*kept, folded.written[at:]])


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _local_as_written(folded: Folded, one: LooseAt, start: int, end: int) -> Iterator[str | None]:
    """Yield the key of an address whose part before the @ is itself in unusual letters."""
    first, last = folded.begin(one.begins[start]), folded.end(one.ends[one.at - 1])
    local = folded.written[first:last]
    if start < one.at and local != one.text[start : one.at]:
        yield _key_of(f"{local}{one.text[one.at : end]}")


def hash_of(key: str, secret: bytes) -> str:
    """Return the keyed hash that stands for the key of an address."""
    return name_person(key, secret).hex()


def placeholder_of(hashed: str) -> str:
    """Return what takes the place of the key of an address."""
    return f"{ERASED_KEY}{hashed}"


def _places_of(text: str, at: int, behind: int) -> Iterator[tuple[int, int]]:
    """Yield where an address around an @ may begin and end: the longest first."""
    farthest = max(0, at - _LOCAL_MAX)
    begin = max((one.end() for one in _STOPS.finditer(text, farthest, at)), default=farthest)
    stop = _STOPS.search(text, behind, behind + _DOMAIN_MAX)
    rest = text[behind : stop.start() if stop else behind + _DOMAIN_MAX]
    quoted = _QUOTED.search(text, farthest, at)
    for start in _starts_in(text, begin, at) if quoted is None else [quoted.start()]:
        for length in _lengths_of(rest):
            yield start, behind + length


def _starts_in(text: str, begin: int, at: int) -> Iterator[int]:
    """Yield where a local part may begin: nowhere within another person's."""
    yield begin
    is_decoration = True  # marks such as * and - in front of an address
    for start in range(begin + 1, at):
        before = text[start - 1]
        is_decoration = is_decoration and not before.isalnum()
        if is_decoration or _BREAK.match(before):
            yield start


def _lengths_of(rest: str) -> Iterator[int]:
    """Yield how long a domain at the start of *rest* may be."""
    lengths = [len(rest), len(rest.rstrip(".!?*_~&/'|}-”’」』》〉…"))]
    if plain := _PLAIN_DOMAIN.match(rest):  # a Korean particle follows without a space
        lengths.append(plain.end())
        lengths.append(len(_FILE_TYPE.sub("", plain[0])))
    if own := _DOMAIN.match(rest):
        lengths.append(own.end())
        endings = takewhile(_SYLLABLE.match, reversed(own[0][-_ENDING_MAX:]))
        lengths += [own.end() - number for number, _ in enumerate(endings, 1)]
    yield from sorted({length for length in lengths if length}, reverse=True)


def _key_of(text: str) -> str | None:
    found = _address_in(unquoted(unquote(text) if "%" in text else text))
    return None if found is None else found.key


def _address_in(text: str) -> Address | None:
    try:
        return address_of(text)
    except ContentError:
        return None


@dataclass(frozen=True, slots=True)
class _Named:
    """A name of somebody, as people write it in texts."""

    name: str

    def hide(self, text: str) -> str:
        """Return *text* without the name."""
        kept, at = list[str](), 0
        for start, end in self.find(text):
            kept += [text[at:start], ERASED]
            at = end
        return "".join([*kept, text[at:]])

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where the name is."""
        for found in _pattern_of(self.name).finditer(text):
            if not self._is_part(text, found):
                yield found.span()

    def _is_part(self, text: str, found: re.Match[str]) -> bool:
        """A single word beside another one with a capital is a part of somebody else's name."""
        if " " in self.name or _is_hangul(self.name):
            return False
        before, after = text[: found.start()], text[found.end() :]
        return bool(_ENDS_IN_A_NAME.search(before) or _BEGINS_WITH_A_NAME.match(after))


@lru_cache(maxsize=64)
def _pattern_of(name: str) -> re.Pattern[str]:
    """
    Match a name as a word, in upper or lower case, and before a Korean title or particle.

    Short names are words of texts that mean nobody: "Lee" has to begin with a capital, and a Korean
    name of two syllables to be followed by a title.
    """
    words = name.split()
    length = len("".join(words))
    if length < _SHORTEST_NAME:
        return re.compile(r"(?!)")
    if _is_hangul(name):  # with and without a space after the family name, composed or not
        forms = (normalize(form, "".join(words)) for form in ("NFC", "NFD"))
        written = "|".join(r"\s*".join(map(re.escape, form)) for form in forms)
        end = _TITLES if length <= _SHORT_NAME else rf"(?!\w)|(?={_PARTICLES})"
        end = rf"(?=\s?(?:{_TITLES}))" if length <= _SHORT_NAME else end
        return re.compile(rf"(?<![가-힣])(?:{written})(?:{end})")
    written = r"\s+".join(map(re.escape, words))
    before = r"(?<![^\W가-힣])" if words[0][0].isalnum() else ""
    after = r"(?![^\W가-힣])" if words[-1][-1].isalnum() else ""
    if len(words) == 1 and len(name) <= _SHORT_WORD and words[0][0].isalpha():
        first, rest = re.escape(words[0][0].upper()), re.escape(words[0][1:])
        return re.compile(f"{before}{first}(?i:{rest}){after}")
    return re.compile(f"{before}{written}{after}", re.IGNORECASE)


def domains_of(keys: Iterable[str]) -> Sequence[str]:
    """Return the domains of addresses, each as it may be written."""
    ascii_ = {key.rpartition("@")[2] for key in keys}
    return sorted(ascii_ | {one for domain in ascii_ if (one := _unicode_of(domain))})


def _unicode_of(domain: str) -> str | None:
    import idna  # noqa: PLC0415 - few addresses need it

    try:
        return idna.decode(domain) if "xn--" in domain else None
    except UnicodeError:  # idna's errors are
        return None


def likes_of(name: str) -> Sequence[str]:
    """Return patterns of LIKE, with a backslash as escape, for texts that may contain a name."""
    if not _is_hangul(name):
        return ["%".join(("", *map(_like_letters, name.split()), ""))]
    forms = {normalize(form, "".join(name.split())) for form in ("NFC", "NFD")}
    return ["%".join(("", *form, "")) for form in sorted(forms)]


def _like_letters(word: str) -> str:
    return "".join(map(_like_letter, word))


def _like_letter(letter: str) -> str:
    if not letter.isascii() and letter.lower() != letter.upper():
        return "_"  # a database may not know its other case
    return f"\\{letter}" if letter in "%_\\" else letter


def _is_hangul(name: str) -> bool:
    return bool(_HANGUL.fullmatch(normalize("NFC", name)))
