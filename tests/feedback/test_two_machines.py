"""Two machines that read one mailbox at the same moment, with one PostgreSQL behind them."""

import shutil
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import text

from newsletter.desk.feedback import FeedbackDesk, ReadCounts
from newsletter.feedback.inbox import Arrived, Inbox
from newsletter.feedback.maildir import Maildir
from newsletter.storage.database import open_database
from newsletter.storage.tables import metadata
from tests.feedback.dovecot import Dovecot
from tests.feedback.mailboxes import opened
from tests.feedback.returning import (
    ReturningStage,
    Sent,
    addresses,
    answer,
    bounce,
    complaint,
    without_proof,
)
from tests.postgresql import postgresql
from tests.stage.clocked import ClockedSite

GONE: Final = "550 5.1.1 User unknown"
FULL: Final = "452 4.2.2 Mailbox full"
READERS: Final = addresses(range(1, 13))
ISSUES: Final = 5  # a full mailbox is suspended after the fifth
TOGETHER_S: Final = 60  # who waits longer for the other has lost it


@pytest.fixture(scope="module")
def postgresql_url() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture
def database(postgresql_url: str, tmp_path: Path) -> str:
    """An empty database."""
    engine = open_database(postgresql_url, tmp_path)
    with engine.begin() as connection:
        names = ", ".join(table.name for table in metadata.sorted_tables)
        connection.execute(text(f"TRUNCATE {names} CASCADE"))
    engine.dispose()
    return postgresql_url


def mails_of(letters: dict[str, Sent], issue: int) -> list[bytes]:
    """Return what comes back of an issue: of the first, everything."""
    one = [letters[address] for address in READERS if address in letters]
    full = [bounce(letters[address], FULL, status="4.2.2") for address in READERS[10:]]
    if issue:
        return full
    return [
        *full,
        *(bounce(letter, GONE) for letter in one[:2]),
        *(complaint(letter) for letter in one[2:4]),
        *(answer("unsubscribe", sender=READERS[at], of=one[at]).as_bytes() for at in (4, 5)),
        answer("When is the next one?", sender=READERS[6], of=one[6]).as_bytes(),
        answer("수신거부", sender="stranger@else.example.com").as_bytes(),
        without_proof(bounce(one[7], GONE), one[7]),
    ]


class Machine:
    """A machine with the site's files; it reads each mail at the moment at which another does."""

    def __init__(self, stage: ReturningStage, folder: Path, inbox: Inbox) -> None:
        self._folder = folder
        self._stage = stage
        self._inbox = inbox

    def waiting(self) -> list[Arrived]:
        return list(self._inbox.waiting())

    def read(self, together: threading.Barrier) -> ReadCounts:
        def has_met() -> bool:
            together.wait(TOGETHER_S)
            return True

        left_out = shutil.ignore_patterns("outbox", "feedback")
        shutil.copytree(self._stage.root, self._folder, ignore=left_out, dirs_exist_ok=True)
        site = ClockedSite(self._stage.environ, self._folder)
        site.now = self._stage.site.now
        try:
            return FeedbackDesk(site).read(self._inbox, may_go_on=has_met)
        finally:
            site.close()


def read_alone(folder: Path) -> tuple[Counter[tuple[str, str]], dict[str, list[str]]]:
    """Return what becomes of the same mails if one machine reads them, one by one."""
    stage = ReturningStage(folder, readers=len(READERS))
    for issue in range(ISSUES):
        for mail in mails_of(stage.send_issue(), issue):
            stage.pipe(mail)
    stage.site.close()
    return Counter(stage.events()), stage.standings()


def read_at_once(machines: Sequence[Machine]) -> list[ReadCounts]:
    together = threading.Barrier(len(machines))
    with ThreadPoolExecutor(len(machines)) as pool:
        return list(pool.map(lambda one: one.read(together), machines))


@pytest.mark.parametrize("kind", ["maildir", "imap"])
def test_what_two_machines_read_at_once_is_applied_once(
    tmp_path: Path, database: str, dovecot: Dovecot, kind: str
) -> None:
    """Both have listed all mails before one of them puts any away."""
    path = dovecot.inbox if kind == "imap" else tmp_path / "mailbox"
    for name in ("tmp", "new", "cur"):
        (path / name).mkdir(parents=True, exist_ok=True)
    stage = ReturningStage(tmp_path / "site", len(READERS), database_url=database)
    with ExitStack() as stack:
        stack.callback(stage.site.close)
        machines = []
        for name in ("a", "b"):
            inbox = stack.enter_context(opened(dovecot)) if kind == "imap" else Maildir(path)
            machines.append(Machine(stage, tmp_path / name, inbox))
        for issue in range(ISSUES):
            mails = mails_of(stage.send_issue(), issue)
            for number, mail in enumerate(mails):
                if kind == "imap":
                    dovecot.put(mail, 100 * issue + number)
                else:
                    (path / "new" / f"{issue}{number:03}.M1P1.mail").write_bytes(mail)

            done = read_at_once(machines)

            assert [one.mails for one in done] == [len(mails)] * 2
            assert sum(one.known for one in done) == len(mails)
            assert sum(sum(one.actions.values()) for one in done) == len(mails)
            assert [machine.waiting() for machine in machines] == [[], []]

        assert (Counter(stage.events()), stage.standings()) == read_alone(tmp_path / "alone")
        assert stage.standings()["suspended bounced"] == READERS[10:]
        assert "all as they were recorded" in stage.run("consent", "verify")
        with stage.site.records.database.connect() as connection:
            query = "SELECT address, count(*) FROM mails GROUP BY address ORDER BY address"
            notices = connection.exec_driver_sql(query).all()
        assert sorted(map(tuple, notices)) == sorted((one, 1) for one in READERS[4:6])
