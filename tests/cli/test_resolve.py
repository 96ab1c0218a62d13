import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from newsletter.dispatch.states import State
from newsletter.storage.tables import deliveries, runs
from tests.delivery.scripted_server import (
    BYE,
    Hear,
    HearContent,
    Say,
    ScriptedServer,
    Step,
    greet,
    take_letter,
)
from tests.makers import ISSUE_ID
from tests.stage.clocked import NOW, ClockedStage

# The letter is there whole, and the server hangs up instead of answering.
CUT_OFF: Sequence[Step] = [
    Hear(b"MAIL FROM:"),
    Say(b"250 2.1.0 Ok\r\n"),
    Hear(b"RCPT TO:"),
    Say(b"250 2.1.5 Ok\r\n"),
    Hear(b"DATA"),
    Say(b"354 go ahead\r\n"),
    HearContent(),
]
RESEND = ("resolve", ISSUE_ID, "--unknown", "resend", "--by", "김민지")
ASSUME = ("resolve", ISSUE_ID, "--unknown", "assume-accepted", "--by", "anna")


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    """A dispatch of four: two have it, two are in doubt."""
    desk = ClockedStage(tmp_path)
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.lose_answers(2, 3)
    return desk


def test_a_letter_whose_answer_was_lost_is_sent_again_once_somebody_says_so(
    tmp_path: Path,
) -> None:
    second = [*greet(), *take_letter(), *BYE]
    with ScriptedServer([*greet(), *CUT_OFF], second) as server:
        desk = ClockedStage(tmp_path, readers=1, mail_url=f"smtp://127.0.0.1:{server.port}")
        lost = desk.run("dispatch", ISSUE_ID, "--yes", status=4)
        untouched = desk.run("dispatch", ISSUE_ID, "--yes", status=4)
        desk.restart()

        settled = desk.run(*RESEND, "--yes")
        sent = desk.run("dispatch", ISSUE_ID, "--yes")

    assert f"newsletter resolve {ISSUE_ID}" in lost
    assert "Nothing to send now" in untouched
    # The clock goes on with the machine's, and a busy one takes more than a second.
    assert re.search(r"r1@example\.org  ko, attempt 1, left 2022-08-26 08:00:0\d KST", settled)
    assert f"Next     newsletter dispatch {ISSUE_ID}" in settled
    assert "1 attempt in this run" in sent
    assert desk.states() == {State.ACCEPTED: 1}
    assert len(server.content) == 2


def test_what_is_sent_again_is_the_same_letter_to_whoever_recognises_it(tmp_path: Path) -> None:
    with ScriptedServer([*greet(), *CUT_OFF], [*greet(), *take_letter(), *BYE]) as server:
        desk = ClockedStage(tmp_path, readers=1, mail_url=f"smtp://127.0.0.1:{server.port}")
        desk.run("dispatch", ISSUE_ID, "--yes", status=4)

        desk.run(*RESEND, "--yes")
        desk.run("dispatch", ISSUE_ID, "--yes")

    ids = [
        line.lower()
        for content in server.content
        for line in content.splitlines()
        if line.lower().startswith(b"message-id:")
    ]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_what_is_assumed_to_have_arrived_is_never_sent_again(desk: ClockedStage) -> None:
    output = desk.run(*ASSUME, "--because", "the relay's log shows both", "--yes")
    desk.run("dispatch", ISSUE_ID, "--yes")

    assert "readers who do not have the email will never get it" in output
    assert "Settled  2 unknown are assumed to be accepted, by anna" in output
    assert desk.states() == {State.ACCEPTED: 4}
    assert desk.decided() == [
        ("settled", "anna", "2 × assume-accepted: the relay's log shows both")
    ]


def test_one_reader_alone_is_settled_however_the_address_is_spelt(desk: ClockedStage) -> None:
    output = desk.run(*RESEND, "--only", "R2@Example.ORG", "--yes")

    assert "1 reader" in output

    assert "r2@example.org" in output
    assert "r3@example.org" not in output
    assert desk.states() == {State.ACCEPTED: 2, State.PENDING: 1, State.UNKNOWN: 1}


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("r1@example.org", "r1@example.org is accepted in 2022-08, not unknown"),
        ("nobody@example.org", "nobody@example.org has no delivery of 2022-08"),
        ("no address", "is not an address"),
    ],
)
def test_an_address_that_is_not_in_doubt_is_refused_with_what_is_known_of_it(
    desk: ClockedStage, address: str, words: str
) -> None:
    assert words in desk.run(*RESEND, "--only", address, "--yes", status=1)
    assert desk.states() == {State.ACCEPTED: 2, State.UNKNOWN: 2}


