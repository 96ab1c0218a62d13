"""docs/feedback.md shows how mails reach the program: real servers, wired as the page says."""

import os
import shlex
import smtplib
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from email.policy import SMTP
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pytest

from tests.delivery.real_relays import (
    CHECKOUT,
    RealRelay,
    exim_relay,
    postfix_relay,
    why_no_postfix,
)
from tests.feedback.bouncing_relays import EXIM, other_house
from tests.feedback.dovecot import PASSWORD, USER, running_dovecot
from tests.feedback.handing_over import PAGE, HandOver, await_that, handing_over, placed, shown
from tests.feedback.handing_over import USER as NOBODY
from tests.feedback.returning import ReturningStage, Sent, addresses, answer, bounce
from tests.feedback.wired_postfix import DOCUMENTED
from tests.test_docs import fences

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root delivers as other users")
needs_postfix = pytest.mark.skipif(why_no_postfix() is not None, reason=f"{why_no_postfix()}")
GROUP: Final = "nogroup"
NUMBER: Final = "65534"  # of both
GONE: Final = "550 5.1.1 User unknown"
UNKNOWN: Final = "unknown@remote.example"
R1, R2 = addresses([1, 2])

# What belongs to the test alone: readers' mailboxes here and in another house.
ROUTERS: Final = """
here:
  driver = accept
  domains = example.org
  transport = mailbox
elsewhere:
  driver = manualroute
  route_list = remote.example 127.0.0.1::{port}
  self = send
  transport = remote
"""
TRANSPORTS: Final = """
mailbox:
  driver = appendfile
  directory = {{folder}}/mail/all
  create_directory
  maildir_format
  user = Debian-exim
remote:
  driver = smtp
  allow_localhost
  hosts_try_fastopen = :

begin retry
*  *  F,2h,1s
"""


