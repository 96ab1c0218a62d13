"""F3, F5, F6: issues leave by a real Postfix, and come back through its pipe."""

import hashlib
import json
import sqlite3
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Final

import pytest

from tests.delivery.real_relays import why_no_postfix
from tests.feedback.handing_over import USER, HandOver, await_that, handing_over
from tests.feedback.returning import (
    BOUNCES,
    ReturningStage,
    Sent,
    addresses,
    answer,
    bounce,
    complaint,
    without_proof,
)
from tests.feedback.wired_postfix import WiredPostfix, wired_postfix

pytestmark = pytest.mark.skipif(why_no_postfix() is not None, reason=f"{why_no_postfix()}")

READERS: Final = 200
GONE: Final = addresses(range(1, 21))
FULL: Final = addresses(range(21, 26))
COMPLAIN: Final = addresses(range(26, 29))
WRITE: Final = addresses(range(29, 31))  # to the address of their letter
ANSWER: Final = addresses(range(31, 33))  # to a letter
UNPROVEN: Final = "r33@example.org"
AWAY: Final = addresses(range(34, 36))  # out of office
QUIET: Final = addresses(range(36, READERS + 1))
FORGED: Final = 1_000
KINDS: Final = 7  # of wrong addresses
ISSUES: Final = 5
SOMEBODY: Final = "somebody@else.example.com"
LEFT_BY_MAIL: Final = "unsubscribed withdrew"


@dataclass
class Journey:
    """A site, and the Postfix that its letters leave by and come back to."""

    stage: ReturningStage
    hand_over: HandOver
    wired: WiredPostfix

    def send_issue(self, returning: int) -> None:
        """Send the next issue, and wait until all of it has arrived or come back."""
        returned = len(self.hand_over.done) + returning
        self.stage.send_issue()
        self.stage.site.close()
        self.await_handed(returned)

    def bring(self, mails: Sequence[tuple[bytes, str]]) -> None:
        """Let somebody send mails, and wait until they were handed over."""
        returned = len(self.hand_over.done) + len(mails)
        self.wired.bring([(dated(mail), to) for mail, to in mails], sender=SOMEBODY)
        self.await_handed(returned)

    def await_handed(self, count: int) -> None:
        await_that("every mail is handed over", lambda: len(self.hand_over.done) >= count)
        await_that("no mail is left in the queue", self.wired.is_idle)
        assert len(self.hand_over.done) == count
        assert {one.status for one in self.hand_over.done} <= {0}, self.hand_over.done[-1].said

    def read_again(self, mails: Sequence[bytes]) -> None:
        """Read mails from a Maildir, in one command."""
        with tempfile.TemporaryDirectory() as name:
            for part in ("new", "cur", "tmp"):
                Path(name, part).mkdir()
            for number, mail in enumerate(mails):
                Path(name, "new", f"{number}.mail").write_bytes(mail)
            self.stage.run("feedback", "read", f"maildir:{name}")
            assert len([*Path(name, "cur").iterdir()]) == len(mails)


@contextmanager
def journey(
    readers: int, *, gone: Collection[str] = (), full: Sequence[str] = ()
) -> Iterator[Journey]:
    """Run a site of *readers*; some have no mailbox, and some a full one in another house."""
    here = [one for one in addresses(range(1, readers + 1)) if one not in gone and one not in full]
    with tempfile.TemporaryDirectory(prefix="returns-", dir="/tmp") as name:
        place = Path(name)
        place.chmod(0o755)
        (place / "site").mkdir()
        stage = ReturningStage(place / "site", readers)
        with (
            handing_over(place / "handed", stage.apart.environment) as hand_over,
            wired_postfix(place, hand_over, stage.root, readers=here, full=full) as wired,
        ):
            stage.environ["NEWSLETTER_MAIL_URL"] = wired.url
            stage.restart()
            yield Journey(stage, hand_over, wired)
            stage.site.close()


def dated(mail: bytes) -> bytes:
    """Return a mail with the fields that every mail program writes; else Postfix adds them."""
    name = hashlib.sha256(mail).hexdigest()
    return (
        f"Date: Mon, 30 Nov 2026 09:00:00 +0900\nMessage-ID: <{name}@else.example.com>\n".encode()
        + mail
    )


def subscribers(stage: ReturningStage) -> list[tuple[object, ...]]:
    """Return all that the list says of readers, and the mails that are owed to them."""
    stage.site.close()
    with closing(sqlite3.connect(stage.root / "newsletter.db")) as connection:
        queries = ("subscribers", "mails", "consents")
        return [row for one in queries for row in connection.execute(f"SELECT * FROM {one}")]


