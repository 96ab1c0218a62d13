"""Parses .env line by line, so that no setting is ignored or ambiguous."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from io import StringIO
from operator import itemgetter
from pathlib import Path
from typing import Final

from dotenv.parser import Binding, parse_stream

from newsletter.errors import SettingsError
from newsletter.files import read_regular_text, reason_of
from newsletter.phrases import Phrase, phrase

NAME: Final = ".env"
PREFIX: Final = "NEWSLETTER_"
WORD: Final = "NEWSLETTER"
PREFIX_FAR: Final = 2  # letters that may differ from WORD, if a known setting's name follows


@dataclass(frozen=True, slots=True)
class EnvLine:
    """One NAME=value line of the file."""

    number: int  # counted from 1
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class EnvFile:
    """The content of .env, and all faults of its form."""

    lines: Sequence[EnvLine]
    faults: Sequence[Phrase]

    @property
    def values(self) -> dict[str, str]:
        """The values, by name."""
        return {line.name: line.value for line in self.lines}


def read_env_file(path: Path, known: Iterable[str]) -> EnvFile:
    """
    Read the settings in *path*; a missing file has none.

    Args:
        path: the file.
        known: the names of all settings, with their prefix.

    Raises:
        SettingsError: the file cannot be read, or is not UTF-8.
    """
    try:
        text = read_regular_text(path).removeprefix("\ufeff") if path.exists() else ""
    except UnicodeDecodeError as error:
        fault = phrase("settings.env-not-utf8", place=error.start + 1)
        raise SettingsError(fault) from error
    except OSError as error:
        raise SettingsError(phrase("settings.env-unread", fault=reason_of(error))) from error
    return parse_env(text, tuple(known))


def parse_env(text: str, known: Sequence[str]) -> EnvFile:
    """Parse the text of a .env file; *known* are the names of all settings."""
    lines: list[EnvLine] = []
    faults: list[tuple[int, Phrase]] = []
    # Each binding is checked here, because python-dotenv itself ignores lines that it cannot read,
    # and reads a dollar sign in a password as a reference to another variable.
    for binding in parse_stream(StringIO(text)):
        number = _line_of(binding)
        if binding.error or (binding.key and binding.value is None):
            faults.append((number, phrase("settings.env-line")))
        elif binding.key:
            line = EnvLine(number, binding.key, binding.value or "")
            lines.append(line)
            faults += _find_swallowed(line)
    for line in lines:
        if what := _find_wrong_name(line.name, known, is_ours=True):
            faults.append((line.number, what))
    faults += _find_repeated(lines)
    return EnvFile(
        lines,
        [
            phrase("common.at-line", place=NAME, line=number, message=what)
            for number, what in sorted(faults, key=itemgetter(0))
        ],
    )


def _line_of(binding: Binding) -> int:
    """Return the line of the name; python-dotenv counts from the blank lines before it."""
    text = binding.original.string
    return binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")


def _find_swallowed(line: EnvLine) -> Iterable[tuple[int, Phrase]]:
    """Find settings inside a quoted value of several lines: a closing quote is missing."""
    for offset, part in enumerate(line.value.split("\n")):
        found = re.match(rf"\s*(?:export\s+)?({PREFIX}\w+)\s*=", part) if offset else None
        if found:
            what = phrase("settings.env-in-quotes", name=found[1], line=line.number)
            yield line.number + offset, what


def _find_repeated(lines: Sequence[EnvLine]) -> Iterable[tuple[int, Phrase]]:
    """Find settings of this program with more than one value: the intended one is unclear."""
    by_name: dict[str, list[EnvLine]] = {}
    for line in lines:
        if line.name.startswith(PREFIX):
            by_name.setdefault(line.name, []).append(line)
    for name, same in by_name.items():
        if len({line.value.strip() for line in same}) > 1:
            *earlier, last = same
            numbers = [line.number for line in earlier]
            yield (
                last.number,
                phrase(
                    "settings.env-repeated",
                    count=len(earlier),
                    name=name,
                    times=len(same),
                    lines=numbers,
                ),
            )


def find_emptied(environ: Mapping[str, str], file: EnvFile) -> list[Phrase]:
    """
    Find settings that have a value in the file, and are empty in the environment.

    The environment takes precedence, and an empty setting means its default. This may be intended,
    or a remainder in a unit file; then an issue would go to another place than .env says.
    """
    emptied = {name for name, value in environ.items() if not value.strip()}
    return [
        phrase("settings.emptied", name=line.name, line=line.number)
        for line in file.lines
        if line.name.startswith(PREFIX) and line.name in emptied and line.value.strip()
    ]


def find_wrong_names(environ: Iterable[str], known: Iterable[str]) -> list[Phrase]:
    """
    Return the fault of each name in the environment that is a wrong name of our settings.

    The environment has names of other programs too; a name with a misspelt prefix is reported
    only if the rest is the complete name of a setting.
    """
    known = tuple(known)
    wrong = (_find_wrong_name(name, known, is_ours=False) for name in sorted(environ))
    return [what for what in wrong if what]


def _find_wrong_name(name: str, known: Sequence[str], *, is_ours: bool) -> Phrase | None:
    if name in known:
        return None
    if name.startswith(PREFIX):
        meant: str | None = get_close_matches(name, known, n=1, cutoff=0.0)[0]
    else:
        meant = find_meant(name, known, is_ours=is_ours)
    return phrase("settings.unknown", name=name, meant=meant) if meant else None


def find_meant(name: str, known: Iterable[str], *, is_ours: bool) -> str | None:
    """
    Return the setting whose prefix is misspelt in *name*; otherwise None.

    A name matches if some first part of it differs from NEWSLETTER by at most two letters, and
    the rest differs from a setting's name by at most a third of its letters. Case and
    punctuation are ignored. In our own file (*is_ours*) a first word that differs by one letter
    is enough; otherwise the setting would be ignored silently. A name with another word before
    NEWSLETTER (MY_NEWSLETTER_ROOT) belongs to another program.
    """
    if name.startswith(PREFIX):
        return None
    words = [_letters(word) for word in re.split(r"[\W_]+", unicodedata.normalize("NFKC", name))]
    words = [word for word in words if word]
    whole = "".join(words)
    if WORD in words[1:]:
        return None
    rests = {_letters(one.removeprefix(PREFIX)): one for one in known}
    for length in range(len(WORD) - PREFIX_FAR, len(WORD) + PREFIX_FAR + 1):
        head, tail = whole[:length], whole[length:]
        strange = sum(mark not in WORD for mark in head)  # each counts as one difference
        if strange > PREFIX_FAR or _distance(head, WORD) > PREFIX_FAR:
            continue
        nearest = min(rests, key=lambda rest: _distance(tail, rest))
        if _distance(tail, nearest) <= (len(nearest) // 3 if is_ours else 0):
            return rests[nearest]
    if is_ours:
        for count in (1, 2):
            head, tail = "".join(words[:count]), "".join(words[count:])
            if tail and _distance(head, WORD) <= 1:
                return rests[min(rests, key=lambda rest: _distance(tail, rest))]
    return None


def _letters(text: str) -> str:
    return "".join(mark for mark in text.upper() if mark.isalnum())


def _distance(one: str, other: str) -> int:
    """Count the letters to add, drop, change or swap with the next one."""
    rows = [list(range(len(other) + 1))]
    for i, mark in enumerate(one, 1):
        row = [i]
        for j, wanted in enumerate(other, 1):
            cost = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (mark != wanted))
            if i > 1 and j > 1 and mark == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]
