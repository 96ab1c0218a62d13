"""What is wrong with a field as YAML reads it: names the field, and what to write instead."""

import re
from typing import Final

import yaml

QUOTES: Final = (
    "text with a colon, or that starts with a bracket or a mark, must stand in quotes: "
    'title: "[AUG. 2022] …"'
)
# What PyYAML was at when the true place of the fault is the start of it, not its end.
OPENED: Final = (
    "while scanning a quoted scalar",
    "while parsing a flow sequence",
    "while parsing a flow mapping",
    "while scanning a simple key",
)
FIELD: Final = re.compile(
    r"[ \t]*(?:- )?(?P<key>[^\s:#{\[\"'&*!|>%@`,?-][^:#]*):(?:[ \t]+(?P<value>.*))?$"
)
# YAML begins a comment at a # that blanks stand before.
COMMENT: Final = re.compile(r"(?<![ \t])[ \t]+#.*")
HEADED: Final = ("|", ">")  # the styles of texts that start on the next line
HEAD: Final = "|>+-0123456789"
COMMENTED: Final = (
    "{key!r}: # after a blank begins a comment here, and the text ends before it; "
    "put the text in quotes: {key}: {quoted} (and a comment on a line of its own)"
)


def explain(error: yaml.MarkedYAMLError, text: str) -> tuple[int, str]:
    """Return the line of *text* (counted from 0) that is to be mended, and how."""
    mark = error.context_mark if error.context in OPENED else error.problem_mark
    lines = text.split("\n")
    at = int(mark.line) if mark else 0
    fault = f"this is not YAML ({error.problem})"
    if error.context == "while scanning a simple key" and COMMENT.search(lines[at]):
        label = in_quotes(lines[at].rpartition(":")[0].strip() or "…")
        return at, f"{fault}; # after a blank begins a comment here; put it in quotes: {label}: …"
    line, key, value = _field_above(lines, at)
    if not key:
        return line, f"{fault}; {_indented_with_tab(error) or QUOTES}"
    return line, _message(error, fault, key, value)


def _message(error: yaml.MarkedYAMLError, fault: str, key: str, value: str) -> str:
    quoted = in_quotes(value)
    if value[:1] not in ("", '"', "'") and COMMENT.search(value):
        each = '{ko: "…", en: "…"}'
        return COMMENTED.format(key=key, quoted=each if value.startswith("{") else quoted)
    if error.context == "while scanning a quoted scalar":
        return f'{key!r}: {fault}; close the quotation mark that the text starts with: {key}: "…"'
    if error.context == "while scanning a double-quoted scalar":
        inner = value[1:].rpartition('"')[0] or "…"
        return f"{key!r}: {fault}; a \\ means nothing between these marks: {key}: {_plain(inner)}"
    if "mapping values" in str(error.problem):
        if ": " not in value and not value.endswith(":"):
            return (
                f"{key!r}: {fault}; it stands further to the right than the field above it, so "
                "move it to the left, or put a text of several lines in quotes"
            )
        return (
            f"{key!r}: {fault}: a colon begins a value of its own; put the text in quotes: "
            f"{key}: {quoted}"
        )
    if "'\\t'" in str(error.problem):
        remedy = "write a blank instead of the tab" if "\t" in value else "indent with spaces"
        return f"{key!r}: {fault}; {remedy}, never a tab"
    return f"{key!r}: {fault}; put the text in quotes: {key}: {quoted}"


def in_quotes(value: str) -> str:
    """Show *value* as it is written in YAML so that it is text as a whole."""
    if '"' not in value and "\\" not in value:
        return f'"{value}"'
    return _plain(value)


def _plain(value: str) -> str:
    """Show *value* in the quotation marks between which every other mark is text."""
    return "'" + value.replace("'", "''") + "'"


def field_at(text: str, line: int) -> str:
    """Name the field on a line (counted from 0), for the start of a message."""
    _, key, _ = _field_above(text.split("\n"), line)
    return f"{key!r}: " if key else ""


def cut_off(
    node: yaml.ScalarNode, key: yaml.Node | None = None, *, prose: bool
) -> tuple[yaml.Node, str] | None:
    """
    Find what YAML cut off from a value as a comment.

    Args:
        node: the value.
        key: the name before it, if it has one: a comment may stand between the two as well.
        prose: nobody can tell a remark from the rest of a sentence, so beside prose without
            quotes there is none; elsewhere "# words" is a remark, and "#word" is not.

    Returns:
        What stands on the line to mend, and the whole value in quotes; None: nothing was cut off.
    """
    comments = [_comment_before(node, key) if key else "", _comment_behind(node)]
    before, behind = ("" if _is_remark(one, node, prose) else one for one in comments)
    if not before and not behind:
        return None
    words = (before, behind, node.value) if node.style in HEADED else (before, node.value, behind)
    return (key if key and before else node), in_quotes(" ".join(" ".join(words).split()))


def _is_remark(comment: str, node: yaml.ScalarNode, prose: bool) -> bool:
    if prose and node.style is None:
        return False
    if not prose and node.tag.endswith((":int", ":float", ":timestamp")):
        return True
    return comment.startswith("# ") or comment == "#"


def _comment_before(node: yaml.ScalarNode, key: yaml.Node) -> str:
    """Return the comment behind the colon where the value starts on a later line."""
    start, end = key.end_mark, node.start_mark
    if start is None or end is None or end.buffer is None or start.line == end.line:
        return ""
    between = end.buffer[start.pointer : end.pointer].partition("\n")[0]
    return between.lstrip(" \t:").strip() if COMMENT.search(between) else ""


def _comment_behind(node: yaml.ScalarNode) -> str:
    mark = node.start_mark if node.style in HEADED else node.end_mark
    buffer = mark.buffer if mark else None
    if mark is None or buffer is None:
        return ""
    ends = [at for at in (buffer.find(end, mark.pointer) for end in "\n\0") if at >= 0]
    rest = buffer[mark.pointer : min(ends, default=len(buffer))]
    found = COMMENT.fullmatch(rest.lstrip(HEAD) if node.style in HEADED else rest)
    return found[0].strip() if found else ""


def _field_above(lines: list[str], at: int) -> tuple[int, str, str]:
    """Return the nearest line with a field, from *at* upwards, its name and what stands there."""
    for line in range(min(at, len(lines) - 1), -1, -1):
        found = FIELD.match(lines[line])
        if found:
            value = (found["value"] or "").strip()
            return (line if _goes_on(lines[line:at]) else at), found["key"].rstrip(), value
    return at, "", ""


def _goes_on(lines: list[str]) -> bool:
    """Say whether a comment on the first of the *lines* has ended the text that goes on below."""
    return bool(lines) and bool(COMMENT.search(lines[0]))


def _indented_with_tab(error: yaml.MarkedYAMLError) -> str:
    return "indent with spaces, never with a tab" if "'\\t'" in str(error.problem) else ""
