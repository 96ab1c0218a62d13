"""A CSV list of readers who have a letter, from a person or a mail service."""

import csv
import re
from collections.abc import Iterator, Sequence
from typing import Final
from unicodedata import normalize

from newsletter.dispatch.relay_log import LogPlace
from newsletter.errors import ContentError, Problem
from newsletter.phrases import phrase
from newsletter.subscribers.address import address_of

# In lower case, without spaces, hyphens and underscores.
HEADINGS: Final = frozenset(
    "email emailaddress mail mailaddress address recipient recipientaddress to rcpt rcptto "
    "이메일 이메일주소 메일 메일주소 전자우편 전자우편주소 수신자 받는사람".split()
)


def read_addresses(text: str, file: str) -> dict[str, LogPlace]:
    """
    Read the single column of addresses in a CSV with a heading; other columns are ignored.

    Args:
        text: the whole file.
        file: its name, for places and messages.

    Returns:
        the first place of each reader in the file, by the key of the address.

    Raises:
        ContentError: there is no such column, or two; or lists all rows with an invalid address.
    """
    rows = _rows(text, file)
    line, heading = next(rows, (1, []))
    columns = [at for at, name in enumerate(heading) if _plain(name) in HEADINGS]
    if len(columns) != 1:
        message = phrase("dispatch.list-columns", found=len(columns))
        raise ContentError([Problem(file, line, message)])
    places: dict[str, LogPlace] = {}
    problems = []
    for line, row in rows:
        try:
            written = row[columns[0]] if columns[0] < len(row) else ""
            places.setdefault(address_of(written).key, LogPlace(file, line))
        except ContentError as error:
            problems.append(Problem(file, line, error.phrase))
    if problems:
        raise ContentError(problems)
    return places


def _rows(text: str, file: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the rows that are not empty, with the number of their last line."""
    lines = text.removeprefix("\ufeff").splitlines(keepends=True)
    first = next((line for line in lines if line.strip()), "")
    reader = csv.reader(lines, delimiter=max(",;\t", key=first.count))
    try:
        for row in reader:
            if any(field.strip() for field in row):
                yield reader.line_num, row
    except csv.Error as error:  # a field of over 128 KB: a quote that is not closed
        message = phrase("dispatch.list-no-csv", reason=str(error))
        raise ContentError([Problem(file, reader.line_num, message)]) from error


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]", "", normalize("NFKC", name)).casefold()
