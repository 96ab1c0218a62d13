"""The consent record in both databases: every way of changing the list writes it, once."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from newsletter.errors import ContentError
from newsletter.lang import Lang, Preference
from newsletter.mails.mail import Mail, MailKind, MailName, Request
from newsletter.storage.consent_reading import SqlConsents
from newsletter.storage.consent_tables import consent_begins, consent_chains, consents
from newsletter.storage.consents import ConsentLog, begin_chain
from newsletter.storage.database import open_database
from newsletter.storage.erasing import SqlErasing
from newsletter.storage.erasure_journal import Line
from newsletter.storage.erasures_since import ErasuresSince, repeat_erasures
from newsletter.storage.group_commit import GroupCommit
from newsletter.storage.lasting_keys import KeyPurpose, lasting_key
from newsletter.storage.mail_rows import find_mail
from newsletter.storage.mail_tables import mails
from newsletter.storage.reader_acts import SqlReaderActs
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.storage.tables import subscribers
from newsletter.subscribers.address import address_of
from newsletter.subscribers.book import Selection
from newsletter.subscribers.consent_proof import Missing, Proof
from newsletter.subscribers.consent_record import ConsentAct, ConsentWay, Declaration, Occasion
from newsletter.subscribers.decisions import (
    change_address,
    enrol,
    suppress,
    unsuppress,
    withdraw,
)
from newsletter.subscribers.erasing import ErasureOrder, ErasureWhy
from newsletter.subscribers.importing import import_rows
from newsletter.subscribers.reader_acts import Confirmed, Leaving
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.traces import hash_of
from newsletter.subscribers.why import IMPORT, Cause, Why
from tests.stage.databases import put_empty_database
from tests.subscribers.makers import make_row

NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
BEFORE, LATER = NOW - timedelta(days=400), NOW + timedelta(days=1)
TEXT = "a" * 64
OFFICE = Occasion(ConsentWay.OPERATOR, NOW, by="Kim")
A, B = "a@example.org", "b@example.org"


@pytest.fixture
def acts(engine: Engine) -> Iterator[SqlReaderActs]:
    commits = GroupCommit(engine)
    yield SqlReaderActs(commits, UTC)
    commits.close()


def recorded(engine: Engine, key: str = A) -> list[tuple[str, str, datetime | None]]:
    return [(one.act, one.way, one.at) for one, _ in SqlConsents(engine).find(key)]


def verify(engine: Engine) -> Proof:
    return SqlConsents(engine).verify(lambda _: None)


def add(engine: Engine, key: str = A) -> None:
    with SqlSubscriberBook(engine).opened(OFFICE) as book:
        enrol(make_row(key, consented_at=BEFORE), book, NOW)


def ask(acts: SqlReaderActs, engine: Engine, key: str = A) -> Mail:
    asked = Request(
        kind=MailKind.SUBSCRIBE,
        lang=Lang.KO,
        address=key,
        address_key=key,
        asked_at=NOW,
        facts={"name": "", "preference": Preference.KO, "text": TEXT},
    )
    acts.ask(asked)
    return stored(engine, asked)


def stored(engine: Engine, asked: Request) -> Mail:
    with engine.connect() as connection:
        mail = find_mail(connection, asked.name)
    assert mail is not None
    return mail


def take_in(engine: Engine, *rows: object, name: str = "first") -> None:
    with SqlSubscriberBook(engine).importing(name, "readers.csv", LATER) as book:
        for _ in import_rows(rows, book, name, NOW, batch_rows=2):  # type: ignore[arg-type] # rows
            pass
        list(book.write())


def test_s2_a_confirmed_consent_is_recorded_with_its_text(
    engine: Engine, acts: SqlReaderActs
) -> None:
    assert acts.confirm(ask(acts, engine), NOW) is Confirmed.DONE

    [(entry, _)] = SqlConsents(engine).find(A)
    assert (entry.act, entry.way, entry.at) == (ConsentAct.AGREED, ConsentWay.LINK, NOW)
    assert (entry.lang, entry.text) == (Lang.KO, TEXT)


def test_s2_leaving_and_its_undo_are_recorded(engine: Engine, acts: SqlReaderActs) -> None:
    add(engine)
    reader = SqlSubscriberBook(engine).find(A)
    assert reader is not None
    acts.leave(reader.names[0], Leaving("", NOW), Lang.KO)
    acts.leave(reader.names[0], Leaving("", NOW + timedelta(1)), Lang.KO)  # has left already

    left = Request(
        kind=MailKind.LEFT,
        lang=Lang.KO,
        address=A,
        address_key=A,
        asked_at=NOW,
        reader=reader.id,
        facts={"since": NOW.isoformat()},
    )
    acts.ask(left)
    later = NOW + timedelta(2)
    assert acts.undo_leaving(stored(engine, left), later) is Standing.ACTIVE

    assert recorded(engine) == [
        ("agreed", "operator", BEFORE),
        ("ended", "reader", NOW),
        ("agreed", "undone", later),
    ]


def test_s2_blocking_ends_a_consent_and_a_stranger_has_none(
    engine: Engine, acts: SqlReaderActs
) -> None:
    add(engine)
    acts.block(ask(acts, engine), NOW)
    acts.block(ask(acts, engine, B), NOW)

    assert recorded(engine)[1:] == [("ended", "reader", NOW)]
    assert recorded(engine, B) == []


def test_s2_decisions_of_the_office_are_recorded_with_who_decided(engine: Engine) -> None:
    add(engine)
    address = address_of(A)
    for decide in (suppress, unsuppress, withdraw):
        with SqlSubscriberBook(engine).opened(OFFICE) as book:
            decide(address, book, NOW, "by phone", "Kim")

    assert recorded(engine) == [("agreed", "operator", BEFORE), ("ended", "operator", NOW)]
    details = [entry.details or "" for entry, _ in SqlConsents(engine).find(A)]
    assert all('"by": "Kim"' in one for one in details)


def test_s2_a_consent_moves_with_its_reader(engine: Engine) -> None:
    add(engine)
    with SqlSubscriberBook(engine).opened(OFFICE) as book:
        change_address(address_of(A), address_of(B), book, NOW, "", "Kim")
    with SqlSubscriberBook(engine).opened(OFFICE) as book:
        change_address(address_of(B), address_of(A), book, NOW, "", "Kim")  # swapped back

    assert recorded(engine, B) == [("agreed", "moved", BEFORE), ("ended", "moved", NOW)]
    assert recorded(engine)[1:] == [("ended", "moved", NOW), ("agreed", "moved", BEFORE)]
    assert verify(engine).broken == ()


def test_s2_an_import_is_recorded_with_its_file_and_dates(engine: Engine) -> None:
    add(engine)
    add(engine, B)
    gone = replace(make_row(A, standing=Standing.UNSUBSCRIBED), why=Why(Cause.WITHDREW, "", IMPORT))
    dated = make_row("c@example.org", consented_at=BEFORE)
    take_in(engine, gone, make_row(B, "Renamed"), make_row("d@example.org"), dated, dated)

    assert [one[:2] for one in recorded(engine)] == [("agreed", "operator"), ("ended", "import")]
    assert recorded(engine, B) == [("agreed", "operator", BEFORE)]
    assert recorded(engine, "c@example.org") == [("agreed", "import", BEFORE)]
    assert recorded(engine, "d@example.org") == [("agreed", "import", None)]
    [(_, file)] = SqlConsents(engine).find("c@example.org")
    assert file == "readers.csv"
    proof = verify(engine)
    assert (proof.entries, proof.broken, proof.unfinished) == (6, (), ())


def test_s2_a_dry_run_records_nothing(engine: Engine) -> None:
    with SqlSubscriberBook(engine).importing("first", "readers.csv", NOW) as book:
        for _ in import_rows([make_row(A)], book, "first", NOW):
            pass

    assert recorded(engine) == []
    assert verify(engine).entries == 0


def change(**values: object) -> Callable[[Engine], None]:
    def act(engine: Engine) -> None:
        with engine.begin() as connection:
            of = (consents.c.chain_id > 0) & (consents.c.place == 2)
            connection.execute(update(consents).where(of).values(values))

    return act


def remove(place: int) -> Callable[[Engine], None]:
    def act(engine: Engine) -> None:
        with engine.begin() as connection:
            of = (consents.c.chain_id > 0) & (consents.c.place == place)
            connection.execute(delete(consents).where(of))

    return act


@pytest.mark.parametrize(
    ("tamper", "place"),
    [
        *(
            (change(**{name: value}), 2)
            for name, value in {
                "act": "ended",
                "way": "code",
                "person": bytes(32),
                "at": None,
                "recorded_at": BEFORE,
                "lang": "ko",
                "text_hash": TEXT,
                "details": "{}",
                "details_hash": bytes(32),
                "sealed_chain": 7,
                "link": bytes(32),
            }.items()
        ),
        (change(act="nonsense"), 2),
        (change(lang="xx"), 2),
        (remove(1), 1),
        (remove(2), 2),
        (remove(3), 3),  # the last: the chain's end is kept elsewhere
    ],
)
def test_s2_the_first_changed_entry_is_named(
    engine: Engine, tamper: Callable[[Engine], None], place: int
) -> None:
    take_in(engine, *(make_row(f"r{one}@example.org", consented_at=BEFORE) for one in range(3)))
    assert verify(engine).broken == ()

    tamper(engine)

    [broken] = verify(engine).broken
    assert broken.chain > 0
    assert broken.place == place


def test_s2_a_change_that_is_rolled_back_leaves_no_entry(engine: Engine) -> None:
    def fail_half_way() -> None:
        with SqlSubscriberBook(engine).opened(OFFICE) as book:
            enrol(make_row(A), book, NOW)
            withdraw(address_of("nobody@example.org"), book, NOW)

    with pytest.raises(ContentError):
        fail_half_way()
    add(engine, B)

    with engine.connect() as connection:
        places = list(connection.execute(select(consents.c.place)).scalars())
    assert places == [1]
    assert verify(engine).broken == ()
    assert recorded(engine, B) == [("agreed", "operator", BEFORE)]  # by the key that was kept


def leave_and_join(engine: Engine) -> None:
    """Make a record whose last entries are an end and a consent."""
    add(engine, A)
    with SqlSubscriberBook(engine).opened(replace(OFFICE, now=LATER)) as book:
        withdraw(address_of(A), book, LATER)
        enrol(make_row(B, consented_at=LATER), book, LATER)
    assert verify(engine).missing is None


@pytest.mark.parametrize("cut_off", [1, 2])
def test_s2_entries_that_were_cut_off_at_the_end_are_missed_by_the_list(
    engine: Engine, cut_off: int
) -> None:
    leave_and_join(engine)

    with engine.begin() as connection:
        connection.execute(delete(consents).where(consents.c.place > 3 - cut_off))

    proof = verify(engine)
    assert proof.broken == ()
    assert proof.missing == Missing(cut_off, LATER)


def test_s2_a_suppressed_mailbox_or_another_address_lacks_no_entry(engine: Engine) -> None:
    leave_and_join(engine)
    address, other = address_of(B), address_of("c@example.org")

    with SqlSubscriberBook(engine).opened(replace(OFFICE, now=LATER)) as book:
        suppress(address, book, LATER, "bounced", "kim")
        unsuppress(address, book, LATER, "works", "kim")
        change_address(address, other, book, LATER, "", "kim")

    assert verify(engine).missing is None


def test_s2_a_clock_that_was_set_back_changes_no_order(engine: Engine) -> None:
    leave_and_join(engine)

    with SqlSubscriberBook(engine).opened(replace(OFFICE, now=BEFORE)) as book:
        withdraw(address_of(B), book, LATER)

    assert verify(engine).missing is None


def test_s2_an_act_while_a_file_is_written_is_the_last_one(engine: Engine) -> None:
    with SqlSubscriberBook(engine).importing("first", "readers.csv", NOW) as book:
        for _ in import_rows([make_row(A, consented_at=BEFORE)], book, "first", NOW):
            pass
        list(book.write())
    with SqlSubscriberBook(engine).opened(replace(OFFICE, now=LATER)) as opened:
        withdraw(address_of(A), opened, LATER)

    assert verify(engine).missing is None
    take_in(engine, make_row(A, consented_at=LATER + timedelta(hours=1)), name="second")
    assert verify(engine).missing is None


def test_s2_details_are_gone_only_of_those_who_were_erased(engine: Engine) -> None:
    leave_and_join(engine)
    SqlErasing(engine).erase([address_of(A).key], ErasureOrder("kim", ErasureWhy.ASKED, LATER))
    assert verify(engine).bared == 0

    with engine.begin() as connection:
        connection.execute(update(consents).values(details=None))

    assert verify(engine).bared == 1


def test_s2_a_chain_that_somebody_added_is_named(engine: Engine) -> None:
    leave_and_join(engine)
    with engine.begin() as connection:
        connection.execute(update(consents).where(consents.c.place == 3).values(chain_id=7))
    assert verify(engine).strangers == 1

    with engine.begin() as connection:
        row = {"import_id": "x", "file": "forged.csv", "began_at": NOW}
        connection.execute(insert(consent_chains).values(row))
        forged = begin_chain(connection, "x", "forged.csv", NOW)
        ConsentLog(connection, forged).add([Declaration(B, ConsentAct.AGREED, BEFORE)])

    assert verify(engine).unsealed == ("forged.csv",)


def test_s2_who_had_left_and_moved_lacks_no_entry(engine: Engine) -> None:
    leave_and_join(engine)
    address, other = address_of(A), address_of("c@example.org")

    with SqlSubscriberBook(engine).opened(replace(OFFICE, now=LATER)) as book:
        change_address(address, other, book, LATER, "", "kim")

    assert verify(engine).missing is None
    assert recorded(engine, other.key) == [("ended", "moved", LATER)]


def test_s2_what_is_new_since_the_record_began_cannot_be_cut_out_whole(tmp_path: Path) -> None:
    put_empty_database(tmp_path)
    engine = open_database("sqlite:///newsletter.db", tmp_path)
    add(engine, A)
    take_in(engine, make_row(B), name="undated")
    assert verify(engine).missing is None

    with engine.begin() as connection:
        connection.execute(delete(consents))
        connection.execute(delete(consent_chains))

    missing = verify(engine).missing
    assert missing is not None
    assert missing.count == 2
    engine.dispose()


def test_s2_who_was_there_before_the_record_began_has_no_entry(tmp_path: Path) -> None:
    put_empty_database(tmp_path)
    engine = open_database("sqlite:///newsletter.db", tmp_path)
    add(engine, A)
    with engine.begin() as connection:
        connection.execute(delete(consents))
        connection.execute(update(consent_begins).values(after_reader=1))

    add(engine, B)

    assert verify(engine).missing is None
    engine.dispose()


def test_s2_two_files_at_once_are_merged_in_any_order(engine: Engine) -> None:
    """Which of them had the last word is not stored, and must not look like a fault."""
    books = SqlSubscriberBook(engine)
    left = replace(make_row(A), standing=Standing.UNSUBSCRIBED)
    if engine.dialect.name != "sqlite":
        pytest.skip("an import holds the list until it ends")
    add(engine, A)
    with books.importing("first", "first.csv", NOW) as first:
        list(import_rows([left], first, "first", NOW))
        with books.importing("second", "second.csv", LATER) as second:
            list(import_rows([make_row(A, consented_at=NOW)], second, "second", LATER))
            list(second.write())
        list(first.write())

    assert verify(engine).missing is None


def test_s2_a_file_that_was_renamed_is_named(engine: Engine) -> None:
    take_in(engine, make_row(A))

    with engine.begin() as connection:
        connection.execute(update(consent_chains).values(file="other.csv"))

    assert verify(engine).renamed == ("other.csv",)


def test_s2_who_bounced_and_withdrew_in_one_step_has_an_end(engine: Engine) -> None:
    gone = replace(make_row(A), standing=Standing.SUPPRESSED, why=Why(Cause.WITHDREW))
    take_in(engine, gone)
    add(engine, B)
    take_in(engine, replace(gone, address=address_of(B)), name="second")

    assert verify(engine).missing is None
    assert recorded(engine, A)[-1][0] == recorded(engine, B)[-1][0] == "ended"


def test_s2_who_is_made_active_by_hand_lacks_an_entry(engine: Engine) -> None:
    leave_and_join(engine)

    with engine.begin() as connection:
        is_a = subscribers.c.address_key == A
        connection.execute(
            update(subscribers).where(is_a).values(standing="active", consented_at=LATER)
        )

    assert verify(engine).missing is not None


def take_off(engine: Engine, key: str = A) -> None:
    with SqlSubscriberBook(engine).opened(replace(OFFICE, now=LATER)) as book:
        withdraw(address_of(key), book, LATER)


def erase(engine: Engine, key: str = A) -> None:
    SqlErasing(engine).erase([key], ErasureOrder("Kim", ErasureWhy.ASKED, LATER))


@pytest.mark.parametrize("withdraws", [True, False])
@pytest.mark.parametrize("is_from_file", [True, False])
def test_s2_the_end_of_a_consent_that_was_cut_off_is_missed_after_an_erasure(
    engine: Engine, *, withdraws: bool, is_from_file: bool
) -> None:
    if is_from_file:
        take_in(engine, make_row(A, consented_at=BEFORE))
    else:
        add(engine, A)
    if withdraws:
        take_off(engine)
    erase(engine)
    assert verify(engine).missing is None

    with engine.begin() as connection:
        connection.execute(delete(consents).where(consents.c.act == ConsentAct.ENDED.value))

    assert verify(engine).broken == ()
    assert verify(engine).missing == Missing(1, LATER)


def test_s2_an_erasure_that_is_repeated_in_an_older_copy_lacks_no_end(engine: Engine) -> None:
    """The copy knows the reader as bounced, or not at all, and not that they withdrew since."""
    add(engine, A)
    add(engine, B)
    with SqlSubscriberBook(engine).opened(OFFICE) as book:
        suppress(address_of(A), book, NOW, "bounced", "kim")
    with engine.begin() as connection:
        secret = lasting_key(connection, KeyPurpose.ADDRESSES, NOW)
    hashes = [hash_of(key, secret) for key in (A, B, "stranger@example.org")]
    lines = [
        Line(hashed, LATER, "asked", "unsubscribed", LATER, "withdrew", None) for hashed in hashes
    ]

    repeat_erasures(engine, ErasuresSince(lines), LATER)

    assert verify(engine).missing is None
    assert recorded(engine, A)[-1][0] == recorded(engine, B)[-1][0] == "ended"


def redate(engine: Engine, at: datetime | None, key: str = A) -> None:
    with engine.begin() as connection:
        is_its = subscribers.c.address_key == key
        connection.execute(update(subscribers).where(is_its).values(consented_at=at))


@pytest.mark.parametrize("by", [timedelta(seconds=-1), timedelta(days=-30), timedelta(days=500)])
@pytest.mark.parametrize("is_from_file", [True, False])
def test_s2_a_consent_that_was_redated_by_hand_is_found(
    tmp_path: Path, by: timedelta, *, is_from_file: bool
) -> None:
    put_empty_database(tmp_path)
    engine = open_database("sqlite:///newsletter.db", tmp_path)
    if is_from_file:
        take_in(engine, make_row(A, consented_at=BEFORE))
    else:
        add(engine, A)
    assert verify(engine).missing is None

    redate(engine, BEFORE + by)

    assert verify(engine).missing == Missing(1, BEFORE + by)
    redate(engine, None)
    assert verify(engine).missing is not None
    redate(engine, BEFORE)
    assert verify(engine).missing is None
    engine.dispose()


def test_s2_a_later_date_is_found_of_whoever_was_there_before_the_record(engine: Engine) -> None:
    leave_and_join(engine)

    redate(engine, LATER + timedelta(hours=1), B)

    assert verify(engine).missing == Missing(1, LATER + timedelta(hours=1))


def test_s2_dates_that_change_by_commands_are_no_change_by_hand(tmp_path: Path) -> None:
    put_empty_database(tmp_path)
    engine = open_database("sqlite:///newsletter.db", tmp_path)
    for key in (A, B):
        take_in(engine, make_row(key, consented_at=BEFORE), name=key)
    with SqlSubscriberBook(engine).opened(OFFICE) as book:
        suppress(address_of(A), book, NOW, "bounced", "kim")
    earlier = BEFORE - timedelta(days=3)

    take_in(
        engine,
        make_row(A, consented_at=earlier),
        make_row(B, consented_at=earlier),
        make_row("c@example.org"),
        name="older",
    )
    take_in(engine, make_row("c@example.org", consented_at=earlier), name="dates")
    with SqlSubscriberBook(engine).opened(replace(OFFICE, now=LATER)) as book:
        unsuppress(address_of(A), book, LATER, "works", "kim")
        change_address(address_of(B), address_of("d@example.org"), book, LATER, "", "kim")
        enrol(make_row("new@example.org"), book, LATER)

    assert {one.standing for one in SqlSubscriberBook(engine).select(Selection())} == {
        Standing.ACTIVE,
        Standing.UNSUBSCRIBED,  # the address that was left
    }
    assert verify(engine).missing is None
    engine.dispose()


def test_s2_who_came_suppressed_left_and_took_it_back_has_an_older_date(tmp_path: Path) -> None:
    """No entry says when they agreed: they were not written to when they came."""
    put_empty_database(tmp_path)
    engine = open_database("sqlite:///newsletter.db", tmp_path)
    commits = GroupCommit(engine)
    acts = SqlReaderActs(commits, UTC)
    bounced = replace(make_row(A, consented_at=BEFORE), standing=Standing.SUPPRESSED)
    take_in(engine, replace(bounced, why=Why(Cause.BOUNCED)))
    with SqlSubscriberBook(engine).opened(OFFICE) as book:
        unsuppress(address_of(A), book, NOW, "works", "kim")
    reader = SqlSubscriberBook(engine).find(A)
    assert reader is not None

    acts.leave(reader.names[0], Leaving("", NOW), Lang.KO)
    with engine.connect() as connection:
        name = connection.execute(select(mails.c.name)).scalar_one()
        mail = find_mail(connection, MailName(name))
    assert mail is not None
    assert acts.undo_leaving(mail, LATER) is Standing.ACTIVE

    assert [act for act, _, _ in recorded(engine)] == ["ended", "agreed"]
    assert verify(engine).missing is None
    commits.close()
    engine.dispose()
