from dataclasses import replace
from datetime import timedelta

import pytest

from newsletter.errors import ContentError
from newsletter.phrases import phrase
from newsletter.subscribers.address import Address, address_of
from newsletter.subscribers.book import Entry
from newsletter.subscribers.decisions import (
    change_address,
    enrol,
    suppress,
    suppress_for,
    unsuppress,
    withdraw,
)
from newsletter.subscribers.importing import Fate, import_rows
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import Cause, Why
from tests.saying import raises
from tests.subscribers.makers import NOW, MemoryBook, make_row

OLD, NEW, THIRD = (address_of(f"{name}@example.org") for name in ("old", "new", "third"))
LATER = NOW + timedelta(days=1)


def book_with(*addresses: Address) -> MemoryBook:
    book = MemoryBook()
    for address in addresses:
        enrol(make_row(address.spelling, "하나", consented_at=NOW), book, NOW)
    return book


def stand(book: MemoryBook, standing: Standing, cause: Cause | None) -> Entry:
    entry = replace(book.entries[OLD.key], standing=standing, why=Why(cause, "words"))
    book.update([entry])
    return entry


def fates(book: MemoryBook, *addresses: Address) -> dict[Fate, int]:
    rows = [make_row(address.spelling, "둘") for address in addresses]
    return dict(next(import_rows(rows, book, "again", LATER)).fates)


def test_a_person_suppresses_and_ends_it() -> None:
    book = book_with(OLD)

    suppress(OLD, book, LATER, "autoreply loop", "kim")
    suppressed = book.entries[OLD.key]
    unsuppress(OLD, book, LATER, "mended", "lee")

    assert suppressed.standing is Standing.SUPPRESSED
    assert suppressed.why == Why(Cause.PERSON, "autoreply loop", "kim")
    active = book.entries[OLD.key]
    assert (active.standing, active.why) == (Standing.ACTIVE, Why(None, "mended", "lee"))
    assert active.consented_at == NOW


@pytest.mark.parametrize("standing", [Standing.UNSUBSCRIBED, Standing.SUPPRESSED])
def test_whoever_left_is_not_suppressed_over_that(standing: Standing) -> None:
    book = book_with(OLD)
    entry = stand(book, standing, Cause.WITHDREW)

    done = suppress(OLD, book, LATER, "tidy up", "kim")

    assert (done.before, done.is_changed) == (standing, False)
    assert book.entries[OLD.key] == entry


def test_a_bounce_is_ended_by_a_person() -> None:
    book = book_with(OLD)
    stand(book, Standing.SUPPRESSED, Cause.BOUNCED)

    assert unsuppress(OLD, book, LATER, "", "kim") is Standing.SUPPRESSED
    assert book.entries[OLD.key].standing is Standing.ACTIVE


@pytest.mark.parametrize(
    ("standing", "cause", "words"),
    [
        (Standing.UNSUBSCRIBED, Cause.WITHDREW, "the reader withdrew (words), and only"),
        (Standing.UNSUBSCRIBED, None, "the reader withdrew"),
        (Standing.SUPPRESSED, Cause.COMPLAINED, "the reader complained"),
        (Standing.SUPPRESSED, Cause.WITHDREW, "the reader withdrew"),
        (Standing.SUPPRESSED, None, "no record of whether the reader complained"),
    ],
)
def test_only_the_reader_ends_what_the_reader_began(
    standing: Standing, cause: Cause | None, words: str
) -> None:
    book = book_with(OLD)
    entry = stand(book, standing, cause)

    with pytest.raises(ContentError) as caught:
        unsuppress(OLD, book, LATER, "", "kim")

    assert words in str(caught.value)
    assert "add old@example.org --again --consented-at" in str(caught.value)
    assert book.entries[OLD.key] == entry


def test_who_withdrew_after_a_bounce_is_not_brought_back() -> None:
    book = book_with(OLD)
    stand(book, Standing.SUPPRESSED, Cause.BOUNCED)

    withdraw(OLD, book, LATER, "by phone", "kim")

    with raises(ContentError, "subscribers.reader-withdrew"):
        unsuppress(OLD, book, LATER, "", "kim")


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (Cause.BOUNCED, Cause.COMPLAINED),
        (Cause.PERSON, Cause.COMPLAINED),
        (Cause.PERSON, Cause.BOUNCED),
        (None, Cause.COMPLAINED),
        (Cause.BOUNCED, Cause.WITHDREW),
    ],
)
def test_a_graver_cause_takes_the_place_of_a_lighter_one(first: Cause | None, then: Cause) -> None:
    book = book_with(OLD)
    stand(book, Standing.SUPPRESSED, first)

    done = suppress_for(OLD, book, LATER, Why(then, "by phone", "kim"))

    entry = book.entries[OLD.key]
    assert (done.before, done.is_changed) == (Standing.SUPPRESSED, True)
    assert (entry.standing, entry.standing_since) == (Standing.SUPPRESSED, LATER)
    assert entry.why == Why(then, "by phone", "kim")


