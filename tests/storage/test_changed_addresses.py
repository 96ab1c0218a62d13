"""A reader whose address is changed in mid-dispatch: planned once, and not taken for dead."""

from datetime import timedelta

from sqlalchemy import Engine, update

from newsletter.delivery.provider import Blame, Refused
from newsletter.lang import EditionKind
from newsletter.phrases import phrase
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.storage.tables import subscribers
from newsletter.subscribers.address import address_of
from newsletter.subscribers.decisions import change_address, enrol
from newsletter.subscribers.subscriber import Standing, editions_by_preference
from newsletter.subscribers.why import Cause, Why
from tests.storage.makers import ISSUE, NOW, due_ids, make_planned_ledger
from tests.subscribers.makers import make_row

OLD, NEW = address_of("r0@example.org"), address_of("r0@example.net")
EDITIONS = editions_by_preference(None)
LATER = NOW + timedelta(minutes=1)


def change(engine: Engine) -> None:
    with SqlSubscriberBook(engine).opened() as page:
        change_address(OLD, NEW, page, LATER, "", "kim")


def test_they_are_no_newcomer_and_newcomers_can_be_added(engine: Engine) -> None:
    ledger = make_planned_ledger(engine, 2)
    change(engine)

    assert sum(ledger.count_unplanned(ISSUE, EDITIONS).values()) == 0
    with SqlSubscriberBook(engine).opened() as page:
        enrol(make_row("late@example.org"), page, LATER)
    assert ledger.count_unplanned(ISSUE, EDITIONS)[EditionKind.BILINGUAL] == 1
    assert ledger.add_new(ISSUE, EDITIONS) == 1
    ledger.close()


def test_why_the_old_address_is_nobodys_is_kept_as_what_it_says_and_not_as_a_sentence(
    engine: Engine,
) -> None:
    make_planned_ledger(engine, 1).close()
    change(engine)

    left = SqlSubscriberBook(engine).find(OLD.key)

    assert left
    assert left.why == Why(Cause.MOVED, phrase("subscribers.moved-to", address=NEW.spelling), "kim")


def test_why_somebody_left_stays_readable_that_an_earlier_version_has_written(
    engine: Engine,
) -> None:
    make_planned_ledger(engine, 1).close()
    change(engine)
    words = "moved to r0@example.net; by mail"
    with engine.begin() as connection:
        at_old = subscribers.c.address_key == OLD.key
        connection.execute(update(subscribers).where(at_old).values(standing_because=words))

    left = SqlSubscriberBook(engine).find(OLD.key)

    assert left
    assert left.why == Why(Cause.MOVED, words, "kim")


def test_a_mailbox_that_is_gone_is_not_the_new_one(engine: Engine) -> None:
    ledger = make_planned_ledger(engine, 2)
    change(engine)

    for one in due_ids(ledger):
        assert ledger.begin(one, LATER).wait()
        ledger.record(one, Refused("550 no such user", Blame.RECIPIENT), None, LATER)
    ledger.flush()

    book = SqlSubscriberBook(engine)
    moved, other = book.find(NEW.key), book.find("r1@example.org")
    assert moved
    assert moved.standing is Standing.ACTIVE
    assert other
    assert (other.standing, other.why.cause) == (Standing.SUPPRESSED, Cause.BOUNCED)
    ledger.close()
