"""A special issue goes to whom its first dispatch says, and to nobody else afterwards."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from newsletter.dispatch.states import State
from newsletter.lang import Preference
from newsletter.storage import tables
from newsletter.subscribers.decisions import enrol
from tests.makers import ISSUE_ID
from tests.stage.clocked import NOW, ClockedStage
from tests.subscribers.makers import make_row

SPECIAL = "2022-08-fix-1"
SEND = ("dispatch", SPECIAL, "--yes")
ONLY = ("--only-recipients-of", ISSUE_ID)
NINE_UTC = datetime(2022, 8, 26, 0, 0, tzinfo=UTC)
EARNEST = "outbox:outbox?delivers=yes"


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    """Four readers have the month's issue; of r5, who came since, nobody knows anything."""
    desk = ClockedStage(tmp_path, mail_url=EARNEST)
    copy_issue(desk)
    desk.run("dispatch", ISSUE_ID, "--yes")
    enrol_reader(desk, 5)
    return desk


def copy_issue(desk: ClockedStage, label: str = "label: {ko: 정정, en: Correction}") -> None:
    folder = desk.root / "issues" / SPECIAL
    shutil.copytree(desk.root / "issues" / ISSUE_ID, folder)
    facts = folder / "issue.yaml"
    facts.write_text(f"{facts.read_text()}{label}\n")


def enrol_reader(desk: ClockedStage, number: int) -> None:
    with desk.site.records.book().opened() as page:
        enrol(make_row(f"r{number}@example.org", "", Preference.KO), page, NOW)


def put(desk: ClockedStage, number: int, **values: object) -> None:
    """Change the delivery of the month's issue to a reader."""
    table = tables.deliveries
    which = (table.c.address == f"r{number}@example.org", table.c.issue == ISSUE_ID)
    with desk.site.records.database.begin() as connection:
        connection.execute(update(table).where(*which).values(**values))


def reached(desk: ClockedStage) -> list[str]:
    ledger = desk.site.records.ledger()
    return sorted(
        line.address.partition("@")[0] for state in State for line in ledger.entries(SPECIAL, state)
    )


def test_nobody_gets_it_before_somebody_has_said_to_whom(desk: ClockedStage) -> None:
    refused = desk.run(*SEND, status=2)

    assert (
        "its first dispatch must say who gets it: --to-all, or --only-recipients-of ISSUE"
        in refused
    )
    assert desk.site.records.ledger().find_plan(SPECIAL) is None


def test_to_all_goes_to_every_active_reader(desk: ClockedStage) -> None:
    assert "To        all readers" in desk.run(*SEND, "--to-all")

    assert reached(desk) == ["r1", "r2", "r3", "r4", "r5"]


def test_only_recipients_are_those_who_have_it_or_may_have_it_and_are_active(
    desk: ClockedStage,
) -> None:
    put(desk, 1, state="refused")
    put(desk, 2, state="unknown")
    put(desk, 3, state="skipped")
    desk.run("subscribers", "remove", "r4@example.org")

    assert f"To        readers who have {ISSUE_ID}, or may have it" in desk.run(*SEND, *ONLY)

    assert reached(desk) == ["r2"]


def test_it_is_the_person_who_counts_and_not_an_address_that_somebody_else_has_now(
    desk: ClockedStage,
) -> None:
    put(desk, 1, subscriber_id=5)

    desk.run(*SEND, *ONLY)

    assert reached(desk) == ["r2", "r3", "r4", "r5"]


@pytest.mark.parametrize("state", ["pending", "deferred"])
def test_it_is_refused_while_that_issue_has_readers_who_wait(
    desk: ClockedStage, state: str
) -> None:
    put(desk, 1, state=state, due_at=NINE_UTC)

    refused = desk.run(*SEND, *ONLY, status=4)

    assert "1 pending or deferred" in refused
    assert desk.site.records.ledger().find_plan(SPECIAL) is None


def test_it_is_refused_for_an_issue_that_nobody_has(desk: ClockedStage) -> None:
    never = desk.run(*SEND, "--only-recipients-of", "2022-07", status=2)
    itself = desk.run(*SEND, "--only-recipients-of", SPECIAL, status=2)

    assert "was never dispatched" in never
    assert "name another issue" in itself


