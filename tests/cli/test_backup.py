"""A backup is one whole file, of one moment, for its owner alone."""

import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from newsletter.subscribers.access_record import AccessKind
from tests.makers import ISSUE_ID
from tests.postgresql import postgresql
from tests.stage.clocked import ClockedStage
from tests.stage.site import ISSUE, PUBLIC_URL, make_stage, write_readers


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    return ClockedStage(tmp_path / "site")


def ask(file: Path, query: str) -> list[tuple[object, ...]]:
    """Ask a file by itself, without any journal."""
    uri = f"{file.as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        return connection.execute(query).fetchall()


def test_a_backup_is_whole_in_one_file_for_its_owner_alone(
    desk: ClockedStage, tmp_path: Path
) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes")
    (desk.root / ".env").write_text("")
    target = tmp_path / "백업 1.db"

    output = desk.run("backup", str(target))

    assert ask(target, "SELECT state, count(*) FROM deliveries GROUP BY 1") == [("accepted", 4)]
    assert target.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == [target.name]
    for name in (".secret-key", ".env", "issues"):
        assert f"Keep too  {name}: " in output


def test_a_backup_during_a_dispatch_is_of_one_moment_and_disturbs_nobody(tmp_path: Path) -> None:
    stage = make_stage(tmp_path / "site", public_url=PUBLIC_URL, connections="1")
    write_readers(stage.root / "readers.csv", ko=12, en=0, both=0, none=0)
    stage.run("subscribers", "import", "readers.csv")
    publication = stage.root / "issues" / "publication.yaml"
    publication.write_text(publication.read_text() + "pace: {rate: 20/minute}\n")
    process = stage.start("dispatch", ISSUE, "--yes")
    while len(list((stage.root / "outbox").glob("*.eml"))) < 2:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)

    stage.run("backup", "moment.db")

    process.send_signal(signal.SIGINT)
    words, _ = process.communicate(timeout=120)
    states = [row[0] for row in ask(stage.root / "moment.db", "SELECT state FROM deliveries")]
    assert process.returncode == 4, words
    assert len(states) == 12
    assert states.count("accepted") >= 1
    assert states.count("pending") >= 1
    assert stage.status()["accepted"] == len(list((stage.root / "outbox").glob("*.eml")))


def test_a_file_that_is_there_is_replaced_only_with_force(
    desk: ClockedStage, tmp_path: Path
) -> None:
    target = tmp_path / "backup.db"
    target.write_text("precious")

    refused = desk.run("backup", str(target), status=2)
    kept = target.read_text()
    desk.run("backup", str(target), "--force")

    assert "exists already; name another file, or add --force" in refused
    assert kept == "precious"
    assert ask(target, "SELECT count(*) FROM subscribers") == [(4,)]


def test_the_ledger_is_no_backup_of_itself(desk: ClockedStage) -> None:
    ledger = desk.root / "newsletter.db"

    output = desk.run("backup", str(ledger), "--force", status=2)

    assert "is the ledger itself; name another file" in output
    assert ask(ledger, "SELECT count(*) FROM subscribers") == [(4,)]


def test_where_there_is_no_ledger_none_is_made(tmp_path: Path) -> None:
    stage = make_stage(tmp_path / "site")

    output = stage.run("backup", "backup.db", status=2)

    assert "there is no ledger yet" in output
    assert not list(stage.root.glob("*.db"))


def test_a_folder_that_is_missing_is_named(tmp_path: Path, desk: ClockedStage) -> None:
    with pytest.raises(FileNotFoundError, match="missing"):
        desk.run("backup", str(tmp_path / "missing" / "backup.db"))


def test_postgresql_has_its_own_backup_which_is_named(tmp_path: Path) -> None:
    with postgresql() as url:
        stage = make_stage(tmp_path / "site", database_url=url)

        output = stage.run("backup", "a b.dump", status=2)

    assert "pg_dump --format=custom '--file=a b.dump' --dbname=postgresql:" in output


def test_where_its_program_is_missing_its_own_restore_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.storage.dumps.PROGRAM", "pg_restore_that_is_missing")
    file = tmp_path / "a b.dump"
    file.touch()
    url = "postgresql://tester:secret@127.0.0.1:1/postgres"
    desk = ClockedStage(tmp_path / "site", readers=0)
    desk.environ["NEWSLETTER_DATABASE_URL"] = url
    desk.restart()

    output = desk.run("restore", str(file), "--yes", status=2)

    assert "pg_restore_that_is_missing --clean --if-exists --single-transaction" in output
    assert "newsletter restore --keep" in output
    assert "secret" not in output


@pytest.mark.parametrize(
    ("words", "because"),
    [((), "backup"), (("--because", " 이전 "), "이전"), (("--because", " "), "backup")],
)
def test_s12_a_backup_has_a_reason_though_a_timer_has_nobody_to_ask(
    desk: ClockedStage, words: tuple[str, ...], because: str
) -> None:
    desk.run("backup", str(desk.root / "copy.db"), *words)

    [access] = desk.site.records.accesses().find()
    assert (access.kind, access.because, access.people) == (AccessKind.BACKUP_MADE, because, 4)
