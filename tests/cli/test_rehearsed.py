"""Practising is no sending: a rehearsal keeps every promise, and makes room for the sending."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from newsletter.desk.dispatching import open_dispatch
from newsletter.desk.process import Process
from newsletter.dispatch.rounds import RunOptions
from newsletter.dispatch.states import State
from newsletter.errors import UnfinishedError
from newsletter.storage import tables
from tests.cli.test_ways import ALL, NINE, NINE_UTC, SOME, forget_ways, ledger_of, set_way
from tests.mail_sinks import RecordingServer
from tests.makers import ISSUE_ID
from tests.saying import raises
from tests.stage.clocked import NOW, ClockedStage

WAS_REHEARSAL = ("dispatch", ISSUE_ID, "--was-rehearsal")
ONE = "r1@example.org"
PRACTISED = ("--because", "we practised", "--by", "Kim", "--yes")


@pytest.fixture
def relay() -> Iterator[RecordingServer]:
    with RecordingServer().running() as running:
        yield running


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[ClockedStage]:
    """Four readers, and nothing set."""
    desk = ClockedStage(tmp_path)
    yield desk
    desk.site.records.database.dispose()


def letters(desk: ClockedStage, folder: str = "outbox") -> list[Path]:
    return sorted((desk.root / folder).glob("*.eml"))


def set_aside(desk: ClockedStage) -> int:
    """Count the deliveries that were set aside."""
    with desk.site.records.database.connect() as connection:
        query = select(func.count()).select_from(tables.rehearsed_deliveries)
        return connection.execute(query).scalar_one()


def status(desk: ClockedStage) -> dict[str, object]:
    shown: dict[str, object] = json.loads(desk.run("status", ISSUE_ID, "--json"))
    return shown


def each_once(relay: RecordingServer, readers: int = 4) -> bool:
    return Counter(who for who, _ in relay.taken) == Counter(
        f"r{number}@example.org" for number in range(1, readers + 1)
    )


def test_a_rehearsal_keeps_every_promise_and_says_that_it_is_one(desk: ClockedStage) -> None:
    some = desk.run(*SOME, status=4)
    rest = desk.run(*ALL)
    again = desk.run(*ALL)

    assert "1 attempt in this run; 4 planned: 3 pending, 1 accepted" in some
    assert "3 attempts in this run; 4 planned: 4 accepted" in rest
    assert "Nothing to send now; 4 planned: 4 accepted" in again
    assert all("rehearsal" in output.splitlines()[-1] for output in (some, rest, again))
    assert "  rehearsal  it is not sent" in desk.run("status", ISSUE_ID)
    assert status(desk)["rehearsal"] is True
    assert len(letters(desk)) == 4


def test_a_timer_goes_on_with_a_rehearsal_where_one_is_still_set(desk: ClockedStage) -> None:
    desk.run(*ALL)
    desk.forget(2, 3)

    assert "2 attempts in this run" in desk.run("dispatch", "--due")


@pytest.mark.parametrize("begin", [(*ALL,), (*SOME,)])
def test_the_first_dispatch_in_earnest_sends_it_to_everybody_and_says_so_before(
    desk: ClockedStage, relay: RecordingServer, begin: tuple[str, ...]
) -> None:
    desk.run(*begin, status=4 if begin == SOME else 0)
    written = len(letters(desk))
    set_way(desk, relay.url)

    tried = desk.run(*ALL, "--dry-run")
    assert (set_aside(desk), relay.taken) == (0, [])
    output = desk.run(*ALL, "--by", "Kim")

    words = "1 rehearsed email" if written == 1 else "4 rehearsed emails"
    assert f"New plan  {words}, by outbox {desk.root}/outbox" in tried
    assert "4 emails would be sent now; nothing was" in tried
    assert f"New plan  {words}" in output
    assert each_once(relay)
    assert "rehearsal" not in output.splitlines()[-1]
    assert (status(desk)["rehearsal"], status(desk)["accepted"]) == (False, 4)
    assert desk.decided() == [
        (
            "rehearsal set aside",
            "Kim",
            f"{written} written: it is really sent, by {status(desk)['provider']}",
        )
    ]
    assert set_aside(desk) == 4
    desk.run(*ALL)
    assert each_once(relay)


def test_the_question_names_what_is_set_aside_and_no_answer_leaves_it(
    desk: ClockedStage, relay: RecordingServer
) -> None:
    desk.run(*ALL)
    set_way(desk, relay.url)
    before = ledger_of(desk)

    shown = desk.type(
        "dispatch", ISSUE_ID, dialogue={"Type 2022-08 to continue": "no\n"}, status=2
    )  # fmt: skip

    assert "This sends 4 emails, and sets 4 rehearsed emails aside." in " ".join(shown.split())
    assert ledger_of(desk) == before
    assert relay.taken == []


def test_a_limited_sending_goes_on_after_a_rehearsal_like_any_other(
    desk: ClockedStage, relay: RecordingServer
) -> None:
    desk.run(*ALL)
    set_way(desk, relay.url)

    desk.run(*SOME, status=4)
    first = desk.run("dispatch", "--due")
    set_way(desk, "")
    refused = desk.run(*ALL, status=3)
    set_way(desk, relay.url)
    desk.run(*ALL)

    assert first == ""
    assert "started" in refused
    assert len(letters(desk)) == 4
    assert each_once(relay)


def test_a_timer_never_makes_a_sending_of_a_rehearsal(
    desk: ClockedStage, relay: RecordingServer
) -> None:
    desk.run(*ALL)
    desk.forget(1)
    set_way(desk, relay.url)
    before = ledger_of(desk)

    output = desk.run("dispatch", "--due", status=3)
    desk.change_letter()
    changed = desk.run("dispatch", "--due", status=3)

    assert "A timer never turns a rehearsal into a real sending" in output
    assert changed == "", "it was said, and nothing can be compared before it is settled"
    assert ledger_of(desk) == before
    assert relay.taken == []


def test_an_appointment_in_earnest_sets_the_rehearsal_aside_while_a_person_is_there(
    desk: ClockedStage, relay: RecordingServer
) -> None:
    desk.run(*ALL)
    set_way(desk, relay.url)

    output = desk.run("dispatch", ISSUE_ID, "--at", NINE, "--yes", "--no-wait", "--by", "Kim")

    assert "New plan  4 rehearsed emails" in output
    assert [act for act, *_ in desk.decided()] == ["rehearsal set aside", "appointed"]
    assert (desk.states(), set_aside(desk), relay.taken) == ({}, 4, [])
    desk.restart()
    desk.site.now = NINE_UTC
    desk.run("dispatch", "--due")
    assert each_once(relay)


@pytest.mark.parametrize("act", ["pause", "cancel"])
def test_a_halted_rehearsal_is_set_aside_with_its_halt_and_that_is_said(
    desk: ClockedStage, relay: RecordingServer, act: str
) -> None:
    desk.run(*SOME, status=4)
    yes = ["--yes"] if act == "cancel" else []
    desk.run(act, ISSUE_ID, "--because", "a typo", "--by", "Lee", *yes)
    status = 2 if act == "cancel" else 4
    assert "a typo" in desk.run(*ALL, status=status)  # it halts the rehearsal
    set_way(desk, relay.url)

    output = desk.run(*ALL)

    word = "cancelled" if act == "cancel" else "paused"
    assert f"The rehearsal was {word} by Lee at " in output
    assert each_once(relay)
    assert [what for what, *_ in desk.decided()] == [word, "rehearsal set aside"]


def test_a_halt_that_nobody_was_shown_is_obeyed(desk: ClockedStage, relay: RecordingServer) -> None:

    desk.run(*SOME, status=4)
    set_way(desk, relay.url)
    issue_dispatch = open_dispatch(desk.site, ISSUE_ID, Process(), may_plan_anew=True)
    forecast = issue_dispatch.outlook.forecast(add_new=False, may_plan_anew=True)
    desk.site.records.diary().pause(ISSUE_ID, "Lee", "a typo", NOW)

    with raises(UnfinishedError, "desk.halted-because", because="a typo"):
        issue_dispatch.freeze(forecast)

    assert (set_aside(desk), relay.taken) == (0, [])


def test_nobody_is_served_twice_by_two_who_send_after_one_rehearsal(
    desk: ClockedStage, relay: RecordingServer
) -> None:
    """Both were shown the rehearsal; the second finds it gone."""

    desk.run(*ALL)
    set_way(desk, relay.url)
    first, second = (
        open_dispatch(desk.site, ISSUE_ID, Process(), may_plan_anew=True) for _ in range(2)
    )
    shown = [one.outlook.forecast(add_new=False, may_plan_anew=True) for one in (first, second)]
    first.freeze(shown[0])

    with raises(UnfinishedError, "storage.no-rehearsal"):
        second.freeze(shown[1])
    first.run(RunOptions())

    assert each_once(relay)
    assert set_aside(desk) == 4


def test_a_rehearsal_of_a_letter_that_was_changed_since_says_how_to_go_on(
    desk: ClockedStage, relay: RecordingServer
) -> None:
    desk.run(*ALL)
    desk.change_letter()

    again = desk.run(*ALL)
    desk.run(*WAS_REHEARSAL, *PRACTISED)
    desk.run(*ALL)
    set_way(desk, relay.url)
    desk.change_letter()
    desk.run(*ALL)

    assert "Changed   issues/2022-08/en.md; newsletter diff 2022-08" in again
    assert "--was-rehearsal --because TEXT" in again
    assert "Nothing to send now" in again
    assert set_aside(desk) == 8
    assert each_once(relay)


def test_who_left_or_came_since_the_rehearsal_is_counted_right(
    desk: ClockedStage, relay: RecordingServer
) -> None:
    desk.run(*ALL)
    desk.run("subscribers", "remove", "r1@example.org")
    set_way(desk, relay.url)

    output = desk.run(*ALL, "--dry-run")

    assert "3 emails would be sent now" in output


def test_rehearse_writes_to_the_outbox_whatever_is_set(
    desk: ClockedStage, relay: RecordingServer
) -> None:
    set_way(desk, relay.url)

    first = desk.run(*ALL, "--rehearse")
    second = desk.run(*ALL, "--rehearse")
    desk.run(*ALL)
    refused = desk.run(*ALL, "--rehearse", status=2)

    assert "rehearsal" in first.splitlines()[-1]
    assert "Nothing to send now" in second
    assert len(letters(desk)) == 4
    assert each_once(relay)
    assert "was not started as a rehearsal" in refused
    assert desk.states() == {State.ACCEPTED: 4}


def test_what_is_appointed_in_earnest_is_not_rehearsed_away(
    desk: ClockedStage, relay: RecordingServer
) -> None:
    set_way(desk, relay.url)
    desk.run("dispatch", ISSUE_ID, "--at", NINE, "--yes", "--no-wait")
    before = ledger_of(desk)

    refused = desk.run(*ALL, "--rehearse", status=2)

    assert "is appointed to be sent" in refused
    assert ledger_of(desk) == before
    assert letters(desk) == []


def test_what_was_finished_by_a_folder_before_stays_sent_until_a_person_says_otherwise(
    desk: ClockedStage, relay: RecordingServer
) -> None:
    desk.run(*ALL)
    forget_ways(desk)
    set_way(desk, relay.url)

    stays = desk.run(*ALL)
    assert relay.taken == []
    unreasoned = desk.run(*WAS_REHEARSAL, "--yes", status=2)
    asked = desk.run(*WAS_REHEARSAL, "--because", "we practised", status=2)
    assert set_aside(desk) == 0
    done = desk.run(*WAS_REHEARSAL, *PRACTISED)
    desk.run(*ALL)

    assert "Nothing to send now" in stays
    assert "needs a reason" in unreasoned
    assert "add --yes" in asked
    assert "Set aside 4 rehearsed emails of 2022-08, by Kim" in done
    assert desk.decided() == [("rehearsal set aside", "Kim", "4 written: we practised")]
    assert "set aside  4 rehearsed emails" in desk.run("status", ISSUE_ID)
    assert each_once(relay)


def test_what_a_relay_took_is_never_set_aside(desk: ClockedStage, relay: RecordingServer) -> None:
    set_way(desk, relay.url)
    desk.run(*SOME, status=4)
    begun = desk.run(*WAS_REHEARSAL, *PRACTISED, status=2)
    forget_ways(desk)
    before = ledger_of(desk)

    answered = desk.run(*WAS_REHEARSAL, *PRACTISED, status=2)
    assert ledger_of(desk) == before
    desk.lose_answers(1)
    doubtful = desk.run(*WAS_REHEARSAL, *PRACTISED, status=2)
    desk.run("resolve", ISSUE_ID, "--unknown", "assume-accepted", "--yes")
    assumed = desk.run(*WAS_REHEARSAL, *PRACTISED, status=2)

    assert "was started by smtp" in begun
    assert "was not a rehearsal: a mail server or service answered for 1 of its emails" in answered
    assert "1 email without a record of how they were sent" in doubtful
    assert "resolve 2022-08 --unknown resend" in doubtful
    assert "1 email that a person marked as received" in assumed
    assert "it stays recorded as sent" in assumed
    assert "resolve" not in assumed, "there is nothing unknown that it could settle"
    assert set_aside(desk) == 0


def test_what_is_advised_where_letters_are_unknown_leads_to_the_end(
    desk: ClockedStage, relay: RecordingServer
) -> None:
    desk.run(*ALL)
    forget_ways(desk)
    desk.lose_answers(1, 2)

    refused = desk.run(*WAS_REHEARSAL, *PRACTISED, status=2)
    desk.run("resolve", ISSUE_ID, "--unknown", "resend", "--yes")
    desk.run(*WAS_REHEARSAL, *PRACTISED)
    set_way(desk, relay.url)
    desk.run(*ALL)

    assert "2 emails without a record of how they were sent" in refused
    assert each_once(relay)


def test_what_is_advised_where_letters_are_assumed_leads_to_the_end(
    desk: ClockedStage, relay: RecordingServer
) -> None:
    """Some may have it, so the issue stays as sent; a special issue goes to all of them."""
    desk.run(*ALL)
    forget_ways(desk)
    desk.lose_answers(1, 2)
    desk.run("resolve", ISSUE_ID, "--unknown", "assume-accepted", "--yes", "--only", ONE)
    set_way(desk, relay.url)

    refused = desk.run(*WAS_REHEARSAL, *PRACTISED, status=2)
    folder = desk.root / "issues" / f"{ISSUE_ID}-again"
    shutil.copytree(desk.root / "issues" / ISSUE_ID, folder)
    facts = folder / "issue.yaml"
    facts.write_text(f"{facts.read_text()}label: {{ko: 재발송, en: Sent again}}\n")
    desk.run("dispatch", folder.name, "--to-all", "--yes")

    assert "newsletter dispatch 2022-08-again --to-all" in refused
    assert "resolve" not in refused
    assert each_once(relay)


def test_what_an_emptied_folder_took_is_never_set_aside(desk: ClockedStage) -> None:
    set_way(desk, "outbox:outbox?delivers=yes")
    desk.run(*ALL)

    assert "count as sent" in desk.run(*WAS_REHEARSAL, *PRACTISED, status=2)
    assert "never dispatched" in desk.run("dispatch", "2022-07", *WAS_REHEARSAL[2:],
                                          *PRACTISED, status=2)  # fmt: skip
    assert set_aside(desk) == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*WAS_REHEARSAL, "--rehearse"), "--was-rehearsal and --rehearse cannot be used together"),
        ((*WAS_REHEARSAL, "--limit", "1"), "--was-rehearsal and --limit cannot be used together"),
        (
            ("dispatch", ISSUE_ID, "--at", NINE, "--rehearse"),
            "--at and --rehearse cannot be used together",
        ),
        (("dispatch", "--due", "--rehearse"), "--due and --rehearse cannot be used together"),
        (
            ("dispatch", "--due", "--was-rehearsal"),
            "--due and --was-rehearsal cannot be used together",
        ),
    ],
)
def test_what_cannot_be_meant_together_is_refused(
    desk: ClockedStage, words: tuple[str, ...], said: str
) -> None:
    assert said in desk.run(*words, status=2)


def test_a_rehearsal_is_not_set_aside_while_somebody_rehearses(
    desk: ClockedStage, relay: RecordingServer
) -> None:
    desk.run(*SOME, status=4)
    holder = "otherhost.example.org:4711"
    assert (
        desk.site.records.ledger().lease(ISSUE_ID, holder, desk.site.now, lambda _: False) is None
    )
    set_way(desk, relay.url)

    by_sending = desk.run(*ALL, status=4)
    by_word = desk.run(*WAS_REHEARSAL, *PRACTISED, status=4)
    desk.site.now += timedelta(minutes=3)
    desk.run(*ALL)

    assert f"({holder}); wait for it" in by_sending
    assert f"({holder}); wait for it" in by_word
    assert each_once(relay)


def test_a_reader_s_page_tells_what_was_rehearsed_from_what_was_sent(
    desk: ClockedStage, relay: RecordingServer
) -> None:
    desk.run(*ALL)
    rehearsed = desk.run("subscribers", "show", "r1@example.org")
    set_way(desk, relay.url)
    desk.run(*ALL)
    both = desk.run("subscribers", "show", "r1@example.org").splitlines()

    assert "issue 2022-08 (ko): accepted (rehearsal)" in rehearsed
    assert sum("issue 2022-08" in line for line in both) == 2
    assert sum("(rehearsal)" in line for line in both) == 1
    assert sum("250 2.0.0 kept" in line for line in both) == 1
