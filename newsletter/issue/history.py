"""Asks git when the issue's files were changed, and in which lines."""

import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Final

TIMEOUT_S: Final = 10.0
STATUS_COLUMNS: Final = 3  # two letters and a blank before the path (git-status, "Short Format")


class GitHistory:
    """The history of a site that is in a git repository; what is not committed counts as now."""

    def __init__(self, root: Path, folder: str, now: datetime, prefix: str) -> None:
        """
        Keep what is needed to ask.

        Args:
            root: the site's folder.
            folder: whose files will be asked for, relative to *root*.
            now: aware.
            prefix: what git puts before a path relative to *root*: "" or "some/folder/".
        """
        self._root = root
        self._folder = folder
        self._now = now
        self._prefix = prefix

    def changed_at(self, file: str) -> datetime | None:
        """Say when *file* (relative to the site root) was last changed; None: not known."""
        return self._changes.get(self._prefix + file)

    @cached_property
    def _changes(self) -> Mapping[str, datetime]:
        """When each file of the folder was last changed: two questions, however many files."""
        logged = _git(
            self._root, "log", "-c", "--name-only", "--format=%x00%ct", "--", self._folder
        )
        changes: dict[str, datetime] = {}
        at = self._now
        for line in (logged or "").split("\n"):
            if line.startswith("\0"):
                at = datetime.fromtimestamp(int(line[1:]), UTC)
            elif line:
                changes.setdefault(line, at)
        status = _git(
            self._root, "status", "--porcelain", "-z", "--untracked-files=all", "--", self._folder
        )
        for entry in filter(None, (status or "").split("\0")):
            changes[entry[STATUS_COLUMNS:]] = self._now
        return changes

    def lines_since(self, file: str, moment: datetime) -> Sequence[int]:
        """Name the lines of *file* that were changed after *moment*, counted from 1."""
        blamed = _git(self._root, "blame", "--line-porcelain", "--", file) or ""
        times = [
            self._now if is_new else datetime.fromtimestamp(stamp, UTC)
            for stamp, is_new in _line_times(blamed)
        ]
        return [line for line, at in enumerate(times, 1) if at > moment]


def git_history(root: Path, folder: str, now: datetime) -> GitHistory | None:
    """
    Return the history of the site's files in *folder*, which is relative to *root*.

    None: *root* is in no git checkout, nothing was ever committed to it, or git is missing.
    """
    answer = _git(root, "rev-parse", "HEAD", "--show-prefix")
    if answer is None:
        return None
    _, prefix, *_ = answer.split("\n")
    return GitHistory(root, folder, now, prefix)


def _line_times(blamed: str) -> list[tuple[int, bool]]:
    """Read the committer time of each line, and whether the line is not committed yet."""
    times = []
    is_new = False
    for line in blamed.split("\n"):
        words = line.split(" ")
        if len(words) >= 3 and len(words[0]) == 40 and not line.startswith("\t"):
            is_new = set(words[0]) == {"0"}
        elif line.startswith("committer-time "):
            times.append((int(words[1]), is_new))
    return times


def _git(root: Path, *arguments: str) -> str | None:
    """Run a git command that changes nothing; None if it fails."""
    command = ["git", "-C", str(root), "-c", "core.quotepath=off", *arguments]
    try:
        ended = subprocess.run(  # noqa: S603 - our own arguments, no shell
            command, capture_output=True, timeout=TIMEOUT_S, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return ended.stdout.decode("utf-8", "replace")
