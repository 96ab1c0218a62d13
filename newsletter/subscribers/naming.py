"""Reader ids and old numbers that move with readers: owners, and refusal of taken names."""

from collections.abc import Mapping, Sequence

from newsletter.phrases import phrase
from newsletter.subscribers.book import Entry, Owner, RowBook
from newsletter.subscribers.csv_rows import Row
from newsletter.subscribers.reader_id import OldNumber, ReaderId, ReaderName
from newsletter.subscribers.records import Refusal


def owners_of(
    rows: Sequence[Row], found: Mapping[str, Entry], book: RowBook
) -> Mapping[ReaderName, Owner]:
    """
    Find the owners of those names in *rows* that `RowBook.add` would not find to be taken.

    Args:
        found: the readers of the rows that are on the list, by key.
    """
    if not any(row.names for row in rows):
        return {}
    has_aliases = book.has_aliases()
    asked: list[ReaderName] = []
    for row in rows:
        known = found.get(row.address.key)
        if known:
            asked += [n for n in row.names if n not in {known.reader_id, known.old_number}]
        elif has_aliases:
            asked += row.names
        elif len(row.names) > 1:
            asked += further_names(row.names)
    return book.find_named(asked) if asked else {}


def refusal_of(row: Row, owners: Mapping[ReaderName, Owner]) -> Refusal | None:
    """Refuse a row with a name that another reader has."""
    for name in row.names:
        owner = owners.get(name)
        if owner is not None and owner.key != row.address.key:
            column = "reader_id" if isinstance(name, str) else "old_number"
            reason = phrase(
                "subscribers.name-of-another", column=column, name=str(name), owner=owner.address
            )
            return Refusal(row.line, reason, row.fields)
    return None


def own_names(names: Sequence[ReaderName]) -> tuple[ReaderId | None, OldNumber | None]:
    """Return the names that become a new reader's own: the first of each kind."""
    first, second = names[0], names[1] if len(names) > 1 else None
    if isinstance(first, int):  # ids come before numbers
        return None, first
    if not isinstance(second, str):
        return first, second
    return first, next((name for name in names if isinstance(name, int)), None)


def further_names(names: Sequence[ReaderName]) -> Sequence[ReaderName]:
    """Return the names except the reader's own."""
    own = own_names(names)
    if names in {own, own[:1], own[1:]}:  # nearly all readers have no further names
        return ()
    return [name for name in names if name not in own]
