"""Check that every tag of a letter is closed; finds the place of an unclosed tag."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from newsletter.phrases import Phrase, phrase

MARK: Final = "\ue000(?P<mark>\\d+)\ue001"  # see compose.metering.Traces
# After a condition, this shows the contents to all other programs: <!-->, or <!-- -->.
SHOWN: Final = r"\s*(?:\ue000\d+\ue001)?<!--\s*(?:--)?>"
PIECE: Final = re.compile(
    rf"(?:{MARK})?"
    rf"(?:(?P<open_comment><!--(?:\[if [^\]]*\]>(?P<shown>{SHOWN})?)?)"
    r"|(?P<end_if><!(?:--<!)?\[endif\](?:--)?>)"
    r"|<(?P<slash>/?)(?P<tag>[A-Za-z][A-Za-z0-9:.-]*)(?:\"[^\"]*\"|'[^']*'|[^<>\"'])*>)"
)
END_IF: Final = "<![endif]-->"
VOID: Final = frozenset("area base br col embed hr img input link meta source track wbr".split(" "))
RAW: Final = ("style", "script", "title", "textarea")
# A tag inside these elements closes no tag outside (HTML, 13.2.4.2, "has an element in table
# scope").
WALLS: Final = frozenset({"td", "th", "table", "caption", "body", "html"})
TABLE: Final = WALLS | {"tr", "tbody", "thead", "tfoot"}


@dataclass(frozen=True, slots=True)
class Loose:
    """A tag or a comment without a counterpart."""

    mark: int | None  # of its place; None: the tag comes from a text of the issue
    message: Phrase  # the fault, then the remedy


@dataclass(slots=True)
class _Stack:
    """The open elements at one place, the outermost first."""

    open: list[tuple[str, int | None]] = field(default_factory=list)

    def close(self, tag: str, mark: int | None) -> Iterator[Loose]:
        at = self._opened_at(tag)
        if at is None:
            yield Loose(mark, phrase("proof.tag-not-opened", tag=tag))
            return
        yield from self.end(at + 1)
        self.open.pop()

    def end(self, at: int = 0) -> Iterator[Loose]:
        """Yield the elements still open from index *at* on, and close them."""
        for tag, mark in self.open[at:]:
            yield Loose(mark, phrase("proof.tag-not-closed", tag=tag))
        del self.open[at:]

    def _opened_at(self, tag: str) -> int | None:
        for at in range(len(self.open) - 1, -1, -1):
            name = self.open[at][0]
            if name == tag:
                return at
            if name in WALLS and tag not in TABLE:
                return None
        return None


def loose_ends(page: str) -> Iterator[Loose]:
    """
    Find the tags that a traced page does not close, and closing tags that match no open tag.

    The contents of each of Outlook's conditional comments are matched separately: a table is
    opened in one comment and closed in another.
    """
    outside, word = _Stack(), _Stack()
    stack, at = outside, 0
    while found := PIECE.search(page, at):
        at = found.end()
        mark = int(found["mark"]) if found["mark"] else None
        comment = found["open_comment"] or ""
        end = page.find("-->", at)
        if found["end_if"] or found["shown"]:
            stack = outside
        elif comment and end < 0:
            yield Loose(mark, phrase("proof.comment-not-closed"))
            return
        elif comment and page.endswith(END_IF, at, end + 3) and "[if" in comment:
            stack = word
        elif comment:
            if "[if" in comment:
                yield Loose(mark, phrase("proof.condition-end", end=END_IF))
            at = end + 3
        else:
            yield from _tag(found, mark, stack)
            if not found["slash"] and found["tag"].lower() in RAW:
                at = max(at, page.find(f"</{found['tag']}", at))
    yield from outside.end()
    yield from word.end()


def _tag(found: re.Match[str], mark: int | None, stack: _Stack) -> Iterator[Loose]:
    tag = found["tag"].lower()
    if found["slash"]:
        yield from stack.close(tag, mark)
    elif tag not in VOID and not (":" in tag and found[0].endswith("/>")):
        stack.open.append((tag, mark))
