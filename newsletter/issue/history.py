"""Reads from git when an issue's files and lines changed; a renaming is not a change."""

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import SequenceMatcher
from functools import cached_property
from pathlib import Path
from typing import Final
from unicodedata import normalize

from newsletter.files import reason_of
from newsletter.phrases import Phrase, Said, phrase

TIMEOUT_S: Final = 10.0
STARTS: Final = "\x01"  # precedes a commit's time in the format given to "git log"
MOVED: Final = re.compile(r"R(\d+)")  # the status of a renamed file, with its similarity
UNCHANGED: Final = 100  # percent


@dataclass(frozen=True, slots=True)
class NoHistory:
    """The reason why no earlier versions are known."""

    reason: Said  # for people; printed after "did not run: "


@dataclass(slots=True)
class _Changes:
    """The last change of each file, by its current name."""

    at: dict[str, datetime] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)  # its name in the latest commit
    names: dict[str, str | None] = field(default_factory=dict)  # older name -> current one, if any

    def note(self, entries: Sequence[tuple[str, str, str]], at: datetime) -> None:
        """Record one commit's entries (status, old name, name); newer commits come first."""
        older: dict[str, str | None] = {}
        for status, old, name in entries:
            today = self.names.get(name, name)
            moved = MOVED.fullmatch(status)
            if today and not (moved and int(moved[1]) == UNCHANGED):
                self.at.setdefault(today, at)
            if moved:
                older.setdefault(name, None)  # the earlier file of this name was another file
                older[old] = today
        self.names.update(older)


class GitHistory:
    """The history of a site in a git repository; uncommitted changes have the current time."""

    def __init__(self, root: Path, folder: str, now: datetime, prefix: str) -> None:
        """
        Store the arguments of later git commands.

        Args:
            root: the site's folder.
            folder: the folder of the files in question, relative to *root*.
            now: aware.
            prefix: the part that git puts before a path relative to *root*: "" or "some/folder/".
        """
        self._root = root
        self._folder = folder
        self._now = now
        self._prefix = normalize("NFC", prefix)
        self._fault: Said = ""

    @property
    def fault(self) -> Said:
        """The reason of git's first failure, for people; "" if git never failed."""
        return self._fault

    def changed_at(self, file: str) -> datetime | None:
        """Return when *file* (relative to the site root) was last changed; None: unknown."""
        return self._changes.at.get(normalize("NFC", self._prefix + file))

    def is_committed(self, file: str) -> bool:
        """Whether git has an earlier version of *file*, changed since or not."""
        return normalize("NFC", self._prefix + file) not in self._new

    @cached_property
    def _new(self) -> frozenset[str]:
        """The files that are in no commit, under any name."""
        listed = self._ask("ls-files", "--others", "-z", "--full-name", "--", self._folder)
        added = [name for status, _, name in _entries(self._uncommitted) if status == "A"]
        return frozenset([*filter(None, listed.split("\0")), *added])

    @cached_property
    def _uncommitted(self) -> str:
        return self._ask("diff", "HEAD", "-M", "-z", "--name-status", "--", self._parent)

    @property
    def _parent(self) -> str:
        """The folder of all issues: an article may have been moved from another issue."""
        return self._folder.rpartition("/")[0] or "."

    @cached_property
    def _changes(self) -> _Changes:
        """The last change of each file, found by three git commands for any number of files."""
        changes = _Changes()
        entries = list(_entries(self._uncommitted))
        changes.note(entries, self._now)
        changes.before = {name: old for _, old, name in entries if old != name}
        changes.at.update(dict.fromkeys(self._new, self._now))
        logged = self._ask(
            *("log", "-c", "-M", "-z", "--name-status", f"--format={STARTS}%ct"),
            *("--", self._parent),
        )
        for commit in logged.split(STARTS)[1:]:
            stamp, _, listed = commit.partition("\0")
            changes.note(list(_entries(listed)), datetime.fromtimestamp(int(stamp), UTC))
        return changes

    def lines_since(self, file: str, moment: datetime) -> Sequence[int]:
        """Return the lines of *file* that were changed after *moment*, counted from 1."""
        if not self.is_committed(file):
            return ()  # every line of the file is newer
        before = self._changes.before.get(normalize("NFC", self._prefix + file))
        if before:
            times = self._times_before_renaming(file, before)
        else:
            times = _line_times(self._ask("blame", "--line-porcelain", "--", file), self._now)
        return [line for line, at in enumerate(times, 1) if at > moment]

    def _times_before_renaming(self, file: str, before: str) -> list[datetime]:
        """Return the times of the lines of a file whose new name is not committed yet."""
        top = Path(self._ask("rev-parse", "--show-toplevel").rstrip("\n"))
        blamed = self._ask("blame", "--line-porcelain", "HEAD", "--", before, at=top)
        old = [line[1:] for line in blamed.split("\n") if line.startswith("\t")]
        dated = _line_times(blamed, self._now)
        own = (self._root / file).read_text(encoding="utf-8", errors="replace").splitlines()
        times = [self._now] * len(own)
        for match in SequenceMatcher(None, old, own, autojunk=False).get_matching_blocks():
            times[match.b : match.b + match.size] = dated[match.a : match.a + match.size]
        return times

    def _ask(self, *arguments: str, at: Path | None = None) -> str:
        answer, fault = _ask(at or self._root, *arguments)
        self._fault = self._fault or (_reason(fault) if fault else "")
        return answer


