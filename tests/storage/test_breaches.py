"""The ledger of notices: everybody once, begun once, and apart from drills."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise, product
from typing import Final

import pytest
from sqlalchemy import Engine, delete, func, insert, select, update

from newsletter.delivery.provider import Accepted, Blame, Deferred, Outcome, Refused, Unknown
from newsletter.dispatch.states import State
from newsletter.errors import LedgerError
from newsletter.lang import EditionKind, Lang, Preference
from newsletter.mails.breach import BreachId, Notice, Person
from newsletter.mails.mail import MailKind, Request
from newsletter.phrases import phrase, write_said
from newsletter.storage.breach_tables import breach_notices, breaches
from newsletter.storage.breaches import SqlBreaches
from newsletter.storage.erasing import SqlErasing
from newsletter.storage.group_commit import GroupCommit
from newsletter.storage.mail_rows import add_request
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.storage.tables import subscribers
from newsletter.subscribers.address import address_of
from newsletter.subscribers.decisions import change_address, enrol
from newsletter.subscribers.erasing import ErasureOrder, ErasureWhy
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import Cause
from tests.mails.makers import NOW, make_breach
from tests.subscribers.makers import make_row

PREFERENCES: Final = (None, *Preference)


@pytest.fixture
def book(engine: Engine) -> Iterator[SqlBreaches]:
    commits = GroupCommit(engine)
    yield SqlBreaches(engine, commits)
    commits.close()


def enlist(
    engine: Engine,
    address: str,
    preference: Preference | None = Preference.KO,
    standing: Standing = Standing.ACTIVE,
    cause: Cause | None = None,
) -> None:
    with engine.begin() as connection:
        connection.execute(
            insert(subscribers).values(
                address=address,
                address_key=address.lower(),
                name="",
                preference=preference,
                standing=standing,
                standing_since=NOW,
                standing_cause=cause,
            )
        )


def ask(engine: Engine, address: str, lang: Lang, at: datetime = NOW) -> None:
    request = Request(MailKind.SUBSCRIBE, lang, address, address.lower(), at)
    with engine.begin() as connection:
        add_request(connection, request)


def begin_breach(book: SqlBreaches, *, is_drill: bool = False) -> BreachId:
    found = book.add(make_breach(is_drill=is_drill)).id
    assert found is not None
    book.plan(found, list(book.read_people()))
    book.end_plan(found, NOW)
    return found


def due(book: SqlBreaches, breach: BreachId, now: datetime = NOW) -> list[Notice]:
    return list(book.find_due(breach, now, 0, 100))


def test_everybody_is_notified_whatever_their_standing(engine: Engine, book: SqlBreaches) -> None:
    causes = (None, *Cause)
    for standing, cause in product(Standing, causes):
        enlist(engine, f"{standing}-{cause}@example.org", standing=standing, cause=cause)

    people = list(book.read_people())

    assert len(people) == len(Standing) * len(causes)
    assert {(one.standing, one.cause) for one in people} == set(product(Standing, causes))


def test_each_reads_what_they_chose_and_both_languages_if_they_chose_none(
    engine: Engine, book: SqlBreaches
) -> None:
    for preference in PREFERENCES:
        enlist(engine, f"{preference}@example.org", preference)

    found = {one.address: one.edition for one in book.read_people()}

    assert found == {
        "ko@example.org": EditionKind.KO,
        "en@example.org": EditionKind.EN,
        "both@example.org": EditionKind.BILINGUAL,
        "None@example.org": EditionKind.BILINGUAL,
    }


def test_who_only_asked_is_notified_in_the_languages_of_the_requests(
    engine: Engine, book: SqlBreaches
) -> None:
    ask(engine, "a@example.org", Lang.KO)
    ask(engine, "b@example.org", Lang.EN, NOW - timedelta(days=6))
    ask(engine, "b@example.org", Lang.EN)
    ask(engine, "c@example.org", Lang.EN)
    ask(engine, "C@example.org", Lang.KO)

    assert list(book.read_people()) == [
        Person("a@example.org", "a@example.org", EditionKind.KO, None, None),
        Person("b@example.org", "b@example.org", EditionKind.EN, None, None),
        Person("C@example.org", "c@example.org", EditionKind.BILINGUAL, None, None),
    ]


def test_a_reader_who_asked_for_something_is_one_person(engine: Engine, book: SqlBreaches) -> None:
    enlist(engine, "Reader@example.org", Preference.EN)
    ask(engine, "reader@example.org", Lang.KO)

    [found] = book.read_people()

    assert (found.address, found.edition) == ("Reader@example.org", EditionKind.EN)


def test_mailboxes_that_took_mail_before_come_first(engine: Engine, book: SqlBreaches) -> None:
    enlist(engine, "bounced@example.org", standing=Standing.SUPPRESSED, cause=Cause.BOUNCED)
    enlist(engine, "left@example.org", standing=Standing.UNSUBSCRIBED)
    ask(engine, "asked@example.org", Lang.KO)
    enlist(engine, "active@example.org")

    names = [one.address.partition("@")[0] for one in book.read_people()]

    assert names == ["active", "asked", "left", "bounced"]


def test_planning_twice_gives_nobody_two_notices(engine: Engine, book: SqlBreaches) -> None:
    for number in range(3):
        enlist(engine, f"r{number}@example.org")
    breach = begin_breach(book)

    book.plan(breach, list(book.read_people()))

    assert [one.address for one in due(book, breach)] == [f"r{n}@example.org" for n in range(3)]
    assert book.tally(breach) == {State.PENDING: 3}


def test_a_notice_is_kept_word_for_word(book: SqlBreaches) -> None:
    breach = make_breach()
    begun = book.add(breach)

    found = book.find(breach.hash)

    assert found == begun
    assert found is not None
    assert found.words == breach.words
    assert (found.known, found.since, found.people_by) == (
        breach.known,
        breach.since,
        breach.people_by,
    )
    assert not found.is_planned
    assert book.find_named("leak.yaml") == begun
    assert book.find("b" * 64) is None


def test_what_a_file_says_is_notified_once(book: SqlBreaches) -> None:
    book.add(make_breach())

    with pytest.raises(LedgerError):
        book.add(make_breach(file="copy.yaml"))


def test_drills_are_as_many_as_wanted_and_no_notice(engine: Engine, book: SqlBreaches) -> None:
    enlist(engine, "a@example.org")

    first, second = (begin_breach(book, is_drill=True) for _ in range(2))

    assert first != second
    assert book.find(make_breach().hash) is None
    assert book.find_named("leak.yaml") is None
    real = begin_breach(book)
    [notice] = due(book, first)
    assert book.begin(notice, NOW)
    assert book.tally(real) == book.tally(second) == {State.PENDING: 1}


def test_a_notice_is_begun_by_one_process_only(engine: Engine, book: SqlBreaches) -> None:
    enlist(engine, "a@example.org")
    [notice] = due(book, begin_breach(book))

    assert book.begin(notice, NOW)
    assert not book.begin(notice, NOW)


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (Accepted("250 ok"), State.ACCEPTED),
        (Refused("550 no"), State.REFUSED),
        (Unknown("cut off"), State.UNKNOWN),
        (Deferred("450 later"), State.DEFERRED),
        (Deferred("421 policy", Blame.SENDER), State.DEFERRED),
    ],
)
def test_an_outcome_is_recorded_and_only_a_deferred_notice_is_tried_again(
    engine: Engine, book: SqlBreaches, outcome: Outcome, state: State
) -> None:
    enlist(engine, "a@example.org")
    breach = begin_breach(book)
    [notice] = due(book, breach)
    book.begin(notice, NOW)
    assert book.tally(breach) == {State.UNKNOWN: 1}

    assert book.end(notice, outcome, NOW) == state

    assert book.tally(breach) == {state: 1}
    assert due(book, breach) == []
    again = due(book, breach, NOW + timedelta(days=1))
    assert [one.attempts for one in again] == ([1] if state is State.DEFERRED else [])
    assert (book.next_due_at(breach) is not None) == (state is State.DEFERRED)


def test_an_answer_that_comes_after_another_begin_changes_nothing(
    engine: Engine, book: SqlBreaches
) -> None:
    enlist(engine, "a@example.org")
    breach = begin_breach(book)
    [first] = due(book, breach)
    book.begin(first, NOW)
    book.end(first, Deferred("450 later"), NOW)
    later = NOW + timedelta(hours=1)
    [second] = due(book, breach, later)
    book.begin(second, later)

    book.end(first, Accepted("250 late"), later)
    book.put_back(first)

    assert book.tally(breach) == {State.UNKNOWN: 1}


def test_what_certainly_did_not_leave_waits_again(engine: Engine, book: SqlBreaches) -> None:
    enlist(engine, "a@example.org")
    breach = begin_breach(book)
    [notice] = due(book, breach)
    book.begin(notice, NOW)

    book.put_back(notice)

    assert due(book, breach) == [notice]


def test_whom_mail_did_not_reach_is_named_with_the_reason(
    engine: Engine, book: SqlBreaches
) -> None:
    answers: dict[str, Outcome] = {
        "ok": Accepted("250"),
        "refused": Refused("550 no"),
        "unknown": Unknown("cut off"),
        "dead": Accepted("250"),
    }
    for name in answers:
        is_dead = name == "dead"
        standing = Standing.SUPPRESSED if is_dead else Standing.ACTIVE
        enlist(engine, f"{name}@x.org", standing=standing, cause=Cause.BOUNCED if is_dead else None)
    enlist(engine, "waiting@x.org", standing=Standing.UNSUBSCRIBED)
    breach = begin_breach(book)
    for notice in due(book, breach):
        outcome = answers.get(notice.address.partition("@")[0])
        if outcome:
            book.begin(notice, NOW)
            book.end(notice, outcome, NOW)

    found = [(one.address, one.state, one.cause, one.answer) for one in book.read_unreached(breach)]

    assert found == [
        ("refused@x.org", State.REFUSED, None, "550 no"),
        ("unknown@x.org", State.UNKNOWN, None, "cut off"),
        ("waiting@x.org", State.PENDING, None, ""),
        ("dead@x.org", State.ACCEPTED, Cause.BOUNCED, "250"),
    ]


def test_who_leaves_or_is_erased_from_the_list_keeps_the_notice(
    engine: Engine, book: SqlBreaches
) -> None:
    enlist(engine, "a@example.org")
    enlist(engine, "b@example.org")
    breach = begin_breach(book)
    with engine.begin() as connection:
        connection.execute(update(subscribers).values(standing="unsubscribed"))
        connection.execute(subscribers.delete().where(subscribers.c.address == "b@example.org"))

    assert len(due(book, breach)) == 2
    assert [one.standing for one in book.read_unreached(breach)] == [Standing.UNSUBSCRIBED, None]


def test_a_list_of_more_than_one_piece_is_planned_whole(engine: Engine, book: SqlBreaches) -> None:
    addresses = [f"r{number}@example.org" for number in range(4_001)]
    reader = {"name": "", "standing": "active", "standing_since": NOW}
    with engine.begin() as connection:
        rows = [{**reader, "address": one, "address_key": one} for one in addresses]
        connection.execute(insert(subscribers), rows)
    breach = begin_breach(book)

    with engine.connect() as connection:
        rows_of = select(func.count()).select_from(breach_notices)
        assert connection.execute(rows_of).scalar() == len(addresses)
        assert connection.execute(select(breaches.c.planned_at)).scalar() == NOW
    assert [one.address for one in book.read_unreached(breach)] == addresses


def move(engine: Engine, *addresses: str) -> None:
    """Let the reader of the first address move from one to the next."""
    with SqlSubscriberBook(engine).opened() as book:
        for old, new in pairwise(addresses):
            change_address(address_of(old), address_of(new), book, NOW, "", "kim")


@pytest.mark.parametrize("standing", Standing)
@pytest.mark.parametrize(
    ("moves", "now"),
    [
        (["a@example.org", "b@example.org"], "b@example.org"),
        (["a@example.org", "b@example.org", "c@example.org"], "c@example.org"),
        (["a@example.org", "b@example.org", "a@example.org"], "a@example.org"),
    ],
)
def test_who_has_moved_is_notified_once_where_they_are_now(
    engine: Engine, book: SqlBreaches, moves: list[str], now: str, standing: Standing
) -> None:
    enlist(engine, moves[0], Preference.EN)
    enlist(engine, "other@example.org", Preference.KO)
    move(engine, *moves)
    with engine.begin() as connection:
        is_theirs = subscribers.c.address_key == now
        connection.execute(update(subscribers).where(is_theirs).values(standing=standing))

    found = {one.address: one.edition for one in book.read_people()}

    assert found == {now: EditionKind.EN, "other@example.org": EditionKind.KO}


def test_who_moved_to_an_address_that_is_gone_is_notified_where_they_were(
    engine: Engine, book: SqlBreaches
) -> None:
    enlist(engine, "a@example.org", Preference.EN)
    move(engine, "a@example.org", "b@example.org")
    with engine.begin() as connection:
        connection.execute(delete(subscribers).where(subscribers.c.address_key == "b@example.org"))

    assert [one.address for one in book.read_people()] == ["a@example.org"]


@pytest.mark.parametrize("is_deferred", [False, True])
@pytest.mark.parametrize(
    ("moves", "now"),
    [
        (["a@example.org", "b@example.org"], "b@example.org"),
        (["a@example.org", "b@example.org", "c@example.org"], "c@example.org"),
        (["a@example.org", "b@example.org", "a@example.org"], "a@example.org"),
    ],
)
def test_a_notice_that_waits_goes_where_its_reader_has_moved_since(
    engine: Engine, book: SqlBreaches, moves: list[str], now: str, *, is_deferred: bool
) -> None:
    enlist(engine, moves[0], Preference.EN)
    breach, later = begin_breach(book), NOW
    if is_deferred:
        [first] = due(book, breach)
        book.begin(first, NOW)
        book.end(first, Deferred("450 later"), NOW)
        later += timedelta(days=1)
    [notice] = due(book, breach, later)
    move(engine, *moves)

    begun = book.begin(notice, later)

    assert begun is not None
    assert (begun.address, begun.edition) == (now, EditionKind.EN)
    book.end(begun, Refused("550 no"), later)
    assert [(one.address, one.answer) for one in book.read_unreached(breach)] == [(now, "550 no")]
    assert len(book.find_about(now)) == 1


def test_a_reader_who_moved_to_an_address_that_is_notified_gets_one_notice(
    engine: Engine, book: SqlBreaches
) -> None:
    enlist(engine, "a@example.org")
    ask(engine, "b@example.org", Lang.KO)
    breach = begin_breach(book)
    move(engine, "a@example.org", "b@example.org")

    begun = [book.begin(one, NOW) for one in due(book, breach)]

    assert [one.address for one in begun if one] == ["b@example.org"]
    assert book.tally(breach) == {State.UNKNOWN: 1}


@pytest.mark.parametrize(
    "moves",
    [["a@example.org", "b@example.org"], ["a@example.org", "b@example.org", "c@example.org"]],
)
def test_a_notice_stays_where_it_is_if_the_address_moved_to_is_gone(
    engine: Engine, book: SqlBreaches, moves: list[str]
) -> None:
    enlist(engine, "a@example.org")
    breach = begin_breach(book)
    move(engine, *moves)
    with engine.begin() as connection:
        connection.execute(delete(subscribers).where(subscribers.c.address_key == moves[-1]))
    [notice] = due(book, breach)

    begun = book.begin(notice, NOW)

    assert begun is not None
    assert begun.address == "a@example.org"


def test_a_notice_that_was_begun_does_not_move(engine: Engine, book: SqlBreaches) -> None:
    enlist(engine, "a@example.org")
    breach = begin_breach(book)
    [notice] = due(book, breach)
    book.begin(notice, NOW)
    move(engine, "a@example.org", "b@example.org")

    assert book.begin(notice, NOW) is None
    assert [one.address for one in book.read_unreached(breach)] == ["a@example.org"]


def erase(engine: Engine, *addresses: str, why: ErasureWhy = ErasureWhy.ASKED) -> None:
    order = ErasureOrder("kim", why, NOW)
    SqlErasing(engine).erase([one.lower() for one in addresses], order)


@pytest.mark.parametrize("at_once", [True, False])
def test_people_who_were_erased_are_counted_and_not_their_addresses(
    engine: Engine, book: SqlBreaches, at_once: bool
) -> None:
    """Whether a person orders it, or the time has come for several at once."""
    for name in ("far", "near", "still"):
        enlist(engine, f"{name}@example.org")
    move(engine, "far@example.org", "farther@example.org", "farthest@example.org")
    move(engine, "near@example.org", "nearer@example.org")
    gone = ("farthest@example.org", "nearer@example.org", "still@example.org")

    if at_once:
        erase(engine, *gone, why=ErasureWhy.WITHDRAWN)
    else:
        for one in gone:  # at the same moment, as the clock of a machine may show
            erase(engine, one)

    assert book.count_erased(NOW) == 3
    assert book.count_erased(NOW + timedelta(seconds=1)) == 0


def test_who_was_erased_and_has_agreed_again_is_told_and_not_counted(
    engine: Engine, book: SqlBreaches
) -> None:
    enlist(engine, "back@example.org")
    enlist(engine, "gone@example.org")
    move(engine, "back@example.org", "returned@example.org")
    erase(engine, "returned@example.org")
    erase(engine, "gone@example.org")

    with SqlSubscriberBook(engine).opened() as page:
        row = make_row("returned@example.org", "", Preference.KO, NOW + timedelta(days=1))
        enrol(row, page, NOW + timedelta(days=1), again=True)

    assert [one.address for one in book.read_people()] == ["returned@example.org"]
    assert book.count_erased(NOW) == 1
    erase(engine, "returned@example.org")
    assert book.count_erased(NOW) == 2


def test_moves_that_lead_in_a_circle_end(engine: Engine, book: SqlBreaches) -> None:
    """As nobody moves, but as a table may say that somebody has written to."""
    for one, other in (("a", "b"), ("b", "a")):
        enlist(engine, f"{one}@example.org", None, Standing.UNSUBSCRIBED, Cause.MOVED)
        said = phrase("subscribers.moved-to", address=f"{other}@example.org")
        with engine.begin() as connection:
            its = subscribers.c.address_key == f"{one}@example.org"
            connection.execute(
                update(subscribers).where(its).values(standing_because=write_said(said))
            )

    erase(engine, "a@example.org", "b@example.org")

    assert book.count_erased(NOW) == 1
