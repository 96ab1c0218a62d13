"""An erased reader is nowhere in the database, and proof of deliveries stays."""

import json
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import JSON, Engine, Text, create_engine, insert, select, text, update

from newsletter.delivery.provider import Refused
from newsletter.dispatch.control import Act, Note
from newsletter.dispatch.ledger import DeliveryId, DeliveryPage, Plan
from newsletter.dispatch.states import State
from newsletter.lang import Lang, Preference
from newsletter.mails.mail import MailKind, Request
from newsletter.storage import database
from newsletter.storage.accesses import SqlAccesses
from newsletter.storage.consent_reading import SqlConsents
from newsletter.storage.database import open_database
from newsletter.storage.erased_copies import erase_in_copies, find_copies
from newsletter.storage.erasing import SqlErasing
from newsletter.storage.erasure_end import end_erasures, finish_delayed, finish_open
from newsletter.storage.facts import FactsJson
from newsletter.storage.import_tables import imported_rows, imports
from newsletter.storage.lasting_keys import KeyPurpose, lasting_key
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.mail_rows import add_request
from newsletter.storage.mail_tables import mails
from newsletter.storage.notes import note
from newsletter.storage.other_readers import nobody
from newsletter.storage.personal_columns import ANSWERS, NOBODYS, OWN, TEXTS
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.storage.tables import deliveries, metadata, subscribers
from newsletter.subscribers.access_record import Access, AccessKind, Operator
from newsletter.subscribers.address import address_of
from newsletter.subscribers.decisions import enrol, withdraw
from newsletter.subscribers.erasing import ErasureOrder, ErasureWhy, OpenResults, Remains
from newsletter.subscribers.subscriber import SubscriberId, editions_by_preference
from newsletter.subscribers.traces import Sought, hash_of
from tests.postgresql import PROGRAMS
from tests.stage.databases import put_empty_database
from tests.storage.test_migrating import make_older
from tests.subscribers.makers import make_row
from tests.traces import find_traces

NOW = datetime(2026, 11, 30, tzinfo=UTC)
ADDRESS = "Minsu.Unmistakable@example.org"
KEY = ADDRESS.casefold()
NAME = "독고탁월"
ISSUE = "2026-10"
IS_OURS = subscribers.c.address_key == KEY
ASKED = ErasureOrder("kim", ErasureWhy.ASKED, NOW)


def all_rows(engine: Engine) -> str:
    with engine.connect() as connection:
        return "\n".join(
            str(tuple(row))
            for table in metadata.sorted_tables
            for row in connection.execute(select(table))
        ).casefold()


def assert_nowhere(engine: Engine) -> None:
    rows = all_rows(engine)
    assert "unmistakable" not in rows
    assert NAME not in rows


def migrate(path: Path, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()


def make_reader(engine: Engine) -> None:
    with SqlSubscriberBook(engine).opened() as book:
        enrol(make_row(ADDRESS, NAME, Preference.KO), book, NOW)
        enrol(make_row("other@example.org", "Other", Preference.KO), book, NOW)


def open_with_a_reader(url: str, folder: Path) -> Engine:
    engine = open_database(url, folder)
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    make_reader(engine)
    return engine


def plan(engine: Engine, issue: str) -> None:
    ledger = SqlLedger(engine)
    ledger.freeze(Plan(issue, "d" * 64, {}, NOW), editions_by_preference(None))
    ledger.close()


def test_each_text_of_the_database_is_somebodys_or_nobodys() -> None:
    texts = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Text | JSON | FactsJson)
    }
    named = {
        (table, column)
        for known in (OWN, TEXTS, ANSWERS, NOBODYS)
        for table, columns in known.items()
        for column in columns
    }

    assert texts - named == set(), "say in personal_columns.py what an erasure does about it"
    assert named - texts == set()


