import getpass
import os
import platform
import pwd
from pathlib import Path

import pytest

from newsletter.cli.person import find_account, name_person
from newsletter.dispatch.control import PROGRAM
from newsletter.errors import UsageError


def test_without_a_name_it_is_the_user_of_the_system() -> None:
    assert name_person(None) == getpass.getuser()


def test_a_name_is_kept_in_one_line() -> None:
    assert name_person("  김민지 \n (편집부)") == "김민지 (편집부)"


@pytest.mark.parametrize("name", ["", "  ", "\u3164", "\u200b\u202e", PROGRAM])
def test_a_blank_name_or_that_of_the_program_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="--by"):
        name_person(name)


def test_a_user_who_is_called_like_the_program_is_told_from_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server's timer runs as such a user; his pauses are a person's all the same."""
    monkeypatch.setenv("LOGNAME", PROGRAM)

    assert name_person(None).startswith(f"{PROGRAM}@")


def test_the_account_is_asked_of_the_system_and_not_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = find_account()
    for name in ("USER", "LOGNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "somebody-else")

    assert find_account() == before
    assert before.endswith(f"@{platform.node()}")


@pytest.mark.parametrize(
    ("written", "user"),
    [
        ("0", "root"),  # who logged in, though the service's user runs the command
        ("4294967295", pwd.getpwuid(os.getuid()).pw_name),  # nobody: a timer
        ("", pwd.getpwuid(os.getuid()).pw_name),
        ("4000111", "4000111"),  # a user without a name
    ],
)
def test_whoever_logged_in_is_named_whatever_user_he_took_on(
    tmp_path: Path, written: str, user: str
) -> None:
    login = tmp_path / "loginuid"
    login.write_text(written)

    assert find_account(login) == f"{user}@{platform.node()}"