def test_where_nothing_is_unknown_nothing_is_asked_or_written(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    never = desk.run(*RESEND, "--yes", status=2)
    desk.run("dispatch", ISSUE_ID, "--yes")

    assert desk.run(*RESEND, "--yes") == "Nothing of 2022-08 is unknown; nothing was changed\n"
    assert "was never dispatched" in never
    assert desk.decided() == []


def test_the_choice_says_its_risk_and_wants_the_issue_typed(desk: ClockedStage) -> None:
    alone = desk.run(*RESEND, status=2)
    wrong = desk.type(*RESEND, dialogue={"to continue": "y\n"}, status=2)
    before = desk.states()
    right = desk.type(*RESEND, dialogue={"to continue": f"{ISSUE_ID}\n"})

    assert "add --yes" in alone
    assert "may get it twice" in wrong
    assert "nothing was settled" in wrong
    assert before[State.UNKNOWN] == 2
    assert "2 unknown are pending again, by 김민지" in right


def test_nothing_is_settled_while_another_process_is_sending(desk: ClockedStage) -> None:
    """Its letters under way are unknown too, until they are answered."""
    other = "otherhost.example.org:4711"
    desk.site.records.ledger().lease(ISSUE_ID, other, desk.site.clock(), lambda _: False)

    output = desk.run(*RESEND, "--yes", status=4)

    assert f"another process is sending {ISSUE_ID} ({other})" in output
    assert desk.states()[State.UNKNOWN] == 2


def test_settling_leaves_the_issue_free_for_the_next_process(desk: ClockedStage) -> None:
    desk.run(*RESEND, "--yes")

    assert desk.site.records.ledger().lease(ISSUE_ID, "otherhost:1", NOW, lambda _: False) is None


def test_of_a_cancelled_dispatch_nothing_is_sent_again_but_it_can_be_closed(
    desk: ClockedStage,
) -> None:
    desk.run("cancel", ISSUE_ID, "--because", "wrong month", "--yes")

    refused = desk.run(*RESEND, "--yes", status=2)
    desk.run(*ASSUME, "--yes")

    assert "none of its emails is sent again" in refused

    assert "assume-accepted" in refused
    assert desk.states() == {State.ACCEPTED: 4}


def test_many_in_doubt_are_counted_and_the_first_ten_named(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path, readers=13)
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.lose_answers(*range(1, 14))

    output = desk.run(*ASSUME, "--yes")

    assert output.count("@example.org") == 10
    assert "and 3 more" in output
    assert output.count("stopped before one came") == 10


def begin_elsewhere(desk: ClockedStage, *deliveries_: int, silent_for: timedelta) -> None:
    """Let a process on another machine have begun these deliveries, and then be silent."""
    with desk.site.records.database.begin() as connection:
        seen_at = datetime.now(UTC) - silent_for
        values = {"host": "otherhost.example.org", "pid": 4711, "began_at": seen_at}
        run = connection.execute(
            insert(runs).values(issue=ISSUE_ID, seen_at=seen_at, **values).returning(runs.c.id)
        ).scalar_one()
        begun = update(deliveries).where(deliveries.c.id.in_(deliveries_))
        connection.execute(begun.values(run_id=run, attempt=1))


def test_what_another_process_may_still_be_answered_for_is_left_out_by_name(
    desk: ClockedStage,
) -> None:
    begin_elsewhere(desk, 2, silent_for=timedelta(seconds=150))

    output = desk.run(*RESEND, "--yes")

    assert f"1 unknown of {ISSUE_ID} may still be answered: process otherhost.ex" in output
    assert "last reported 150 s ago; the program waits for it for another 90 s; they are" in output
    assert "1 unknown are pending again" in output
    assert (desk.states()[State.UNKNOWN], desk.states()[State.PENDING]) == (1, 1)


def test_nothing_is_settled_where_all_may_still_be_answered(desk: ClockedStage) -> None:
    begin_elsewhere(desk, 2, 3, silent_for=timedelta(seconds=10))

    output = desk.run(*ASSUME, "--yes", status=4)

    assert "nothing was settled" in output
    assert desk.states()[State.UNKNOWN] == 2


def test_a_process_that_was_silent_for_long_is_waited_for_no_more(desk: ClockedStage) -> None:
    begin_elsewhere(desk, 2, 3, silent_for=timedelta(seconds=250))

    desk.run(*ASSUME, "--yes")

    assert desk.states() == {State.ACCEPTED: 4}


def test_a_dry_run_names_those_in_doubt_and_settles_nobody(desk: ClockedStage) -> None:
    output = desk.run(*ASSUME, "--dry-run")

    assert "r2@example.org" in output
    assert output.endswith("Nothing was changed\n")
    assert desk.states()[State.UNKNOWN] == 2
