"""Reads the fields of a YAML mapping one by one, and records the problems of each."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Final
from unicodedata import normalize
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import yaml
from markdown_it.common.normalize_url import normalizeLink

from newsletter.issue.bounce_address import (
    LOCAL_PART_MAX,
    PLACE,
    TOKEN_LENGTH,
    local_part_length,
    token_template,
)
from newsletter.issue.problems import Problems
from newsletter.issue.text_file import FORBIDDEN, describe
from newsletter.issue.yaml_faults import cut_off
from newsletter.lang import Lang
from newsletter.phrases import Phrase, Said, phrase

YES: Final = ("yes", "true", "on")
NO: Final = ("no", "false", "off")
SPACES: Final = re.compile(r"[ \t\r\n]+")  # a no-break space is kept
ADDRESS: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"
)

ADDRESS_MAX: Final = 254  # characters; RFC 5321, section 4.5.3.1.3, without the brackets


class Fields:
    """
    The fields of one mapping; each is read once, `finish` reports fields that were not read.

    A missing or wrong field is recorded in *problems* and returned as an empty value, so that
    reading continues and all problems are shown together.
    """

    # Large because it has one short method for each kind of value that an editor may write.

    def __init__(
        self, node: yaml.MappingNode, place: str, first_line: int, problems: Problems
    ) -> None:
        self._place = place
        self._first_line = first_line
        self._problems = problems
        self._own_line = self._line(node)
        self._nodes: dict[str, yaml.Node] = {}
        self._keys: dict[str, yaml.Node] = {}
        self._known: set[str] = set()
        for key, value in node.value:
            name = self._clean(key) if isinstance(key, yaml.ScalarNode) else ""
            if not name:
                self._note(key, phrase("issue.nameless-field"))
                continue
            if name in self._nodes:
                self._note(key, phrase("issue.field-twice", key=name))
            self._nodes[name] = value
            self._keys[name] = key

    @property
    def place(self) -> str:
        """The file, as messages name it."""
        return self._place

    def text(self, key: str, *, required: bool = True, prose: bool = True) -> str:
        """
        Read a line of text; numbers and dates are returned as they are written.

        Args:
            key: the field's name.
            required: record a problem if the field is missing or empty.
            prose: the value is text for readers, so a comment after it may be part of the text;
                after a name or an address "# words" is a comment, "#word" is not.
        """
        node = self._take(key, required=required)
        if node is None:
            return ""
        if not isinstance(node, yaml.ScalarNode):
            as_list = phrase("issue.list-as-text", key=key)
            as_mapping = phrase("issue.mapping-as-text", key=key)
            is_list = isinstance(node, yaml.SequenceNode)
            self._note(node, as_list if is_list else as_mapping)
            return ""
        if node.tag.endswith((":bool", ":null")) and node.style is None and node.value:
            self._note(node, phrase("issue.word-of-yaml", key=key, value=node.value))
            return ""
        value = self._clean(node)
        if self._is_cut_off(key, node, prose=prose):
            return (value or "#") if prose else ""  # not empty: a fault is reported once
        if required and not value:
            self._note(node, phrase("issue.field-empty", key=key))
        return value

    def flag(self, key: str) -> bool:
        """Read yes or no; one of them must be written."""
        node = self._take(key)
        value = node.value.lower() if isinstance(node, yaml.ScalarNode) else ""
        if node is not None and value not in YES + NO:
            self._note(node, phrase("issue.yes-or-no", key=key))
        return value in YES

    def day(self, key: str) -> date:
        """Read a calendar day, written as 2022-08-26."""
        node = self._take(key)
        if node is not None:
            value = node.value if isinstance(node, yaml.ScalarNode) else ""
            try:
                if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
                    return date.fromisoformat(value)
            except ValueError:
                pass
            self._note(node, phrase("issue.no-day", key=key))
        return date(1970, 1, 1)

    def choice(self, key: str, accepted: Iterable[str], *, required: bool = True) -> str:
        """Read one of the *accepted* words; may be empty if not *required*."""
        node = self._take(key, required=required)
        value = node.value if isinstance(node, yaml.ScalarNode) else ""
        if node is not None and value not in accepted:
            self._note(node, phrase("issue.not-among", key=key, accepted=list(accepted)))
            return ""
        return value

    def matching(self, key: str, pattern: str, remedy: Said, *, required: bool = True) -> str:
        """Read a formal value, not prose; *pattern* must match it completely."""
        return self._matched(key, pattern, remedy, self.text(key, required=required, prose=False))

    def _matched(self, key: str, pattern: str, remedy: Said, value: str) -> str:
        if value and not re.fullmatch(pattern, value):
            self._note(self._nodes[key], phrase("issue.wrong-form", key=key, remedy=remedy))
            return ""
        return value

    def prose(self, key: str, pattern: str, remedy: Said) -> str:
        """Read a text for readers; *pattern* must match it completely."""
        return self._matched(key, pattern, remedy, self.text(key))

    def matching_each(self, key: str, pattern: str, remedy: Said) -> list[str]:
        """Read one text or a list of texts, each as `matching` does; empty if missing."""
        if not isinstance(self._nodes.get(key), yaml.SequenceNode):
            value = self.matching(key, pattern, remedy, required=False)
            return [value] if value else []
        node = self._take(key)
        values = []
        for item in node.value if node else ():
            value = self._clean(item) if isinstance(item, yaml.ScalarNode) else ""
            if isinstance(item, yaml.ScalarNode) and self._is_cut_off(key, item, prose=False):
                continue
            if re.fullmatch(pattern, value):
                values.append(value)
            else:
                fault = phrase("issue.wrong-form-inside", value=value, key=key, remedy=remedy)
                self._note(item, fault)
        return values

    def address(self, key: str, *, required: bool = True) -> str:
        """Read an e-mail address in ASCII."""
        pattern = rf"(?=.{{1,{ADDRESS_MAX}}}$)" + ADDRESS.pattern
        return self.matching(key, pattern, phrase("issue.write-email"), required=required)

    def bounce_address(self, key: str) -> str | None:
        """Read the address for bounces, with or without a placeholder of the token."""
        value = self.text(key, required=False, prose=False)
        if not value:
            return None
        remedy = phrase("issue.write-bounces", most=LOCAL_PART_MAX - TOKEN_LENGTH)
        filled = token_template(value).replace(PLACE, "t" * TOKEN_LENGTH)
        is_address = ADDRESS.fullmatch(filled.replace("t" * TOKEN_LENGTH, "t"))
        if not is_address or filled.rpartition("@")[0].count("t" * TOKEN_LENGTH) != 1:
            self._note(self._nodes[key], phrase("issue.wrong-form", key=key, remedy=remedy))
        elif local_part_length(value) > LOCAL_PART_MAX or len(filled) > ADDRESS_MAX:
            self._note(self._nodes[key], phrase("issue.bounces-long", key=key, remedy=remedy))
        else:
            return value
        return None

    def url(self, key: str, *, required: bool = True) -> str:
        """Read an absolute http or https URL; returns it percent-encoded in ASCII."""
        value = self.text(key, required=required, prose=False)
        if value and not is_web_address(value):
            self._note(self._nodes[key], phrase("issue.no-web-address", key=key))
            return ""
        return normalizeLink(value)

    def url_by_lang(self, key: str) -> Mapping[Lang, str]:
        """Read a URL in every language."""
        inner = self.inner(key)
        urls = {lang: inner.url(lang.value) if inner else "" for lang in Lang}
        if inner:
            inner.finish()
        return urls

    def zone(self, key: str) -> ZoneInfo:
        """Read the name of a time zone, such as Asia/Seoul."""
        value = self.text(key, prose=False)
        try:
            return ZoneInfo(value or "UTC")
        except (OSError, ValueError, LookupError):
            self._note(self._nodes[key], phrase("issue.no-time-zone", key=key))
            return ZoneInfo("UTC")

    def by_lang(self, key: str, pattern: str = r"(?s).*", remedy: Said = "") -> Mapping[Lang, str]:
        """Read prose in every language, ``{ko: …, en: …}``; *pattern* must match it completely."""
        inner = self.inner(key)
        texts = {lang: inner.prose(lang.value, pattern, remedy) if inner else "" for lang in Lang}
        if inner:
            inner.finish()
        return texts

    def inner(
        self, key: str, *, required: bool = True, of: Iterable[str] = tuple(Lang)
    ) -> "Fields | None":
        """Read a nested mapping, and return its fields; *of* lists them for a remedy."""
        node = self._take(key, required=required)
        if node is None:
            return None
        if isinstance(node, yaml.MappingNode):
            return Fields(node, self._place, self._first_line, self._problems)
        self._note(node, phrase("issue.wants-fields", key=key, names=list(of)))
        return None

    def rows(self, key: str) -> tuple[tuple[str, str], ...]:
        """Read label-and-value rows in their order; empty if the field is missing."""
        node = self._take(key, required=False)
        if node is None:
            return ()
        if isinstance(node, yaml.ScalarNode) and self._is_cut_off(key, node, prose=True):
            return ()
        if not isinstance(node, yaml.MappingNode):
            self._note(node, phrase("issue.wants-rows", key=key))
            return ()
        inner = Fields(node, self._place, self._first_line, self._problems)
        return tuple((label, inner.text(label)) for label in inner.names())

    def names(self) -> list[str]:
        """Return the names of the fields that are present, in their order."""
        return list(self._nodes)

    def has(self, key: str) -> bool:
        """Whether the field is present, with any value."""
        return key in self._nodes

    def is_mapping(self, key: str) -> bool:
        """Whether the field is a nested mapping."""
        return isinstance(self._nodes.get(key), yaml.MappingNode)

    def note(self, key: str, message: Said) -> None:
        """Record a problem of a field beyond its form."""
        self._problems.add(self._place, self.line_of(key), message)

    def line_of(self, key: str) -> int:
        """Return the line of the file on which the field is."""
        return self._line(self._keys[key]) if key in self._keys else self._own_line

    def lines(self) -> Mapping[str, int]:
        """Return the line of every field, and of the fields inside a field: ``facts.Date``."""
        inside = {
            f"{name}.{self._clean(key)}": self._line(key)
            for name, node in self._nodes.items()
            if isinstance(node, yaml.MappingNode)
            for key, _ in node.value
            if isinstance(key, yaml.ScalarNode)
        }
        return {name: self._line(key) for name, key in self._keys.items()} | inside

    def written(self) -> Mapping[str, tuple[int, str]]:
        """Return line and text of every field, including nested ones: ``sender.name.ko``."""
        found: dict[str, tuple[int, str]] = {}
        for name, node in self._nodes.items():
            _add_written(name, node, found, self._first_line)
        return found

    def finish(self) -> None:
        """Record a problem for every field that was not read."""
        for key in self._keys:
            if key not in self._known:
                self.note(key, self._no_such_field(key))

    def _no_such_field(self, key: str) -> Phrase:
        untaken = sorted(self._known - self._nodes.keys())
        if near := get_close_matches(key, untaken, n=1, cutoff=0.5):
            return phrase("issue.misspelt-field", key=key, near=near[0])
        return phrase("issue.unknown-field", key=key, known=sorted(self._known))

    def _take(self, key: str, *, required: bool = True) -> yaml.Node | None:
        self._known.add(key)
        node = self._nodes.get(key)
        if node is None and required:
            self._problems.add(self._place, self._own_line, phrase("issue.field-missing", key=key))
        return node

    def _is_cut_off(self, key: str, node: yaml.ScalarNode, *, prose: bool) -> bool:
        """Record a text of which YAML reads a part as a comment, as in ``title: News #3``."""
        own = self._keys.get(key) if node is self._nodes.get(key) else None
        found = cut_off(node, own, prose=prose)
        if found:
            self._note(found[0], phrase("issue.field-cut-off", key=key, quoted=found[1]))
        return found is not None

    def _clean(self, node: yaml.ScalarNode) -> str:
        """Return a scalar on one line in NFC; a YAML escape may contain a forbidden character."""
        value = normalize("NFC", SPACES.sub(" ", node.value).strip(" "))
        if found := FORBIDDEN.search(value):
            self._note(node, phrase("issue.character-in-field", character=describe(found[0])))
            return ""
        return value

    def _line(self, node: yaml.Node) -> int:
        return int(node.start_mark.line) + self._first_line

    def _note(self, node: yaml.Node, message: Phrase) -> None:
        self._problems.add(self._place, self._line(node), message)


def _add_written(
    name: str, node: yaml.Node, found: dict[str, tuple[int, str]], first_line: int
) -> None:
    if isinstance(node, yaml.ScalarNode):
        text = normalize("NFC", SPACES.sub(" ", node.value).strip(" "))
        found[name] = (int(node.start_mark.line) + first_line, text)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                _add_written(f"{name}.{key.value}", value, found, first_line)


def is_web_address(value: str) -> bool:
    """Whether *value* is an absolute http or https URL without spaces."""
    try:
        parts = urlsplit(value)
        is_whole = parts.scheme in ("http", "https") and bool(parts.hostname)
        return is_whole and not re.search(r"\s", value)
    except ValueError:
        return False
