"""Explains faults of YAML fields: names the field, and the remedy."""

import re
from typing import Final

import yaml

from newsletter.phrases import Phrase, phrase

# PyYAML's contexts for which the fault's true place is the start of the context, not its end.
OPENED: Final = (
    "while scanning a quoted scalar",
    "while parsing a flow sequence",
    "while parsing a flow mapping",
    "while scanning a simple key",
)
FIELD: Final = re.compile(
    r"[ \t]*(?:- )?(?P<key>[^\s:#{\[\"'&*!|>%@`,?-][^:#]*):(?:[ \t]+(?P<value>.*))?$"
)
# In YAML a # after a space begins a comment.
COMMENT: Final = re.compile(r"(?<![ \t])[ \t]+#.*")
TAB: Final = "'\\t'"  # PyYAML's name of a tab
HEADED: Final = ("|", ">")  # styles of block texts, which start on the next line
HEAD: Final = "|>+-0123456789"


def explain(error: yaml.MarkedYAMLError, text: str) -> tuple[int, Phrase]:
    """Return the line of *text* (counted from 0) to correct, and the remedy."""
    mark = error.context_mark if error.context in OPENED else error.problem_mark
    lines = text.split("\n")
    at = int(mark.line) if mark else 0
    problem = str(error.problem)
    if error.context == "while scanning a simple key" and COMMENT.search(lines[at]):
        label = in_quotes(lines[at].rpartition(":")[0].strip() or "…")
        return at, phrase("issue.yaml-comment-in-name", problem=problem, label=label)
    line, key, value = _field_above(lines, at)
    if key:
        return line, _in_field(error, key, value)
    if TAB in problem:
        return line, phrase("issue.yaml-tab-indent", problem=problem)
    return line, phrase("issue.yaml-unquoted", problem=problem)


def _in_field(error: yaml.MarkedYAMLError, key: str, value: str) -> Phrase:
    problem, quoted = str(error.problem), in_quotes(value)
    if value[:1] not in ("", '"', "'") and COMMENT.search(value):
        each = '{ko: "…", en: "…"}'
        quoted = each if value.startswith("{") else quoted
        return phrase("issue.field-cut-off", key=key, quoted=quoted)
    if error.context == "while scanning a quoted scalar":
        return phrase("issue.yaml-quote-open", key=key, problem=problem)
    if error.context == "while scanning a double-quoted scalar":
        inner = _plain(value[1:].rpartition('"')[0] or "…")
        return phrase("issue.yaml-backslash", key=key, problem=problem, quoted=inner)
    if "mapping values" in problem:
        if ": " not in value and not value.endswith(":"):
            return phrase("issue.yaml-too-far-right", key=key, problem=problem)
        return phrase("issue.yaml-colon", key=key, problem=problem, quoted=quoted)
    if TAB in problem and "\t" in value:
        return phrase("issue.yaml-tab-inside", key=key, problem=problem)
    if TAB in problem:
        return phrase("issue.yaml-tab-before", key=key, problem=problem)
    return phrase("issue.yaml-unquoted-field", key=key, problem=problem, quoted=quoted)


def in_quotes(value: str) -> str:
    """Return *value* quoted for YAML, so that all of it is text."""
    if '"' not in value and "\\" not in value:
        return f'"{value}"'
    return _plain(value)


def _plain(value: str) -> str:
    """Return *value* in the quotation marks between which all other characters are text."""
    return "'" + value.replace("'", "''") + "'"


def in_field(text: str, line: int, message: Phrase) -> Phrase:
    """Prefix a message with the field's name on a line (counted from 0), if there is one."""
    _, key, _ = _field_above(text.split("\n"), line)
    return phrase("issue.in-field", key=key, message=message) if key else message


def cut_off(
    node: yaml.ScalarNode, key: yaml.Node | None = None, *, prose: bool
) -> tuple[yaml.Node, str] | None:
    """
    Find the part of a value that YAML read as a comment.

    Args:
        node: the value.
        key: the field's name, if there is one: a comment may also be between name and value.
        prose: in prose a comment cannot be distinguished from the rest of a sentence, so any
            comment after unquoted prose is cut-off text; elsewhere "# words" is a comment, and
            "#word" is not.

    Returns:
        The text of the line to correct, and the whole value in quotes; None: nothing was cut off.
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
    """Return the comment after the colon if the value starts on a later line."""
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
    """Return the nearest line with a field, from *at* upwards, with its name and value."""
    for line in range(min(at, len(lines) - 1), -1, -1):
        found = FIELD.match(lines[line])
        if found:
            value = (found["value"] or "").strip()
            return (line if _goes_on(lines[line:at]) else at), found["key"].rstrip(), value
    return at, "", ""


def _goes_on(lines: list[str]) -> bool:
    """Whether a comment on the first of the *lines* ends a text that continues below."""
    return bool(lines) and bool(COMMENT.search(lines[0]))
