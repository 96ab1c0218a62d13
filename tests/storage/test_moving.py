"""Readers move from list to list, and links in their letters go on naming them, or nobody."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from io import StringIO
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest
from sqlalchemy import Engine, update

from newsletter.message.keys import LinkKeys
from newsletter.message.links import Purpose, ReaderLinks
from newsletter.storage.database import open_database
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.storage.tables import subscribers
from newsletter.subscribers.book import Selection
from newsletter.subscribers.csv_rows import heading_in, rows_under
from newsletter.subscribers.decisions import enrol
from newsletter.subscribers.exporting import export_lines
from newsletter.subscribers.importing import Fate, import_rows
from newsletter.subscribers.meanings import Meaning
from newsletter.subscribers.reader_id import OldNumber, ReaderId, ReaderName
from tests.stage.databases import put_empty_database
from tests.subscribers.makers import CONSENT, NOW, make_reader_id, make_row

LINKS = ReaderLinks(LinkKeys(b"k" * 32), "e-news.example.org", "https://news.example.org")
READERS = 400

Letters = Mapping[str, Sequence[str]]  # address -> tokens in letters that reader got


@pytest.fixture
def books(tmp_path: Path) -> Iterator[list[SqlSubscriberBook]]:
    """Three lists beside the one on the database that a test is run on."""
    folders = [tmp_path / name for name in "abc"]
    for folder in folders:
        folder.mkdir()
        put_empty_database(folder)
    engines = [open_database("sqlite:///newsletter.db", folder) for folder in folders]
    yield [SqlSubscriberBook(engine) for engine in engines]
    for engine in engines:
        engine.dispose()


def fill(book: SqlSubscriberBook, addresses: Sequence[str], *, is_old: bool = False) -> Letters:
    """Add readers, as an old program did or a new one; return the tokens in their letters."""
    with book.opened() as page:
        for address in addresses:
            enrol(make_row(address), page, NOW)
    if is_old:
        with book._engine.begin() as connection:
            connection.execute(update(subscribers).values(old_number=subscribers.c.id))
    return {
        one.address: [LINKS.token(Purpose.UNSUBSCRIBE, name) for name in one.names]
        for one in book.select(Selection())
    }


def exported(book: SqlSubscriberBook, seed: int | None = None) -> str:
    """Export a list, its lines in another order if there is a *seed*."""
    heading, *lines = export_lines(book.select(Selection()), UTC)
    if seed is not None:
        Random(seed).shuffle(lines)
    return "".join([heading, *lines])


def take_in(
    book: SqlSubscriberBook, text: str, **said: Meaning
) -> tuple[dict[Fate, int], list[str]]:
    lines = StringIO(text, newline="")
    rows = rows_under(heading_in(lines, "list.csv", said), lines, CONSENT)
    fates = dict.fromkeys(Fate, 0)
    refused: list[str] = []
    import_id = uuid4().hex
    with book.importing(import_id, "readers.csv", NOW) as page:
        for step in import_rows(rows, page, import_id, NOW, batch_rows=64):
            refused += [f"{refusal.line}: {refusal.reason!s}" for refusal in step.refusals]
            for fate, count in step.fates.items():
                fates[fate] += count
        assert not [late for written in page.write() for late in written.not_written]
    return {fate: count for fate, count in fates.items() if count}, refused


def named_by(book: SqlSubscriberBook, token: str) -> str | None:
    name = LINKS.read_token(Purpose.UNSUBSCRIBE, token)
    assert name is not None
    found = book.find_named(name)
    return found.address if found else None


def wrong(book: SqlSubscriberBook, letters: Letters) -> list[str]:
    """Name the readers whose letters' links name somebody else, or nobody."""
    return [
        address
        for address, tokens in letters.items()
        if {named_by(book, token) for token in tokens} != {address}
    ]


def addresses(prefix: str, count: int = READERS) -> list[str]:
    return [f"{prefix}{number}@example.org" for number in range(count)]


