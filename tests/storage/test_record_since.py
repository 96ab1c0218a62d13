"""The consent record of a ledger that is replaced goes on in the copy, in both databases."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine, delete, func, insert, select, text

from newsletter.lang import Lang
from newsletter.storage.consent_reading import SqlConsents
from newsletter.storage.consent_tables import consent_chains, consent_texts, consents
from newsletter.storage.consents import begin_chain, seal_chain
from newsletter.storage.database import close_database, open_file
from newsletter.storage.erasing import SqlErasing
from newsletter.storage.import_tables import imports
from newsletter.storage.lasting_keys import KeyPurpose, find_lasting_key, keep_other_key
from newsletter.storage.record_since import find_renamed, repeat_record
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.storage.tables import metadata, subscribers
from newsletter.storage.transactions import writing
from newsletter.storage.unfinished import holder_values
from newsletter.subscribers.address import address_of
from newsletter.subscribers.consent_proof import Proof
from newsletter.subscribers.consent_record import ConsentWay, Occasion, details_of
from newsletter.subscribers.decisions import (
    change_address,
    enrol,
    suppress,
    unsuppress,
    withdraw,
)
from newsletter.subscribers.erasing import ErasureOrder, ErasureWhy
from newsletter.subscribers.importing import import_rows
from tests.subscribers.makers import make_row

NOW: Final = datetime(2026, 11, 29, 9, tzinfo=UTC)
OLD: Final = NOW - timedelta(days=400)
WORDS: Final = "우리 뉴스레터를 받는 데 동의합니다."
TEXT: Final = hashlib.sha256(WORDS.encode()).hexdigest()
A, B, C, NEW = "a@example.org", "b@example.org", "c@example.org", "new@example.net"
Entry = tuple[str, ...]


class Ledger:
    """A ledger whose every change is an hour after the one before."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.now = NOW

    def _opened(self, way: ConsentWay, by: str, text_hash: str | None = None) -> Occasion:
        self.now += timedelta(hours=1)
        lang = None if text_hash is None else Lang.KO
        return Occasion(way, self.now, by, lang, text_hash, ("name",) if text_hash else ())

    def add(self, key: str, by: str = "Kim") -> None:
        with SqlSubscriberBook(self.engine).opened(self._opened(ConsentWay.OPERATOR, by)) as book:
            enrol(make_row(key, consented_at=OLD), book, self.now)

    def agree(self, key: str) -> None:
        """Agree by the form to a text."""
        occasion = self._opened(ConsentWay.CODE, "", TEXT)
        with SqlSubscriberBook(self.engine).opened(occasion) as book:
            enrol(make_row(key, consented_at=self.now), book, self.now)

    def leave(self, key: str, way: ConsentWay = ConsentWay.READER, by: str = "") -> None:
        with SqlSubscriberBook(self.engine).opened(self._opened(way, by)) as book:
            withdraw(address_of(key), book, self.now)

    def move(self, key: str, to: str) -> None:
        with SqlSubscriberBook(self.engine).opened(
            self._opened(ConsentWay.OPERATOR, "Lee")
        ) as book:
            change_address(address_of(key), address_of(to), book, self.now, "", "Lee")

    def file(self, name: str, *keys: str, is_whole: bool = True) -> None:
        """Write a file to the list; or its first rows alone, and its process goes on."""
        self.now += timedelta(hours=1)
        with writing(self.engine) as connection:
            occasion = begin_chain(connection, name, f"{name}.csv", self.now)
            if not is_whole:
                row = {"id": name, "file": f"{name}.csv", "stage": "merging", **holder_values()}
                connection.execute(insert(imports).values(row))
        with SqlSubscriberBook(self.engine).opened(occasion) as book:
            rows = [make_row(key, consented_at=OLD) for key in keys]
            list(import_rows(rows, book, name, self.now))
        if is_whole:
            with writing(self.engine) as connection:
                seal_chain(connection, name)

    def erase(self, key: str) -> None:
        self.now += timedelta(hours=1)
        order = ErasureOrder("Park", ErasureWhy.ASKED, self.now, "root")
        SqlErasing(self.engine).erase([key], order)


