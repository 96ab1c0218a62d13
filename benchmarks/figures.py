"""What was measured, beside what is to be reached."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure has to reach."""

    limit: float
    is_least: bool = True  # False: the figure may not be above the limit
    aim: float | None = None  # what would be better still

    def is_reached_by(self, value: float) -> bool:
        """Say whether *value* is good enough."""
        return value >= self.limit if self.is_least else value <= self.limit


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the results."""

    what: str
    value: float
    unit: str = ""  # written right behind the number; "x" for a ratio
    goal: Goal | None = None  # None: for information
    places: int = 2  # behind the decimal point

    @property
    def shown(self) -> str:
        """The value as people read it."""
        return self._written(self.value)

    @property
    def wanted(self) -> str:
        """What is to be reached, in words; empty for information."""
        if self.goal is None:
            return ""
        words = f"{self._written(self.goal.limit)} or {'more' if self.goal.is_least else 'less'}"
        return f"{words}, aim {self._written(self.goal.aim)}" if self.goal.aim else words

    @property
    def verdict(self) -> str:
        """Say whether the goal was reached; empty for information."""
        if self.goal is None:
            return ""
        return "reached" if self.goal.is_reached_by(self.value) else "**not reached**"

    def _written(self, value: float) -> str:
        return f"{value:,.{self.places}f}{self.unit}"


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of the benchmark found."""

    title: str
    figures: Sequence[Figure]
    table: Sequence[Sequence[str]] = ()  # a heading row, then rows; beside the figures
    notes: Sequence[str] = ()  # sentences on how it was measured


def table_of(rows: Sequence[Sequence[str]]) -> str:
    """Lay *rows* out as a Markdown table that reads well in a terminal too."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def figures_table(figures: Sequence[Figure]) -> str:
    """Lay figures out with what they have to reach."""
    heading = ("what", "figure", "to reach", "")
    return table_of([heading, *((f.what, f.shown, f.wanted, f.verdict) for f in figures)])
