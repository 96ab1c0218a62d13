"""Every change of the consent record by hand is found that its chains can show."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import pytest
from sqlalchemy import Engine, insert, text, update
from sqlalchemy.exc import SQLAlchemyError

from newsletter.errors import LedgerError
from newsletter.lang import Lang, Preference
from newsletter.mails.mail import MailKind, Request
from newsletter.storage.consent_reading import SqlConsents
from newsletter.storage.consent_tables import consent_texts
from newsletter.storage.erasing import SqlErasing
from newsletter.storage.group_commit import GroupCommit
from newsletter.storage.mail_rows import find_mail
from newsletter.storage.reader_acts import SqlReaderActs
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.storage.tables import subscribers
from newsletter.subscribers.address import address_of
from newsletter.subscribers.consent_proof import Proof
from newsletter.subscribers.consent_record import ConsentWay, Occasion
from newsletter.subscribers.decisions import change_address, enrol, suppress, withdraw
from newsletter.subscribers.erasing import ErasureOrder, ErasureWhy
from newsletter.subscribers.importing import import_rows
from newsletter.subscribers.reader_acts import Confirmed, Leaving
from newsletter.subscribers.subscriber import Standing
from tests.subscribers.makers import make_row

NOW: Final = datetime(2026, 11, 29, 9, tzinfo=UTC)
DAY: Final = timedelta(days=1)
OLD: Final = NOW - 400 * DAY
OFFICE: Final = Occasion(ConsentWay.OPERATOR, NOW, by="Kim")
WORDS: Final = "동의합니다.\n"
TEXT: Final = sha256(WORDS.encode()).hexdigest()
A: Final = "a@example.org"
KEY: Final = ("chain_id", "place")

Row = dict[str, Any]


@pytest.fixture
def acts(engine: Engine) -> Iterator[SqlReaderActs]:
    row = {"hash": TEXT, "lang": "ko", "version": "1", "words": WORDS, "kept_at": OLD}
    with engine.begin() as connection:
        connection.execute(insert(consent_texts).values(row))
    commits = GroupCommit(engine)
    yield SqlReaderActs(commits, UTC)
    commits.close()


def take_in(engine: Engine, name: str, *rows: Any) -> None:
    with SqlSubscriberBook(engine).importing(name, f"{name}.csv", NOW) as book:
        for _ in import_rows(rows, book, name, NOW, batch_rows=2):
            pass
        list(book.write())


def subscribe(engine: Engine, acts: SqlReaderActs, key: str, at: datetime) -> None:
    facts = {"name": "", "preference": Preference.KO, "text": TEXT}
    asked = Request(MailKind.SUBSCRIBE, Lang.KO, key, key, at, facts=facts)
    acts.ask(asked)
    with engine.connect() as connection:
        mail = find_mail(connection, asked.name)
    assert mail is not None
    assert acts.confirm(mail, at) is Confirmed.DONE


def leave(engine: Engine, acts: SqlReaderActs, key: str, at: datetime) -> None:
    reader = SqlSubscriberBook(engine).find(key)
    assert reader is not None
    acts.leave(reader.names[0], Leaving("", at), Lang.KO)


def move(engine: Engine, old: str, new: str) -> None:
    with SqlSubscriberBook(engine).opened(OFFICE) as book:
        change_address(address_of(old), address_of(new), book, NOW, "", "Kim")


def bounce(engine: Engine, key: str, at: datetime) -> None:
    with SqlSubscriberBook(engine).opened(Occasion(ConsentWay.OPERATOR, at)) as book:
        suppress(address_of(key), book, at, "no such mailbox", "Kim")


def keep_a_record(engine: Engine, acts: SqlReaderActs) -> None:
    """Record acts of files, pages, and the office; one reader is erased."""
    gone = make_row("f3@example.org", standing=Standing.UNSUBSCRIBED)
    confirmed = replace(make_row("f1@example.org", consented_at=OLD), reconfirmed_at=NOW - DAY)
    take_in(engine, "first", confirmed, make_row("f2@example.org"), gone)
    with SqlSubscriberBook(engine).opened(OFFICE) as book:
        enrol(make_row("o1@example.org", consented_at=OLD), book, NOW)
    for number in range(3):
        subscribe(engine, acts, f"p{number}@example.org", NOW + number * DAY)
    leave(engine, acts, "p1@example.org", NOW + 4 * DAY)
    move(engine, "o1@example.org", "o2@example.org")
    with SqlSubscriberBook(engine).opened(OFFICE) as book:
        withdraw(address_of("f2@example.org"), book, NOW, by="Kim")
    take_in(engine, "second", make_row("f4@example.org", consented_at=OLD))
    order = ErasureOrder("Kim", ErasureWhy.ASKED, NOW + 6 * DAY)
    SqlErasing(engine).erase(["f2@example.org"], order)
    bounce(engine, "p2@example.org", NOW + 7 * DAY)


def look(engine: Engine) -> Proof:
    return SqlConsents(engine).verify(lambda _: None)


def faults(engine: Engine) -> list[object]:
    """Return what a look finds."""
    proof = look(engine)
    found = (proof.broken, proof.unsealed, proof.unlisted, proof.redated, proof.renamed)
    more = (proof.strangers, proof.bared, proof.texts, proof.missing)
    return [one for one in (*found, *more) if one]


def rows_of(engine: Engine, table: str = "consents") -> list[Row]:
    """Return the rows as the database keeps them, in their order."""
    query = text(f"SELECT * FROM {table} ORDER BY 1, 2")
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def put(engine: Engine, rows: Sequence[Row], table: str = "consents") -> bool:
    """Let a table have these rows and no other; False if the database takes no such value."""
    names = ", ".join(rows[0])
    values = ", ".join(f":{name}" for name in rows[0])
    try:
        with engine.begin() as connection:
            connection.execute(text(f"DELETE FROM {table}"))
            into = text(f"INSERT INTO {table} ({names}) VALUES ({values})")
            connection.execute(into, list(rows))
    except SQLAlchemyError:  # of another type, for PostgreSQL; or the key is taken
        return False
    return True


def changes_of(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    """Yield each change of one value, with all rows after it."""
    for number, row in enumerate(rows):
        for name, others in VALUES.items():
            for value in others:
                if value != row[name]:
                    changed = [*rows[:number], {**row, name: value}, *rows[number + 1 :]]
                    yield f"{row['chain_id']}/{row['place']} {name}={value!r}", changed


def moves_of(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    """Yield each row taken out, put in again elsewhere, and put in another's place."""
    places = ((0, 900), (0, 0), (0, -1), (77, 1), (1, 50))
    for number, row in enumerate(rows):
        others = [*rows[:number], *rows[number + 1 :]]
        yield f"without {number}", others
        for chain, place in places:
            yield f"{number} again", [*rows, {**row, "chain_id": chain, "place": place}]
        for other in range(number):
            pair = {name: rows[other][name] for name in KEY}, {name: row[name] for name in KEY}
            changed = list(rows)
            changed[number], changed[other] = row | pair[0], rows[other] | pair[1]
            yield f"{number} and {other} exchanged", changed


