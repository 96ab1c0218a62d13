from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import ContentError
from newsletter.lang import Preference
from newsletter.subscribers.address import address_of
from newsletter.subscribers.csv_rows import Row
from newsletter.subscribers.decisions import enrol, withdraw
from newsletter.subscribers.importing import Fate, Withdrawal, import_rows
from newsletter.subscribers.records import Refusal
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import UNSAID, Cause, Why
from tests.saying import raises
from tests.subscribers.makers import NOW, MemoryBook, make_row, read_rows

LONG_AGO = datetime(2021, 3, 14, tzinfo=UTC)
BETWEEN = datetime(2022, 1, 2, tzinfo=UTC)


def import_into(
    book: MemoryBook, rows: Iterable[Row | Refusal], import_id: str = "first", batch_rows: int = 3
) -> Counter[Fate]:
    total = Counter[Fate]()
    for step in import_rows(rows, book, import_id, NOW, batch_rows):
        total.update(step.fates)
    return +total


def test_new_readers_are_active_from_now_on() -> None:
    book = MemoryBook()

    fates = import_into(book, [make_row(name="김민지", preference=Preference.KO)])

    [entry] = book.entries.values()
    assert fates == {Fate.NEW: 1}
    assert (entry.name, entry.preference) == ("김민지", Preference.KO)
    assert (entry.standing, entry.standing_since) == (Standing.ACTIVE, NOW)


def test_the_same_file_again_changes_nothing() -> None:
    book = MemoryBook()
    rows = [make_row(f"reader{n}@example.org") for n in range(7)]
    import_into(book, rows)
    before = {key: replace(entry, import_id=None) for key, entry in book.entries.items()}

    fates = import_into(book, rows, "second")

    after = {key: replace(entry, import_id=None) for key, entry in book.entries.items()}
    assert fates == {Fate.UNCHANGED: 7}
    assert after == before


def test_the_later_name_and_preference_win_unless_they_are_empty() -> None:
    book = MemoryBook()
    import_into(book, [make_row(name="민지", preference=Preference.KO)])

    fates = import_into(book, [make_row(name="김민지")], "second")

    [entry] = book.entries.values()
    assert fates == {Fate.UPDATED: 1}
    assert (entry.name, entry.preference) == ("김민지", Preference.KO)


@pytest.mark.parametrize("order", list(permutations([None, NOW, LONG_AGO, BETWEEN])))
def test_the_latest_consent_on_record_is_kept(order: tuple[datetime | None, ...]) -> None:
    book, older = MemoryBook(), list[tuple[datetime, datetime]]()
    for number, when in enumerate(order):
        for step in import_rows([make_row(consented_at=when)], book, str(number), NOW):
            older += [(one.given, one.kept) for one in step.older]

    [entry] = book.entries.values()
    assert entry.consented_at == NOW
    dated = [when for when in order if when is not None]
    expected = [
        (when, max(dated[:number]))
        for number, when in enumerate(dated)
        if number and when < max(dated[:number])
    ]
    assert older == expected


def test_an_older_consent_in_the_same_file_is_said_with_its_line() -> None:
    rows = [replace(make_row(consented_at=when), line=n) for n, when in ((2, NOW), (3, LONG_AGO))]

    [step] = import_rows(rows, MemoryBook(), "first", NOW)

    assert [(one.line, one.given, one.kept) for one in step.older] == [(3, LONG_AGO, NOW)]


def test_the_first_spelling_of_an_address_stays() -> None:
    book = MemoryBook()

    import_into(book, [make_row("Minji@Example.org"), make_row("minji@example.org")])

    [entry] = book.entries.values()
    assert entry.address == "Minji@Example.org"


@pytest.mark.parametrize("batch_rows", [1, 2, 100])
def test_an_address_repeated_in_the_file_is_merged_and_counted(batch_rows: int) -> None:
    book = MemoryBook()
    rows = [
        make_row(name="김민지"),
        make_row("other@example.org"),
        make_row("MINJI.KIM@example.org"),
    ]

    fates = import_into(book, rows, batch_rows=batch_rows)

    assert fates == {Fate.NEW: 2, Fate.DUPLICATE: 1}
    assert book.entries["minji.kim@example.org"].name == "김민지"


@pytest.mark.parametrize("standing", [Standing.UNSUBSCRIBED, Standing.SUPPRESSED])
def test_an_import_brings_nobody_back(standing: Standing) -> None:
    book = MemoryBook()
    import_into(book, [make_row(name="김민지", standing=standing)])
    before = replace(book.entries["minji.kim@example.org"], import_id="second")

    fates = import_into(book, [make_row(name="새 이름", consented_at=NOW)], "second")

    assert fates == {Fate.KEPT_OUT: 1}
    assert book.entries["minji.kim@example.org"] == before


def test_a_file_that_says_unsubscribed_withdraws_an_active_reader() -> None:
    book = MemoryBook()
    import_into(book, [make_row()])

    fates = import_into(book, [make_row(standing=Standing.UNSUBSCRIBED)], "second")

    assert fates == {Fate.WITHDRAWN: 1}
    assert book.entries["minji.kim@example.org"].standing is Standing.UNSUBSCRIBED