def test_an_erased_reader_is_in_no_row_and_the_delivery_stays(engine: Engine) -> None:
    make_reader(engine)
    plan(engine, "2026-10")
    with engine.begin() as connection:
        answer = f"250 ok <{ADDRESS}>"
        connection.execute(
            deliveries.update()
            .where(deliveries.c.address_key == KEY)
            .values(state="accepted", answer=answer, answered_at=NOW)
        )
        words = f"{NAME}님({ADDRESS})이 전화함; Unmistakable stays"
        note(connection, Note("2026-10", Act.PAUSED, "kim", NOW, words))

    sought, _, _ = SqlErasing(engine).erase([KEY], ASKED)
    end_erasures(engine, sought, NOW)

    assert "unmistakable@" not in all_rows(engine)
    assert NAME not in all_rows(engine)
    with engine.connect() as connection:
        rows = connection.execute(select(deliveries).order_by(deliveries.c.id)).all()
        [words] = connection.execute(text("SELECT words FROM notes")).scalars()
    assert [row.state for row in rows] == ["accepted", "pending"]
    assert rows[0].answered_at == NOW
    assert rows[0].answer is None
    assert words == "(erased)님((erased))이 전화함; Unmistakable stays"
    assert SqlConsents(engine).verify(lambda _: None).broken == ()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Zoë Müller", "ZOË  MÜLLER called"),
        ("독고 탁월", "독고탁월 팀장이 전화"),
        ("100%_\\", "100%_\\ called"),
    ],
)
def test_a_note_loses_a_name_however_it_is_written(engine: Engine, name: str, words: str) -> None:
    with SqlSubscriberBook(engine).opened() as book:
        enrol(make_row(ADDRESS, name), book, NOW)
    with engine.begin() as connection:
        note(connection, Note(ISSUE, Act.PAUSED, "kim", NOW, words))

    SqlErasing(engine).erase([KEY], ASKED)

    with engine.connect() as connection:
        [kept] = connection.execute(text("SELECT words FROM notes")).scalars()
    assert kept.startswith("(erased)")


@pytest.mark.parametrize(
    "said",
    [
        "Minsu.Unmistakable＠example.org",
        "minsu.unmistakable (at) example.org",
        "min\u200bsu.unmistakable@exam\u00adple.org",
        "minsu.unmistakable 골뱅이 example.org",
        "독\u200b고탁월님",
    ],
)
def test_no_text_hides_an_address_or_a_name(engine: Engine, said: str) -> None:
    make_reader(engine)
    look = Access(NOW, Operator("kim@desk"), AccessKind.LIST_SHOWN, 2, because=f"see {said}, 김")
    SqlAccesses(engine).record(look)
    with engine.begin() as connection:
        note(connection, Note("2026-10", Act.PAUSED, "kim", NOW, said))
        others = subscribers.c.address_key == "other@example.org"
        told = update(subscribers).where(others).values(standing_because=f"told by {said}")
        connection.execute(told)

    SqlErasing(engine).erase([KEY], ASKED)

    rows = all_rows(engine)
    assert said.casefold() not in rows
    assert rows.count("(erased)") == 3
    [kept] = SqlAccesses(engine).find()
    assert kept.because.startswith("see (erased)")
    assert kept.because.endswith(", 김")


@pytest.mark.parametrize("is_known_by_hash", [False, True])
def test_what_servers_said_of_a_reader_in_answers_to_others_goes(
    engine: Engine, *, is_known_by_hash: bool
) -> None:
    make_reader(engine)
    plan(engine, ISSUE)
    answer = f"550 5.1.1 <{ADDRESS}>: no such user; x{ADDRESS} and the-{ADDRESS} are others"
    with engine.begin() as connection:
        asking = "asks@example.org"
        add_request(connection, Request(MailKind.SUBSCRIBE, Lang.KO, asking, asking, NOW))
    with engine.begin() as connection:
        connection.execute(update(mails).values(answer=answer))
        connection.execute(update(deliveries).values(answer=answer, state="refused"))

    erasing = SqlErasing(engine)
    if is_known_by_hash:
        with engine.begin() as connection:
            key = lasting_key(connection, KeyPurpose.ADDRESSES, NOW)
        erasing.repeat(Sought(key, frozenset({hash_of(KEY, key)})), NOW, nobody)
    else:
        erasing.erase([KEY], ASKED)

    with engine.connect() as connection:
        kept = [
            *connection.execute(
                select(deliveries.c.answer).where(deliveries.c.address == "other@example.org")
            ).scalars(),
            *connection.execute(select(mails.c.answer)).scalars(),
        ]
    assert kept == [answer.replace(f"<{ADDRESS}>", "<(erased)>")] * 2


