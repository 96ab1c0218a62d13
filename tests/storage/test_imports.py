"""Imports on SQLite: decided beside the list, written in turns, whole or not at all."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event, func, select, update

from newsletter.dispatch.ledger import Plan
from newsletter.errors import NewsletterError, UnfinishedError
from newsletter.lang import Preference
from newsletter.phrases import Phrase
from newsletter.storage.blocking import block
from newsletter.storage.consent_reading import SqlConsents
from newsletter.storage.database import open_database
from newsletter.storage.import_tables import imported_rows, imports
from newsletter.storage.interrupted import finish_interrupted
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.storage.tables import dispatches, subscribers
from newsletter.storage.turns import PACE, Pace
from newsletter.subscribers.book import ImportBook, NotWritten, OpenBook, Selection
from newsletter.subscribers.csv_rows import Row
from newsletter.subscribers.decisions import change_address, enrol, suppress, withdraw
from newsletter.subscribers.importing import import_rows
from newsletter.subscribers.subscriber import Standing, Subscriber, editions_by_preference
from newsletter.subscribers.why import IMPORT, Cause, Why
from tests.saying import raises
from tests.stage.databases import put_empty_database
from tests.storage import makers
from tests.storage.makers import ISSUE
from tests.storage.test_turns import run_sql
from tests.subscribers.makers import NOW, make_reader_id, make_row

TINY = Pace(held_s=0, pause_s=0, rows=2, copied=3)
KNOWN = [make_row(f"k{number}@example.org", f"K{number}", Preference.KO) for number in range(4)]
FILE = [  # two of them are changed, one leaves, one stays as it is, and the rest is new
    make_row("k0@example.org", "Renamed"),
    make_row("k1@example.org", preference=Preference.EN),
    replace(
        make_row("k2@example.org", standing=Standing.UNSUBSCRIBED),
        why=Why(Cause.WITHDREW, "", IMPORT),
    ),
    KNOWN[3],
    *(make_row(f"{letter}@example.org", letter.upper()) for letter in "zaybxcw"),
    make_row("a@example.org", "A again", Preference.BOTH),
]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A list of four readers, and turns so short that every import takes several."""
    put_empty_database(tmp_path)
    engine = open_database("sqlite:///newsletter.db", tmp_path)
    engine.update_execution_options(**{PACE: TINY})
    with SqlSubscriberBook(engine).opened() as page:
        for row in KNOWN:
            enrol(row, page, NOW)
    yield engine
    engine.dispose()


@contextmanager
def read_in(engine: Engine, rows: Sequence[Row] = FILE) -> Iterator[ImportBook]:
    """Decide what becomes of the rows; nothing of it is on the list yet."""
    with SqlSubscriberBook(engine).importing("first", "readers.csv", NOW) as book:
        for _ in import_rows(rows, book, "first", NOW, batch_rows=3):
            pass
        yield book


def take_in(engine: Engine, rows: Sequence[Row] = FILE) -> list[NotWritten]:
    with read_in(engine, rows) as book:
        return written(book)


def written(book: ImportBook) -> list[NotWritten]:
    return [late for step in book.write() for late in step.not_written]


def code_of(late: NotWritten) -> str:
    assert isinstance(late.reason, Phrase)
    return late.reason.code


def the_list(engine: Engine) -> dict[str, Subscriber]:
    return {one.address: one for one in SqlSubscriberBook(engine).select(Selection())}


def shown(engine: Engine) -> dict[str, tuple[str, Preference | None, Standing]]:
    return {key: (one.name, one.preference, one.standing) for key, one in the_list(engine).items()}


def change(engine: Engine, act: Callable[[OpenBook], object]) -> None:
    """Change the list as a page or a command of another process would."""
    with SqlSubscriberBook(engine).opened() as page:
        act(page)


def count(engine: Engine, table: object) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type] # any of the tables


