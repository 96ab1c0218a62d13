"""Reads the file in which an office says what has leaked; writes an empty one to fill in."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from newsletter.errors import ContentError
from newsletter.issue.fields import Fields
from newsletter.issue.issue import ByLang
from newsletter.issue.problems import Problems
from newsletter.issue.text_file import decode_text
from newsletter.issue.yaml_fields import read_fields
from newsletter.lang import Lang
from newsletter.languages.mixing import find_other
from newsletter.message.moment import MomentFaultError, read_local_moment
from newsletter.phrases import LANGUAGES, Phrase, catalogue, phrase
from newsletter.proof.letter.wording import PLACEHOLDERS

# What the file says, in the order of an empty one: the field, and what to write there.
MOMENTS: Final[Mapping[str, Phrase]] = {
    "known": phrase("message.breach-known"),
    "since": phrase("message.breach-since"),
}
ITEMS: Final[Mapping[str, Phrase]] = {
    "subject": phrase("message.breach-subject"),
    "what": phrase("message.breach-what"),
    "when": phrase("message.breach-when"),
    "advice": phrase("message.breach-advice"),
    "done": phrase("message.breach-done"),
    "damages": phrase("message.breach-damages"),
    "mediation": phrase("message.breach-mediation"),
    "contact": phrase("message.breach-contact"),
}
SUBJECT_MAX: Final = 200  # characters; an inbox shows some 60
Written = Mapping[str, tuple[int, str]]  # by field: line, text
NOTHING: Final = (0, "")
_WORD: Final = re.compile(r"[^\W\d_]{2}")  # two letters of any script
ADVERTISING: Final = "(광고)"  # Network Act, Article 50(4): of advertising, which this is not


@dataclass(frozen=True, slots=True)
class BreachFile:
    """What an office says about a leak."""

    known: datetime  # when the office learned of it, aware UTC; both deadlines count from it
    since: datetime  # aware UTC: whoever's data was held then or later is notified
    items: Mapping[str, ByLang]  # by the names of ITEMS

    def values(self, lang: Lang) -> Mapping[str, str]:
        """Return what the legal text is filled with."""
        return {name: said[lang] for name, said in self.items.items()}

    @property
    def hash(self) -> str:
        """The SHA-256 of all that it says, in hexadecimal digits; comments do not count."""
        said = {
            name: {lang.value: text[lang] for lang in Lang} for name, text in self.items.items()
        }
        whole = [self.known.isoformat(), self.since.isoformat(), said]
        written = json.dumps(whole, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(written.encode()).hexdigest()


def read_breach_file(data: bytes, place: str, zone: ZoneInfo, now: datetime) -> BreachFile:
    """
    Read a file.

    Args:
        data: its content.
        place: the file, for messages.
        zone: the publication's, in which its times are.
        now: aware UTC; both times are past.

    Raises:
        ContentError: every fault, and all items that are missing in a language, together.
    """
    problems = Problems()
    text = decode_text(data, place, problems)
    fields = None if text is None else read_fields(text, place, 1, problems)
    if fields is None:
        raise ContentError(problems.found)
    written = fields.written()
    known, since = (_read_moment(fields, key, written, zone, now) for key in MOMENTS)
    items = {name: _read_item(fields, name, written, problems) for name in ITEMS}
    fields.finish()
    if known and since and since > known:
        fields.note("since", phrase("message.breach-since-late"))
    for name, said in items.items():
        for lang, words in said.items():
            if fault := _find_fault(name, lang, words):
                problems.add(place, written[f"{name}.{lang}"][0], fault)
    problems.raise_any()
    assert known is not None  # noqa: S101 - a missing one is a problem
    assert since is not None  # noqa: S101 - as above
    return BreachFile(known, since, items)


def _find_fault(name: str, lang: Lang, text: str) -> Phrase | None:
    if text and (PLACEHOLDERS.search(text) or not _WORD.search(text)):
        return phrase("message.breach-says-nothing", key=f"{name}.{lang}", text=text)
    if other := find_other(text, lang):
        key = f"{name}.{lang}"
        return phrase("message.breach-other-language", key=key, found=other.name)
    if name != "subject":
        return None
    if ADVERTISING in text:
        return phrase("message.breach-advertises", mark=ADVERTISING)
    if len(text) > SUBJECT_MAX:
        return phrase("message.breach-subject-long", count=len(text), limit=SUBJECT_MAX)
    return None


def write_empty_breach_file(zone: ZoneInfo) -> str:
    """Return a file with every field, its explanation in every language, and nothing filled in."""
    tables = [catalogue(language) for language in LANGUAGES]

    def explain(said: Phrase) -> list[str]:
        return [f"# {table.word(said)}" for table in tables]

    lines = explain(phrase("message.breach-head", zone=zone.key))
    for key, meaning in MOMENTS.items():
        lines += ["", *explain(meaning), f"{key}:"]
    for name, meaning in ITEMS.items():
        lines += ["", *explain(meaning), f"{name}:", *(f"  {lang}:" for lang in Lang)]
    return "\n".join(lines) + "\n"


def _read_item(fields: Fields, name: str, written: Written, problems: Problems) -> ByLang:
    """Read an item in every language; a missing text is named by what it has to say."""
    inner = None
    if fields.is_mapping(name) or written.get(name, NOTHING)[1]:
        inner = fields.inner(name)
        if inner is None:  # a text in no language; that is recorded
            return dict.fromkeys(Lang, "")
    else:
        fields.text(name, required=False)
    texts = {}
    for lang in Lang:
        texts[lang] = inner.text(lang.value, required=False) if inner else ""
        key = f"{name}.{lang}"
        if not written.get(key, NOTHING)[1]:
            line = written[key][0] if key in written else fields.line_of(name)
            lacks = phrase("message.breach-lacks", key=key, meaning=ITEMS[name])
            problems.add(fields.place, line, lacks)
    if inner:
        inner.finish()
    return texts


def _read_moment(
    fields: Fields, key: str, written: Written, zone: ZoneInfo, now: datetime
) -> datetime | None:
    text = fields.text(key, required=False, prose=False)
    if not written.get(key, NOTHING)[1] and not text:
        fields.note(key, phrase("message.breach-lacks", key=key, meaning=MOMENTS[key]))
    if not text:
        return None
    try:
        moment = read_local_moment(text, zone)
    except MomentFaultError as fault:
        fields.note(key, phrase("message.breach-moment", key=key, fault=fault.said))
        return None
    if moment > now:
        there = f"{now.astimezone(zone):%Y-%m-%d %H:%M}"
        fields.note(key, phrase("message.breach-moment-to-come", key=key, now=there))
        return None
    return moment