@pytest.mark.parametrize("batch_rows", [1, 100])
def test_a_withdrawal_counts_wherever_it_stands_in_the_file(batch_rows: int) -> None:
    book = MemoryBook()
    rows = [make_row(), make_row(standing=Standing.UNSUBSCRIBED), make_row()]

    import_into(book, rows, batch_rows=batch_rows)

    assert book.entries["minji.kim@example.org"].standing is Standing.UNSUBSCRIBED


@pytest.mark.parametrize("batch_rows", [1, 2, 100])
@pytest.mark.parametrize("standing", [Standing.UNSUBSCRIBED, Standing.SUPPRESSED])
def test_whoever_a_file_withdraws_is_counted_and_named_in_whatever_row_it_says_so(
    batch_rows: int, standing: Standing
) -> None:
    book = MemoryBook()
    import_into(book, [make_row(), make_row("other@example.org")])
    gone = replace(make_row(standing=standing), line=4, why=Why(Cause.WITHDREW, "탈퇴: Y"))
    rows = [make_row(), make_row("other@example.org"), gone, make_row()]

    steps = list(import_rows(rows, book, "second", NOW, batch_rows))

    fates = sum((step.fates for step in steps), Counter[Fate]())
    assert +fates == {Fate.UNCHANGED: 2, Fate.WITHDRAWN: 1, Fate.DUPLICATE: 1}
    named = [one for step in steps for one in step.withdrawals]
    assert named == [Withdrawal(4, "minji.kim@example.org", standing, "탈퇴: Y")]
    assert [one.line for step in steps for one in step.repeats] == [4, 0]


def test_refused_rows_are_handed_back_and_the_good_ones_kept() -> None:
    book = MemoryBook()
    refusal = Refusal(3, "no address")

    [step] = import_rows([make_row(), refusal], book, "first", NOW)

    assert step.refusals == (refusal,)
    assert +step.fates == {Fate.NEW: 1, Fate.REFUSED: 1}


ROWS = st.lists(
    st.builds(
        make_row,
        address=st.sampled_from(
            ["a@example.org", "A@example.org", "b@example.org", "c@example.org"]
        ),
        name=st.sampled_from(["", "김민지", "Emma"]),
        preference=st.sampled_from([None, *Preference]),
        consented_at=st.sampled_from([None, NOW, LONG_AGO]),
        standing=st.sampled_from([*Standing, Standing.ACTIVE, Standing.ACTIVE]),
    ),
    max_size=12,
)


@given(ROWS, ROWS, st.integers(1, 12))
def test_the_size_of_a_batch_changes_neither_the_list_nor_the_counts(
    first: list[Row], second: list[Row], batch_rows: int
) -> None:
    one, other = MemoryBook(), MemoryBook()

    whole = [import_into(one, rows, str(n), 100) for n, rows in enumerate((first, second))]
    parts = [import_into(other, rows, str(n), batch_rows) for n, rows in enumerate((first, second))]

    assert parts == whole
    assert {k: replace(e, id=None) for k, e in one.entries.items()} == {
        k: replace(e, id=None) for k, e in other.entries.items()
    }
    assert [fates.total() for fates in whole] == [len(first), len(second)]


@given(ROWS)
def test_no_order_of_rows_brings_a_withdrawn_reader_back(rows: list[Row]) -> None:
    book = MemoryBook()

    import_into(book, rows)

    for key, entry in book.entries.items():
        told = {row.standing for row in rows if row.address.key == key}
        assert (entry.standing is Standing.ACTIVE) == (told == {Standing.ACTIVE})


def test_no_more_than_a_batch_is_held() -> None:
    book = MemoryBook()
    rows = (make_row(f"reader{n}@example.org") for n in range(500))

    steps = import_rows(rows, book, "first", NOW, batch_rows=50)
    next(steps)

    assert len(book.entries) == 50
    assert next(rows).address.key == "reader50@example.org"
    assert book.most_keys == 50


def test_adding_a_reader_twice_adds_one() -> None:
    book = MemoryBook()

    fates = [
        enrol(row, book, NOW)
        for row in (make_row(), make_row(), make_row(preference=Preference.EN))
    ]

    assert fates == [Fate.NEW, Fate.UNCHANGED, Fate.UPDATED]
    assert len(book.entries) == 1


def test_a_reader_who_unsubscribed_is_not_added_without_a_new_consent() -> None:
    book = MemoryBook()
    enrol(make_row(), book, LONG_AGO)
    withdraw(make_row().address, book, NOW - timedelta(days=2))

    with raises(ContentError, "subscribers.needs-new-consent", standing="unsubscribed"):
        enrol(make_row(consented_at=NOW), book, NOW)
    with raises(ContentError, "subscribers.consent-too-early"):
        enrol(make_row(consented_at=NOW - timedelta(days=3)), book, NOW, again=True)


