"""The words of pages for readers, and of mails of the program, one table per language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from string import Formatter
from typing import Final

from newsletter.issue.problems import Problems
from newsletter.issue.yaml_fields import read_fields
from newsletter.lang import Lang
from newsletter.particles import CLOSING, with_particle
from newsletter.phrases import Phrase, phrase
from newsletter.subscribers.dates import is_whole_day

FILE_NAME: Final = "strings.{lang}.yaml"  # below templates/web/


@dataclass(frozen=True, slots=True, eq=False)
class ReaderWords:
    """The words of one language, by their keys."""

    lang: Lang
    words: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.words[key]

    def fill(self, key: str, **values: str) -> str:
        """
        Return the text of *key* with its places filled; values are inserted as they are.

        ``{name:을/를}`` appends the particle that fits the value, after a closing mark in front of
        the pair: ``‘{name:’을/를}``. A place without a value stays empty.
        """
        return fill_places(self.words[key], values)

    def moment(self, when: datetime, zone: tzinfo) -> str:
        """Return a time in *zone*, to the minute, as people of this language write it."""
        from babel.dates import format_datetime  # noqa: PLC0415 - slow to load

        return format_datetime(when.astimezone(zone), self["moment"], locale=self["locale"])

    def declared(self, when: datetime, zone: tzinfo) -> str:
        """Return when somebody agreed or ended it: the day alone where no time was given."""
        local = when.astimezone(zone)
        return self.date(local.date()) if is_whole_day(when, zone) else self.moment(when, zone)

    def date(self, day: date) -> str:
        """Return a day as people of this language write it."""
        from babel.dates import format_date  # noqa: PLC0415 - slow to load

        return format_date(day, self["day"], locale=self["locale"])


def read_reader_words(
    own: Mapping[Lang, str], site: Mapping[Lang, str]
) -> Mapping[Lang, ReaderWords]:
    """
    Read the words of every language; those of a site replace our own, key by key.

    Args:
        own: the YAML of the program's files, by language.
        site: the YAML of the site's files, where it has any.

    Raises:
        ContentError: an unknown key, an empty text, or a place that the text cannot have.
    """
    problems = Problems()
    table: dict[Lang, ReaderWords] = {}
    for lang, text in own.items():
        words = _read(text, lang, None, problems)
        if lang in site:
            words = {**words, **_read(site[lang], lang, words, problems)}
        table[lang] = ReaderWords(lang, words)
    problems.raise_any()
    return table


def _read(
    text: str, lang: Lang, known: Mapping[str, str] | None, problems: Problems
) -> dict[str, str]:
    place = f"templates/web/{FILE_NAME.format(lang=lang)}"
    fields = read_fields(text, place, 1, problems)
    if fields is None:
        return {}
    keys = fields.names() if known is None else [one for one in fields.names() if one in known]
    words = {key: fields.text(key) for key in keys}
    fields.finish()  # names the keys that nobody knows
    for key in keys:
        allowed = places_of(words[key] if known is None else known[key])
        for message in _faults(key, words[key], allowed):
            problems.add(place, fields.line_of(key), message)
    return words


def _faults(key: str, text: str, allowed: frozenset[str] | None) -> Iterator[Phrase]:
    places = places_of(text)
    if places is None or not places <= (allowed or frozenset()):
        shown = [f"{{{place}}}" for place in sorted(allowed or ())]
        yield phrase("message.strange-places", key=key, places=shown)


def places_of(text: str) -> frozenset[str] | None:
    """Return the names of a text's places; None if its braces cannot be read."""
    try:
        return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)
    except ValueError:
        return None


def fill_places(text: str, values: Mapping[str, str]) -> str:
    """Return *text* with its places filled; see `ReaderWords.fill`."""
    return "".join(_filled(text, values))


def _filled(text: str, values: Mapping[str, str]) -> Iterator[str]:
    for before, name, form, _ in Formatter().parse(text):
        yield before
        if name is not None:
            yield _with_form(values.get(name, ""), form or "")


def _with_form(value: str, form: str) -> str:
    pair = form.lstrip(CLOSING)
    word = value + form[: len(form) - len(pair)]
    return with_particle(word, pair) if "/" in pair else word
