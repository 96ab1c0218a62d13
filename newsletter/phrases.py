"""
What is said to people, as a value: a code and what its sentence names.

Rooms below the terminal and the pages say *what* is the case; in which language, and in which
words, is decided where a person reads it. Sentences are in ``locale/LANGUAGE/ROOM.po``, by
their code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from gettext import GNUTranslations, NullTranslations, translation
from pathlib import Path
from typing import Any, Final, TypeAlias

from newsletter.particles import with_particle

LOCALE: Final = Path(__file__).parent / "locale"
DOMAIN: Final = "newsletter"  # the name of the compiled catalogues
LANGUAGES: Final = ("en", "ko")  # of operators; the first is what developers and machines read
LISTS: Final = "list."  # the sentences that join a list
KEPT: Final = "\x1e"  # begins a phrase where texts are kept; no text of a person does
COUNT: Final = "count"  # the field that chooses between singular and plural


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something to be said to a person; printed as it is, it reads English."""

    code: str  # ROOM.WORDS: the catalogue, and the sentence in it
    # Text, numbers, other phrases, and lists of those, by the names that the sentence has; none
    # is called code.
    fields: Mapping[str, object] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.code, *map(str, self.fields.values())))

    def __str__(self) -> str:
        return catalogue(LANGUAGES[0]).word(self)

    def __format__(self, form: str) -> str:
        """Refuse to be pasted into a sentence: it would read English there, unseen."""
        msg = f"{self.code}: word it by say() for people, or by str() for machines"
        raise TypeError(msg)


# A text is the words of a server, the system or a person, and is not translated.
Said: TypeAlias = Phrase | str


def phrase(code: str, /, **fields: object) -> Phrase:
    """Say *code*; the fields are what its sentence names."""
    return Phrase(code, fields)


def write_said(said: Said) -> str:
    """Write *said* as a text that `read_said` reads, to be kept; a person's own stays as it is."""
    if isinstance(said, Phrase):
        import json  # noqa: PLC0415 - and help is fast

        return KEPT + json.dumps(_as_json(said), ensure_ascii=False)
    return said.lstrip(KEPT)


def beginning_of(code: str) -> str:
    """Return how every text begins that `write_said` makes of a phrase of *code*."""
    return f'{KEPT}{{"code": "{code}"'


def read_said(text: str | None) -> Said:
    """Read what `write_said` wrote, or a version that knew sentences alone; None is empty."""
    if not text or not text.startswith(KEPT):
        return text or ""
    import json  # noqa: PLC0415 - as above

    try:
        found: Said = _of_json(json.loads(text.removeprefix(KEPT)))
    except (ValueError, KeyError):  # not as we wrote it
        return text.removeprefix(KEPT)
    return found


def _as_json(value: object) -> object:
    if isinstance(value, Phrase):
        return {"code": value.code, **{name: _as_json(one) for name, one in value.fields.items()}}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_as_json(one) for one in value]
    return value if isinstance(value, int | float) else str(value)


def _of_json(value: Any) -> Any:
    if isinstance(value, dict):
        return Phrase(value["code"], {k: _of_json(one) for k, one in value.items() if k != "code"})
    return [_of_json(one) for one in value] if isinstance(value, list) else value


class Catalogue:
    """The sentences of one language."""

    def __init__(self, language: str) -> None:
        self._language = language

    @cached_property
    def _sentences(self) -> GNUTranslations | NullTranslations:
        """The compiled sentences; English help does without them."""
        return translation(DOMAIN, LOCALE, [self._language])

    def word(self, said: object) -> str:
        """
        Put *said* into words: a phrase by its sentence, a list by that of lists, else as it is.

        In a sentence ``{name}`` is a field, with any format of Python's. ``{name:을/를}`` is
        followed by the particle that fits. A list is joined by commas, ``{names:list.or}`` by
        another sentence, and ``{names:; }`` by that text.
        """
        if not isinstance(said, Phrase):
            return format(self._fit(said))
        sentence = self._find(said)
        if sentence is not None:
            try:
                return self._fill(sentence, said.fields)
            except (KeyError, ValueError):  # kept by a version whose sentence had other fields
                pass
        # What it was to say must not be lost for that.
        return f"{said.code} { ({name: str(value) for name, value in said.fields.items()}) }"

    def translate(self, english: str, fields: Mapping[str, object]) -> str:
        """Put an English sentence of the terminal's own into this language, and fill it."""
        is_english = self._language == LANGUAGES[0]
        sentence = english if is_english else self._sentences.gettext(english)
        return self._fill(sentence, fields) if fields else sentence

    def _fill(self, sentence: str, fields: Mapping[str, object]) -> str:
        return sentence.format_map({name: self._fit(one) for name, one in fields.items()})

    def _find(self, said: Phrase) -> str | None:
        """Return the sentence of a code, or None: there is none in this version."""
        count = said.fields.get(COUNT)
        if isinstance(count, int):
            found = self._sentences.ngettext(said.code, said.code, count)
            if found != said.code:
                return found
        found = self._sentences.gettext(said.code)
        return found if found != said.code else None

    def _fit(self, value: object) -> Any:
        """Return what a sentence can format: numbers as they are, all else as text."""
        if isinstance(value, int) and not isinstance(value, bool):
            return _Number(value)
        if isinstance(value, float):
            return value
        if isinstance(value, Sequence) and not isinstance(value, str):
            return _List([self.word(one) for one in value], self)
        return _Text(self.word(value) if isinstance(value, Phrase) else value)

    def join(self, words: Sequence[str], way: str = "") -> str:
        """Join words to a list: by a sentence of lists (list.or), or by the text that *way* is."""
        if way and not way.startswith(LISTS):
            return way.join(words)
        if len(words) < 2:
            return "".join(words)
        comma, joint = map(self._sentences.gettext, ("list.comma", way or "list.plain"))
        return joint.format(before=comma.join(words[:-1]), last=words[-1])


@cache
def catalogue(language: str) -> Catalogue:
    """Return the sentences of *language*, one of `LANGUAGES`."""
    return Catalogue(language)


class _Text(str):
    """A text in a sentence, which may ask for a particle after it."""

    __slots__ = ()

    def __format__(self, form: str) -> str:
        if "/" in form:
            return with_particle(str(self), form)
        return super().__format__(form)


class _Number(int):
    """A number in a sentence, which may ask for a particle after it."""

    __slots__ = ()

    def __format__(self, form: str) -> str:
        return with_particle(str(self), form) if "/" in form else super().__format__(form)


class _List:
    """A list in a sentence, which may ask for another joint before its last item."""

    def __init__(self, words: Sequence[str], among: Catalogue) -> None:
        self._words = words
        self._among = among

    def __format__(self, form: str) -> str:
        return self._among.join(self._words, form)
