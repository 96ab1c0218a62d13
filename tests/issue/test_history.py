"""When files were changed, asked of a real git."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.issue.history import GitHistory, git_history

NOW = datetime(2022, 9, 1, 12, tzinfo=UTC)
MONDAY = datetime(2022, 8, 1, 9, tzinfo=UTC)
TUESDAY = datetime(2022, 8, 2, 9, tzinfo=UTC)
FOLDER = "issues/2022-08"
KO, EN = f"{FOLDER}/letter.ko.md", f"{FOLDER}/letter.en.md"


@pytest.fixture(params=["", "site"])
def root(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A site that is a repository, and one that lies in a folder of a repository."""
    _git(tmp_path, "init", "--quiet")
    folder = tmp_path / str(request.param)
    folder.mkdir(exist_ok=True)
    return folder


def _git(folder: Path, *arguments: str, at: datetime = NOW) -> None:
    author = {f"GIT_{who}_{what}": f"{who}@example.org".lower()
              for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}  # fmt: skip
    dates = {"GIT_AUTHOR_DATE": at.isoformat(), "GIT_COMMITTER_DATE": at.isoformat()}
    subprocess.run(
        ["git", "-C", str(folder), *arguments],
        env={"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, **author, **dates},
        check=True,
        capture_output=True,
    )


def _write(root: Path, file: str, text: str) -> None:
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(text, encoding="utf-8")


def open_history(root: Path) -> GitHistory:
    history = git_history(root, FOLDER, NOW)
    assert history is not None
    return history


def _commit(root: Path, at: datetime) -> None:
    _git(root, "add", "--all")
    _git(root, "commit", "--quiet", "--message", "change", at=at)


def test_a_file_was_changed_when_it_was_last_committed(root: Path) -> None:
    _write(root, KO, "하나\n")
    _write(root, EN, "one\n")
    _commit(root, MONDAY)
    _write(root, KO, "하나\n둘\n")
    _write(root, "issues/2022-09/letter.ko.md", "다른 호\n")
    _commit(root, TUESDAY)
    history = open_history(root)
    assert history.changed_at(KO) == TUESDAY
    assert history.changed_at(EN) == MONDAY
    assert history.lines_since(KO, MONDAY) == [2]


@pytest.mark.parametrize("is_staged", [True, False])
@pytest.mark.parametrize("name", ["letter.en.md", "a new one.en.md", "새 글.en.md"])
def test_what_is_not_committed_counts_as_now(root: Path, name: str, *, is_staged: bool) -> None:
    _write(root, EN, "one\n")
    _commit(root, MONDAY)
    _write(root, f"{FOLDER}/{name}", "one\ntwo\n")
    if is_staged:
        _git(root, "add", "--all")
    history = open_history(root)
    assert history.changed_at(f"{FOLDER}/{name}") == NOW


def test_names_are_read_as_they_are_written(root: Path) -> None:
    name = f"{FOLDER}/8월 소식 (둘째).ko.md"
    _write(root, name, "글\n")
    _commit(root, MONDAY)
    history = open_history(root)
    assert history.changed_at(name) == MONDAY


def test_a_change_made_while_merging_counts(root: Path) -> None:
    _write(root, KO, "하나\n")
    _commit(root, MONDAY)
    _git(root, "checkout", "--quiet", "-b", "side")
    _write(root, KO, "하나 옆\n")
    _commit(root, MONDAY)
    _git(root, "checkout", "--quiet", "-")
    _write(root, EN, "one\n")
    _commit(root, MONDAY)
    _git(root, "merge", "--quiet", "--no-commit", "--no-ff", "side", at=TUESDAY)
    _write(root, KO, "하나 합침\n")
    _commit(root, TUESDAY)
    history = open_history(root)
    assert history.changed_at(KO) == TUESDAY


def test_a_file_that_git_does_not_know_is_not_known(root: Path) -> None:
    _write(root, KO, "하나\n")
    _commit(root, MONDAY)
    history = open_history(root)
    assert history.changed_at(f"{FOLDER}/missing.md") is None


def test_there_is_no_history_without_a_commit_or_a_repository(root: Path, tmp_path: Path) -> None:
    assert git_history(root, FOLDER, NOW) is None
    assert git_history(tmp_path / "missing", FOLDER, NOW) is None
