"""docs/doctor.md explains every check of the doctor, in either language, and no other."""

import pytest

from newsletter.doctor.check import Section
from newsletter.doctor.checks import CHECKS
from newsletter.doctor.finding import Certainty
from newsletter.doctor.mailboxes import MAILBOX_RULES, Mailbox
from tests.test_docs import read, table_rows

PAGES = ("docs/doctor.md", "docs/ko/doctor.md")


@pytest.mark.parametrize("page", PAGES)
def test_every_check_is_explained_in_the_table_of_its_section(page: str) -> None:
    parts = {text.split("\n", 1)[0].strip(): text for text in read(page).split("\n## ")[1:]}

    explained = {
        name: [line.split("`")[1] for line in text.splitlines() if line.startswith("| `")]
        for name, text in parts.items()
    }
    in_table = {
        section.value: [one.name for one in CHECKS if one.section is section]
        for section in Section
        if any(one.section is section for one in CHECKS)
    }
    assert {name: explained[name] for name in in_table} == in_table


@pytest.mark.parametrize("page", PAGES)
def test_every_rule_of_mailboxes_stands_with_those_who_ask_and_the_checks(page: str) -> None:
    names = {f"`{rule.name}`": rule for rule in MAILBOX_RULES}
    rows = {row[0]: row[1:] for row in table_rows(page) if "Gmail" in row[1] or "Yahoo" in row[1]}
    rows |= {row[0]: row[1:] for row in table_rows(page) if row[1] == "Outlook.com"}

    assert set(rows) == set(names)
    for name, (who, how) in rows.items():
        boxes = [box.value for box in Mailbox if box in names[name].asked_by]
        assert who == ", ".join(boxes)
        assert how.split("`")[1::2] == list(names[name].checks)


@pytest.mark.parametrize("page", PAGES)
def test_every_certainty_is_explained(page: str) -> None:
    words = " ".join(row[0] for row in table_rows(page))

    assert [one for one in Certainty if f"`{one}`" not in words] == []


def test_no_two_checks_have_one_name() -> None:
    names = [one.name for one in CHECKS]

    assert sorted(names) == sorted(set(names))