@pytest.mark.parametrize("then", [Cause.BOUNCED, Cause.PERSON, Cause.COMPLAINED])
def test_a_complaint_is_not_made_lighter(then: Cause) -> None:
    book = book_with(OLD)
    entry = stand(book, Standing.SUPPRESSED, Cause.COMPLAINED)

    done = suppress_for(OLD, book, LATER, Why(then, "again", "kim"))

    assert not done.is_changed
    assert book.entries[OLD.key] == entry


@pytest.mark.parametrize("first", [Cause.BOUNCED, Cause.PERSON])
def test_a_complaint_after_a_bounce_is_ended_by_a_later_consent_alone(first: Cause) -> None:
    """Neither a person nor a consent from before the complaint reopens it."""
    book, later_still = book_with(OLD), LATER + timedelta(days=9)
    stand(book, Standing.SUPPRESSED, first)
    suppress_for(OLD, book, LATER, Why(Cause.COMPLAINED, "never write again", "kim"))

    with raises(ContentError, "subscribers.reader-complained"):
        unsuppress(OLD, book, later_still, "", "kim")
    between = make_row(OLD.spelling, consented_at=NOW + timedelta(hours=2))
    with raises(ContentError, "subscribers.consent-too-early"):
        enrol(between, book, later_still, again=True)
    enrol(make_row(OLD.spelling, consented_at=later_still), book, later_still, again=True)

    assert book.entries[OLD.key].standing is Standing.ACTIVE


def test_no_consent_from_before_a_withdrawal_after_a_bounce_reopens() -> None:
    book, later_still = book_with(OLD), LATER + timedelta(days=9)
    stand(book, Standing.SUPPRESSED, Cause.BOUNCED)
    withdraw(OLD, book, LATER, "by phone", "kim")

    with raises(ContentError, "subscribers.consent-too-early"):
        between = make_row(OLD.spelling, consented_at=NOW + timedelta(hours=2))
        enrol(between, book, later_still, again=True)


@pytest.mark.parametrize(
    ("first", "then", "wins"),
    [
        (Cause.BOUNCED, Cause.COMPLAINED, "then"),
        (Cause.COMPLAINED, Cause.BOUNCED, "first"),
        (Cause.PERSON, Cause.BOUNCED, "then"),
        (Cause.BOUNCED, Cause.BOUNCED, "first"),
        (Cause.COMPLAINED, None, "first"),
    ],
)
def test_a_file_with_a_graver_cause_brings_its_reason_and_time(
    first: Cause, then: Cause | None, wins: str
) -> None:
    book, long_ago = book_with(OLD), NOW - timedelta(days=90)
    known = stand(book, Standing.SUPPRESSED, first)
    row = replace(
        make_row(OLD.spelling, standing=Standing.SUPPRESSED),
        standing_since=long_ago,
        why=Why(then, "in a file"),
    )

    next(import_rows([row], book, "again", LATER))

    entry = book.entries[OLD.key]
    expected = (row.why, long_ago) if wins == "then" else (known.why, known.standing_since)
    assert (entry.why, entry.standing_since) == expected


def test_a_reader_keeps_all_but_the_address() -> None:
    book = book_with(OLD, THIRD)
    before = book.entries[OLD.key]

    change_address(OLD, NEW, book, LATER, "by mail", "kim")

    after = book.entries[NEW.key]
    assert after == replace(before, key=NEW.key, address=NEW.spelling)
    assert after.reader_id == before.reader_id
    left = book.entries[OLD.key]
    assert (left.standing, left.name) == (Standing.UNSUBSCRIBED, "")
    moved = phrase("subscribers.moved-because", address=NEW.spelling, because="by mail")
    assert left.why == Why(Cause.MOVED, moved, "kim")
    assert str(moved) == "moved to new@example.org; by mail"


def test_no_file_brings_the_old_address_back() -> None:
    book = book_with(OLD)
    change_address(OLD, NEW, book, LATER, "", "kim")

    assert fates(book, OLD, NEW) == {Fate.KEPT_OUT: 1, Fate.UPDATED: 1, Fate.REFUSED: 0}
    assert book.entries[OLD.key].standing is Standing.UNSUBSCRIBED
    with raises(ContentError, "subscribers.nobodys-address"):
        unsuppress(OLD, book, LATER, "", "kim")
    with raises(ContentError, "subscribers.nobodys-address"):
        change_address(OLD, THIRD, book, LATER, "", "kim")


