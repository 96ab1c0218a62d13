"""What a letter says to its reader, as words and as bytes."""

import quopri
from datetime import date
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.compose.strings import Strings
from newsletter.lang import Lang
from newsletter.message.quoted_printable import SOFT_BREAK
from newsletter.message.wording import Wording
from tests.message.makers import make_publication, make_strings

NAMES = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=90)
URLS = ("https://news.example.org/u/7.abc?x=1&y=2", "https://news.example.org/p/7.abc")


def make_wording(greeting: str | None = None) -> Wording:
    strings = make_strings()
    if greeting is not None:
        changed = Strings({**strings[Lang.EN].words, "greeting": greeting})
        strings = {**strings, Lang.EN: changed}
    return Wording(strings, make_publication().name, list(Lang))


def decoded(value: bytes) -> str:
    """Decode a value as it stands in a letter: between soft line breaks."""
    return quopri.decodestring(SOFT_BREAK + value + SOFT_BREAK + b"|").decode().removesuffix("|")


@given(NAMES, st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_bytes_and_words_of_every_slot_say_the_same(name: str, consented_on: date | None) -> None:
    wording = make_wording()

    values = wording.values(name, consented_on, *URLS)

    words = wording.words(name, consented_on, *URLS)
    for slot, value in zip(wording.slots, values, strict=True):
        place, _, key = slot.partition(" ")
        assert decoded(value) == (escape(words[key]) if place == "html" else words[key])


@pytest.mark.parametrize(
    "greeting",
    ["{name}", "Dear {name}, {name}", "{name}{name}", "Hello", "{{{name}}} & <you>", ".{name}."],
)
@pytest.mark.parametrize("name", ["", "김독자", ".dot", "From me", "a=b", "x" * 72])
def test_a_greeting_may_name_its_reader_anywhere_and_any_number_of_times(
    greeting: str, name: str
) -> None:
    wording = make_wording(greeting)

    values = dict(zip(wording.slots, wording.values(name, None, *URLS), strict=True))

    expected = greeting.format(name=name) if name else "Dear reader,"
    assert decoded(values["text greeting-en"]) == expected
    assert decoded(values["html greeting-en"]) == escape(expected)
    lines = b"\r\n".join(values.values()).split(b"\r\n")
    assert [line for line in lines if line.startswith((b".", b"From "))] == []
    assert max(map(len, lines)) <= 76
