"""The program's own texts for readers, one table per language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from string import Formatter
from typing import Final

from newsletter.issue.issue import ByLang
from newsletter.issue.problems import Problems
from newsletter.issue.yaml_fields import read_fields
from newsletter.lang import Lang
from newsletter.phrases import Phrase, phrase

KEYS: Final = (
    "locale",
    "months",
    "label",
    "dateline",
    "day",
    "test_mark",
    "advertising_mark",
    "greeting",
    "greeting_unnamed",
    "bilingual_note",
    "skip_here",
    "contents",
    "picture",
    "read_more",
    "language",
    "web_version",
    "switch_here",
    "published_by",
    "address",
    "phone",
    "email",
    "reason",
    "reason_since",
    "unsubscribe_note",
    "unsubscribe",
    "preferences",
    "sample_name",
)
# The allowed names in braces, by key; in texts of other keys a brace is plain text.
PLACES: Final[Mapping[str, frozenset[str]]] = {
    "label": frozenset({"year", "month"}),
    "greeting": frozenset({"name"}),
    "read_more": frozenset({"title"}),
    "reason": frozenset({"publication"}),
    "reason_since": frozenset({"publication", "date"}),
}
# Keys whose texts reach a letter only when it is addressed to its reader.
FILLED_IN_SLOTS: Final = ("greeting", "greeting_unnamed", "reason", "reason_since", "day")
# Keys of all texts for addressing a letter: these, the date format, and texts for tests.
SENT: Final = (*FILLED_IN_SLOTS, "locale", "sample_name", "test_mark")
BRACKETS: Final = (
    "[]",
    "()",
    "【】",
    "［］",
    "（）",
    "〔〕",
    "<>",
    "〈〉",
    "《》",
    "「」",
)  # around a label
DATE_FORMS: Final = ("dateline", "day")
ADVERTISING_MARK: Final = "(광고)"  # Enforcement Decree of the Network Act, Table 6
FILLED_MAX: Final = 100_000  # characters of one filled text; a greeting or a label has a few dozen


@dataclass(frozen=True, slots=True, eq=False)
class Strings:
    """The texts of one language, by their keys in templates/strings.*.yaml."""

    words: Mapping[str, str]
    own_label: str = ""  # of a special issue: replaces the label of the month

    def __getitem__(self, key: str) -> str:
        return self.words[key]

    def fill(self, key: str, **values: str | int) -> str:
        """
        Return the text of *key* with its ``{name}`` places filled.

        Templates call this too, with any values, and a site writes the texts: a place inserts its
        value only, and cannot access attributes like ``{name.attribute}`` of `str.format`.

        Raises:
            ValueError: *key* is not in `PLACES`, its text contains other places, or a value is
                missing, neither text nor a number, or far too long.
        """
        if key not in PLACES:
            raise ValueError(phrase("compose.no-places", key=str(key)))
        filled = list(_filled(key, self.words[key], values))
        if sum(map(len, filled)) > FILLED_MAX:
            raise ValueError(phrase("compose.filled-too-long", key=key, limit=FILLED_MAX))
        return "".join(filled)

    def label(self, year: int, month: int) -> str:
        """Return the issue's label: ``[2022년 8월]``, ``[AUG. 2022]``, ``[정정]``."""
        if self.own_label:
            start, end = self["label"][:1], self["label"][-1:]
            return f"{start}{self.own_label}{end}" if start + end in BRACKETS else self.own_label
        return self.fill("label", year=year, month=self["months"].split(" ")[month - 1])

    def date(self, day: date, form: str) -> str:
        """Return *day* in the format of the key *form* of `DATE_FORMS` (a CLDR pattern)."""
        from babel.dates import format_date  # noqa: PLC0415 - slow to load

        if form not in DATE_FORMS:
            raise ValueError(phrase("compose.no-date-form", form=str(form), known=DATE_FORMS))
        return format_date(day, self[form], locale=self["locale"])


def label_with(strings: Mapping[Lang, Strings], label: ByLang | None) -> Mapping[Lang, Strings]:
    """Return the texts with the label of a special issue; unchanged if *label* is None."""
    if label is None:
        return strings
    return {lang: Strings(own.words, label[lang]) for lang, own in strings.items()}


def read_strings(texts: Mapping[Lang, str]) -> Mapping[Lang, Strings]:
    """
    Read the texts of every language.

    Args:
        texts: the YAML of templates/strings.LANG.yaml, by language.

    Raises:
        ContentError: a key is missing, unknown, empty or cannot be filled in a language.
    """
    problems = Problems()
    strings: dict[Lang, Strings] = {}
    for lang, text in texts.items():
        place = f"templates/strings.{lang}.yaml"
        fields = read_fields(text, place, 1, problems)
        if fields is None:
            continue
        words = {key: fields.text(key) for key in KEYS}
        fields.finish()
        strings[lang] = Strings(words)
        for key, message in _faults(strings[lang]):
            problems.add(place, fields.line_of(key), message)
    problems.raise_any()
    return strings


def _faults(strings: Strings) -> Iterator[tuple[str, Phrase]]:
    words = strings.words
    if words["months"] and len(words["months"].split(" ")) != 12:
        yield "months", phrase("compose.twelve-months", key="months")
    if words["advertising_mark"] not in ("", ADVERTISING_MARK):
        key = "advertising_mark"
        yield key, phrase("compose.advertising-mark", key=key, mark=ADVERTISING_MARK)
    for key in PLACES:
        if not _can_fill(key, words[key]):
            yield key, phrase("compose.strange-places", key=key, places=_shown_places(key))
    for key in DATE_FORMS:
        if words["locale"] and words[key] and not _can_write_date(strings, key):
            yield key, phrase("compose.no-date-pattern", key=key, locale=words["locale"])


def _filled(key: str, words: str, values: Mapping[str, str | int]) -> Iterator[str]:
    """Yield the text pieces and the values between them; raises ValueError for a bad place."""
    for text, name, form, conversion in Formatter().parse(words):
        yield text
        if name is None:
            continue
        if name not in PLACES[key] or form or conversion:
            raise ValueError(phrase("compose.no-such-place", key=key, places=_shown_places(key)))
        value = values.get(name)
        if not isinstance(value, str | int):
            raise ValueError(phrase("compose.place-not-filled", key=key, place=name))
        yield str(value)


def _can_fill(key: str, words: str) -> bool:
    try:
        list(_filled(key, words, dict.fromkeys(PLACES[key], "")))
    except ValueError:
        return False
    return True


def _shown_places(key: str) -> list[str]:
    return [f"{{{place}}}" for place in sorted(PLACES[key])]


def _can_write_date(strings: Strings, form: str) -> bool:
    from babel import UnknownLocaleError  # noqa: PLC0415 - slow to load

    try:
        strings.date(date(2022, 8, 26), form)
    except (UnknownLocaleError, ValueError, LookupError, TypeError, AttributeError):
        return False
    return True
