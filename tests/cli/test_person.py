import getpass

import pytest

from newsletter.cli.person import name_person
from newsletter.dispatch.control import PROGRAM
from newsletter.errors import UsageError


def test_without_a_name_it_is_the_user_of_the_system() -> None:
    assert name_person(None) == getpass.getuser()


def test_a_name_is_kept_in_one_line() -> None:
    assert name_person("  김민지 \n (편집부)") == "김민지 (편집부)"


@pytest.mark.parametrize("name", ["", "  ", PROGRAM])
def test_a_blank_name_or_that_of_the_program_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="--by"):
        name_person(name)


def test_a_user_who_is_called_like_the_program_is_told_from_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server's timer runs as such a user; his pauses are a person's all the same."""
    monkeypatch.setenv("LOGNAME", PROGRAM)

    assert name_person(None).startswith(f"{PROGRAM}@")
