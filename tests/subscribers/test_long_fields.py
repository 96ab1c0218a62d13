"""A field may have a million characters: what reads it takes no square of that, and keeps none."""

import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from time import process_time
from typing import Final

import pytest

from newsletter.errors import ContentError
from newsletter.subscribers.address import name_of, remark_on_name
from newsletter.subscribers.dates import times_in
from newsletter.subscribers.decoding import encoding_of
from newsletter.subscribers.meanings import Column, Ground, Meaning
from newsletter.subscribers.subscriber import bare_word, plain_word, preference_of, standing_of
from newsletter.subscribers.telling import field_teller
from tests.subscribers.makers import CONSENT, SEOUL

LONG: Final = 1_000_000
SECONDS: Final = 5.0  # a hundred times what it takes; the square took minutes

ACCENTS: Final = "e" + "\u0301\u0316" * (LONG // 2)
TEXTS: Final = {
    "accents": ACCENTS,
    "a date and blanks": "2022-07-01" + " " * LONG + "x",
    "a Korean date and blanks": "2022년" + " " * LONG + "7월 1일 x",
    "figures": "1" * LONG,
    "points": "1." * (LONG // 2),
    "languages": "ko," * (LONG // 3) + "x",
    "dashes": "a-" * (LONG // 2),
    "yes and blanks": "y" + " " * LONG + "y",
}
READERS: Final[dict[str, Callable[[str], object]]] = {
    "date": lambda text: times_in(text, SEOUL),
    "word": plain_word,
    "bare word": bare_word,
    "language": preference_of,
    "standing": standing_of,
    "name": lambda text: remark_on_name(text, name_of(text)),
    **{
        meaning: field_teller(Column(0, "x", meaning, Ground.SAID), CONSENT)
        for meaning in (Meaning.STANDING, Meaning.CONSENT, Meaning.CONSENTED_AT, Meaning.LEFT_AT)
    },
}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("reader", READERS)
def test_no_field_takes_the_square_of_its_length(reader: str, text: str) -> None:
    began = process_time()

    with suppress(ContentError):
        READERS[reader](TEXTS[text])

    assert process_time() - began < SECONDS


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        *((reader, " ") for reader in READERS if reader != "name"),
        ("date", "2022-07-01"),
        ("language", "한국어"),
        ("standing", "active"),
        (Meaning.LEFT_AT, "2022-07-01"),
        (Meaning.CONSENT, "Y"),
    ],
)
def test_no_long_field_is_kept(reader: str, text: str) -> None:
    tracemalloc.start()
    for blanks in range(20):
        READERS[reader](text + " " * (LONG // 2 + blanks))
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert kept < LONG


@pytest.mark.parametrize("spaces", [" " * LONG, "\u3000" * LONG], ids=["blanks", "wide blanks"])
def test_blanks_around_a_field_are_not_counted(spaces: str) -> None:
    assert times_in(f"{spaces}2022-07-01{spaces}", SEOUL) == times_in("2022-07-01", SEOUL)
    assert preference_of(f"{spaces}ko{spaces}") is preference_of("ko")
    assert standing_of(f"{spaces}탈퇴{spaces}") is standing_of("탈퇴")


def test_a_long_word_does_not_hold_up_the_reading_of_bytes() -> None:
    line = b"a" * (LONG - 100) + "가,가,나\n".encode("cp949")
    began = process_time()

    assert encoding_of([b"email,name\n", line, line], "list.csv") == "cp949"

    assert process_time() - began < SECONDS