@pytest.mark.parametrize("is_imported", [True, False])
def test_a_row_of_an_import_stays_at_an_address_that_was_to_be_the_readers(
    engine: Engine, *, is_imported: bool
) -> None:
    make_reader(engine)
    pending = "shared@example.org"
    with engine.begin() as connection:
        number = connection.execute(select(subscribers.c.id).where(IS_OURS)).scalar_one()
        asked = Request(
            MailKind.NEW_ADDRESS, Lang.KO, pending, pending, NOW, SubscriberId(number), {}
        )
        add_request(connection, asked)
        if is_imported:
            connection.execute(insert(imports).values(id="i", file="list.csv", stage="merging"))
            row = {"import_id": "i", "is_open": True, "address_key": pending, "address": pending}
            row |= {"name": "", "standing": "active", "standing_since": NOW}
            row |= {"given_names": "", "fate": "added"}
            connection.execute(insert(imported_rows).values(row))

    people = SqlErasing(engine).erase([KEY], ASKED)[1]

    assert (pending in people.keys) is not is_imported
    with engine.connect() as connection:
        rows = connection.execute(select(imported_rows.c.address)).scalars().all()
        assert connection.execute(select(mails)).all() == []
    assert rows == ([pending] if is_imported else [])


def test_a_reader_without_deliveries_leaves_no_row(engine: Engine) -> None:
    make_reader(engine)

    sought, _, _ = SqlErasing(engine).erase([KEY], ASKED)
    end_erasures(engine, sought, NOW)

    assert_nowhere(engine)
    with engine.connect() as connection:
        assert connection.execute(select(subscribers.c.address)).scalars().all() == [
            "other@example.org"
        ]


def test_a_delivery_that_waits_is_never_sent(engine: Engine) -> None:
    make_reader(engine)
    plan(engine, "2026-10")

    SqlErasing(engine).erase([KEY], ASKED)

    with engine.connect() as connection:
        query = select(deliveries.c.state).order_by(deliveries.c.id)
        assert connection.execute(query).scalars().all() == [State.SKIPPED, State.PENDING]


def test_whoever_withdrew_long_enough_ago_is_due(engine: Engine) -> None:
    make_reader(engine)
    with SqlSubscriberBook(engine).opened() as book:
        withdraw(address_of(ADDRESS), book, NOW)
    erasing = SqlErasing(engine)

    nobody_waits = OpenResults(NOW + timedelta(days=1), NOW + timedelta(days=1))

    assert erasing.find_due(NOW, nobody_waits, 10) == []
    assert erasing.find_due(NOW + timedelta(seconds=1), nobody_waits, 10) == [KEY]
    erasing.erase([KEY], ASKED)
    assert erasing.find_due(NOW + timedelta(days=1), nobody_waits, 10) == []


def test_what_a_server_still_answers_is_erased_when_the_run_has_ended(engine: Engine) -> None:
    make_reader(engine)
    ledger = SqlLedger(engine)
    ledger.freeze(Plan(ISSUE, "d" * 64, {}, NOW), editions_by_preference(None))
    ledger.begin_run(ISSUE)
    [first, _] = ledger.find_due(ISSUE, NOW, DeliveryPage(DeliveryId(0), 2))
    assert ledger.begin(first.id, NOW).wait()

    sought, _, _ = SqlErasing(engine).erase([KEY], ASKED)
    left = end_erasures(engine, sought, NOW).remains
    ledger.record(first.id, Refused(f"550 no such user {ADDRESS}"), None, NOW)
    ledger.flush()
    finish_open(engine, NOW)
    is_still_there = "unmistakable" in all_rows(engine)
    ledger.end_run()
    ledger.close()
    finish_open(engine, NOW)

    assert Remains.DISPATCH in left
    assert is_still_there
    assert "unmistakable" not in all_rows(engine)
    assert SqlErasing(engine).find_open(NOW) is None