ODD: Final = ("", "x", 7, 1.5, b"", b"z" * 32, "z" * 32)
TIMES: Final = ("2001-01-01 00:00:00.000000", "2026-11-29T09:00:00+00:00", "", "9999-99-99", 5)
VALUES: Final[dict[str, Sequence[object]]] = {
    "chain_id": (7, -1, 1),
    "place": (999, -1, 0, 1.5),
    "act": ("agreed", "ended", "renewed", "filed", *ODD),
    "way": ("code", "operator", "import", *ODD),
    "person": (None, *ODD),
    "at": (None, *TIMES),
    "recorded_at": TIMES,
    "lang": (None, "ko", "en", "-", *ODD),
    "text_hash": (None, "b" * 64, "A" * 64, "-", *ODD),
    "details": (None, '{"by": "me"}', "{}", "[]", "{", *ODD),
    "details_hash": (None, *ODD),
    "sealed_chain": (None, 1, 99, *ODD),
    "sealed_links": (None, 0, 77, *ODD),
    "sealed_head": (None, *ODD),
    "link": ODD,
}
FILES: Final[dict[str, Sequence[object]]] = {
    "id": (7,),
    "file": ("other.csv", ""),
    "began_at": TIMES[:2],
    # What else a file is called in the database is in no chain: "import_id".
}