def find(engine: Engine, key: str) -> list[Entry]:
    """Return all that a record says of an address but where it stands."""
    said = list[Entry]()
    for one, file in SqlConsents(engine).find(key):
        details = {name: kept for name, kept in details_of(one).items() if name != "salt"}
        moments = (str(one.at), str(one.recorded_at))
        kept = (str(details), str(one.details_hash), str(file))
        said.append((one.act, one.way, *moments, str(one.text), str(one.lang), *kept))
    return said


def verify(engine: Engine) -> Proof:
    return SqlConsents(engine).verify(lambda _: None)


def count(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(consents)).scalar_one()


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Ledger]:
    """The ledger that is replaced, with what it knew when the backup was made."""
    engine = open_file(tmp_path / "here.db")
    with engine.begin() as connection:
        row = {"hash": TEXT, "lang": "ko", "version": "1", "words": WORDS, "kept_at": OLD}
        connection.execute(insert(consent_texts).values(row))
    made = Ledger(engine)
    made.add(A)
    made.add(B)
    made.file("first", C)
    yield made
    close_database(engine)


def path_of(ledger: Ledger) -> Path:
    return Path(str(ledger.engine.url.database))


@pytest.fixture
def there(engine: Engine, here: Ledger) -> Ledger:
    """The backup, as a database of either kind."""
    with here.engine.connect() as source, engine.begin() as target:
        for table in metadata.sorted_tables:
            target.execute(delete(table))
        for table in (subscribers, *metadata.sorted_tables):
            if table.name in {"alembic_version", "cleanings", "funnel_counts"}:
                continue
            rows = [dict(row) for row in source.execute(select(table)).mappings()]
            if rows and not target.execute(select(func.count()).select_from(table)).scalar_one():
                target.execute(insert(table), rows)
        if engine.dialect.name == "postgresql":
            for name in ("consent_chains", "subscribers"):
                last = f"(SELECT coalesce(max(id), 0) + 1 FROM {name})"
                target.execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {last}, false)")
                )
    made = Ledger(engine)
    made.now = here.now
    return made


def carry(here: Ledger, there: Ledger) -> bool:
    here.engine.dispose()
    return repeat_record(there.engine, path_of(here), find_renamed(there.engine, path_of(here)))


def act_since(here: Ledger) -> None:
    """All that may be recorded of a consent."""
    here.agree(NEW)
    here.leave(NEW)
    here.agree("supp@example.net")
    here.move(A, "a2@example.net")
    here.leave("a2@example.net", ConsentWay.MAIL)
    here.file("second", "f1@example.net", "f2@example.net", B)
    here.leave("f1@example.net", ConsentWay.OPERATOR, "Choi")
    here.agree("gone@example.net")
    here.erase("gone@example.net")


EVERYBODY: Final = (
    *(A, B, C, NEW, "a2@example.net", "f1@example.net", "f2@example.net"),
    *("supp@example.net", "gone@example.net"),
)


def test_every_entry_goes_on_as_it_was_recorded(here: Ledger, there: Ledger) -> None:
    act_since(here)
    expected = {key: find(here.engine, key) for key in EVERYBODY}
    assert all(expected.values())

    assert carry(here, there)

    assert {key: find(there.engine, key) for key in EVERYBODY} == expected
    proof, before = verify(there.engine), verify(here.engine)
    assert (proof.broken, proof.unsealed, proof.entries) == ((), (), before.entries)
    assert proof.head == before.head  # whoever has noted the last link finds it again


def test_what_is_carried_over_twice_is_there_once(here: Ledger, there: Ledger) -> None:
    act_since(here)
    carry(here, there)
    expected = count(there.engine)

    for _ in range(2):
        assert carry(here, there)

    assert count(there.engine) == expected
    assert not verify(there.engine).broken