def test_what_names_an_address_names_whoever_has_it_when_the_erasure_is_finished(
    engine: Engine,
) -> None:
    """After a restore: the erased reader had it in the backup, and somebody else has it since."""
    shared, other = "shared@example.org", "other@example.org"
    with SqlSubscriberBook(engine).opened() as book:
        enrol(make_row(shared, "", None, NOW - timedelta(days=9)), book, NOW)
    sought, _, _ = SqlErasing(engine).erase([shared], ASKED, {})
    SqlErasing(engine).end(sought, {Remains.DISPATCH}, NOW)
    later = NOW + timedelta(days=1)
    with SqlSubscriberBook(engine).opened() as book:
        enrol(make_row("third@example.org", "", None, later), book, later)
        enrol(make_row(other, "", None, later), book, later)
        withdraw(address_of(other), book, later, f"same person as {shared}", "Kim")

    is_third = subscribers.c.address_key == "third@example.org"
    with engine.begin() as connection:
        connection.execute(update(subscribers).where(is_third).values(address_key=shared))

    finish_open(engine, later)

    words = select(subscribers.c.standing_because).where(subscribers.c.address_key == other)
    with engine.connect() as connection:
        assert connection.execute(words).scalar() == f"same person as {shared}"


@pytest.mark.parametrize("revision", ["0001", "0003", "0005", "0008", "0010"])
def test_a_copy_of_an_older_program_is_erased_as_it_is(tmp_path: Path, revision: str) -> None:
    copy = make_older(tmp_path, min(revision, "0002"))
    migrate(copy, revision)
    copy = copy.rename(tmp_path / f"newsletter.db.before-{revision}")
    with closing(sqlite3.connect(copy)) as connection, connection:
        for table in ("subscribers", "deliveries"):
            connection.execute(
                f"UPDATE {table} SET address = ?, address_key = ? WHERE address = 'a@example.org'",
                (ADDRESS, KEY),
            )
    sought = Sought(b"k" * 32, frozenset({hash_of(KEY, b"k" * 32)}))

    copies = find_copies(tmp_path / "newsletter.db")
    assert erase_in_copies(copies, sought, (), nobody) == (1, ())
    assert erase_in_copies(copies, sought, (), nobody) == (0, ())

    assert find_traces(tmp_path, [ADDRESS]) == []
    with closing(sqlite3.connect(copy)) as connection:
        states = connection.execute("SELECT state FROM deliveries ORDER BY id").fetchall()
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    assert states == [("accepted",), ("unknown",)]
    assert found == (revision,)


def test_a_copy_that_is_damaged_is_named(tmp_path: Path) -> None:
    (tmp_path / "newsletter.db.before-0005").write_bytes(b"SQLite format 3\0" + b"x" * 4096)

    copies = find_copies(tmp_path / "newsletter.db")
    closed = erase_in_copies(copies, Sought(b"k" * 32, frozenset({"h"})), (), nobody)

    assert closed == (0, ("newsletter.db.before-0005",))


