"""
Messages to people as values: a code, and the fields of its sentence.

Packages below the terminal and the pages make phrases; language and words are chosen where
a person reads the message. The sentences are in ``locale/LANGUAGE/ROOM.po``, by
code.
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
LANGUAGES: Final = ("en", "ko")  # of operators; the first is for developers and machines
LISTS: Final = "list."  # prefix of the sentences that join a list
KEPT: Final = "\x1e"  # the first character of a stored phrase; never of a person's text
COUNT: Final = "count"  # the field that chooses between singular and plural


@dataclass(frozen=True, slots=True)
class Phrase:
    """A message to a person; str() is in English."""

    code: str  # ROOM.WORDS: the catalogue, and the sentence in it
    # Text, numbers, other phrases, and lists of these, by the names in the sentence; no field has
    # the name code.
    fields: Mapping[str, object] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.code, *map(str, self.fields.values())))

    def __str__(self) -> str:
        return catalogue(LANGUAGES[0]).word(self)

    def __format__(self, form: str) -> str:
        """Raise an error in an f-string or format(): the message would silently become English."""
        msg = f"{self.code}: word it by say() for people, or by str() for machines"
        raise TypeError(msg)


# A str holds words of a server, the system or a person, and is not translated.
Said: TypeAlias = Phrase | str


def phrase(code: str, /, **fields: object) -> Phrase:
    """Make the phrase of *code*; *fields* are the fields of its sentence."""
    return Phrase(code, fields)


def write_said(said: Said) -> str:
    """Convert *said* to a text for storage and `read_said`; a person's own text is unchanged."""
    if isinstance(said, Phrase):
        import json  # noqa: PLC0415 - help does without

        return KEPT + json.dumps(_as_json(said), ensure_ascii=False)
    return said.lstrip(KEPT)


def beginning_of(code: str) -> str:
    """Return the beginning of every text that `write_said` makes from a phrase of *code*."""
    return f'{KEPT}{{"code": "{code}"'


def read_said(text: str | None) -> Said:
    """Parse a text of `write_said`, or of a version without phrases; None gives ""."""
    if not text or not text.startswith(KEPT):
        return text or ""
    import json  # noqa: PLC0415 - as above

    try:
        found: Said = _of_json(json.loads(text.removeprefix(KEPT)))
    except (ValueError, KeyError):  # not a stored phrase
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
        """The compiled sentences; for English the command help does not need them."""
        return translation(DOMAIN, LOCALE, [self._language])

    def word(self, said: object) -> str:
        """
        Convert *said* to text: a phrase by its sentence, a list by that of lists, others as is.

        In a sentence ``{name}`` is a field, with any format of Python. ``{name:을/를}`` appends the
        suitable particle. A list is joined by commas, by another sentence with
        ``{names:list.or}``, and by the given text with ``{names:; }``.
        """
        if not isinstance(said, Phrase):
            return format(self._fit(said))
        sentence = self._find(said)
        if sentence is not None:
            try:
                return self._fill(sentence, said.fields)
            except (KeyError, ValueError):  # stored by a version whose sentence had other fields
                pass
        # The content of the message must not be lost because of this.
        return f"{said.code} { ({name: str(value) for name, value in said.fields.items()}) }"

    def translate(self, english: str, fields: Mapping[str, object]) -> str:
        """Translate an English sentence of the terminal to this language, and fill its fields."""
        is_english = self._language == LANGUAGES[0]
        sentence = english if is_english else self._sentences.gettext(english)
        return self._fill(sentence, fields) if fields else sentence

    def _fill(self, sentence: str, fields: Mapping[str, object]) -> str:
        return sentence.format_map({name: self._fit(one) for name, one in fields.items()})

    def _find(self, said: Phrase) -> str | None:
        """Return the sentence of a code; None if this version has none."""
        count = said.fields.get(COUNT)
        if isinstance(count, int):
            found = self._sentences.ngettext(said.code, said.code, count)
            if found != said.code:
                return found
        found = self._sentences.gettext(said.code)
        return found if found != said.code else None

    def _fit(self, value: object) -> Any:
        """Return a value that a sentence can format: numbers unchanged, others as text."""
        if isinstance(value, int) and not isinstance(value, bool):
            return _Number(value)
        if isinstance(value, float):
            return value
        if isinstance(value, Sequence) and not isinstance(value, str):
            return _List([self.word(one) for one in value], self)
        return _Text(self.word(value) if isinstance(value, Phrase) else value)

    def join(self, words: Sequence[str], way: str = "") -> str:
        """Join words to a list: by the list sentence *way* (list.or), or separated by *way*."""
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
    """A text in a sentence; its format may append a particle."""

    __slots__ = ()

    def __format__(self, form: str) -> str:
        if "/" in form:
            return with_particle(str(self), form)
        return super().__format__(form)


class _Number(int):
    """A number in a sentence; its format may append a particle."""

    __slots__ = ()

    def __format__(self, form: str) -> str:
        return with_particle(str(self), form) if "/" in form else super().__format__(form)


class _List:
    """A list in a sentence; its format may choose another separator."""

    def __init__(self, words: Sequence[str], among: Catalogue) -> None:
        self._words = words
        self._among = among

    def __format__(self, form: str) -> str:
        return self._among.join(self._words, form)
