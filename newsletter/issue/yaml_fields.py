"""Parses YAML text to fields, without building objects or expanding aliases."""

from collections import deque
from collections.abc import Iterable
from typing import Final

import yaml
from yaml.composer import Composer
from yaml.resolver import Resolver

from newsletter.issue.fields import Fields
from newsletter.issue.problems import Problems
from newsletter.issue.yaml_faults import explain, in_field
from newsletter.phrases import Phrase, phrase

DEPTH_MAX: Final = 8


def read_fields(text: str, place: str, first_line: int, problems: Problems) -> Fields | None:
    """
    Read a YAML mapping.

    Args:
        text: the YAML text, in NFC with LF.
        place: the file, for messages.
        first_line: the line of the file that *text* starts on, counted from 1.
        problems: collects the problems.

    Returns:
        The mapping's fields, or None if *text* is not one plain mapping.
    """
    try:
        events, refused = _plain_events(text)
        node = None if refused else _Composed(events).get_single_node()
    except yaml.MarkedYAMLError as error:
        line, message = explain(error, text)
        problems.add(place, first_line + line, message)
        return None
    except (yaml.YAMLError, ValueError, OverflowError):
        # PyYAML passes numbers in "\U…" and "%YAML …" to Python unchecked.
        problems.add(place, first_line, phrase("issue.yaml-unread"))
        return None
    if refused:
        line, message = refused
        problems.add(place, first_line + line, message)
        return None
    if isinstance(node, yaml.MappingNode):
        return Fields(node, place, first_line, problems)
    problems.add(place, first_line, _no_fields(node))
    return None


def _no_fields(node: yaml.Node | None) -> Phrase:
    match node:
        case yaml.SequenceNode():
            return phrase("issue.list-not-fields")
        case yaml.ScalarNode():
            return phrase("issue.text-not-fields")
        case _:
            return phrase("issue.empty-not-fields")


class _Composed(Composer, Resolver):
    """Makes nodes from existing events, so that the text is parsed once."""

    def __init__(self, events: Iterable[yaml.Event]) -> None:
        Composer.__init__(self)
        Resolver.__init__(self)
        self._events = deque(events)

    def check_event(self, *choices: type[yaml.Event]) -> bool:
        return isinstance(self._events[0], choices)

    def peek_event(self) -> yaml.Event:
        return self._events[0]

    def get_event(self) -> yaml.Event:
        return self._events.popleft()


def _plain_events(text: str) -> tuple[list[yaml.Event], tuple[int, Phrase] | None]:
    """Parse *text*; if it is more than plain fields, return a line (from 0) and a remedy."""
    depth = documents = 0
    events = []
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        events.append(event)
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        message = _event_refusal(event, text)
        if documents > 1:
            message = phrase("issue.second-document")
        elif depth > DEPTH_MAX:
            message = phrase("issue.fields-too-deep", levels=DEPTH_MAX)
        if message:
            line = int(event.start_mark.line) if event.start_mark else 0
            return events, (line, message)
    return events, None


def _event_refusal(event: yaml.Event, text: str) -> Phrase | None:
    """Refuse aliases (their expansion may be huge) and tags (they may build objects)."""
    line = int(event.start_mark.line) if event.start_mark else 0
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        return in_field(text, line, phrase("issue.no-aliases"))
    if tag := getattr(event, "tag", None):
        return in_field(text, line, phrase("issue.no-tags", tag=tag))
    return None
