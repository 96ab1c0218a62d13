"""When files were changed, asked of a real git."""

import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.issue.history import GitHistory, NoHistory, git_history
from newsletter.phrases import Phrase, phrase

NOW = datetime(2022, 9, 1, 12, tzinfo=UTC)
MONDAY = datetime(2022, 8, 1, 9, tzinfo=UTC)
TUESDAY = datetime(2022, 8, 2, 9, tzinfo=UTC)
WEDNESDAY = datetime(2022, 8, 3, 9, tzinfo=UTC)
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
    assert isinstance(history, GitHistory)
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


@pytest.mark.parametrize("name", ["letter.ko.md", 'the "first"\t.md', "8월 (둘째).md"])
def test_a_renaming_is_no_change(root: Path, name: str) -> None:
    before, after = f"{FOLDER}/01-a/{name}", f"{FOLDER}/02-a/{name}"
    _write(root, before, "하나\n둘\n셋\n")
    _commit(root, MONDAY)
    _write(root, before, "하나\n두울\n셋\n")
    _commit(root, TUESDAY)
    _git(root, "mv", f"{FOLDER}/01-a", f"{FOLDER}/02-a")

    staged = open_history(root)
    assert staged.changed_at(after) == TUESDAY
    assert staged.is_committed(after)
    assert staged.lines_since(after, MONDAY) == [2]

    _commit(root, WEDNESDAY)
    history = open_history(root)
    assert history.changed_at(after) == TUESDAY
    assert history.lines_since(after, MONDAY) == [2]


def test_a_renaming_with_a_change_is_a_change_of_those_lines(root: Path) -> None:
    text = "".join(f"{number}번째 문단입니다.\n" for number in range(20))
    _write(root, KO, text)
    _commit(root, MONDAY)
    _git(root, "mv", KO, f"{FOLDER}/new.ko.md")
    _write(root, f"{FOLDER}/new.ko.md", text.replace("7번째", "일곱째", 1))

    assert open_history(root).changed_at(f"{FOLDER}/new.ko.md") == NOW
    assert open_history(root).lines_since(f"{FOLDER}/new.ko.md", MONDAY) == [8]

    _commit(root, TUESDAY)
    assert open_history(root).changed_at(f"{FOLDER}/new.ko.md") == TUESDAY
    assert open_history(root).lines_since(f"{FOLDER}/new.ko.md", MONDAY) == [8]


def test_two_articles_that_change_places_keep_their_days(root: Path) -> None:
    _write(root, f"{FOLDER}/01-a/ko.md", "첫 글입니다.\n" * 9)
    _commit(root, MONDAY)
    _write(root, f"{FOLDER}/02-b/ko.md", "다른 글입니다.\n" * 9)
    _commit(root, TUESDAY)
    _git(root, "mv", f"{FOLDER}/01-a", f"{FOLDER}/03-a")
    _git(root, "mv", f"{FOLDER}/02-b", f"{FOLDER}/01-b")
    _git(root, "mv", f"{FOLDER}/03-a", f"{FOLDER}/02-a")
    _commit(root, WEDNESDAY)

    history = open_history(root)

    assert history.changed_at(f"{FOLDER}/02-a/ko.md") == MONDAY
    assert history.changed_at(f"{FOLDER}/01-b/ko.md") == TUESDAY


def test_an_article_that_comes_from_another_issue_keeps_its_day(root: Path) -> None:
    _write(root, "issues/2022-07/01-a/ko.md", "글입니다.\n" * 9)
    _commit(root, MONDAY)
    (root / FOLDER).mkdir()
    _git(root, "mv", "issues/2022-07/01-a", f"{FOLDER}/01-a")
    _commit(root, TUESDAY)

    assert open_history(root).changed_at(f"{FOLDER}/01-a/ko.md") == MONDAY


@pytest.mark.parametrize("is_staged", [True, False])
def test_what_was_never_committed_is_told_apart_from_what_was_changed(
    root: Path, *, is_staged: bool
) -> None:
    _write(root, KO, "하나\n")
    _commit(root, MONDAY)
    _write(root, KO, "둘\n")
    _write(root, EN, "one\n")
    if is_staged:
        _git(root, "add", "--all")

    assert open_history(root).is_committed(KO)
    assert not open_history(root).is_committed(EN)


def test_why_there_is_no_history_is_said_truly(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert git_history(root, FOLDER, NOW) == NoHistory(phrase("issue.nothing-committed"))
    _write(root, KO, "하나\n")
    _commit(root, MONDAY)
    _write(root, KO, "둘\n")
    _commit(root, TUESDAY)
    clone = tmp_path / "clone"
    _git(tmp_path, "clone", "--quiet", "--depth=1", tmp_path.as_uri(), str(clone))
    shallow = git_history(clone, FOLDER, NOW)
    assert shallow == NoHistory(phrase("issue.shallow-clone"))

    elsewhere = tmp_path.parent / f"{tmp_path.name}-elsewhere"
    elsewhere.mkdir()
    assert git_history(elsewhere, FOLDER, NOW) == NoHistory(phrase("issue.no-repository"))
    monkeypatch.setenv("PATH", str(elsewhere))
    missing = git_history(root, FOLDER, NOW)
    assert missing == NoHistory(phrase("issue.git-missing", fault=phrase("system.no-such-file")))
    assert isinstance(missing, NoHistory)
    assert str(missing.reason) == ("git cannot be started (No such file or directory); install git")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_repository_of_another_user_is_not_called_missing(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(root, KO, "하나\n")
    _commit(root, MONDAY)
    for path in (tmp_path, *tmp_path.rglob("*")):
        os.chown(path, 12345, 12345)
    monkeypatch.setenv("HOME", "/nonexistent")

    found = git_history(root, FOLDER, NOW)

    assert isinstance(found, NoHistory)
    said = str(found.reason)
    assert said.startswith("git refuses the folder (dubious ownership in repository at '")
    assert "git config --global --add safe.directory '" in said


def test_a_git_that_fails_on_the_way_is_not_taken_for_one_that_knows_nothing(
    root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The first question is answered; then git can no longer be asked."""
    _write(root, KO, "하나\n")
    _commit(root, MONDAY)
    history = open_history(root)
    assert history.fault == ""
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))

    assert history.changed_at(KO) is None

    assert isinstance(history.fault, Phrase)
    assert history.fault.code == "issue.git-missing"


def test_a_file_that_is_in_no_commit_is_no_fault_of_git(root: Path) -> None:
    _write(root, KO, "하나\n")
    _commit(root, MONDAY)
    _write(root, EN, "one\n")
    history = open_history(root)

    assert history.lines_since(EN, MONDAY) == ()
    assert list(history.lines_since(KO, MONDAY)) == []
    assert history.fault == ""
