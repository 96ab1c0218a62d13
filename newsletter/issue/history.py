"""Asks git when the issue's files were changed, and in which lines."""

import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

TIMEOUT_S: Final = 10.0


class GitHistory:
    """The history of a site that is in a git repository; what is not committed counts as now."""

    def __init__(self, root: Path, now: datetime) -> None:
        self._root = root
        self._now = now

    def changed_at(self, file: str) -> datetime | None:
        """Say when *file* (relative to the site root) was last changed; None: not known."""
        if _git(self._root, "status", "--porcelain", "--", file):
            return self._now
        stamp = _git(self._root, "log", "-1", "--format=%ct", "--", file)
        return datetime.fromtimestamp(int(stamp), UTC) if stamp and stamp.strip() else None

    def lines_since(self, file: str, moment: datetime) -> Sequence[int]:
        """Name the lines of *file* that were changed after *moment*, counted from 1."""
        blamed = _git(self._root, "blame", "--line-porcelain", "--", file) or ""
        times = [
            self._now if is_new else datetime.fromtimestamp(stamp, UTC)
            for stamp, is_new in _line_times(blamed)
        ]
        return [line for line, at in enumerate(times, 1) if at > moment]


def git_history(root: Path, now: datetime) -> GitHistory | None:
    """Return the site's history, or None if *root* is in no git checkout, or git is missing."""
    return GitHistory(root, now) if _git(root, "rev-parse", "HEAD") else None


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
