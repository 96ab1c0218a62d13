"""Every code is said with fields of its own, in either language, as a person is shown it."""

from string import Formatter
from typing import Final

import pytest

from newsletter.phrases import LANGUAGES, Phrase, catalogue
from tests.catalogues.test_catalogues import CODES, ENGLISH, SENTENCES, TYPED, wordings

NUMBERS: Final = ("d", "f", "g", "X", "x", ",")  # in a format: the field is a number


def sample(form: str) -> object:
    """Return a value that a field of this format may have, in no language."""
    if form.startswith("list.") or (form and form.strip("; \n") == "" and form != ","):
        return ["①", "②"]
    return 3 if any(mark in form for mark in NUMBERS) and "/" not in form else "①"


def phrases_of(code: str) -> list[Phrase]:
    """Return *code* with a value for each field; with a count, as one and as several."""
    fields: dict[str, object] = {}
    for language in LANGUAGES:
        for sentence in wordings(SENTENCES[language][code]):
            for _text, name, form, _way in Formatter().parse(sentence):
                if name and (form or name not in fields):
                    fields[name] = sample(form or "")
    if "count" in fields:
        return [Phrase(code, {**fields, "count": count}) for count in (1, 2)]
    return [Phrase(code, fields)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_is_said_in_words_with_all_its_fields(language: str) -> None:
    said = {
        code: [catalogue(language).word(phrase) for phrase in phrases_of(code)] for code in CODES
    }

    unsaid = [code for code, own in said.items() if any(one.startswith(code) for one in own)]
    assert unsaid == []
    words = [one for own in said.values() for one in own] if language == "ko" else []
    assert [one for one in words if ENGLISH.search(TYPED.sub(" ", one))] == []