def test_records_that_have_parted_are_both_there(here: Ledger, there: Ledger) -> None:
    """The copy went on, too: its later entries stand before earlier ones of the other ledger."""
    there.now += timedelta(days=9)
    there.file("third", "t1@example.net")
    there.agree("t2@example.net")
    there.leave(B, ConsentWay.OPERATOR, "Han")
    own = {key: find(there.engine, key) for key in ("t1@example.net", "t2@example.net")}
    act_since(here)
    expected = {key: find(here.engine, key) for key in EVERYBODY if key != B}

    for _ in range(2):
        carry(here, there)

    assert {key: find(there.engine, key) for key in expected} == expected
    assert {key: find(there.engine, key) for key in own} == own
    proof = verify(there.engine)
    assert (proof.broken, proof.unsealed, proof.strangers) == ((), (), 0)


def test_an_older_ledger_adds_nothing(here: Ledger, there: Ledger) -> None:
    act_since(there)
    expected = verify(there.engine).head, count(there.engine)

    assert carry(here, there)

    assert (verify(there.engine).head, count(there.engine)) == expected


def test_a_file_that_is_being_written_ends_with_what_is_on_the_list(
    here: Ledger, there: Ledger
) -> None:
    here.file("second", "f1@example.net", is_whole=False)
    assert verify(here.engine).unfinished == ("second.csv",)

    carry(here, there)

    proof = verify(there.engine)
    assert (proof.broken, proof.unsealed, proof.unfinished) == ((), (), ())
    assert find(there.engine, "f1@example.net") == find(here.engine, "f1@example.net")


def test_a_file_that_the_backup_has_in_part_gets_the_rest(here: Ledger, there: Ledger) -> None:
    """Its own import goes on: it ends that chain itself."""
    for ledger in (here, there):
        ledger.now = NOW + timedelta(days=1)
        ledger.file("second", "f1@example.net", is_whole=False)
    with writing(here.engine) as connection:
        occasion = begin_chain(connection, "second", "second.csv", here.now)
        connection.execute(delete(imports))
    with SqlSubscriberBook(here.engine).opened(occasion) as book:
        list(import_rows([make_row("f2@example.net", consented_at=OLD)], book, "second", here.now))
    with writing(here.engine) as connection:
        seal_chain(connection, "second")

    for _ in range(2):
        carry(here, there)

    assert find(there.engine, "f2@example.net") == find(here.engine, "f2@example.net")
    assert len(find(there.engine, "f1@example.net")) == 1
    proof = verify(there.engine)
    assert (proof.broken, proof.unsealed, proof.unfinished) == ((), (), ("second.csv",))
    with writing(there.engine) as connection:
        seal_chain(connection, "second")
        connection.execute(delete(imports))
    proof = verify(there.engine)
    assert (proof.broken, proof.unsealed) == ((), ())


def change(here: Ledger, statement: str) -> None:
    here.engine.dispose()
    with closing(sqlite3.connect(path_of(here))) as connection:
        assert connection.execute(statement).rowcount == 1
        connection.commit()


TAMPERING: Final = {
    "a moment": "UPDATE consents SET at = '2020-01-01 00:00:00.000000' WHERE place = 5 {own}",
    "details": 'UPDATE consents SET details = \'{{"by": "Kim"}}\' WHERE place = 5 {own}',
    "an entry is gone": "DELETE FROM consents WHERE place = 5 {own}",
    "an entry is no entry": "UPDATE consents SET act = 'nothing' WHERE place = 5 {own}",
    "the end of a file": "UPDATE consents SET sealed_links = 7 WHERE sealed_chain = 2 {own}",
    "a row of a file": "UPDATE consents SET way = 'code' WHERE chain_id = 2 AND place = 1",
    "the last row of a file": "DELETE FROM consents WHERE chain_id = 2 AND place = 2",
}


@pytest.mark.parametrize("what", TAMPERING)
def test_what_somebody_has_changed_stays_named(here: Ledger, there: Ledger, what: str) -> None:
    act_since(here)
    change(here, TAMPERING[what].format(own="AND chain_id = 0"))
    assert verify(here.engine).broken

    for _ in range(2):
        carry(here, there)

    assert verify(there.engine).broken
    assert find(there.engine, "supp@example.net") == find(here.engine, "supp@example.net")


