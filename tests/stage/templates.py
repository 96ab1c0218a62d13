"""Compiles the program's own templates once in a process that composes again and again."""

from typing import Any

from newsletter.compose.sandbox import Sandbox
from newsletter.supplies import read_templates
from tests.makers import CHECKOUT


def compile_templates_once() -> None:
    """
    Keep the code of the program's own templates for the next site in this process.

    This patches the program, for a reason that is the tests' alone: a command composes once,
    tests hundreds of times, and half of that was to compile the same text again. A template
    that a test wrote or changed is compiled as ever.
    """
    plain = Sandbox.compile
    ours = frozenset(read_templates(CHECKOUT).values())
    kept: dict[tuple[str, str | None, str | None], Any] = {}

    def compiled(
        room: Any, source: Any, name: str | None = None, filename: str | None = None, *rest: Any
    ) -> Any:
        if room._traces is not None or rest or source not in ours:
            return plain(room, source, name, filename, *rest)
        key = (source, name, filename)
        if key not in kept:
            kept[key] = plain(room, source, name, filename)
        return kept[key]

    setattr(Sandbox, "compile", compiled)  # noqa: B010 - its type has overloads
