"""What may not be read or changed in a Maildir is told, and loses nothing."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from newsletter.errors import SettingsError
from newsletter.feedback.maildir import Maildir
from tests.feedback.mailbox_contract import read_all, subjects_of
from tests.feedback.test_maildir import deliver, files_in, make_maildir
from tests.saying import raises

NOBODY = 65534


@contextmanager
def open_to_all() -> Iterator[Path]:
    """Make a Maildir that everybody may use."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        path = make_maildir(Path(name))
        for folder in (path.parent, path, path / "new", path / "cur"):
            folder.chmod(0o777)
        yield path


@contextmanager
def as_nobody() -> Iterator[None]:
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")


@only_root
def test_a_mail_that_may_not_be_read_keeps_no_other_from_being_read() -> None:
    with open_to_all() as path:
        for number, mode in enumerate((0o644, 0o600, 0o644)):
            deliver(path, number).chmod(mode)
        found = []

        with as_nobody(), raises(SettingsError, "feedback.maildir-closed", count=1):
            for arrived in Maildir(path).waiting():
                found.append(arrived)  # noqa: PERF402 - what came before the error counts

    assert subjects_of(found) == [0, 2]


@only_root
@pytest.mark.parametrize("closed", ["new", "cur"])
@pytest.mark.parametrize("mode", [0o000, 0o755])
def test_what_may_not_be_changed_is_told_before_a_mail_is_read(closed: str, mode: int) -> None:
    with open_to_all() as path:
        deliver(path, 1).chmod(0o644)
        (path / closed).chmod(mode)

        with as_nobody(), raises(SettingsError, "feedback.maildir-unusable") as caught:
            next(Maildir(path).waiting())

    assert f"sudo chown nobody {path / closed}" in str(caught.value)


@only_root
def test_a_maildir_in_a_closed_folder_is_told() -> None:
    with open_to_all() as path:
        path.chmod(0o700)

        with as_nobody(), raises(SettingsError, "feedback.maildir-unusable"):
            next(Maildir(path).waiting())


@only_root
def test_a_subfolder_that_may_not_be_made_is_told() -> None:
    with open_to_all() as path:
        deliver(path, 1).chmod(0o644)
        path.chmod(0o755)
        inbox = Maildir(path, "Read")

        with as_nobody(), raises(SettingsError, "feedback.maildir-unusable"):
            inbox.put_away([*inbox.waiting()])

        assert files_in(path, "new") == ["new/1660000001.M1P7.mail"]


@only_root
def test_a_subfolder_belongs_to_whom_the_maildir_belongs_to() -> None:
    """Root may read mails that a mail server's own user keeps, and shows to people."""
    with open_to_all() as path:
        os.chown(path / "cur", NOBODY, NOBODY)
        deliver(path, 1)

        read_all(Maildir(path, "Read"))

        folders = [path / ".Read", *(path / ".Read").glob("*/")]
        assert {one.stat().st_uid for one in folders} == {NOBODY}
        assert len(folders) >= 4