@pytest.mark.parametrize("changes", [changes_of, moves_of])
def test_s2_every_change_of_an_entry_is_found(
    engine: Engine,
    acts: SqlReaderActs,
    changes: Callable[[Sequence[Row]], Iterator[tuple[str, list[Row]]]],
) -> None:
    keep_a_record(engine, acts)
    rows = rows_of(engine)
    assert faults(engine) == []

    tried, unseen = 0, list[str]()
    for what, changed in changes(rows):
        if put(engine, changed) and rows_of(engine) != rows:  # PostgreSQL spells times its way
            tried += 1
            if not faults(engine):
                unseen.append(what)

    assert tried > 100
    assert unseen == []


def test_s2_every_change_of_an_imported_file_is_found(engine: Engine, acts: SqlReaderActs) -> None:
    keep_a_record(engine, acts)
    files = rows_of(engine, "consent_chains")
    assert faults(engine) == []

    for number, row in enumerate(files):
        others = [*files[:number], *files[number + 1 :]]
        assert put(engine, others, "consent_chains")
        assert look(engine).unlisted == (row["file"],)
        for name, values in FILES.items():
            for value in values:
                if (
                    put(engine, [*others, {**row, name: value}], "consent_chains")
                    and rows_of(engine, "consent_chains") != files
                ):
                    assert faults(engine) != [], (name, value)


def test_s2_what_somebody_has_written_over_an_entry_is_shown_as_unreadable(
    engine: Engine, acts: SqlReaderActs
) -> None:
    subscribe(engine, acts, "a@example.org", NOW)
    [row] = rows_of(engine)

    for details in ("", "{", "[]", '{"by": 7}'):
        put(engine, [{**row, "details": details}])

        with pytest.raises(LedgerError):
            SqlConsents(engine).find("a@example.org")
        assert [one.place for one in look(engine).broken] == [1]


def renew(engine: Engine, key: str) -> None:
    with SqlSubscriberBook(engine).opened(OFFICE) as book:
        entry = book.find([key])[key]
        book.update([replace(entry, reconfirmed_at=NOW + DAY)])


def bounce_at_once(engine: Engine, acts: SqlReaderActs) -> None:
    subscribe(engine, acts, A, NOW)
    bounce(engine, A, NOW + DAY)


def renew_by_a_mail(engine: Engine, acts: SqlReaderActs) -> None:
    subscribe(engine, acts, A, NOW)
    renew(engine, A)


def leave_twice(engine: Engine, acts: SqlReaderActs) -> None:
    gone = make_row(A, standing=Standing.UNSUBSCRIBED)
    take_in(engine, "first", gone)
    subscribe(engine, acts, A, NOW + DAY)
    leave(engine, acts, A, NOW + 2 * DAY)


def move_on(engine: Engine, acts: SqlReaderActs) -> None:
    subscribe(engine, acts, A, NOW)
    renew(engine, A)
    move(engine, A, "b@example.org")


@pytest.mark.parametrize("act", [bounce_at_once, renew_by_a_mail, leave_twice, move_on])
def test_s2_an_end_that_was_cut_off_is_missed_by_the_list(
    engine: Engine, acts: SqlReaderActs, act: Callable[[Engine, SqlReaderActs], None]
) -> None:
    subscribe(engine, acts, "before@example.org", NOW - DAY)
    act(engine, acts)
    assert faults(engine) == []

    put(engine, rows_of(engine)[: own_length(engine) - 1] + files_of(engine))

    assert look(engine).broken == ()
    assert look(engine).missing is not None


def test_s2_who_moved_while_suppressed_or_renewed_lacks_no_entry(
    engine: Engine, acts: SqlReaderActs
) -> None:
    bounce_at_once(engine, acts)
    move(engine, A, "b@example.org")
    subscribe(engine, acts, "c@example.org", NOW)
    renew(engine, "c@example.org")
    move(engine, "c@example.org", "d@example.org")
    with engine.begin() as connection:  # moved before the list kept when
        connection.execute(update(subscribers).values(moved_at=None))

    assert faults(engine) == []


def own_length(engine: Engine) -> int:
    return sum(row["chain_id"] == 0 for row in rows_of(engine))


def files_of(engine: Engine) -> list[Row]:
    return [row for row in rows_of(engine) if row["chain_id"] != 0]