def let_the_process_end(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(update(imports).values(held_until=NOW))


def cut_off(engine: Engine, at: int) -> bool:
    """Let the process end before that commit; return whether it came so far."""
    try:
        return makers.cut_off(engine, at, lambda: take_in(engine))
    finally:
        let_the_process_end(engine)


WHOLE = {
    "k0@example.org": ("Renamed", Preference.KO, Standing.ACTIVE),
    "k1@example.org": ("K1", Preference.EN, Standing.ACTIVE),
    "k2@example.org": ("K2", Preference.KO, Standing.UNSUBSCRIBED),
    "k3@example.org": ("K3", Preference.KO, Standing.ACTIVE),
    "a@example.org": ("A again", Preference.BOTH, Standing.ACTIVE),
    **{f"{one}@example.org": (one.upper(), None, Standing.ACTIVE) for one in "zybxcw"},
}


def test_an_import_is_whole_or_not_at_all_wherever_it_is_cut_off(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    before = shown(engine)
    outcomes = []
    for at in range(1, 30):
        if not cut_off(engine, at):
            break
        finish_interrupted(engine)
        outcomes.append(shown(engine))
        assert count(engine, imports) == count(engine, imported_rows) == 0
        if outcomes[-1] == WHOLE:
            with engine.begin() as connection:  # from the beginning
                connection.execute(subscribers.delete())
            change(engine, lambda page: [enrol(row, page, NOW) for row in KNOWN])
    else:
        pytest.fail("it never ended")

    assert shown(engine) == WHOLE
    assert all(one in (before, WHOLE) for one in outcomes)
    nothing, whole = outcomes.count(before), outcomes.count(WHOLE)
    assert nothing > 1, "while it is copied"
    assert whole > 3, "while it is merged"
    assert outcomes == [before] * nothing + [WHOLE] * whole
    told = [record.msg for record in caplog.records]
    assert {one.code for one in told if isinstance(one, Phrase)} == {
        "storage.import-was-cut-off",
        "storage.import-was-finished",
    }


def test_nobody_waits_while_a_file_is_read(engine: Engine) -> None:
    with read_in(engine) as book:
        run_sql(engine, "UPDATE subscribers SET name = 'Lee' WHERE address = 'k3@example.org'")
        written(book)

    assert shown(engine) == {**WHOLE, "k3@example.org": ("Lee", Preference.KO, Standing.ACTIVE)}


def test_others_write_between_two_turns(engine: Engine) -> None:
    with read_in(engine) as book:
        for turn, _ in enumerate(book.write()):
            run_sql(engine, f"UPDATE subscribers SET name = '{turn}' WHERE id = 4")

    assert turn > 3
    assert the_list(engine)["k3@example.org"].name == str(turn)


def test_a_dry_run_commits_nothing(engine: Engine) -> None:
    commits: list[Connection] = []
    event.listen(engine, "commit", commits.append)

    with read_in(engine):
        pass

    assert commits == []
    assert len(the_list(engine)) == len(KNOWN)


def test_short_files_take_one_commit_in_the_order_of_the_file(engine: Engine) -> None:
    engine.update_execution_options(**{PACE: Pace(held_s=60)})
    commits: list[Connection] = []
    event.listen(engine, "commit", commits.append)

    take_in(engine)

    assert len(commits) == 1
    assert list(the_list(engine))[len(KNOWN) :] == [f"{one}@example.org" for one in "zaybxcw"]


def test_whoever_leaves_while_the_file_is_read_has_left(engine: Engine) -> None:
    with read_in(engine) as book:
        change(engine, lambda page: withdraw(KNOWN[0].address, page, NOW))
        assert written(book) == []

    assert shown(engine)["k0@example.org"] == ("K0", Preference.KO, Standing.UNSUBSCRIBED)
    assert {**shown(engine), "k0@example.org": None} == {**WHOLE, "k0@example.org": None}


def test_what_readers_change_themselves_meanwhile_stays(engine: Engine) -> None:
    """The file says a new name of one reader, and of the other a new language."""
    with read_in(engine) as book:
        change(
            engine,
            lambda page: page.update(
                [
                    replace(one, name="Own", preference=Preference.BOTH)
                    for one in page.find(["k0@example.org", "k1@example.org"]).values()
                ]
            ),
        )
        assert written(book) == []

    now = shown(engine)
    assert now["k0@example.org"] == ("Renamed", Preference.BOTH, Standing.ACTIVE)
    assert now["k1@example.org"] == ("Own", Preference.EN, Standing.ACTIVE)


def test_the_stricter_standing_counts_whoever_says_it_first(engine: Engine) -> None:
    with read_in(engine) as book:
        change(engine, lambda page: suppress(KNOWN[2].address, page, NOW, "full", "Kim"))
        assert written(book) == []

    assert shown(engine)["k2@example.org"][2] is Standing.SUPPRESSED
    assert the_list(engine)["k2@example.org"].why.cause is Cause.WITHDREW


def test_whoever_subscribes_meanwhile_is_merged_and_added_once(engine: Engine) -> None:
    with read_in(engine) as book:
        own = make_row("a@example.org", "Own", Preference.EN)
        change(engine, lambda page: enrol(own, page, NOW))
        assert written(book) == []

    assert shown(engine) == WHOLE


def test_whoever_wants_no_mail_ever_since_is_not_added(engine: Engine) -> None:
    with read_in(engine) as book:
        with engine.begin() as connection:
            block(connection, "a@example.org", NOW, "reader")
        late = written(book)

    assert [(one.key, one.fate, code_of(one)) for one in late] == [
        ("a@example.org", "new", "subscribers.blocked")
    ]
    assert {**shown(engine), "a@example.org": WHOLE["a@example.org"]} == WHOLE


def test_an_id_that_another_reader_gets_meanwhile_refuses_the_row(engine: Engine) -> None:
    taken = make_reader_id(7)
    with read_in(engine, [replace(make_row("a@example.org"), names=(taken,))]) as book:
        other = replace(make_row("b@example.org"), names=(taken,))
        change(engine, lambda page: list(import_rows([other], page, "other", NOW)))
        late = written(book)

    assert [(one.key, code_of(one)) for one in late] == [
        ("a@example.org", "subscribers.name-of-another")
    ]
    assert "b@example.org" in the_list(engine)
    assert "a@example.org" not in the_list(engine)


def test_whoever_moves_meanwhile_gets_no_letter_at_the_old_address(engine: Engine) -> None:
    with read_in(engine) as book:
        new = make_row("moved@example.org").address
        change(engine, lambda page: change_address(KNOWN[0].address, new, page, NOW, "", "Kim"))
        written(book)

    assert the_list(engine)["k0@example.org"].standing is Standing.UNSUBSCRIBED
    assert the_list(engine)["moved@example.org"].standing is Standing.ACTIVE


def test_further_names_are_given_under_the_lock(engine: Engine) -> None:
    further = make_reader_id(9)
    known = replace(KNOWN[0], names=(further,))
    new = replace(make_row("a@example.org"), names=(make_reader_id(1), make_reader_id(2)))

    assert take_in(engine, [known, new, replace(new, names=(make_reader_id(3),))]) == []

    names = {key: one.names for key, one in the_list(engine).items()}
    assert further in names["k0@example.org"]
    assert set(names["a@example.org"]) == {make_reader_id(1), make_reader_id(2), make_reader_id(3)}


def test_two_imports_at_once_are_both_whole(engine: Engine) -> None:
    with (
        read_in(engine) as first,
        SqlSubscriberBook(engine).importing("second", "b.csv", NOW) as second,
    ):
        rows = [make_row("a@example.org", "", Preference.EN), make_row("n@example.org", "N")]
        for _ in import_rows(rows, second, "second", NOW):
            pass
        steps = [first.write(), second.write()]
        while steps:
            steps = [step for step in steps if next(step, None) is not None]

    n = {"n@example.org": ("N", None, Standing.ACTIVE)}
    assert {**shown(engine), "a@example.org": WHOLE["a@example.org"]} == {**WHOLE, **n}


def test_another_may_write_before_any_statement_of_an_import(
    engine: Engine, tmp_path: Path
) -> None:
    """Each has a place of its own in the consent record, or waits for the import's turn."""
    other = open_database("sqlite:///newsletter.db", tmp_path)
    event.listen(other, "checkout", lambda driver, *_: driver.execute("PRAGMA busy_timeout=0"))
    tried, waits = iter(range(10_000)), 0

    def enrol_another(*_: object) -> None:
        nonlocal waits
        try:
            with SqlSubscriberBook(other).opened() as page:
                enrol(make_row(f"other{next(tried)}@example.org", "", Preference.KO), page, NOW)
        except NewsletterError:
            waits += 1

    with read_in(engine) as book:
        event.listen(engine, "before_cursor_execute", enrol_another)
        assert written(book) == []
    event.remove(engine, "before_cursor_execute", enrol_another)

    others = {key for key in the_list(engine) if key.startswith("other")}
    assert len(others) > 20
    assert waits > 20
    assert shown(engine).items() >= WHOLE.items()
    assert len(the_list(engine)) == len(WHOLE) + len(others)
    proof = SqlConsents(engine).verify(lambda _: None)
    assert (proof.broken, proof.unsealed, proof.missing) == ((), (), None)
    other.dispose()


def test_a_reader_whom_another_import_adds_under_the_same_id_is_merged(engine: Engine) -> None:
    row = replace(make_row("a@example.org", "First"), names=(make_reader_id(7),))
    with read_in(engine, [row]) as book:
        again = replace(row, name="Second", preference=Preference.EN)
        change(engine, lambda page: list(import_rows([again], page, "other", NOW)))
        assert written(book) == []

    assert shown(engine)["a@example.org"] == ("First", Preference.EN, Standing.ACTIVE)


def test_nothing_is_planned_while_a_file_is_half_on_the_list(engine: Engine) -> None:
    plan = Plan(ISSUE, "d" * 64, {}, NOW)
    ledger = SqlLedger(engine)
    with read_in(engine) as book:
        steps = book.write()
        while not book.is_settled:
            next(steps)
        finish_interrupted(engine)  # another command: this process is alive
        with raises(UnfinishedError, "storage.import-under-way"):
            ledger.freeze(plan, editions_by_preference(None))
        assert count(engine, dispatches) == 0
        assert list(steps)

    assert ledger.freeze(plan, editions_by_preference(None)) == len(WHOLE) - 1
    ledger.close()


def test_an_import_that_was_taken_for_dead_writes_nothing_and_says_so(engine: Engine) -> None:
    silent = datetime.now(UTC) - timedelta(seconds=1)

    seen: list[str] = []

    def drop(_c: Connection, _u: object, words: str, *_rest: object) -> None:
        if words.startswith("UPDATE imports") and not seen:  # it looks whether it is still there
            seen.append(words)
            with open_beside(engine) as other:
                with other.begin() as connection:
                    connection.execute(update(imports).values(held_until=silent))
                finish_interrupted(other)

    event.listen(engine, "before_cursor_execute", drop)
    with raises(UnfinishedError, "storage.import-was-dropped"):
        take_in(engine)

    assert seen
    assert len(the_list(engine)) == len(KNOWN)
    assert count(engine, imports) == count(engine, imported_rows) == 0


@contextmanager
def open_beside(engine: Engine) -> Iterator[Engine]:
    """Open the same database as another process does."""
    path = Path(str(engine.url.database))
    other = open_database(f"sqlite:///{path.name}", path.parent)
    yield other
    other.dispose()


def test_a_stage_leaves_its_connection_as_it_was(engine: Engine) -> None:
    """A plan has a temporary table of its own, which is rolled back."""
    names = ("cache_size", "journal_mode")

    def settings() -> list[object]:
        with engine.connect() as connection:
            return [connection.exec_driver_sql(f"PRAGMA temp.{name}").scalar() for name in names]

    before = settings()
    take_in(engine)

    assert settings() == before
