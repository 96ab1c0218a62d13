"""The list of subscribers, on SQLite and on PostgreSQL."""

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, insert

from newsletter.errors import NewsletterError
from newsletter.lang import Preference
from newsletter.storage.database import open_database
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.storage.tables import deliveries, dispatches
from newsletter.subscribers.book import PastDelivery, Selection
from newsletter.subscribers.csv_rows import Row
from newsletter.subscribers.decisions import enrol, withdraw
from newsletter.subscribers.importing import Fate, import_rows, new_entry
from newsletter.subscribers.records import Refusal
from newsletter.subscribers.subscriber import Standing, SubscriberId
from tests.saying import raises
from tests.subscribers.makers import NOW, MemoryBook, make_row

ALL = Selection()


def import_into(
    book: SqlSubscriberBook,
    rows: Iterable[Row | Refusal],
    import_id: str = "first",
    *,
    keep: bool = True,
    batch_rows: int = 2,
) -> Counter[Fate]:
    total = Counter[Fate]()
    with book.importing(import_id, "readers.csv", NOW) as page:
        for step in import_rows(rows, page, import_id, NOW, batch_rows):
            total.update(step.fates)
        if keep:
            assert not [late for written in page.write() for late in written.not_written]
    return +total


def addresses(book: SqlSubscriberBook, selection: Selection = ALL) -> list[str]:
    return [subscriber.address for subscriber in book.select(selection)]


def test_a_reader_is_found_as_they_were_added(engine: Engine) -> None:
    book = SqlSubscriberBook(engine)
    row = make_row("Minji.Kim@example.org", "김민지", Preference.BOTH, NOW - timedelta(days=1))

    with book.opened() as page:
        enrol(row, page, NOW)

    found = book.find("minji.kim@example.org")
    assert found is not None
    assert (found.address, found.name) == ("Minji.Kim@example.org", "김민지")
    assert (found.preference, found.consented_at) == (Preference.BOTH, NOW - timedelta(days=1))
    assert (found.standing, found.standing_since) == (Standing.ACTIVE, NOW)


def test_nobody_is_found_under_an_unknown_key(engine: Engine) -> None:
    assert SqlSubscriberBook(engine).find("nobody@example.org") is None


def test_the_database_holds_what_a_book_in_memory_would(engine: Engine) -> None:
    book, memory = SqlSubscriberBook(engine), MemoryBook()
    files = [
        [make_row("a@example.org"), make_row("b@example.org", "Emma"), make_row("A@example.org")],
        [make_row("b@example.org", standing=Standing.UNSUBSCRIBED), make_row("c@example.org")],
        [make_row("a@example.org", "김", Preference.KO), make_row("b@example.org", "E", None, NOW)],
    ]

    for number, rows in enumerate(files):
        expected = Counter[Fate]()
        for step in import_rows(rows, memory, str(number), NOW):
            expected.update(step.fates)
        assert import_into(book, rows, str(number)) == +expected

    with book.opened() as page:
        found = page.find(list(memory.entries))
    assert {k: replace(e, id=None, import_id=None) for k, e in found.items()} == {
        k: replace(e, id=None, import_id=None) for k, e in memory.entries.items()
    }


def test_a_dry_run_counts_the_same_and_leaves_the_list_as_it_was(engine: Engine) -> None:
    book = SqlSubscriberBook(engine)
    rows = [make_row("a@example.org"), make_row("b@example.org"), make_row("a@example.org")]

    dry = import_into(book, rows, keep=False)

    assert addresses(book) == []
    assert import_into(book, rows) == dry


def test_an_import_cut_off_half_way_leaves_nothing(engine: Engine) -> None:
    book = SqlSubscriberBook(engine)

    def cut_off() -> Iterator[Row]:
        for number in range(10):
            yield make_row(f"reader{number}@example.org")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_into(book, cut_off())

    assert addresses(book) == []


def test_an_import_brings_back_nobody_who_was_removed(engine: Engine) -> None:
    book = SqlSubscriberBook(engine)
    import_into(book, [make_row()])
    with book.opened() as page:
        withdraw(make_row().address, page, NOW)

    fates = import_into(book, [make_row(name="김민지", consented_at=NOW)], "second")

    found = book.find(make_row().address.key)
    assert fates == {Fate.KEPT_OUT: 1}
    assert found is not None
    assert (found.standing, found.name) == (Standing.UNSUBSCRIBED, "")


def test_readers_are_chosen_by_language_and_standing(engine: Engine) -> None:
    book = SqlSubscriberBook(engine)
    rows = [
        make_row("ko@example.org", preference=Preference.KO),
        make_row("none@example.org"),
        make_row("gone@example.org", preference=Preference.KO, standing=Standing.UNSUBSCRIBED),
    ]
    import_into(book, rows)

    chosen = [
        addresses(book, selection)
        for selection in (
            ALL,
            Selection(preferences=frozenset({Preference.KO})),
            Selection(preferences=frozenset({Preference.KO, None})),
            Selection(frozenset({Preference.KO}), frozenset({Standing.ACTIVE})),
            Selection(standings=frozenset({Standing.SUPPRESSED})),
        )
    ]

    assert chosen == [
        ["ko@example.org", "none@example.org", "gone@example.org"],
        ["ko@example.org", "gone@example.org"],
        ["ko@example.org", "none@example.org", "gone@example.org"],
        ["ko@example.org"],
        [],
    ]


def test_a_long_list_is_read_as_it_is_asked_for(engine: Engine) -> None:
    book = SqlSubscriberBook(engine)
    rows = (make_row(f"reader{number}@example.org") for number in range(3_000))
    import_into(book, rows, batch_rows=1_000)

    listed = book.select(ALL)
    first = [subscriber.address for subscriber in islice(listed, 2)]
    import_into(book, [make_row()], "while the list is read")

    assert first == ["reader0@example.org", "reader1@example.org"]
    assert sum(1 for _ in listed) >= 2_998


