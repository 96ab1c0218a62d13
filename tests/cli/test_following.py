"""``newsletter feedback read``: several inboxes, faults that pass, and ``--follow`` to its end."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest

from newsletter.cli.returned.following import LOOK_S
from newsletter.feedback.kept_mails import BY_PEOPLE, FOLDER
from tests.feedback.dovecot import PASSWORD, USER, Dovecot, running_dovecot
from tests.feedback.handing_over import PATIENCE_S, await_that
from tests.feedback.returning import ReturningStage, addresses, bounce
from tests.mail_sinks import free_port

GONE: Final = "550 5.1.1 User unknown"
R1, R2 = addresses([1, 2])
END_S: Final = 10.0  # for a process that was told to end: far less than one turn of 30 s
# As the command, but a fault is over soon.
SOON: Final = """
import sys
from newsletter.app.site import Site
from newsletter.cli.returned.following import Follower
from newsletter.cli.stopping import stopping
from newsletter.desk.inboxes import find_inboxes
site = Site()
follower = Follower(site, find_inboxes(site, sys.argv[1:]), away_s=0.2)
with stopping(follower.stop):
    follower.follow()
"""


def make_maildir(path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (path / name).mkdir(parents=True)
    return path


def deliver(maildir: Path, mail: bytes) -> None:
    name = f"{len([*maildir.glob('*/*')])}.P7.mail"
    (maildir / "tmp" / name).write_bytes(mail)
    (maildir / "tmp" / name).rename(maildir / "new" / name)


@contextmanager
def following(stage: ReturningStage, command: Sequence[str]) -> Iterator[Path]:
    """Run a command that follows, end it as systemd does, and yield the file of its words."""
    stage.site.close()
    said = stage.root / "said"
    with said.open("w") as file:
        process = subprocess.Popen(
            command, cwd=stage.root, env=stage.apart.environment, stdout=file, stderr=file
        )
        try:
            await_that("it reads", lambda: "Reading" in said.read_text())
            yield said
            process.send_signal(signal.SIGTERM)
            assert process.wait(END_S) == 0, said.read_text()
        finally:
            process.kill()
            process.wait(PATIENCE_S)


def command(stage: ReturningStage, *inboxes: str) -> list[str]:
    return stage.apart.command("feedback", "read", "--follow", *inboxes)


def is_suppressed(stage: ReturningStage, address: str) -> Callable[[], bool]:
    def asked() -> bool:
        found = stage.standing(address) == "suppressed bounced"
        stage.site.close()
        return found

    return asked


def test_a_mail_that_comes_to_a_maildir_acts_soon_and_sigterm_ends_the_waiting(
    tmp_path: Path,
) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    maildir = make_maildir(tmp_path / "box")
    old = tmp_path / FOLDER / f"{'0' * 40}{BY_PEOPLE}"
    old.parent.mkdir(mode=0o700)
    old.write_bytes(b"Subject: long ago\n\n")
    os.utime(old, (1_600_000_000, 1_600_000_000))

    with following(stage, command(stage, f"maildir:{maildir}")) as said:
        for address in (R1, R2):
            deliver(maildir, bounce(letters[address], GONE))
            await_that("it acts", is_suppressed(stage, address))
        await_that("what is kept for too long is deleted", lambda: not old.exists())

    assert stage.events() == [("bounce", "suppress")] * 2
    assert "example.org" not in said.read_text()


@pytest.mark.parametrize("away", ["no Maildir", "no server", "wrong password"])
def test_an_inbox_that_is_away_keeps_no_other_from_being_read(away: str, tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    maildir, mail = make_maildir(tmp_path / "box"), bounce(letters[R1], GONE)
    secret = quote(PASSWORD, safe="")
    with running_dovecot() as dovecot:
        ca = tmp_path / "ca.pem"
        ca.write_text(dovecot.certificates)
        stage.environ["NEWSLETTER_CA_FILE"] = str(ca)
        stage.restart()
        lost = {
            "no Maildir": f"maildir:{tmp_path}/none",
            "no server": f"imaps://someone:{secret}@127.0.0.1:{free_port()}/INBOX",
            "wrong password": f"imaps://someone:{secret}x@127.0.0.1:{dovecot.port}/INBOX",
        }[away]

        deliver(maildir, mail)
        once = stage.run("feedback", "read", lost, f"maildir:{maildir}", status=3)
        assert stage.standing(R1) == "suppressed bounced"
        with following(stage, command(stage, lost, f"maildir:{maildir}")) as said:
            deliver(maildir, bounce(letters[R2], GONE))
            await_that("the other is read", is_suppressed(stage, R2))

    for words in (once, said.read_text()):
        assert "newsletter: " in words
        assert "someone" not in words
        assert PASSWORD not in words
        assert secret not in words


def test_after_a_fault_of_the_database_it_goes_on(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    maildir = make_maildir(tmp_path / "box")
    database, aside = tmp_path / "newsletter.db", tmp_path / "aside.db"

    with following(stage, [sys.executable, "-c", SOON, f"maildir:{maildir}"]) as said:
        database.rename(aside)
        database.mkdir()
        deliver(maildir, bounce(letters[R1], GONE))
        await_that("it says so", lambda: "newsletter.db" in said.read_text())
        database.rmdir()
        aside.rename(database)
        await_that("it acts", is_suppressed(stage, R1))


def test_a_backup_is_restored_while_it_waits(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    maildir = make_maildir(tmp_path / "box")
    backup = str(tmp_path / "backup.db")

    with following(stage, command(stage, f"maildir:{maildir}")):
        deliver(maildir, bounce(letters[R1], GONE))
        await_that("it is read and put away", lambda: [*(maildir / "cur").iterdir()])
        await_that("the database is closed", lambda: not [*tmp_path.glob("newsletter.db-wal")])
        stage.run("backup", backup)
        stage.run("restore", backup, "--yes")
        stage.restart()
        deliver(maildir, bounce(letters[R2], GONE))
        await_that("it acts on the database that was restored", is_suppressed(stage, R2))


def test_a_mail_that_comes_by_imap_acts_soon(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    with running_dovecot() as dovecot:
        inbox = let_in(stage, dovecot)

        with following(stage, command(stage, inbox)) as said:
            dovecot.put(bounce(letters[R1], GONE))
            # Without inotify, of which a user has few, Dovecot tells nothing: the next turn reads.
            await_that("it acts", is_suppressed(stage, R1), 3 * LOOK_S)

    assert USER not in said.read_text()


def let_in(stage: ReturningStage, dovecot: Dovecot) -> str:
    """Trust Dovecot's certificate, and return the address of its mailbox."""
    (stage.root / "ca.pem").write_text(dovecot.certificates)
    stage.environ["NEWSLETTER_CA_FILE"] = str(stage.root / "ca.pem")
    stage.restart()
    user, password = quote(USER, safe=""), quote(PASSWORD, safe="")
    return f"imaps://{user}:{password}@127.0.0.1:{dovecot.port}/INBOX"