def git_history(root: Path, folder: str, now: datetime) -> GitHistory | NoHistory:
    """Return the history of the site's files in *folder* (relative to *root*), or `NoHistory`."""
    answer, fault = _ask(root, "rev-parse", "--is-shallow-repository", "--show-prefix", "HEAD")
    if fault:
        return NoHistory(_reason(fault))
    is_shallow, _, rest = answer.partition("\n")
    if is_shallow == "true":
        return NoHistory(phrase("issue.shallow-clone"))
    return GitHistory(root, folder, now, rest.rpartition("\n")[0].rpartition("\n")[0])


def _reason(fault: Said) -> Phrase:
    """Convert a fault of git, or of starting git, to a phrase."""
    if isinstance(fault, Phrase):
        return fault
    first = fault.strip().split("\n")[0].removeprefix("fatal: ")
    if "dubious ownership" in fault:
        named = re.search(r"'(.+)'", first)
        words = first.removeprefix("detected ")
        return phrase("issue.git-refuses", fault=words, folder=named[0] if named else "FOLDER")
    if "not a git repository" in fault:
        return phrase("issue.no-repository")
    if "'HEAD'" in fault:
        return phrase("issue.nothing-committed")
    return phrase("issue.git-says", words=first)


def _entries(listed: str) -> Iterator[tuple[str, str, str]]:
    """Read status, old name and name of each file, names in NFC, from "--name-status -z"."""
    words = iter(normalize("NFC", listed).split("\0"))
    for word in words:
        status = word.strip("\n")
        if not status:
            continue
        old = next(words, "")
        yield status, old, next(words, "") if status[0] in "RC" and status[1:].isdigit() else old


def _line_times(blamed: str, now: datetime) -> list[datetime]:
    """Parse the commit time of each line; uncommitted lines have the time *now*."""
    times = []
    is_new = False
    for line in blamed.split("\n"):
        words = line.split(" ")
        if len(words) >= 3 and len(words[0]) in (40, 64) and not line.startswith("\t"):
            is_new = set(words[0]) == {"0"}
        elif line.startswith("committer-time "):
            times.append(now if is_new else datetime.fromtimestamp(int(words[1]), UTC))
    return times


def _ask(root: Path, *arguments: str) -> tuple[str, Said]:
    """Run a read-only git command; return its output, and its fault."""
    command = ["git", "-C", str(root), "-c", "core.fsmonitor=false", *arguments]
    environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        ended = subprocess.run(  # noqa: S603 - our own arguments, no shell
            command, capture_output=True, timeout=TIMEOUT_S, check=False, env=environment
        )
    except subprocess.TimeoutExpired:
        return "", phrase("issue.git-silent", seconds=TIMEOUT_S)
    except OSError as error:
        return "", phrase("issue.git-missing", fault=reason_of(error))
    if ended.returncode:
        return "", ended.stderr.decode("utf-8", "replace") or f"status {ended.returncode}"
    return ended.stdout.decode("utf-8", "replace"), ""