def test_a_new_consent_brings_a_reader_back_and_takes_the_place_of_the_old() -> None:
    book = MemoryBook()
    enrol(make_row(name="김민지", consented_at=LONG_AGO), book, LONG_AGO)
    withdraw(make_row().address, book, NOW - timedelta(days=2))
    anew = NOW - timedelta(days=1)

    fate = enrol(make_row(consented_at=anew), book, NOW, again=True)

    [entry] = book.entries.values()
    assert fate is Fate.UPDATED
    assert (entry.standing, entry.standing_since, entry.consented_at) == (
        Standing.ACTIVE,
        NOW,
        anew,
    )
    assert entry.name == "김민지"


@pytest.mark.parametrize("cause", [Cause.BOUNCED, Cause.PERSON])
def test_no_consent_mends_a_mailbox(cause: Cause) -> None:
    book = MemoryBook()
    import_into(book, [replace(make_row(standing=Standing.SUPPRESSED), why=Why(cause, "gone"))])

    with raises(ContentError, "subscribers.suppressed-since", why="gone"):
        enrol(make_row(consented_at=NOW), book, NOW, again=True)


@pytest.mark.parametrize("cause", [Cause.COMPLAINED, Cause.WITHDREW, None])
def test_who_complained_comes_back_by_a_consent_of_their_own(cause: Cause | None) -> None:
    book = MemoryBook()
    import_into(book, [replace(make_row(standing=Standing.SUPPRESSED), why=Why(cause))])
    later = NOW + timedelta(days=1)

    with raises(ContentError, "subscribers.needs-new-consent"):
        enrol(make_row(), book, later)
    fate = enrol(make_row(consented_at=later), book, later, again=True)

    [entry] = book.entries.values()
    assert fate is Fate.UPDATED
    assert (entry.standing, entry.standing_since, entry.why) == (Standing.ACTIVE, later, UNSAID)


def test_of_two_causes_the_one_that_is_harder_to_end_is_kept() -> None:
    book = MemoryBook()
    enrol(make_row(), book, LONG_AGO)
    withdraw(make_row().address, book, NOW, "by phone", "kim")
    bounced = replace(
        make_row(standing=Standing.SUPPRESSED), why=Why(Cause.BOUNCED, "반송: 2022-07-01")
    )

    import_into(book, [bounced])

    [entry] = book.entries.values()
    assert entry.standing is Standing.SUPPRESSED
    assert entry.why == Why(Cause.WITHDREW, "by phone", "kim")


def test_a_file_says_why_somebody_left_and_that_it_was_a_file() -> None:
    book = MemoryBook()
    text = "email,name,구독상태,반송일\na@example.org,하나,구독 중,2022-07-01\n"

    import_into(book, read_rows(text))

    [entry] = book.entries.values()
    assert entry.why == Why(Cause.BOUNCED, "반송일: 2022-07-01", "import")


def test_whoever_is_removed_stays_on_the_list_as_unsubscribed() -> None:
    book = MemoryBook()
    enrol(make_row(), book, LONG_AGO)

    before = withdraw(address_of("MINJI.KIM@example.org"), book, NOW)

    [entry] = book.entries.values()
    assert before is Standing.ACTIVE
    assert (entry.standing, entry.standing_since) == (Standing.UNSUBSCRIBED, NOW)


def test_that_a_suppressed_reader_withdrew_is_noted() -> None:
    book = MemoryBook()
    import_into(book, [replace(make_row(standing=Standing.SUPPRESSED), why=Why(Cause.BOUNCED))])

    before = withdraw(make_row().address, book, NOW, "by mail", "kim")

    [entry] = book.entries.values()
    assert (before, entry.standing) == (Standing.SUPPRESSED, Standing.SUPPRESSED)
    assert entry.why == Why(Cause.WITHDREW, "by mail", "kim")


def test_removing_again_changes_nothing() -> None:
    book, standing = MemoryBook(), Standing.UNSUBSCRIBED
    import_into(book, [make_row(standing=standing)])
    entries = dict(book.entries)

    before = withdraw(make_row().address, book, NOW + timedelta(days=1))

    assert before is standing
    assert book.entries == entries


def test_removing_somebody_unknown_says_so() -> None:
    with raises(ContentError, "subscribers.not-on-list"):
        withdraw(make_row().address, MemoryBook(), NOW)


def test_a_reader_who_left_elsewhere_has_left_since_then() -> None:
    book = MemoryBook()
    left = replace(make_row(standing=Standing.UNSUBSCRIBED), standing_since=LONG_AGO)

    import_into(book, [left])

    [entry] = book.entries.values()
    assert (entry.standing, entry.standing_since) == (Standing.UNSUBSCRIBED, LONG_AGO)


def test_a_reader_who_is_active_here_and_left_elsewhere_has_left_since_then() -> None:
    book = MemoryBook()
    import_into(book, [make_row()])
    left = replace(make_row(standing=Standing.SUPPRESSED), standing_since=LONG_AGO)

    import_into(book, [left, make_row(standing=Standing.SUPPRESSED)], "second")

    [entry] = book.entries.values()
    assert (entry.standing, entry.standing_since) == (Standing.SUPPRESSED, LONG_AGO)
