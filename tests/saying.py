"""What an error says, compared by codes and fields: its words are read once, in a golden file."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import pytest

from newsletter.errors import NewsletterError
from newsletter.phrases import Phrase

Fault = TypeVar("Fault", bound=NewsletterError)


@contextmanager
def raises(
    kind: type[Fault], code: str, /, **fields: object
) -> Iterator[pytest.ExceptionInfo[Fault]]:
    """Expect an error that says *code*, at any depth, with these fields among its own."""
    with pytest.raises(kind) as caught:
        yield caught
    said = [phrase for phrase in phrases_in(caught.value.said) if phrase.code == code]
    assert said, f"{caught.value} does not say {code}"
    wanted = {name: str(value) for name, value in fields.items()}
    found = [{name: str(one.fields.get(name)) for name in wanted} for one in said]
    assert wanted in found


def phrases_in(value: object) -> Iterator[Phrase]:
    """Yield the phrases of a value, those within others too."""
    if isinstance(value, Phrase):
        yield value
        for inner in value.fields.values():
            yield from phrases_in(inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for one in value:
            yield from phrases_in(one)