def test_links_name_the_right_person_after_a_move_into_another_order(
    engine: Engine, books: list[SqlSubscriberBook]
) -> None:
    here, there = books[0], SqlSubscriberBook(engine)
    letters = fill(here, addresses("r"), is_old=True)
    own = fill(there, addresses("there", 50))

    fates, refused = take_in(there, exported(here, seed=1))

    assert (fates, refused) == ({Fate.NEW: READERS}, [])
    assert all(len(tokens) == 2 for tokens in letters.values())
    assert wrong(there, letters) == []
    assert wrong(there, own) == []


def test_a_number_is_never_the_row_of_a_reader_who_came_later(
    engine: Engine, books: list[SqlSubscriberBook]
) -> None:
    here, there = books[0], SqlSubscriberBook(engine)
    fill(there, addresses("there", 500))
    letters = fill(here, addresses("r", 20), is_old=True)
    take_in(there, exported(here))

    numbers = [there.find_named(OldNumber(number)) for number in range(1, 600)]

    assert [one.address for one in numbers if one] == list(letters)
    assert there.find_named(OldNumber(2**70)) is None
    assert there.find_named(make_reader_id(1)) is None


def test_links_name_the_right_person_after_two_moves(
    engine: Engine, books: list[SqlSubscriberBook]
) -> None:
    first, second, third = books[0], books[1], SqlSubscriberBook(engine)
    letters = fill(first, addresses("r"), is_old=True)
    fill(second, addresses("second", 30))
    take_in(second, exported(first, seed=2))
    later = fill(second, addresses("later", 30))
    fill(third, addresses("third", 70))

    _, refused = take_in(third, exported(second, seed=3))

    assert refused == []
    assert wrong(third, letters) == []
    assert wrong(third, later) == []


def test_links_of_both_lists_work_where_a_reader_was_on_both(
    engine: Engine, books: list[SqlSubscriberBook]
) -> None:
    one, other, merged = books[0], books[1], SqlSubscriberBook(engine)
    of_one = fill(one, addresses("r", 100), is_old=True)
    of_other = fill(other, [f"R{number}@example.org" for number in range(50, 150)])
    take_in(merged, exported(one, seed=4))

    fates, refused = take_in(merged, exported(other, seed=5))

    assert (fates, refused) == ({Fate.UPDATED: 50, Fate.NEW: 50}, [])
    assert wrong(merged, of_one) == []
    lowered = {address.lower(): tokens for address, tokens in of_other.items()}
    kept = {one.address.lower() for one in merged.select(Selection())}
    assert set(lowered) <= kept
    assert {
        address: {(named_by(merged, token) or "").lower() for token in tokens}
        for address, tokens in lowered.items()
    } == {address: {address} for address in lowered}
    third = books[2]
    assert take_in(third, exported(merged, seed=6)) == ({Fate.NEW: 150}, [])
    assert wrong(third, of_one) == []
    assert take_in(third, exported(merged, seed=7)) == ({Fate.UNCHANGED: 150}, [])
    assert exported(third) != exported(merged)
    assert sorted(exported(third).split("\n")) == sorted(exported(merged).split("\n"))


def test_an_address_that_is_on_the_list_keeps_its_id(
    engine: Engine, books: list[SqlSubscriberBook]
) -> None:
    here, there = books[0], SqlSubscriberBook(engine)
    fill(here, ["a@example.org"], is_old=True)
    fill(there, ["a@example.org"])
    before = there.find("a@example.org")

    take_in(there, exported(here))

    [moved] = here.select(Selection())
    after = there.find("a@example.org")
    assert before is not None
    assert after is not None
    assert after.names[0] == before.names[0]
    assert set(after.names) == {*before.names, *moved.names}


def row(address: str, ids: str = "", numbers: str = "") -> str:
    return f"email,reader_id,old_number\n{address},{ids},{numbers}\n"


A, B, C = make_reader_id(1), make_reader_id(2), make_reader_id(3)


@pytest.fixture
def taken(engine: Engine) -> SqlSubscriberBook:
    """A list on which a@ has an id, an old number, and one more of each."""
    book = SqlSubscriberBook(engine)
    take_in(book, row("a@example.org", f"{A} {B}", "5 6"))
    take_in(book, row("known@example.org", str(make_reader_id(9))))
    return book


