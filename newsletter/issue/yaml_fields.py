"""From YAML text to fields, without ever building an object or expanding an alias."""

from collections import deque
from collections.abc import Iterable
from typing import Final

import yaml
from yaml.composer import Composer
from yaml.resolver import Resolver

from newsletter.issue.fields import Fields
from newsletter.issue.problems import Problems
from newsletter.issue.yaml_faults import QUOTES, explain, field_at

DEPTH_MAX: Final = 8


def read_fields(text: str, place: str, first_line: int, problems: Problems) -> Fields | None:
    """
    Read a YAML mapping.

    Args:
        text: the YAML text, NFC with LF.
        place: the file, for messages.
        first_line: the line of the file that *text* starts on, counted from 1.
        problems: takes what is wrong.

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
        # PyYAML hands numbers in "\U…" and "%YAML …" to Python unchecked.
        problems.add(place, first_line, f"this is not YAML; {QUOTES}")
        return None
    if refused:
        line, message = refused
        problems.add(place, first_line + line, message)
        return None
    if isinstance(node, yaml.MappingNode):
        return Fields(node, place, first_line, problems)
    kind = {yaml.SequenceNode: "a list", yaml.ScalarNode: "a text"}.get(type(node), "empty")
    problems.add(place, first_line, f"this is {kind}; write fields, one a line: 'name: value'")
    return None


class _Composed(Composer, Resolver):
    """Makes nodes of events that are there already, so that the text is parsed once."""

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


def _plain_events(text: str) -> tuple[list[yaml.Event], tuple[int, str] | None]:
    """Parse *text*; where (a line counted from 0) it is more than plain fields, say what to do."""
    depth = documents = 0
    events = []
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        events.append(event)
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        message = _event_refusal(event, text)
        if documents > 1:
            message = "a line of '---' starts a second document; delete it"
        elif depth > DEPTH_MAX:
            message = f"more than {DEPTH_MAX} levels deep; write it flatter"
        if message:
            line = int(event.start_mark.line) if event.start_mark else 0
            return events, (line, message)
    return events, None


def _event_refusal(event: yaml.Event, text: str) -> str | None:
    """Refuse aliases (they can blow up) and tags (they can build objects)."""
    line = int(event.start_mark.line) if event.start_mark else 0
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        return (
            f"{field_at(text, line)}aliases (& and *) are not allowed; "
            "write the value out, in quotes if it starts so"
        )
    if tag := getattr(event, "tag", None):
        return (
            f"{field_at(text, line)}the tag {tag!r} is not allowed; "
            "write plain text, in quotes if it starts with !"
        )
    return None