def test_a_batch_takes_a_handful_of_statements_whatever_it_holds(engine: Engine) -> None:
    book = SqlSubscriberBook(engine)
    rows = [make_row(f"reader{number}@example.org") for number in range(1_000)]
    import_into(book, rows[:500])
    statements: list[str] = []
    event.listen(
        engine, "before_cursor_execute", lambda _c, _u, text, *_rest: statements.append(text)
    )

    import_into(book, rows, "second", batch_rows=1_000)

    words = [text.split()[0] for text in statements]
    besides = {"PRAGMA", "SET", "CREATE", "DROP"}
    expected = {
        "sqlite": [
            *["SELECT"] * 6,  # who is listed, seen, erased and blocked
            *["INSERT"] * 2,  # new and seen readers
            *["SELECT", "INSERT", "SELECT"],  # its chain of consents
            *["INSERT", "INSERT", "UPDATE"],  # the import, its rows, and that they are all
            *["SELECT", "UPDATE", *["SELECT"] * 4, "INSERT"],  # the step
            *["SELECT"] * 6,  # what it declares, and the chain's end
            *["INSERT", "SELECT", "DELETE"],  # whether one of them was erased before
            "SELECT",  # nothing is left
            "SELECT",  # who left while the list did not have them
            *["SELECT"] * 3,  # the end of both chains
            *["INSERT", "DELETE"],
        ],
        "postgresql": [
            "SELECT",  # the lock
            *["SELECT", "INSERT", "SELECT"],  # its chain of consents
            *["SELECT"] * 5,  # the list, and who is erased or blocked
            *["INSERT", "SELECT", "SELECT", "INSERT"],  # new readers, and their consents
            "SELECT",  # whether one of them was erased before
            "UPDATE",  # seen readers
            *["SELECT"] * 4,  # the end of both chains
            "INSERT",
            "SELECT",  # who left while the list did not have them
        ],
    }[engine.dialect.name]
    assert [one for one in words if one not in besides] == expected


def test_two_changes_of_the_list_wait_for_each_other_in_whatever_order_they_ask(
    engine: Engine,
) -> None:
    """Each has an address that the other wants: locked one by one, they would stand for ever."""
    book = SqlSubscriberBook(engine)
    import_into(book, [make_row("a@example.org"), make_row("b@example.org")])
    done: list[str] = []

    def change_both(first: str, second: str) -> None:
        with book.opened() as page:
            page.find([first])
            time.sleep(0.2)
            page.find([second])
            done.append(first)

    threads = [
        threading.Thread(target=change_both, args=pair)
        for pair in [("a@example.org", "b@example.org"), ("b@example.org", "a@example.org")]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(done) == ["a@example.org", "b@example.org"]


def test_what_a_reader_was_sent_is_told_issue_by_issue(engine: Engine) -> None:
    book = SqlSubscriberBook(engine)
    import_into(book, [make_row(), make_row("other@example.org")])
    reader = book.find(make_row().address.key)
    assert reader is not None
    with engine.begin() as connection:
        for issue in ("2022-08", "2022-07"):
            connection.execute(
                insert(dispatches),
                {"issue": issue, "digest": "d", "parts": {}, "planned_at": NOW},
            )
            connection.execute(insert(deliveries), _delivery(issue, reader.id))

    assert book.deliveries(reader.id) == [
        PastDelivery("2022-07", "ko", "accepted", NOW, "250 OK"),
        PastDelivery("2022-08", "ko", "accepted", NOW, "250 OK"),
    ]
    assert book.deliveries(SubscriberId(reader.id + 1)) == []


def _delivery(issue: str, reader: SubscriberId) -> dict[str, object]:
    return {
        "issue": issue,
        "subscriber_id": reader,
        "address": "minji.kim@example.org",
        "address_key": "minji.kim@example.org",
        "domain": "example.org",
        "edition": "ko",
        "state": "accepted",
        "attempts": 1,
        "answered_at": NOW,
        "answer": "250 OK",
    }


def test_times_come_back_aware_and_in_utc(engine: Engine) -> None:
    book = SqlSubscriberBook(engine)
    when = datetime(2022, 7, 1, 12, 30, 0, 123456, tzinfo=UTC)
    import_into(book, [make_row(consented_at=when)])

    found = book.find(make_row().address.key)

    assert found is not None
    assert found.consented_at == when
    assert found.consented_at.tzinfo is UTC


def test_an_address_that_appears_meanwhile_undoes_the_change_and_says_so(engine: Engine) -> None:
    book = SqlSubscriberBook(engine)
    entry = new_entry(make_row(), None, NOW)

    with raises(NewsletterError, "storage.added-meanwhile"), book.opened() as page:
        page.add([entry, entry])

    assert addresses(book) == []


def test_a_list_that_is_being_changed_is_not_changed_by_another(tmp_path: Path) -> None:
    first = open_database("sqlite:///newsletter.db", tmp_path)
    second = open_database("sqlite:///newsletter.db", tmp_path)
    second.dispose()  # so that the next connection is a new one, which does not wait 60 s
    event.listen(second, "connect", lambda c, _record: c.execute("PRAGMA busy_timeout=10"))

    with SqlSubscriberBook(first).opened(), pytest.raises(NewsletterError) as caught:
        SqlSubscriberBook(second).opened().__enter__()

    assert "cannot be changed now: database is locked; try again" in str(caught.value)
    first.dispose()
    second.dispose()
