"""A program that prints a token: run without a shell, within a time, and never quoted."""

import stat
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from newsletter.errors import NewsletterError, ProviderBusy, SettingsError
from newsletter.feedback.imap_token import read_token
from newsletter.phrases import catalogue
from tests.saying import raises


def said_by(error: NewsletterError) -> str:
    """Return the messages in both languages, and what a traceback would show beside them."""
    words = [catalogue(language).word(one) for language in ("en", "ko") for one in error.said]
    return " ".join([*words, repr(error), repr(error.__cause__)])


def program(folder: Path, script: str, name: str = "print-token") -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_arguments_reach_the_program_without_a_shell(tmp_path: Path) -> None:
    path = program(tmp_path, 'echo "$#/$1/$2"', "with space")

    assert read_token([str(path), "$(id);", "*"], tmp_path) == "2/$(id);/*"


@pytest.mark.parametrize(
    "printed", ["", "S3CRET b", "S3CRET\\nb", "S3CRET토큰", "\\001S3CRET", "S3CRET" * 5_000]
)
def test_what_is_no_token_is_told_and_not_repeated(tmp_path: Path, printed: str) -> None:
    with raises(SettingsError, "feedback.token-odd", program="print-token") as caught:
        read_token([str(program(tmp_path, f"printf '{printed}'"))], tmp_path)

    assert "S3CRET" not in said_by(caught.value)


@pytest.mark.parametrize("command", [["./no-such-program"], ["no-such-program"], ["/"]])
def test_a_program_that_cannot_be_started_is_told(tmp_path: Path, command: Sequence[str]) -> None:
    with raises(SettingsError, "feedback.token-unstarted"):
        read_token(command, tmp_path)


@pytest.mark.parametrize("status", [1, 3, 255])
def test_a_program_that_fails_may_do_better_later(tmp_path: Path, status: int) -> None:
    with raises(ProviderBusy, "feedback.token-failed", status=status) as caught:
        read_token([str(program(tmp_path, f"echo S3CRET; exit {status}"))], tmp_path)

    assert "S3CRET" not in said_by(caught.value)


@pytest.mark.parametrize("script", ["sleep 600", "sleep 600 & echo S3CRET", "exec sleep 600"])
def test_a_program_that_does_not_end_is_killed_with_what_it_started(
    tmp_path: Path, script: str
) -> None:
    path = program(tmp_path, f"echo $$ > {tmp_path}/pid; {script}")

    with raises(ProviderBusy, "feedback.token-slow") as caught:
        read_token([str(path)], tmp_path, patience_s=0.5)

    assert "S3CRET" not in said_by(caught.value)
    group = (tmp_path / "pid").read_text().strip()
    for _ in range(100):
        if not has_living(group):
            return
        time.sleep(0.05)
    raise AssertionError("what the program started lives on")


def has_living(group: str) -> bool:
    """Say whether a process group has a process that is no zombie."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _parent, own_group = path.read_text().rpartition(")")[2].split()[:3]
            found += [state] if own_group == group and state != "Z" else []
    return bool(found)
