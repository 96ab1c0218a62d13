"""What a file says of a reader whose entry was changed after the file was compared with it."""

from collections.abc import Sequence

from newsletter.subscribers.address import Address
from newsletter.subscribers.book import Entry
from newsletter.subscribers.csv_rows import Row
from newsletter.subscribers.reader_id import ReaderName
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import UNSAID


def row_of(entry: Entry, before: Entry | None, names: Sequence[ReaderName], line: int) -> Row:
    """
    Return a row that changes any entry as the file's rows changed *before* to *entry*.

    What the file left as it was is not in the row: a later change by the reader stays.

    Args:
        entry: what all the file's rows of the address came to.
        before: the entry that they were merged into; None if there was none.
        names: names of the reader in links that the file gives.
        line: names the row in a refusal.
    """
    address = Address(entry.address, entry.key)
    if before is None:
        return Row(
            address=address,
            name=entry.name,
            preference=entry.preference,
            standing=entry.standing,
            consented_at=entry.consented_at,
            standing_since=entry.standing_since,
            names=tuple(names),
            line=line,
            why=entry.why,
            reconfirmed_at=entry.reconfirmed_at,
        )
    is_confirmed = entry.reconfirmed_at != before.reconfirmed_at
    has_ended = (entry.standing, entry.why) != (before.standing, before.why)
    return Row(
        address=address,
        name=entry.name if entry.name != before.name else "",
        preference=entry.preference if entry.preference is not before.preference else None,
        standing=entry.standing if has_ended else Standing.ACTIVE,
        consented_at=entry.consented_at if entry.consented_at != before.consented_at else None,
        standing_since=entry.standing_since if has_ended else None,
        names=tuple(names),
        line=line,
        why=entry.why if has_ended else UNSAID,
        reconfirmed_at=entry.reconfirmed_at if is_confirmed else None,
    )
