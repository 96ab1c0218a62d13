"""The words the program itself says to a reader, one table a language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from string import Formatter
from typing import Final

from newsletter.issue.issue import ByLang
from newsletter.issue.problems import Problems
from newsletter.issue.yaml_fields import read_fields
from newsletter.lang import Lang

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
# What may stand in braces, by key; in the words of other keys a brace is a brace.
PLACES: Final = {
    "label": {"year", "month"},
    "greeting": {"name"},
    "read_more": {"title"},
    "reason": {"publication"},
    "reason_since": {"publication", "date"},
}
# The keys whose words reach a letter only when it is addressed to its reader.
FILLED_IN_SLOTS: Final = ("greeting", "greeting_unnamed", "reason", "reason_since", "day")
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
)  # round a label
DATE_FORMS: Final = ("dateline", "day")
ADVERTISING_MARK: Final = "(광고)"  # Enforcement Decree of the Network Act, Table 6


@dataclass(frozen=True, slots=True, eq=False)
class Strings:
    """The words of one language, by their keys in templates/strings.*.yaml."""

    words: Mapping[str, str]
    own_label: str = ""  # of a special issue: stands for the month's

    def __getitem__(self, key: str) -> str:
        return self.words[key]

    def fill(self, key: str, **values: str | int) -> str:
        """Return the words of *key* with their ``{name}`` places filled."""
        return self.words[key].format(**values)

    def label(self, year: int, month: int) -> str:
        """Return the issue's label: ``[2022년 8월]``, ``[AUG. 2022]``, ``[정정]``."""
        if self.own_label:
            start, end = self["label"][:1], self["label"][-1:]
            return f"{start}{self.own_label}{end}" if start + end in BRACKETS else self.own_label
        return self.fill("label", year=year, month=self["months"].split(" ")[month - 1])

    def date(self, day: date, form: str) -> str:
        """Return *day* in the form that the key *form* describes (a CLDR pattern)."""
        from babel.dates import format_date  # noqa: PLC0415 - slow to load

        return format_date(day, self[form], locale=self["locale"])


def label_with(strings: Mapping[Lang, Strings], label: ByLang | None) -> Mapping[Lang, Strings]:
    """Return the words with the label of a special issue in place of a month's; None: as is."""
    if label is None:
        return strings
    return {lang: Strings(own.words, label[lang]) for lang, own in strings.items()}


def read_strings(texts: Mapping[Lang, str]) -> Mapping[Lang, Strings]:
    """
    Read the words of every language.

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
            problems.add(place, fields.line_of(key), f"{key!r} {message}")
    problems.raise_any()
    return strings


def _faults(strings: Strings) -> Iterator[tuple[str, str]]:
    words = strings.words
    if words["months"] and len(words["months"].split(" ")) != 12:
        yield "months", "must be twelve words"
    if words["advertising_mark"] not in ("", ADVERTISING_MARK):
        yield "advertising_mark", f"must be {ADVERTISING_MARK}, in every language: the law says so"
    for key, places in PLACES.items():
        if not _can_fill(words[key], places):
            shown = ", ".join(f"{{{place}}}" for place in sorted(places))
            yield key, f"may hold no braces but: {shown}"
    for key in DATE_FORMS:
        if words["locale"] and words[key] and not _can_write_date(strings, key):
            yield key, f"is no date pattern of CLDR for the locale {words['locale']}"


def _can_fill(words: str, places: set[str]) -> bool:
    try:
        pieces = list(Formatter().parse(words))
    except ValueError:
        return False
    return all(
        name is None or (name in places and not form and not conversion)
        for _, name, form, conversion in pieces
    )


def _can_write_date(strings: Strings, form: str) -> bool:
    from babel import UnknownLocaleError  # noqa: PLC0415 - slow to load

    try:
        strings.date(date(2022, 8, 26), form)
    except (UnknownLocaleError, ValueError, LookupError, TypeError, AttributeError):
        return False
    return True
