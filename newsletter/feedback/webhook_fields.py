"""Reads the JSON of a webhook: every field may be missing, or be something else."""

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any, Final

from newsletter.delivery.replies import one_line
from newsletter.feedback.webhook import Cause, RefusedError

READABLE: Final = re.compile(r"[\x21-\x7e]{1,128}")
EVENTS_MAX: Final = 10_000  # of one request


class Fields:
    """An object of JSON; what it lacks is empty."""

    def __init__(self, value: object) -> None:
        """Take *value*, if it is an object."""
        self._value: dict[str, Any] = value if isinstance(value, dict) else {}

    def __bool__(self) -> bool:
        """Whether it has any field."""
        return bool(self._value)

    def text(self, name: str) -> str:
        """Return a text or a number as one line of at most 500 characters."""
        value = self._value.get(name)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return one_line(str(value)) if isinstance(value, str) or is_number else ""

    def raw(self, name: str) -> str:
        """Return a text as it is: a proof covers every character."""
        value = self._value.get(name)
        return value if isinstance(value, str) else ""

    def is_true(self, name: str) -> bool:
        """Return whether a field is true."""
        return self._value.get(name) is True

    def fields(self, name: str) -> "Fields":
        """Return an object."""
        return Fields(self._value.get(name))

    def all(self, name: str) -> "Sequence[Fields]":
        """Return the objects of a list."""
        value = self._value.get(name)
        return [Fields(one) for one in value] if isinstance(value, list) else []

    def texts(self, name: str) -> Sequence[str]:
        """Return the texts of a list, or a text alone, each on one line."""
        value = self._value.get(name)
        some = value if isinstance(value, list) else [value]
        return [one_line(one) for one in some if isinstance(one, str)]

    def number(self, name: str) -> float:
        """Return a number, also one in a text; raises a RefusedError if it is none."""
        try:
            return float(self.text(name))
        except ValueError:
            raise RefusedError(Cause.FORGED) from None


def read_fields(body: bytes | str) -> Fields:
    """Read an object; raises a RefusedError if it is none."""
    value = _read(body)
    if not isinstance(value, dict):
        raise RefusedError(Cause.MALFORMED)
    return Fields(value)


def read_events(body: bytes) -> Sequence[Fields]:
    """Read a list of objects, or one object alone; raises a RefusedError if it is neither."""
    value = _read(body)
    events = value if isinstance(value, list) else [value]
    if len(events) > EVENTS_MAX or not all(isinstance(one, dict) for one in events):
        raise RefusedError(Cause.MALFORMED)
    return [Fields(one) for one in events]


def name_of(*parts: str) -> str:
    """Return a name made of *parts*: as they are if they are short and readable, else a hash."""
    joined = ".".join(parts)
    if READABLE.fullmatch(joined):
        return joined
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest()


def _read(body: bytes | str) -> object:
    try:
        text = body.decode() if isinstance(body, bytes) else body
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        raise RefusedError(Cause.MALFORMED) from None
    return value
