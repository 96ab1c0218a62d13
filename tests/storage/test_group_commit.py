"""Common commits: what each thread gets, when one change fails, and when the lock is held."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, bindparam, func, insert, select

from newsletter.errors import LedgerError
from newsletter.storage import group_commit
from newsletter.storage.at_commit import insert_later
from newsletter.storage.group_commit import GroupCommit, LedgerBusyError
from newsletter.storage.mail_tables import funnel_counts


@pytest.fixture
def commits(engine: Engine) -> Iterator[GroupCommit]:
    made = GroupCommit(engine)
    yield made
    made.close()


def add(connection: Connection, step: str) -> str:
    row = {"month": "2026-11", "step": step, "count": 1}
    connection.execute(insert(funnel_counts).values(row))
    return step


def count(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(funnel_counts)).scalar_one()


def test_changes_of_many_threads_are_all_written(engine: Engine, commits: GroupCommit) -> None:
    with ThreadPoolExecutor(16) as pool:
        steps = list(pool.map(lambda n: commits.run(lambda c: add(c, f"s{n}")), range(100)))

    assert steps == [f"s{number}" for number in range(100)]
    assert count(engine) == 100


def test_a_change_that_fails_takes_no_other_with_it(engine: Engine, commits: GroupCommit) -> None:
    gate = Event()

    def wait_and_add(connection: Connection) -> str:
        gate.wait(10)
        return add(connection, "first")

    def fail(connection: Connection) -> str:
        add(connection, "half")
        raise ValueError("mistaken")

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(commits.run, wait_and_add)
        others = [
            pool.submit(commits.run, lambda c: add(c, "second")),
            pool.submit(commits.run, fail),
            pool.submit(commits.run, lambda c: add(c, "third")),
        ]
        time.sleep(0.1)  # so that they wait together
        gate.set()

        assert first.result() == "first"
        assert (others[0].result(), others[2].result()) == ("second", "third")
        with pytest.raises(ValueError, match="mistaken"):
            others[1].result()
    assert count(engine) == 3


def test_a_violated_constraint_is_a_ledger_error(engine: Engine, commits: GroupCommit) -> None:
    commits.run(lambda connection: add(connection, "once"))

    with pytest.raises(LedgerError):
        commits.run(lambda connection: add(connection, "once"))

    assert count(engine) == 1


def test_a_lock_that_is_held_is_said_after_three_seconds(
    engine: Engine, commits: GroupCommit
) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL locks rows")
    with engine.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        began = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            waiting = [pool.submit(commits.run, lambda c, n=n: add(c, f"s{n}")) for n in range(8)]
            faults = [one.exception() for one in waiting]
        took = time.monotonic() - began
        other.rollback()

    assert {type(fault) for fault in faults} == {LedgerBusyError}
    assert 2.9 < took < 10
    assert count(engine) == 0
    commits.run(lambda connection: add(connection, "afterwards"))


def test_a_lock_that_is_given_up_in_time_is_waited_for(
    engine: Engine, commits: GroupCommit
) -> None:
    if engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL locks rows")
    with ThreadPoolExecutor(1) as pool:
        with engine.connect() as other:
            other.exec_driver_sql("BEGIN IMMEDIATE")
            waiting = pool.submit(commits.run, lambda c: add(c, "patient"))
            time.sleep(1)
            assert not waiting.done()
            other.rollback()

        assert waiting.result() == "patient"


def test_after_its_end_it_may_begin_again(engine: Engine, commits: GroupCommit) -> None:
    commits.run(lambda connection: add(connection, "one"))
    commits.close()

    commits.run(lambda connection: add(connection, "two"))

    assert count(engine) == 2


def test_a_row_that_another_connection_locks_makes_only_its_own_change_wait(
    engine: Engine, commits: GroupCommit
) -> None:
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite locks the whole file")
    commits.run(lambda connection: add(connection, "locked"))
    commits.run(lambda connection: add(connection, "free"))
    change = "UPDATE funnel_counts SET count = 2 WHERE step = '{}'"
    gate = Event()

    def wait_first(connection: Connection) -> None:
        gate.wait(10)
        connection.exec_driver_sql(change.format("free"))

    def change_locked(connection: Connection) -> None:
        connection.exec_driver_sql(change.format("locked"))

    with engine.connect() as other, ThreadPoolExecutor(3) as pool:
        other.exec_driver_sql("SELECT * FROM funnel_counts WHERE step = 'locked' FOR UPDATE")
        first = pool.submit(commits.run, wait_first)
        locked = pool.submit(commits.run, change_locked)
        free = pool.submit(commits.run, lambda c: add(c, "another"))
        time.sleep(0.1)  # so that they wait together
        gate.set()

        assert free.result() == "another"
        assert first.exception() is None
        assert isinstance(locked.exception(), LedgerBusyError)
        other.rollback()


def test_those_who_come_back_are_waited_for_and_whoever_is_alone_is_not(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "GATHER_S", 60.0)
    groups = list[int]()

    class Counted(GroupCommit):
        def _commit(self, jobs: Sequence[Any]) -> None:
            groups.append(len(jobs))
            super()._commit(jobs)

    commits, gate = Counted(engine), Event()
    with ThreadPoolExecutor(2) as pool:
        began_at = time.monotonic()
        commits.run(lambda c: add(c, "alone"))
        held = pool.submit(commits.run, lambda c: gate.wait(10) and add(c, "held"))
        while not groups[1:]:  # it has begun
            time.sleep(0.001)
        late = pool.submit(commits.run, lambda c: add(c, "late"))
        time.sleep(0.05)
        gate.set()  # two were there: the next group waits for two
        held.result()
        assert not late.done()
        commits.run(lambda c: add(c, "back"))
        late.result()
        took_s = time.monotonic() - began_at
    commits.close()

    assert groups == [1, 1, 2]
    assert took_s < 30


def test_rows_left_to_the_commit_are_written_or_forgotten_with_it(engine: Engine) -> None:
    values: dict[str, Any] = {name: bindparam(name) for name in ("month", "step", "count")}
    insertion = insert(funnel_counts).values(values)

    def leave(connection: Connection, step: str) -> None:
        insert_later(connection, insertion, {"month": "2026-11", "step": step, "count": 1})

    with engine.connect() as connection:
        leave(connection, "forgotten")
        connection.rollback()
        leave(connection, "first")
        leave(connection, "second")
        assert connection.execute(select(func.count()).select_from(funnel_counts)).scalar() == 0
        connection.commit()

    assert count(engine) == 2
