"""From YAML text to fields, without ever building an object or expanding an alias."""

from typing import Final

import yaml

from newsletter.issue.fields import Fields
from newsletter.issue.problems import Problems

DEPTH_MAX: Final = 8
QUOTES: Final = (
    "text with a colon, or that starts with a bracket or a mark, must stand in quotes: "
    'title: "[AUG. 2022] …"'
)
# What PyYAML was at when the true place of the fault is the start of it, not its end.
OPENED: Final = (
    "while scanning a quoted scalar",
    "while parsing a flow sequence",
    "while parsing a flow mapping",
)


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
        refused = _refusal(text)
        node = None if refused else yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.context_mark if error.context in OPENED else error.problem_mark
        line = first_line + (mark.line if mark else 0)
        problems.add(place, line, f"this is not YAML ({error.problem}); {_remedy(error)}")
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


def _remedy(error: yaml.MarkedYAMLError) -> str:
    if "'\\t'" in str(error.problem):
        return "indent with spaces, never with a tab"
    return QUOTES


def _refusal(text: str) -> tuple[int, str] | None:
    """Say where (a line counted from 0) *text* is more than plain fields, and what to do."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        documents += isinstance(event, yaml.DocumentStartEvent)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        message = _event_refusal(event)
        if documents > 1:
            message = "a line of '---' starts a second document; delete it"
        elif depth > DEPTH_MAX:
            message = f"more than {DEPTH_MAX} levels deep; write it flatter"
        if message:
            return int(event.start_mark.line) if event.start_mark else 0, message
    return None


def _event_refusal(event: yaml.Event) -> str | None:
    """Refuse aliases (they can blow up) and tags (they can build objects)."""
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
        return "aliases (& and *) are not allowed; write the value out, in quotes if it starts so"
    if tag := getattr(event, "tag", None):
        return f"the tag {tag!r} is not allowed; write plain text, in quotes if it starts with !"
    return None