def forged(letters: Sequence[Sent]) -> list[bytes]:
    """Return mails that somebody makes who knows how letters look, but not the key."""
    tokens = [one.return_path.partition("+")[2].partition("@")[0] for one in letters]
    mails = list[bytes]()
    for number in range(FORGED):
        letter = letters[number % len(letters)]
        own, other = tokens[number % len(tokens)], tokens[(number + 1) % len(tokens)]
        wrong = (
            "",  # the address without any
            f"+{'abcdefghij' * 5}",
            f"+{own[:-1]}{'a' if own[-1] != 'a' else 'b'}",
            f"+{own[:24]}{other[24:]}",  # another letter's tag
            f"+{other[:16]}{own[16:]}",  # another reader
            f"+{own[:16]}{'abcdefgh'}{own[24:]}",  # another issue
            f"+{own[:24]}",
        )[number // 2 % KINDS]
        mail = (bounce(letter, "550 5.1.1 User unknown"), complaint(letter, to=letter.return_path))[
            number % 2
        ]
        bare = without_proof(mail, letter) + f"\n{number}\n".encode()
        mails.append(bare.replace(BOUNCES.encode(), f"bounces{wrong}@news.example.org".encode()))
    return mails


def test_what_postfix_and_people_bring_back_acts_once_and_on_nobody_else() -> None:
    with journey(READERS, gone=GONE, full=FULL) as site:
        stage = site.stage
        site.send_issue(len(GONE) + len(FULL))
        letters = {one: site.wired.letters(one)[0] for one in [*COMPLAIN, *WRITE, *ANSWER, *AWAY]}
        assert stage.standings() == {"suppressed bounced": GONE}

        brought = [(complaint(letters[one], to=BOUNCES), BOUNCES) for one in COMPLAIN]
        for one in WRITE:
            to = letters[one].unsubscribe_address
            brought.append((answer("", sender=one, to=to).as_bytes(), to))
        for one, words in zip(ANSWER, ("수신거부", "unsubscribe"), strict=True):
            brought.append((answer(words, sender=one, of=letters[one]).as_bytes(), BOUNCES))
        brought.append((answer("수신거부", sender=UNPROVEN).as_bytes(), BOUNCES))
        for one in AWAY:
            mail = answer("휴가 중입니다.", sender=one, subject="부재중", of=letters[one])
            mail["Auto-Submitted"] = "auto-replied"
            brought.append((mail.as_bytes(), letters[one].return_path))
        site.bring(brought)
        ended = {
            "suppressed bounced": GONE,
            "suppressed complained": COMPLAIN,
            LEFT_BY_MAIL: [*WRITE, *ANSWER],
        }
        assert stage.standings() == ended
        [listed] = json.loads(stage.run("feedback", "list", "--json"))
        assert (listed["kind"], listed["from"]) == ("unsubscribe", UNPROVEN)

        for number in range(2, ISSUES + 1):
            assert stage.standings() == ended, number
            site.send_issue(len(FULL))
        ended["suspended bounced"] = FULL
        assert stage.standings() == ended
        site.send_issue(0)
        assert stage.standings() == ended
        assert site.wired.count_letters() == (
            len([UNPROVEN, *AWAY, *QUIET]) * (ISSUES + 1) + len(ended[LEFT_BY_MAIL]) + len(COMPLAIN)
        )
        assert {one.user for one in site.hand_over.done} == {USER}
        assert {one.folder for one in site.hand_over.done} == {stage.root}

        before = stage.contents()
        site.read_again([one.mail for one in site.hand_over.done])
        site.bring(brought)
        assert stage.contents() == before

        people = subscribers(stage)
        mails = forged([site.wired.letters(one)[0] for one in QUIET])
        site.read_again(mails)
        site.bring([(mail, str(message_from_bytes(mail)["To"])) for mail in mails[: 2 * KINDS]])
        assert subscribers(stage) == people
        assert stage.standings() == ended


@contextmanager
def replaced_by_a_folder(site: Journey) -> Iterator[None]:
    file, aside = site.stage.root / "newsletter.db", site.stage.root / "aside"
    file.rename(aside)
    file.mkdir()
    yield
    file.rmdir()
    aside.rename(file)


@contextmanager
def locked(site: Journey) -> Iterator[None]:
    with closing(sqlite3.connect(site.stage.root / "newsletter.db")) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def upgraded(site: Journey) -> Iterator[None]:
    """Let Python miss a module, which has a status of its own."""
    program = site.hand_over.program
    whole = program.read_text()
    program.write_text("#!/bin/sh\nexit 1\n")
    yield
    program.write_text(whole)


def test_postfix_keeps_what_comes_while_the_database_is_away_and_hands_it_over_later() -> None:
    readers = addresses(range(1, 5))
    with journey(len(readers)) as site:
        site.send_issue(0)
        site.wired.keep_for_days()
        done = site.hand_over.done
        for leaving, away in zip(readers, (replaced_by_a_folder, locked, upgraded), strict=False):
            [letter] = site.wired.letters(leaving)
            to, before = letter.unsubscribe_address, site.wired.count_deferrals()
            mail = answer("", sender=leaving, to=to).as_bytes()

            with away(site):
                site.wired.bring([(dated(mail), to)], sender=leaving)
                await_that("it is deferred", lambda: site.wired.count_deferrals() > before)  # noqa: B023
            await_that("it is handed over for good", site.wired.is_idle_after_flushing)

        assert site.stage.standings() == {LEFT_BY_MAIL: readers[:3]}
        assert {one.status for one in done} == {0, 75}
        assert all("@" not in one.said for one in done)
        log = site.wired.postfix.log()
        assert "status=deferred (temporary failure. Command output: newsletter: " in log
        assert "status=SOFTBOUNCE (" in log
        assert "status=bounced" not in log
