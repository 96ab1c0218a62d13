"""Help in the operator's language, with columns aligned in any script."""

import copy
import inspect
import re
from collections.abc import Iterable
from typing import Any, Final, cast

import click

from newsletter.cli.cells import pad, width, wrap
from newsletter.cli.wording import _

LEFT_MAX: Final = 30  # maximum cells of the first column
GAP: Final = 2  # cells between columns
RIGHT_MIN: Final = 10
AS_IT_IS: Final = "\b"  # begins a paragraph that is not wrapped


class HelpPage(click.HelpFormatter):
    """Click's formatter, changed to count terminal cells instead of characters."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line."""
        start = f"{_('Usage:') if prefix is None else prefix.strip()} {prog} "
        lines = wrap(args, self.width, start, " " * width(start)) or [start.rstrip()]
        self.write("\n".join(lines) + "\n")

    def write_text(self, text: str) -> None:
        """Write paragraphs, wrapped."""
        indent = " " * self.current_indent
        self.write("\n\n".join("\n".join(one) for one in _fill(text, self.width, indent)) + "\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = LEFT_MAX, col_spacing: int = GAP
    ) -> None:
        """Write options or commands in one column, and their descriptions next to them."""
        rows = list(rows)
        column = min(max((width(first) for first, _second in rows), default=0), col_max)
        column += col_spacing
        indent = " " * self.current_indent
        room = max(self.width - column - self.current_indent, RIGHT_MIN)
        for first, second in rows:
            lines = [line for part in _fill(second, room, "") for line in part]
            fits = width(first) <= column - col_spacing
            beside = lines[:1] if fits else []
            self.write(f"{indent}{pad(first, column)}{''.join(beside)}".rstrip() + "\n")
            for line in lines[len(beside) :]:
                self.write(f"{indent}{' ' * column}{line}\n")


def _fill(text: str, cells: int, indent: str) -> list[list[str]]:
    """Break each paragraph of *text* into lines."""
    filled = []
    for paragraph in re.split(r"\n[ \t]*\n", text.strip("\n")):
        lines = paragraph.split("\n")
        if lines[0].strip() == AS_IT_IS:
            filled.append([f"{indent}{line}" for line in lines[1:]])
        elif paragraph.strip():
            filled.append(wrap(paragraph.strip(), cells, indent, indent))
    return filled


class SpokenContext(click.Context):
    """A click context that formats help with `HelpPage`."""

    formatter_class = HelpPage


def in_words(command: click.Command) -> click.Command:
    """Return *command* with its help, and that of its options, in the operator's language."""
    spoken = copy.copy(command)
    spoken.context_class = SpokenContext
    vars(spoken)["_help_option"] = None  # Click caches this option in the language of its first use
    for name in ("help", "short_help", "epilog", "options_metavar", "subcommand_metavar"):
        if text := getattr(spoken, name, None):
            setattr(spoken, name, _(inspect.cleandoc(text)))
    if isinstance(spoken, click.Group):
        spoken.commands = {name: in_words(one) for name, one in spoken.commands.items()}
    spoken.params = [_parameter_in_words(one) for one in command.params]
    return spoken


def _parameter_in_words(parameter: click.Parameter) -> click.Parameter:
    spoken: Any = copy.copy(parameter)  # kinds of parameters have different attributes
    for name in ("help", "metavar", "prompt"):
        text = getattr(spoken, name, None)
        if isinstance(text, str) and text:
            setattr(spoken, name, _(text))
    return cast("click.Parameter", spoken)