def test_it_is_refused_for_an_issue_that_was_only_rehearsed(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    copy_issue(desk)
    desk.run("dispatch", ISSUE_ID, "--yes")

    assert "was only rehearsed" in desk.run(*SEND, *ONLY, status=2)


def test_both_at_once_and_a_month_for_some_are_refused(desk: ClockedStage) -> None:
    both = desk.run(*SEND, "--to-all", *ONLY, status=2)
    month = desk.run("dispatch", ISSUE_ID, "--yes", *ONLY, status=2)

    assert "exclude each other" in both
    assert "goes to all readers" in month


def test_what_was_said_holds_for_going_on_and_cannot_be_changed_then(desk: ClockedStage) -> None:
    desk.run(*SEND, *ONLY, "--limit", "1", status=4)

    changed = desk.run(*SEND, "--to-all", status=2)
    desk.run(*SEND)

    assert "its dispatch has started, to the readers of 2022-08" in changed
    assert reached(desk) == ["r1", "r2", "r3", "r4"]


def test_what_was_said_can_be_changed_as_long_as_nobody_was_sent_it(desk: ClockedStage) -> None:
    desk.run(*SEND, "--to-all")
    table = tables.deliveries
    with desk.site.records.database.begin() as connection:
        untouched = {"state": "pending", "attempts": 0, "begun_at": None, "answer": None}
        connection.execute(update(table).where(table.c.issue == SPECIAL).values(untouched))

    desk.run(*SEND, *ONLY)

    assert reached(desk) == ["r1", "r2", "r3", "r4"]


def test_add_new_adds_those_alone_who_have_got_the_other_issue_since(desk: ClockedStage) -> None:
    desk.run(*SEND, *ONLY)
    enrol_reader(desk, 6)
    before = desk.run(*SEND, "--add-new")
    desk.run("dispatch", ISSUE_ID, "--yes", "--add-new")
    desk.run(*SEND, "--add-new")

    assert "Nothing to send now" in before
    assert reached(desk) == ["r1", "r2", "r3", "r4", "r5", "r6"]


def test_a_timer_goes_on_with_the_same_readers(desk: ClockedStage) -> None:
    desk.run(*SEND, *ONLY)
    table = tables.deliveries
    which = (table.c.address == "r1@example.org", table.c.issue == SPECIAL)
    with desk.site.records.database.begin() as connection:
        connection.execute(update(table).where(*which).values(state="pending"))

    desk.run("dispatch", "--due")

    assert reached(desk) == ["r1", "r2", "r3", "r4"]
    assert desk.site.records.ledger().tally(SPECIAL).is_finished


def test_an_appointment_keeps_to_whom_and_a_timer_sends_it_to_those(desk: ClockedStage) -> None:
    desk.run(*SEND, *ONLY, "--at", "2022-08-26 09:00", "--no-wait")
    shown = json.loads(desk.run("status", SPECIAL, "--json"))
    desk.site.now = NINE_UTC

    desk.run("dispatch", "--due")

    assert shown["recipients_of"] == ISSUE_ID
    assert reached(desk) == ["r1", "r2", "r3", "r4"]


def test_an_appointment_to_all_is_kept_as_such(desk: ClockedStage) -> None:
    desk.run(*SEND, "--to-all", "--at", "2022-08-26 09:00", "--no-wait")
    desk.site.now = NINE_UTC

    desk.run("dispatch", "--due")

    assert reached(desk) == ["r1", "r2", "r3", "r4", "r5"]


@pytest.mark.parametrize(
    ("appointed", "begun", "words"),
    [
        (
            ("--to-all",),
            ONLY,
            f"started, to readers who have {ISSUE_ID}, or may have it, and cannot go",
        ),
        (ONLY, ("--to-all",), "started, to all readers, and cannot go"),
    ],
)
def test_an_appointment_for_others_than_the_dispatch_began_with_names_both_and_plans_nothing(
    desk: ClockedStage, appointed: tuple[str, ...], begun: tuple[str, ...], words: str
) -> None:
    desk.run(*SEND, *appointed, "--at", "2022-08-26 09:00", "--no-wait")
    desk.run(*SEND, *begun, "--limit", "1", status=4)
    before = desk.site.records.ledger().find_plan(SPECIAL)
    desk.site.now = NINE_UTC

    said = desk.run("dispatch", "--due", status=4)

    assert words in said
    assert f"newsletter dispatch {SPECIAL} --at never" in said
    assert desk.site.records.ledger().find_plan(SPECIAL) == before
    assert len(reached(desk)) == (5 if begun == ("--to-all",) else 4)
    assert desk.site.records.ledger().tally(SPECIAL).of(State.ACCEPTED) == 1


def test_a_rehearsal_says_nothing_of_to_whom_it_is_sent_in_earnest(desk: ClockedStage) -> None:
    desk.run(*SEND, "--rehearse", "--to-all")

    assert "its first dispatch must say who gets it" in desk.run(*SEND, status=2)
    desk.run(*SEND, *ONLY)
    assert reached(desk) == ["r1", "r2", "r3", "r4"]


def test_status_says_to_whom_and_an_appointment_without_a_plan_too(desk: ClockedStage) -> None:
    desk.run(*SEND, *ONLY)

    shown = desk.run("status", SPECIAL)

    assert "to         readers who have 2022-08, or may have it" in shown


def test_a_letter_that_half_have_names_the_ways_and_they_can_be_gone(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path, mail_url=EARNEST)
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "2", status=4)
    desk.forget_letter()
    desk.change_letter()

    refused = desk.run("dispatch", ISSUE_ID, "--yes", status=1)
    for way in (
        "newsletter pause 2022-08 --because",
        "newsletter cancel 2022-08 --because",
        "newsletter dispatch 2022-08-correction --to-all, or --only-recipients-of 2022-08",
        "label: {ko: 정정, en: Correction}",
    ):
        assert way in refused
    copy_issue(desk)
    desk.run("pause", ISSUE_ID, "--because", "a wrong date")
    desk.run("cancel", ISSUE_ID, "--because", "a wrong date", "--yes")
    desk.run(*SEND, *ONLY)
    assert reached(desk) == ["r1", "r2"]