@contextmanager
def open_place() -> Iterator[Path]:
    """Make a folder that every user may enter, with a path short enough."""
    with tempfile.TemporaryDirectory(prefix="wired-", dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def make_stage(place: Path) -> ReturningStage:
    (place / "site").mkdir()
    return ReturningStage(place / "site")


def exim_settings(hand_over: HandOver, stage: ReturningStage, port: int) -> str:
    block = placed(
        shown("text", "begin routers"),
        {
            DOCUMENTED: str(hand_over.program),
            "user = newsletter\n": f"user = {NOBODY}\n",
            "/srv/newsletter": str(stage.root),
        },
    )
    routers, mark, transports = block.partition("begin transports\n")
    # What takes a mail over has no privilege any more; the queue is run by root.
    own = EXIM.partition("begin routers")[0].format() + "queue_only\n"
    return own + routers + ROUTERS.format(port=port) + mark + transports + TRANSPORTS.format()


def bring(relay: RealRelay, mail: bytes, to: str, *, sender: str = "") -> None:
    with smtplib.SMTP(relay.relay.host, relay.relay.port, timeout=10) as client:
        client.sendmail(sender, [to], mail)


def run_queue(relay: RealRelay) -> None:
    """Let Exim try all that it has, now."""
    [libraries] = (CHECKOUT / ".debian/usr/lib").glob("*-linux-gnu*")
    command = [f"{relay.folder}/exim4", "-C", f"{relay.folder}/exim.conf", "-qff"]
    subprocess.run(command, env={"LD_LIBRARY_PATH": str(libraries)}, check=True)


def test_both_languages_show_the_same_configuration() -> None:
    assert fences("docs/ko/feedback.md") == fences(PAGE)


@needs_root
def test_exim_hands_over_what_it_bounces_and_what_readers_write_and_keeps_it_meanwhile() -> None:
    with open_place() as place, other_house() as house:
        stage = make_stage(place)
        stage.run("subscribers", "add", UNKNOWN, "--language", "ko")
        with (
            handing_over(place / "handed", stage.apart.environment) as hand_over,
            exim_relay(exim_settings(hand_over, stage, house)) as exim,
        ):
            stage.environ["NEWSLETTER_MAIL_URL"] = f"smtp://127.0.0.1:{exim.relay.port}"
            stage.restart()
            stage.send_issue()
            stage.site.close()
            run_queue(exim)  # sends the letters; some come back
            run_queue(exim)
            await_that("it bounces", lambda: len(hand_over.done) == 1)
            assert stage.standings() == {"suppressed bounced": [UNKNOWN]}
            stage.site.close()

            letters = [
                Sent(file.read_bytes().replace(b"\n", b"\r\n"))
                for file in (exim.folder / "mail/all/new").iterdir()
            ]
            [letter] = [one for one in letters if f"<{R1}>" in f"<{one.head['To']}>"]
            to = letter.unsubscribe_address
            mail = answer("", sender=R1, to=to).as_bytes(policy=SMTP)
            database, aside = stage.root / "newsletter.db", stage.root / "aside.db"
            database.rename(aside)
            database.mkdir()
            bring(exim, mail, to, sender=R1)
            run_queue(exim)
            await_that("it is handed over", lambda: len(hand_over.done) == 2)
            database.rmdir()
            aside.rename(database)
            run_queue(exim)
            await_that("it is handed over again", lambda: len(hand_over.done) == 3)
            log = exim.log()

        assert [one.status for one in hand_over.done] == [0, 75, 0]
        assert all(f"Envelope-to: {to}".encode() in one.mail for one in hand_over.done[1:])
        assert {(one.user, one.folder) for one in hand_over.done} == {(NOBODY, stage.root)}
        assert stage.standings() == {
            "unsubscribed withdrew": [R1],
            "suppressed bounced": [UNKNOWN],
        }
        assert "T=newsletter_feedback defer" in log
        assert log.count("=> bounces") == 2


@needs_postfix
def test_a_maildir_that_postfix_delivers_into_is_read() -> None:
    with open_place() as place:
        stage = make_stage(place)
        letters = stage.send_issue()
        maildir = place / "mail/bounces"
        make = placed(
            shown("sh", "sudo install"),
            {
                "sudo ": "",
                "/var/mail": f"{place}/mail",
                "-o newsletter -g newsletter": f"-o {NOBODY} -g {GROUP}",
            },
        )
        subprocess.run(shlex.split(make), check=True)
        settings = placed(
            shown("ini", "recipient_delimiter = +\nvirtual"),
            {"/var/mail": f"{place}/mail", "static:998": f"static:{NUMBER}"},
        )
        inboxes = placed(shown("ini", "NEWSLETTER_INBOXES=maildir"), {"/var/mail": f"{place}/mail"})
        (stage.root / ".env").write_text(inboxes)
        stage.restart()
        with postfix_relay(settings) as postfix:
            bring(postfix, bounce(letters[R1], GONE), letters[R1].return_path)
            to = letters[R2].unsubscribe_address
            bring(postfix, answer("", sender=R2, to=to).as_bytes(policy=SMTP), to, sender=R2)
            await_that("both arrive", lambda: len([*(maildir / "new").iterdir()]) == 2)

        stage.run("feedback", "read")

        assert stage.standings() == {
            "suppressed bounced": [R1],
            "unsubscribed withdrew": [R2],
        }
        assert not [*(maildir / "new").iterdir()]
        assert {file.owner() for file in maildir.rglob("*")} == {NOBODY}


def test_a_mailbox_is_read_by_imap(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    with running_dovecot() as dovecot:
        inboxes = placed(
            shown("ini", "NEWSLETTER_INBOXES=imaps"),
            {
                "bounces%40news.example.org": quote(USER, safe=""),
                "PASSWORD": quote(PASSWORD, safe=""),
                "mail.example.org": f"127.0.0.1:{dovecot.port}",
            },
        )
        (tmp_path / "ca.pem").write_text(dovecot.certificates)
        (tmp_path / ".env").write_text(f"{inboxes}NEWSLETTER_CA_FILE=ca.pem\n")
        stage.restart()
        dovecot.put(bounce(letters[R1], GONE))

        stage.run("feedback", "read")

        with dovecot.person() as client:
            assert client.folder_status("Read", ["MESSAGES"])[b"MESSAGES"] == 1
            assert client.folder_status("INBOX", ["MESSAGES"])[b"MESSAGES"] == 0
    assert stage.standings() == {"suppressed bounced": [R1]}
