"""The words the program itself says to a reader, one table a language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

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


@dataclass(frozen=True, slots=True, eq=False)
class Strings:
    """The words of one language, by their keys in templates/strings.*.yaml."""

    words: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.words[key]

    def fill(self, key: str, **values: str | int) -> str:
        """Return the words of *key* with their ``{name}`` places filled."""
        return self.words[key].format(**values)

    def label(self, year: int, month: int) -> str:
        """Return the issue's label: ``[2022년 8월]``, ``[AUG. 2022]``."""
        return self.fill("label", year=year, month=self["months"].split(" ")[month - 1])

    def date(self, day: date, form: str) -> str:
        """Return *day* in the form that the key *form* describes (a CLDR pattern)."""
        from babel.dates import format_date  # noqa: PLC0415 - slow to load

        return format_date(day, self[form], locale=self["locale"])


def read_strings(texts: Mapping[Lang, str]) -> Mapping[Lang, Strings]:
    """
    Read the words of every language.

    Args:
        texts: the YAML of templates/strings.LANG.yaml, by language.

    Raises:
        ContentError: a key is missing, unknown or empty in a language.
    """
    problems = Problems()
    strings: dict[Lang, Strings] = {}
    for lang, text in texts.items():
        place = f"templates/strings.{lang}.yaml"
        fields = read_fields(text, place, 1, problems)
        if fields is None:
            continue
        words = {key: fields.text(key) for key in KEYS}
        if words["months"] and len(words["months"].split(" ")) != 12:
            problems.add(place, fields.line_of("months"), "'months' must be twelve words")
        fields.finish()
        strings[lang] = Strings(words)
    problems.raise_any()
    return strings