def test_who_leaves_by_an_old_address_is_told_the_new_one_and_nothing_is_changed() -> None:
    book = book_with(OLD)
    change_address(OLD, NEW, book, LATER, "", "kim")
    entries = dict(book.entries)

    with raises(ContentError, "subscribers.nobodys-address"):
        withdraw(OLD, book, LATER, "by phone", "kim")
    with raises(ContentError, "subscribers.nobodys-address"):
        enrol(make_row(OLD.spelling, consented_at=LATER), book, LATER, again=True)

    assert book.entries == entries


@pytest.mark.parametrize("cause", [None, Cause.WITHDREW, Cause.COMPLAINED])
def test_a_file_in_which_a_moved_reader_left_names_the_new_address(cause: Cause | None) -> None:
    book = book_with(OLD)
    change_address(OLD, NEW, book, LATER, "", "kim")
    left = replace(make_row(OLD.spelling, standing=Standing.UNSUBSCRIBED), why=Why(cause))

    (step,) = import_rows([left], book, "again", LATER)

    assert [str(refusal.reason) for refusal in step.refusals] == [
        "old@example.org is unsubscribed here, because its reader moved to new@example.org; "
        "if it is that reader who left, run newsletter subscribers remove with the new address"
    ]
    assert book.entries[OLD.key].why.cause is Cause.MOVED


def test_a_bounce_of_an_old_address_changes_nothing() -> None:
    book = book_with(OLD)
    change_address(OLD, NEW, book, LATER, "", "kim")
    bounced = replace(
        make_row(OLD.spelling, standing=Standing.SUPPRESSED), why=Why(Cause.BOUNCED, "550")
    )

    (step,) = import_rows([bounced], book, "again", LATER)

    assert step.refusals == ()
    assert book.entries[OLD.key].why.cause is Cause.MOVED
    assert book.entries[NEW.key].standing is Standing.ACTIVE


@pytest.mark.parametrize("batch_rows", [1, 9])
def test_a_move_in_another_list_takes_nobody_off_this_one(batch_rows: int) -> None:
    """Their new address has the id of the old one here, so that alone cannot come in."""
    here, there = book_with(OLD), book_with(OLD)
    reader_id = here.entries[OLD.key].reader_id
    assert reader_id
    change_address(OLD, NEW, there, LATER, "", "kim")
    moved = there.entries[OLD.key]
    rows = [
        replace(make_row(NEW.spelling), names=(reader_id,)),
        replace(make_row(OLD.spelling, standing=moved.standing), why=moved.why, line=3),
    ]

    steps = list(import_rows(rows, here, "again", LATER, batch_rows))

    reasons = [str(refusal.reason) for step in steps for refusal in step.refusals]
    assert len(reasons) == 2
    assert "newsletter subscribers change-address old@example.org new@example.org" in reasons[1]
    assert here.entries[OLD.key].standing is Standing.ACTIVE

    change_address(OLD, NEW, here, LATER, "", "kim")
    list(import_rows(rows, here, "once more", LATER, batch_rows))
    assert here.entries[NEW.key].standing is Standing.ACTIVE
    assert here.entries[OLD.key].why.cause is Cause.MOVED


def test_an_address_of_another_reader_is_refused_and_nothing_changed() -> None:
    book = book_with(OLD, NEW)
    entries = dict(book.entries)

    with raises(ContentError, "subscribers.address-taken"):
        change_address(OLD, NEW, book, LATER, "", "kim")

    assert book.entries == entries


def test_a_change_by_mistake_is_taken_back() -> None:
    book = book_with(OLD)
    before = book.entries[OLD.key]

    change_address(OLD, NEW, book, LATER, "", "kim")
    change_address(NEW, OLD, book, LATER, "", "kim")

    assert book.entries[OLD.key] == before
    assert book.entries[NEW.key].why == Why(
        Cause.MOVED, phrase("subscribers.moved-to", address=OLD.spelling), "kim"
    )
    assert len(book.entries) == 2


def test_another_spelling_of_the_same_address_leaves_nothing_behind() -> None:
    book = book_with(OLD)

    change_address(OLD, address_of("Old@Example.org"), book, LATER, "", "kim")

    assert [entry.address for entry in book.entries.values()] == ["Old@Example.org"]


@pytest.mark.parametrize("standing", [Standing.UNSUBSCRIBED, Standing.SUPPRESSED])
def test_a_new_address_is_no_consent(standing: Standing) -> None:
    book = book_with(OLD)
    stand(book, standing, Cause.COMPLAINED)

    change_address(OLD, NEW, book, LATER, "", "kim")

    assert book.entries[NEW.key].standing is standing


def test_somebody_unknown_is_said_to_be() -> None:
    for act in (suppress, unsuppress):
        with raises(ContentError, "subscribers.not-on-list"):
            act(OLD, MemoryBook(), NOW, "", "kim")
    with raises(ContentError, "subscribers.not-on-list"):
        change_address(OLD, NEW, MemoryBook(), NOW, "", "kim")