@pytest.mark.parametrize("address", ["new@example.org", "known@example.org"])
@pytest.mark.parametrize(
    ("ids", "numbers", "column"),
    [
        (A, "", f"reader_id {A}"),
        (B, "", f"reader_id {B}"),
        (f"{C} {A}", "", f"reader_id {A}"),
        (C, "5", "old_number 5"),
        (C, "6", "old_number 6"),
        (C, "7 5", "old_number 5"),
    ],
)
def test_a_name_of_another_reader_refuses_the_row(
    taken: SqlSubscriberBook, address: str, ids: str, numbers: str, column: str
) -> None:
    before = exported(taken)

    fates, [refusal] = take_in(taken, row(address, ids, numbers) + "ok@example.org,,\n")

    assert fates == {Fate.REFUSED: 1, Fate.NEW: 1}
    assert refusal.startswith(f"2: {column} belongs to another reader (a@example.org)")
    assert exported(taken).startswith(before)
    assert taken.find("new@example.org") is None


def test_a_row_with_taken_names_comes_in_where_these_are_ignored(taken: SqlSubscriberBook) -> None:
    said = {"oldnumber": Meaning.IGNORE}

    assert take_in(taken, row("new@example.org", C, "5"), **said) == ({Fate.NEW: 1}, [])
    named = taken.find_named(OldNumber(5))
    assert named is not None
    assert named.address == "a@example.org"


@pytest.mark.parametrize("batch", [0, 100])
def test_of_two_rows_with_one_id_the_second_is_refused(engine: Engine, batch: int) -> None:
    between = "".join(f"r{number}@example.org,,\n" for number in range(batch))
    book = SqlSubscriberBook(engine)

    _, refused = take_in(book, row("a@example.org", A) + between + f"b@example.org,{A},\n")

    assert refused == [f"{3 + batch}: {refused[0].partition(': ')[2]}"]
    assert "another reader (a@example.org)" in refused[0]
    assert book.find("b@example.org") is None


@pytest.mark.parametrize(
    ("ids", "numbers"),
    [
        ("6", ""),
        ("r123", ""),
        (A.upper(), ""),
        (f"{A},{B}", ""),
        ("", "0"),
        ("", "-1"),
        ("", "1.0"),
        ("", "x"),
        ("", "2147483648"),
        ("", "٣"),
    ],
)
def test_a_name_that_is_none_refuses_the_row(engine: Engine, ids: str, numbers: str) -> None:
    book = SqlSubscriberBook(engine)
    text = f'email,reader_id,old_number\na@example.org,"{ids}",{numbers}\n'

    fates, [refusal] = take_in(book, text)

    assert fates == {Fate.REFUSED: 1}
    assert "as this program exports it" in refusal


def test_a_reader_who_left_keeps_names_that_were_merged_in(engine: Engine) -> None:
    book = SqlSubscriberBook(engine)
    take_in(book, "email,standing\na@example.org,unsubscribed\n")

    take_in(book, row("a@example.org", A, "5"))

    for name in (A, OldNumber(5)):
        found = book.find_named(name)
        assert found is not None
        assert found.standing == "unsubscribed"


def test_no_name_ever_changes_hands(engine: Engine) -> None:
    """Random files, with few addresses and few names, so that everything meets everything."""
    book, random = SqlSubscriberBook(engine), Random(7)
    names: list[ReaderName] = [*map(make_reader_id, range(12)), *map(OldNumber, range(1, 12))]
    held: dict[ReaderName, str] = {}
    for _ in range(60):
        body = ""
        for _ in range(random.randrange(1, 6)):
            some = random.sample(names, random.randrange(4))
            ids = " ".join(name for name in some if isinstance(name, str))
            numbers = " ".join(str(name) for name in some if isinstance(name, int))
            body += f"r{random.randrange(10)}@example.org,{ids},{numbers}\n"
        take_in(book, "email,reader_id,old_number\n" + body)

        for name in names:
            found = book.find_named(name)
            if name in held:
                assert found is not None
                assert found.address == held[name]
            elif found:
                held[name] = found.address

    assert len(held) == len(names)


def test_every_reader_has_an_id_of_their_own(engine: Engine) -> None:
    book = SqlSubscriberBook(engine)
    fill(book, addresses("r", 30))

    ids = [one.names[0] for one in book.select(Selection())]

    assert len(set(ids)) == 30
    assert all(isinstance(one, str) and ReaderId(one) for one in ids)
