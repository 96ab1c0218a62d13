"""docs/privacy.md names every table, and every column with something about a person."""

import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Final

import pytest

from newsletter import storage
from newsletter.storage.tables import metadata
from tests.stage.site import CHECKOUT

DOCUMENTS: Final = ("docs/privacy.md", "docs/ko/privacy.md")
PERSONAL: Final = re.compile(
    r"(^|_)(address|name|names|key|hash|alias|facts|network|answer|because|details|person|by"
    r"|account|origin|words|note|reader_id|domain|sender|subject)$"
)
# Columns with such a name that tell nothing of a person.
NOBODYS: Final = {
    "accesses.issue",
    "breaches.hash",
    "breaches.people_by",  # a deadline
    "breaches.authority_by",
    "breaches.words",  # the notice itself
    "consent_texts.hash",
    "consent_texts.words",
    "consents.text_hash",
    "dispatches.provider_name",
    "appointments.provider_name",
    "rehearsals.provider_name",
    "kept_letters.hash",
    "mails.sent_by",  # a process
    "breach_notices.sent_by",
    "runs.ended_because",  # a word of the program
    "doubts.words",
}


def documented(document: str) -> dict[str, set[str]]:
    """Return the columns that a document names, by table: those of a row belong to each of it."""
    text = Path(CHECKOUT, document).read_text(encoding="utf-8")
    found: dict[str, set[str]] = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 5 and cells[0].startswith("`"):
            for table in re.findall(r"`(\w+)`", cells[0]):
                assert table not in found, table
                found[table] = set(re.findall(r"`(\w+)`", cells[2]))
    return found


def columns() -> Mapping[str, set[str]]:
    for module in iter_modules(storage.__path__):
        if module.name.endswith("tables"):
            import_module(f"{storage.__name__}.{module.name}")
    return {table.name: set(table.columns.keys()) for table in metadata.sorted_tables}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_table_of_the_schema_is_in_it(document: str) -> None:
    assert documented(document).keys() == columns().keys()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_column_that_may_name_a_person_is_in_it(document: str) -> None:
    named = documented(document)
    personal = {
        f"{table}.{column}"
        for table, its in columns().items()
        for column in its
        if PERSONAL.search(column)
    } - NOBODYS

    missing = {one for one in personal if one.split(".")[1] not in named[one.split(".")[0]]}

    assert missing == set()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_it_names_no_column_that_does_not_exist(document: str) -> None:
    text = Path(CHECKOUT, document).read_text(encoding="utf-8")
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 5 and cells[0].startswith("`"):
            tables = re.findall(r"`(\w+)`", cells[0])
            its = {column for table in tables for column in columns()[table]}
            assert set(re.findall(r"`(\w+)`", cells[2])) <= its, cells[0]


def test_both_languages_have_the_same_rows() -> None:
    assert documented(DOCUMENTS[0]) == documented(DOCUMENTS[1])