def test_a_file_that_nobody_has_ended_stays_named(here: Ledger, there: Ledger) -> None:
    act_since(here)
    change(here, "DELETE FROM consent_chains WHERE id = 2")

    carry(here, there)

    assert verify(there.engine).unlisted == verify(here.engine).unlisted == ("second.csv",)


def test_what_was_changed_before_the_backup_parted_is_whole_in_it(
    here: Ledger, there: Ledger
) -> None:
    act_since(here)
    change(here, "UPDATE consents SET way = 'link' WHERE chain_id = 0 AND place = 1")

    carry(here, there)

    assert not verify(there.engine).broken


def test_a_damaged_ledger_is_said_to_be(here: Ledger, there: Ledger) -> None:
    act_since(here)
    here.engine.dispose()
    path_of(here).write_bytes(b"nothing of a database" * 400)

    assert not carry(here, there)
    assert not repeat_record(there.engine, path_of(here).with_name("none.db"), {})


def test_a_ledger_from_before_the_record_has_nothing_to_add(here: Ledger, there: Ledger) -> None:
    expected = count(there.engine)
    here.engine.dispose()
    with closing(sqlite3.connect(path_of(here))) as connection:
        connection.execute("DROP TABLE consents")
        connection.commit()

    assert carry(here, there)
    assert count(there.engine) == expected


def begin_anew(there: Ledger) -> None:
    with writing(there.engine) as connection:
        for table in (consents, consent_chains, subscribers):
            connection.execute(delete(table))
        connection.execute(
            text("UPDATE lasting_keys SET secret = 'another' WHERE purpose = 'addresses'")
        )


def test_people_are_found_whatever_key_the_ledger_had(here: Ledger, there: Ledger) -> None:
    """Who is on either list is named by the copy's own key; of the erased, the old one is kept."""
    begin_anew(there)
    there.add(C, "Han")
    act_since(here)
    with here.engine.connect() as connection:
        secret = find_lasting_key(connection, KeyPurpose.ADDRESSES)
    assert secret is not None
    expected = {key: find(here.engine, key) for key in EVERYBODY if key != C}

    for _ in range(2):
        with writing(there.engine) as connection:
            keep_other_key(connection, secret.decode(), NOW)
        carry(here, there)

    assert {key: find(there.engine, key) for key in expected} == expected
    assert len(find(there.engine, C)) == 2  # of both
    proof = verify(there.engine)
    assert (proof.broken, proof.unsealed, proof.missing) == ((), (), None)


def test_only_a_journal_knows_of_an_erasure_and_details_go_all_the_same(
    here: Ledger, there: Ledger
) -> None:
    here.agree(NEW)
    there.erase(NEW)

    carry(here, there)

    [agreed] = SqlConsents(there.engine).find(NEW)
    assert (agreed[0].way, agreed[0].text, agreed[0].details) == (ConsentWay.CODE, TEXT, None)
    assert agreed[0].details_hash is not None


def test_who_was_put_back_and_has_no_consent_left_is_named(here: Ledger) -> None:
    """A file, another ledger, or a move may have brought them suppressed: here is none of these."""
    with SqlSubscriberBook(here.engine).opened(Occasion(ConsentWay.OPERATOR, here.now)) as book:
        enrol(make_row(NEW, consented_at=NOW + timedelta(minutes=1)), book, here.now)
        suppress(address_of(NEW), book, here.now, "bounced", "Kim")
    with SqlSubscriberBook(here.engine).opened(Occasion(ConsentWay.OPERATOR, here.now)) as book:
        unsuppress(address_of(NEW), book, here.now, "works", "Kim")
    assert verify(here.engine).missing is None

    with here.engine.begin() as connection:
        place = select(func.max(consents.c.place)).where(consents.c.chain_id == 0).scalar_subquery()
        is_last = (consents.c.chain_id == 0) & (consents.c.place == place)
        assert connection.execute(delete(consents).where(is_last)).rowcount == 1

    missing = verify(here.engine).missing
    assert missing is not None
    assert missing.count == 1
