"""The words of a letter that depend on its reader, as text and as bytes of each part."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from html import escape
from itertools import chain
from string import Formatter
from typing import Final

from newsletter.compose.slots import Slot, slot_name
from newsletter.compose.strings import Strings
from newsletter.lang import Lang
from newsletter.message.quoted_printable import SOFT_BREAK, encode_value

PLACES: Final = ("text", "html")  # a slot has separate bytes for each part of a letter
DAYS_HELD: Final = 4096  # cached dates of consent: eleven years
STARTS_HELD: Final = 16  # cached beginnings of links: a publication has two


class Wording:
    """The words of one publication's letters that depend on the reader."""

    def __init__(
        self, strings: Mapping[Lang, Strings], names: Mapping[Lang, str], greeted: Sequence[Lang]
    ) -> None:
        """
        Prepare the parts that are the same for every reader.

        Args:
            strings: the words of every language.
            names: the publication's name, by language.
            greeted: the languages in which a letter greets its reader.
        """
        self._strings = strings
        self._names = names
        self._greetings = [
            _Greeting(strings[lang], as_html) for lang in greeted for as_html in (False, True)
        ]
        self._reasons = lru_cache(DAYS_HELD)(self._encode_reasons)
        slots = (
            slot_name(Slot.UNSUBSCRIBE),
            slot_name(Slot.PREFERENCES),
            *(slot_name(Slot.GREETING, lang) for lang in greeted),
            *(slot_name(Slot.REASON, lang) for lang in strings),
        )
        self.slots: Final = tuple(f"{place} {slot}" for slot in slots for place in PLACES)

    def values(
        self, name: str, consented_on: date | None, unsubscribe_url: str, preferences_url: str
    ) -> list[bytes]:
        """Return the quoted-printable bytes of `slots`, in their order."""
        text, html = _in_both(name)
        values = [*_link(unsubscribe_url), *_link(preferences_url)]
        values += [one.to(html if one.is_html else text) for one in self._greetings]
        values += self._reasons(consented_on)
        return values

    def words(
        self, name: str, consented_on: date | None, unsubscribe_url: str, preferences_url: str
    ) -> dict[str, str]:
        """Return the text of every slot, by the slot's name."""
        words = {
            slot_name(Slot.UNSUBSCRIBE): unsubscribe_url,
            slot_name(Slot.PREFERENCES): preferences_url,
        }
        for lang, strings in self._strings.items():
            greeting = strings.fill("greeting", name=name) if name else strings["greeting_unnamed"]
            words[slot_name(Slot.GREETING, lang)] = greeting
            words[slot_name(Slot.REASON, lang)] = self._reason(lang, consented_on)
        return words

    def _reason(self, lang: Lang, consented_on: date | None) -> str:
        strings, publication = self._strings[lang], self._names[lang]
        if consented_on is None:
            return strings.fill("reason", publication=publication)
        day = strings.date(consented_on, "day")
        return strings.fill("reason_since", publication=publication, date=day)

    def _encode_reasons(self, consented_on: date | None) -> list[bytes]:
        words = (self._reason(lang, consented_on) for lang in self._strings)
        return list(chain.from_iterable(map(_in_both, words)))


class _Greeting:
    """A greeting as bytes, split where the name is inserted."""

    def __init__(self, strings: Strings, is_html: bool) -> None:
        def written(words: str) -> str:
            return escape(words) if is_html else words

        self.is_html = is_html
        self._unnamed = encode_value(written(strings["greeting_unnamed"]))
        self._around = tuple(_around_names(written(one) for one in _cut(strings["greeting"])))

    def to(self, name: bytes) -> bytes:
        return name.join(self._around) if name else self._unnamed


def _cut(greeting: str) -> list[str]:
    """Split a greeting where the name is inserted."""
    pieces = [""]
    for words, place, _, _ in Formatter().parse(greeting):
        pieces[-1] += words
        if place is not None:
            pieces.append("")
    return pieces


def _around_names(pieces: Iterator[str]) -> Iterator[bytes]:
    """Encode the text around names so that each piece and each name has separate lines."""
    words = [encode_value(piece) for piece in pieces]
    for at, piece in enumerate(words):
        before = SOFT_BREAK if at and piece else b""
        after = SOFT_BREAK if at < len(words) - 1 and (piece or at) else b""
        yield before + piece + after


def _link(url: str) -> tuple[bytes, bytes]:
    """Encode a link for the text and for the HTML; all readers' links begin alike."""
    start, slash, token = url.rpartition("/")
    (start_text, start_html), (text, html) = _start_of_link(start + slash), _in_both(token)
    return start_text + text, start_html + html


@lru_cache(STARTS_HELD)
def _start_of_link(start: str) -> tuple[bytes, bytes]:
    text, html = _in_both(start)
    return text + SOFT_BREAK, html + SOFT_BREAK


def _in_both(words: str) -> tuple[bytes, bytes]:
    """Encode words for the text and for the HTML."""
    text, escaped = encode_value(words), escape(words)
    return text, text if escaped == words else encode_value(escaped)
