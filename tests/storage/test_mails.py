"""Mails in the database: begun once, limited over processes, ended as their server answered."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select, update

from newsletter.delivery.provider import Accepted, Blame, Deferred, Outcome, Refused, Unknown
from newsletter.dispatch.doubt import MAILS, DoubtCause, Sign
from newsletter.dispatch.states import State
from newsletter.lang import Lang
from newsletter.mails.limits import Limits
from newsletter.mails.mail import Mail, MailForm, MailKind, Request
from newsletter.storage.crowds import SqlCrowds
from newsletter.storage.doubts import SqlDoubts, raise_doubts
from newsletter.storage.group_commit import GroupCommit
from newsletter.storage.mail_rows import add_request, find_mail
from newsletter.storage.mail_tables import mails, network_limits
from newsletter.storage.mails import SqlMailBook

NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
LIMITS = Limits(1_000)


@pytest.fixture
def commits(engine: Engine) -> Iterator[GroupCommit]:
    made = GroupCommit(engine)
    yield made
    made.close()


@pytest.fixture
def book(engine: Engine, commits: GroupCommit) -> SqlMailBook:
    return SqlMailBook(engine, commits, UTC, delivers=True)


def ask(engine: Engine, address: str = "a@example.org", network: str | None = None) -> Request:
    request = Request(
        MailKind.SUBSCRIBE,
        Lang.KO,
        address,
        address,
        NOW,
        facts={"name": "", "preference": "ko"},
        network=network,
    )
    with engine.begin() as connection:
        add_request(connection, request)
    return request


def look(engine: Engine, request: Request) -> Mail:
    with engine.connect() as connection:
        found = find_mail(connection, request.name)
    assert found is not None
    return found


def begin(book: SqlMailBook, now: datetime = NOW) -> Mail:
    [number] = book.find_due(now, 10)
    mail = book.begin(number, LIMITS, now)
    assert mail is not None
    return mail


def test_a_mail_is_unknown_from_its_begin(engine: Engine, book: SqlMailBook) -> None:
    request = ask(engine)

    mail = begin(book)

    assert (mail.state, mail.form, mail.attempts) == (State.UNKNOWN, MailForm.CONFIRMATION, 1)
    assert look(engine, request) == mail
    assert book.find_due(NOW + timedelta(days=9), 10) == []


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Accepted("250 ok"), State.ACCEPTED),
        (Deferred("450 later"), State.DEFERRED),
        (Refused("550 no"), State.REFUSED),
        (Unknown("cut off"), State.UNKNOWN),
    ],
)
def test_the_outcome_is_recorded(
    engine: Engine, book: SqlMailBook, outcome: Outcome, state: State
) -> None:
    request = ask(engine)

    assert book.end(begin(book), outcome, NOW) is state

    mail = look(engine, request)
    assert (mail.state, mail.answer, mail.answered_at) == (state, outcome.answer, NOW)
    due = book.find_due(NOW + timedelta(hours=1), 10)
    assert due == ([mail.id] if state is State.DEFERRED else [])


def test_a_mail_that_is_put_off_for_a_day_is_given_up(engine: Engine, book: SqlMailBook) -> None:
    request = ask(engine)
    now, ends = NOW, []
    while book.find_due(now, 1):
        ends.append(book.end(begin(book, now), Deferred("450 full", Blame.TEMPORARY), now))
        now += timedelta(hours=5)

    assert ends == [State.DEFERRED] * 13 + [State.REFUSED]
    assert look(engine, request).attempts == 14


def test_a_mail_that_was_not_sent_waits_again(engine: Engine, book: SqlMailBook) -> None:
    request = ask(engine)

    book.put_back(begin(book))

    assert (look(engine, request).state, look(engine, request).attempts) == (State.PENDING, 0)
    assert begin(book).attempts == 1


def test_a_late_answer_changes_no_later_attempt(engine: Engine, book: SqlMailBook) -> None:
    request = ask(engine)
    first = begin(book)
    book.end(first, Deferred("450 later"), NOW)
    second = begin(book, NOW + timedelta(hours=1))

    book.end(first, Refused("550 no"), NOW)

    assert look(engine, request) == second


def test_of_many_processes_one_begins_a_mail_and_limits_hold(
    engine: Engine, book: SqlMailBook
) -> None:
    for number in range(30):
        ask(engine, f"a{number}@example.org", "192.0.2.0/24")
    numbers = book.find_due(NOW, 100)
    rooms = [GroupCommit(engine) for _ in range(4)]
    books = [SqlMailBook(engine, room, UTC, delivers=True) for room in rooms]

    with ThreadPoolExecutor(4) as pool:
        begun = list(pool.map(lambda one: [one.begin(n, LIMITS, NOW) for n in numbers], books))
    for room in rooms:
        room.close()

    names = [mail.name for each in begun for mail in each if mail is not None]
    assert (len(names), len(set(names))) == (20, 20)


def test_a_person_may_allow_a_network_more_for_some_time(
    engine: Engine, book: SqlMailBook, commits: GroupCommit
) -> None:
    for number in range(30):
        ask(engine, f"a{number}@example.org", "192.0.2.0/24")
    begun = [book.begin(number, LIMITS, NOW) for number in book.find_due(NOW, 100)]
    [crowd] = SqlCrowds(engine, commits).find_crowds(NOW)
    assert (crowd.network, crowd.waiting, crowd.most_an_hour) == ("192.0.2.0/24", 10, 20)
    row = {"network": "192.0.2.0/24", "most_an_hour": 25, "until": NOW + timedelta(hours=1)}
    with engine.begin() as connection:
        connection.execute(
            network_limits.insert().values(**row, set_by="kim", set_at=NOW, account="kim@host")
        )
        connection.execute(update(mails).values(due_at=None).where(mails.c.state == "pending"))

    begun += [book.begin(number, LIMITS, NOW) for number in book.find_due(NOW, 100)]

    assert len([mail for mail in begun if mail]) == 25


def test_only_unconfirmed_requests_of_a_week_ago_are_deleted(
    engine: Engine, book: SqlMailBook
) -> None:
    kept = ask(engine, "kept@example.org", "192.0.2.0/24")
    ask(engine, "old@example.org")
    with engine.begin() as connection:
        connection.execute(update(mails).values(used_at=NOW).where(mails.c.name == kept.name))

    assert book.delete_old(NOW + timedelta(days=7)) == 0
    assert book.delete_old(NOW + timedelta(days=7, seconds=1)) == 1

    with engine.connect() as connection:
        [row] = connection.execute(select(mails.c.name, mails.c.network)).all()
    assert tuple(row) == (kept.name, None)


@pytest.mark.parametrize(
    ("kind", "since", "asked", "waits"),
    [
        (MailKind.LEFT, -2, -1, True),
        (MailKind.LEFT, -2, 1, True),  # asked for by whoever does not know that it was told
        (MailKind.LEFT, 1, 1, False),
        (MailKind.RENEWAL, -700, 1, True),
        (MailKind.MOVED, None, -1, True),
        (MailKind.MOVED, None, 1, False),
        (MailKind.SUBSCRIBE, None, 1, False),
    ],
)
def test_what_is_owed_waits_for_the_answer_to_a_doubt_that_covers_it(
    engine: Engine, book: SqlMailBook, kind: MailKind, since: int | None, asked: int, *, waits: bool
) -> None:
    name = "agreed" if kind is MailKind.RENEWAL else "since"
    said = {} if since is None else {name: (NOW + timedelta(hours=since)).isoformat()}
    at = NOW + timedelta(hours=asked)
    doubts = SqlDoubts(engine)
    with engine.begin() as connection:
        add_request(connection, Request(kind, Lang.KO, "a@example.org", "a", at, facts=said))
        raise_doubts(connection, [Sign(DoubtCause.RESTORED, "b.db")], NOW)
    later = NOW + timedelta(hours=2)

    before = book.find_due(later, 10)
    doubts.answer(doubts.standing(), MAILS, "Kim", "the log was read", later)

    assert bool(before) is not waits
    assert len(book.find_due(later, 10)) == 1


def test_a_doubt_that_comes_between_look_and_begin_lets_a_mail_wait(
    engine: Engine, book: SqlMailBook
) -> None:
    said = {"since": NOW.isoformat()}
    with engine.begin() as connection:
        add_request(
            connection, Request(MailKind.LEFT, Lang.KO, "a@example.org", "a", NOW, facts=said)
        )
    [number] = book.find_due(NOW, 10)
    with engine.begin() as connection:
        raise_doubts(connection, [Sign(DoubtCause.RESTORED, "b.db")], NOW)

    assert book.begin(number, LIMITS, NOW) is None

    with engine.connect() as connection:
        assert connection.execute(select(mails.c.state)).scalar_one() == State.PENDING.value
