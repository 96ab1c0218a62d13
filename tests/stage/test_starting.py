"""A command that is forked off differs in nothing but its speed from one that starts afresh."""

import os
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.makers import ISSUE_ID, write_site
from tests.stage.site import NEXT_YEAR, PUBLIC_URL, Stage
from tests.stage.starting import Started
from tests.stage.terminal import run_in_terminal


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    write_site(tmp_path, {"list.csv": "email,language\nminji@example.org,ko\n"})
    return Stage(tmp_path, {"NEWSLETTER_PUBLIC_URL": PUBLIC_URL})


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("--help",), 0),
        (("check", ISSUE_ID), 0),
        (("check", "1999-01"), 2),
        (("nonsense",), 2),
        (("subscribers", "import", "list.csv", "--dry-run"), 0),
        (("dispatch", ISSUE_ID, "--yes"), 1),
    ],
)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_it_says_and_returns_the_same(
    stage: Stage, words: tuple[str, ...], status: int, language: str
) -> None:
    stage = replace(stage, settings={**stage.settings, "NEWSLETTER_LANGUAGE": language})

    forked, fresh = stage.run_to_its_end(*words), stage.fresh.run_to_its_end(*words)

    assert vars(forked) == vars(fresh)
    assert forked.returncode == status


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_is_a_child_that_signals_end_as_any_other(stage: Stage, number: signal.Signals) -> None:
    stage.run("subscribers", "import", "list.csv")

    ends = []
    for one in (stage, stage.fresh):
        process = one.start("dispatch", ISSUE_ID, "--at", NEXT_YEAR, "--yes", "--wait")
        await_wait(process)
        parent = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[1]
        group = os.getpgid(process.pid)
        process.send_signal(number)
        process.communicate(timeout=60)
        ends.append((process.returncode, int(parent), group))

    assert ends[0] == ends[1]
    assert ends[0][1:] == (os.getpid(), os.getpgrp())


def await_wait(process: "subprocess.Popen[str]") -> None:
    """Read what a command says until it waits for a time, and lets itself be stopped."""
    assert process.stdout is not None
    said = ""
    while "Sending" not in said:
        piece = process.stdout.read(1)
        assert piece, said
        said += piece


def test_its_files_are_as_private_as_the_mask_of_this_process_says(stage: Stage) -> None:
    before = os.umask(0o027)
    try:
        stage.run("compose", ISSUE_ID)
    finally:
        os.umask(before)

    assert (stage.root / "build" / ISSUE_ID / "ko.html").stat().st_mode & 0o777 == 0o640


def test_it_has_a_terminal_where_a_test_gives_it_one(stage: Stage) -> None:
    stage.run("subscribers", "import", "list.csv")
    command = stage.command("dispatch", ISSUE_ID, "--at", NEXT_YEAR)
    afresh = {**stage.environment, "PYTHONNOUSERSITE": "1"}
    declined = {f"Type {ISSUE_ID}": "no\n"}

    forked = run_in_terminal(command, stage.root, stage.environment, declined)
    fresh = run_in_terminal(command, stage.root, afresh, declined)

    assert forked == fresh
    assert forked[1] != 0


def test_what_no_newsletter_command_is_starts_as_ever(tmp_path: Path) -> None:
    with Started(["pwd"], cwd=tmp_path, stdout=subprocess.PIPE, text=True) as process:
        output, _ = process.communicate(timeout=60)

    assert output == f"{tmp_path}\n"