def test_many_are_erased_from_a_long_list_while_its_log_is_open(tmp_path: Path) -> None:
    """Pages that were split, and a log that no process may shorten while another has it open."""
    engine = open_database("sqlite:///newsletter.db", tmp_path)
    other = open_database("sqlite:///newsletter.db", tmp_path)
    names = [f"q{number * 7_919 % 3_001:05d}zz" for number in range(3_000)]
    for at in range(0, 3_000, 500):
        with SqlSubscriberBook(engine).opened() as book:
            for name in names[at : at + 500]:
                enrol(make_row(f"{name}@example.org", f"N{name}", Preference.KO), book, NOW)
    plan(engine, ISSUE)
    log = tmp_path / "newsletter.db-wal"
    before = log.stat().st_size

    with other.connect() as looking:
        looking.execute(select(subscribers.c.id).limit(1)).all()
        looking.rollback()
        for at in range(0, 60, 20):
            keys = [f"{name}@example.org" for name in names[at : at + 20]]
            order = replace(ASKED, now=NOW + timedelta(seconds=at))
            sought, _, _ = SqlErasing(engine).erase(keys, order)
            assert end_erasures(engine, sought, NOW).remains == frozenset()

        octets = (tmp_path / "newsletter.db").read_bytes() + log.read_bytes()
        assert [name for name in names[:60] if name.encode() in octets] == []
        assert log.stat().st_size >= before
    other.dispose()
    engine.dispose()


def test_a_log_that_another_process_reads_is_named(tmp_path: Path) -> None:
    engine = open_database("sqlite:///newsletter.db", tmp_path)
    make_reader(engine)
    with closing(sqlite3.connect(tmp_path / "newsletter.db")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM subscribers").fetchall()

        sought, _, _ = SqlErasing(engine).erase([KEY], ASKED)
        left = end_erasures(engine, sought, NOW).remains
    finish_open(engine, NOW)
    octets = (tmp_path / "newsletter.db-wal").read_bytes()
    is_open = SqlErasing(engine).find_open(NOW)
    engine.dispose()

    assert left == {Remains.JOURNAL}
    assert is_open is None
    assert b"unmistakable" not in octets.lower()


def test_the_dump_of_postgresql_names_nobody_who_was_erased(
    postgresql_url: str, tmp_path: Path
) -> None:
    engine = open_with_a_reader(postgresql_url, tmp_path)
    plan(engine, ISSUE)

    sought, _, _ = SqlErasing(engine).erase([KEY], ASKED)
    end_erasures(engine, sought, NOW)
    engine.dispose()

    program = shutil.which("pg_dump", path=PROGRAMS)
    assert program is not None
    dump = subprocess.run([program, postgresql_url], capture_output=True, check=True).stdout
    assert b"other@example.org" in dump
    assert b"unmistakable" not in dump.lower()
    assert NAME.encode() not in dump


def test_a_postgresql_database_that_is_put_back_is_erased_again(
    postgresql_url: str, tmp_path: Path
) -> None:
    engine = open_with_a_reader(postgresql_url, tmp_path)
    programs = {name: shutil.which(name, path=PROGRAMS) for name in ("pg_dump", "pg_restore")}
    dump = tmp_path / "dump"
    target = f"--dbname={postgresql_url}"
    words = ["--format=custom", f"--file={dump}", target]
    subprocess.run([str(programs["pg_dump"]), *words], check=True)
    sought, _, _ = SqlErasing(engine).erase([KEY], ASKED)
    end_erasures(engine, sought, NOW)
    engine.dispose()

    words = ["--clean", "--if-exists", "--single-transaction", target, str(dump)]
    subprocess.run([str(programs["pg_restore"]), *words], check=True)
    engine = open_database(postgresql_url, tmp_path)
    assert SqlSubscriberBook(engine).find(KEY) is not None

    finish_delayed(engine, NOW)

    assert_nowhere(engine)
    assert SqlSubscriberBook(engine).find("other@example.org") is not None
    [journal] = tmp_path.glob("*.erased")
    assert journal.stat().st_mode & 0o777 == 0o600
    engine.dispose()


def test_a_damaged_line_of_the_journal_is_left_out(tmp_path: Path) -> None:
    put_empty_database(tmp_path)
    line = {"address_hash": "zz", "asked_at": NOW.isoformat(), "why": "asked", "standing": None}
    line |= {"since": None, "cause": None, "lifted_at": None}
    (tmp_path / "newsletter.db.erased").write_text(json.dumps(line) + "\n")
    engine = open_database("sqlite:///newsletter.db", tmp_path)

    finish_delayed(engine, NOW)

    assert SqlErasing(engine).find_open(NOW) is None
    engine.dispose()
