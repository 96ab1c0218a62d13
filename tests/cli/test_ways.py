"""The way letters leave belongs to the plan: a folder never goes on for a relay."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from newsletter.dispatch.states import State
from newsletter.storage import tables
from tests.mail_sinks import RecordingServer
from tests.makers import ISSUE_ID
from tests.stage.clocked import ClockedStage

NINE = "2022-08-26 09:00"
NINE_UTC = datetime(2022, 8, 26, 0, 0, tzinfo=UTC)
FOLDERS = ["", "outbox:outbox", "outbox:elsewhere", "outbox:outbox?delivers=yes"]
SOME = ("dispatch", ISSUE_ID, "--yes", "--limit", "1")
ALL = ("dispatch", ISSUE_ID, "--yes")


@pytest.fixture
def relay() -> Iterator[RecordingServer]:
    with RecordingServer().running() as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path, relay: RecordingServer) -> Iterator[ClockedStage]:
    """Four readers, and a relay that is set."""
    desk = ClockedStage(tmp_path, mail_url=relay.url)
    yield desk
    desk.site.records.database.dispose()


def set_way(desk: ClockedStage, mail_url: str) -> None:
    """Go on as another process would, whose environment has this one; empty: has none."""
    desk.environ.pop("NEWSLETTER_MAIL_URL", None)
    if mail_url:
        desk.environ["NEWSLETTER_MAIL_URL"] = mail_url
    desk.restart()


def ledger_of(desk: ClockedStage) -> list[list[tuple[object, ...]]]:
    """Return every row of the ledger, but for what a timer has told."""
    with desk.site.records.database.connect() as connection:
        return [
            [
                tuple(row)
                for row in connection.execute(
                    select(*(one for one in table.c if one.name != "told"))
                )
            ]
            for table in tables.metadata.sorted_tables
            if table.name not in ("ledger_marks", "doubts")  # each look is noted there
        ]


def files_of(desk: ClockedStage) -> set[Path]:
    return {path for name in ("outbox", "elsewhere") for path in (desk.root / name).rglob("*")}


def forget_ways(desk: ClockedStage) -> None:
    """Make the ledger as a program left it that kept no ways."""
    with desk.site.records.database.begin() as connection:
        for table in (tables.dispatches, tables.appointments):
            connection.execute(update(table).values(provider_kind=None, provider_name=None))
        connection.execute(update(tables.dispatches).values(is_rehearsal=False))


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize(
    "words",
    [
        ALL,
        SOME,
        (*ALL, "--dry-run"),
        (*ALL, "--add-new"),
        ("dispatch", ISSUE_ID, "--at", "2022-08-27 09:00", "--yes", "--no-wait"),
        ("dispatch", "--due"),
    ],
)
def test_what_a_relay_began_no_folder_goes_on_with(
    desk: ClockedStage, relay: RecordingServer, words: tuple[str, ...], folder: str
) -> None:
    desk.run(*SOME, status=4)
    desk.site.records.diary().limit_runs(ISSUE_ID, is_limited=False)  # so that a timer would go on
    before = ledger_of(desk)
    set_way(desk, folder)

    output = desk.run(*words, status=3)

    assert f"started by {relay_name(desk)}" in output
    assert "NEWSLETTER_MAIL_URL is not set here, or is set differently" in output
    assert "no reader was counted" in output
    assert ledger_of(desk) == before
    assert files_of(desk) == set()
    set_way(desk, relay.url)
    desk.run(*ALL)
    assert len(relay.taken) == len({who for who, _ in relay.taken}) == 4


def relay_name(desk: ClockedStage) -> str:
    plan = desk.site.records.ledger().find_plan(ISSUE_ID)
    assert plan
    assert plan.way
    return plan.way.name


def test_also_where_nobody_was_sent_anything_yet(desk: ClockedStage) -> None:
    """The plan is made, and the machine went down."""
    desk.run(*SOME, status=4)
    desk.forget(1, 2, 3, 4)
    set_way(desk, "")

    desk.run(*ALL, status=3)

    assert desk.states() == {State.PENDING: 4}
    assert files_of(desk) == set()


def test_also_where_it_is_finished_or_another_letter_now(desk: ClockedStage) -> None:
    desk.run(*ALL)
    set_way(desk, "")

    desk.run(*ALL, status=3)
    desk.change_letter()
    desk.run(*ALL, status=3)


def test_also_after_a_pause(desk: ClockedStage) -> None:
    desk.run(*SOME, status=4)
    desk.run("pause", ISSUE_ID, "--by", "Kim")
    set_way(desk, "")
    resumed = desk.run("resume", ISSUE_ID, "--by", "Kim")

    desk.run(*ALL, status=3)

    assert f"Provider {relay_name(desk)}, which it continues with" in resumed

    assert desk.states() == {State.ACCEPTED: 1, State.PENDING: 3}


def test_another_relay_is_named_and_goes_on_and_the_plan_keeps_the_first(
    desk: ClockedStage, relay: RecordingServer
) -> None:
    desk.run(*SOME, status=4)
    first = relay_name(desk)
    with RecordingServer().running() as second:
        set_way(desk, second.url)
        output = desk.run(*ALL)

    assert f" (started by {first})" in output
    assert relay_name(desk) == first
    assert (len(relay.taken), len(second.taken)) == (1, 3)


@pytest.mark.parametrize("folder", FOLDERS)
def test_an_appointment_with_a_relay_is_not_kept_by_a_folder(
    desk: ClockedStage, relay: RecordingServer, folder: str
) -> None:
    desk.run("dispatch", ISSUE_ID, "--at", NINE, "--yes", "--no-wait", "--by", "Kim")
    before = ledger_of(desk)
    set_way(desk, folder)
    desk.site.now = NINE_UTC

    by_timer = desk.run("dispatch", "--due", status=3)
    by_hand = desk.run(*ALL, status=3)
    again = desk.run("dispatch", ISSUE_ID, "--at", "2022-08-27 09:00", "--yes", status=3)

    for output in (by_timer, by_hand, again):
        assert "its appointment for 2022-08-26 09:00 KST, by Kim, was made with smtp" in output
        assert "newsletter dispatch 2022-08 --at never" in output
    assert ledger_of(desk) == before
    assert files_of(desk) == set()
    set_way(desk, relay.url)
    desk.site.now = NINE_UTC
    desk.run("dispatch", "--due")
    assert len(relay.taken) == 4


def test_an_appointment_to_rehearse_is_not_kept_in_earnest(
    desk: ClockedStage, relay: RecordingServer
) -> None:
    set_way(desk, "")
    made = desk.run("dispatch", ISSUE_ID, "--at", NINE, "--yes", "--no-wait")
    set_way(desk, relay.url)
    desk.site.now = NINE_UTC

    refused = desk.run("dispatch", "--due", status=3)

    assert "(a rehearsal)" in made
    assert "as a rehearsal" in refused
    assert "A timer never turns a rehearsal into a real sending" in refused
    assert relay.taken == []
    assert len(desk.site.records.diary().appointments()) == 1
    set_way(desk, "")
    assert "rehearsal" in desk.run("dispatch", "--due")
    assert desk.site.records.diary().appointments() == []


def test_what_a_folder_delivers_is_counted_and_goes_on(
    desk: ClockedStage, relay: RecordingServer
) -> None:
    set_way(desk, "outbox:spool?delivers=yes")
    output = desk.run(*SOME, status=4)
    set_way(desk, "outbox:spool")
    rehearsing = desk.run(*ALL, status=3)
    set_way(desk, relay.url)
    desk.run(*ALL)

    assert "emails written there count as delivered" in output
    assert "rehearsal" not in output
    assert "NEWSLETTER_MAIL_URL=outbox:FOLDER?delivers=yes" in rehearsing
    assert len(list((desk.root / "spool").glob("*.eml"))) == 1
    assert len(relay.taken) == 3


@pytest.mark.parametrize("folder", FOLDERS)
def test_one_from_before_that_a_relay_answered_for_does_not_go_on_in_a_folder(
    desk: ClockedStage, relay: RecordingServer, folder: str
) -> None:
    desk.run(*SOME, status=4)
    forget_ways(desk)
    before = ledger_of(desk)
    set_way(desk, folder)

    output = desk.run(*ALL, status=3)

    assert "started by a mail server or service" in output
    assert ledger_of(desk) == before
    assert files_of(desk) == set()
    set_way(desk, relay.url)
    desk.run(*ALL)
    assert len(relay.taken) == 4


def test_one_from_before_that_a_folder_took_stays_sent(
    desk: ClockedStage, relay: RecordingServer
) -> None:
    set_way(desk, "")
    desk.run(*SOME, status=4)
    forget_ways(desk)

    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "2", status=4)
    set_way(desk, relay.url)
    desk.run(*ALL)

    assert len(relay.taken) == 1
    assert desk.states() == {State.ACCEPTED: 4}


def test_one_from_before_of_which_nothing_is_known_waits_for_a_relay(
    desk: ClockedStage, relay: RecordingServer
) -> None:
    desk.run(*SOME, status=4)
    desk.lose_answers(1)
    forget_ways(desk)
    set_way(desk, "")

    output = desk.run(*ALL, status=3)

    assert "the ledger does not say how its dispatch was sent" in output
    assert "--was-rehearsal --because TEXT" in output
    assert desk.states() == {State.UNKNOWN: 1, State.PENDING: 3}
    set_way(desk, relay.url)
    desk.run(*ALL, status=4)
    assert len(relay.taken) == 1 + 3


def test_an_appointment_from_before_waits_for_a_relay(
    desk: ClockedStage, relay: RecordingServer
) -> None:
    desk.run("dispatch", ISSUE_ID, "--at", NINE, "--yes", "--no-wait")
    forget_ways(desk)
    set_way(desk, "")
    desk.site.now = NINE_UTC

    assert "the ledger does not say how the appointment" in desk.run("dispatch", "--due", status=3)
    assert files_of(desk) == set()
    set_way(desk, relay.url)
    desk.site.now = NINE_UTC
    desk.run("dispatch", "--due")
    assert len(relay.taken) == 4
