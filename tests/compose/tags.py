"""Reads a letter's HTML the way a test wants it: its tags in order, with their attributes."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass(frozen=True)
class Tag:
    name: str
    attrs: dict[str, str]
    line: int


@dataclass
class _Collector(HTMLParser):
    tags: list[Tag] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(Tag(tag, {name: value or "" for name, value in attrs}, self.getpos()[0]))

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def tags_of(html: str, name: str | None = None) -> list[Tag]:
    """Return every start tag, or those called *name*, in order."""
    collector = _Collector()
    collector.feed(html)
    return [tag for tag in collector.tags if name in (None, tag.name)]


def comments_of(html: str) -> list[str]:
    """Return every comment, conditional ones included, in order."""
    collector = _Collector()
    collector.feed(html)
    return collector.comments
