"""What the desk refuses, it refuses by a code with what that is about."""

from collections.abc import Callable
from pathlib import Path

import pytest

from newsletter.desk.audience import check_recipients
from newsletter.desk.halts import cancel, pause, resume
from newsletter.desk.logs import LogOrder, settle_from_logs
from newsletter.desk.order import drop_appointment
from newsletter.desk.process import Process
from newsletter.desk.rehearsing import set_rehearsal_aside
from newsletter.desk.replacing import open_replacement
from newsletter.desk.settling import SettlingOrder, settle_unknown
from newsletter.desk.showing import find_sent_letters
from newsletter.desk.test_send import choose_recipients
from newsletter.dispatch.control import Settlement
from newsletter.dispatch.states import State
from newsletter.errors import NewsletterError
from newsletter.lang import EditionKind
from newsletter.phrases import Phrase, phrase
from tests.makers import ISSUE_ID
from tests.stage.clocked import ClockedStage

BEGUN = phrase("desk.halted-because", by="kim", at="2022-08-26 08:00 KST", because="a mistake")
RESEND = SettlingOrder(ISSUE_ID, Settlement.RESEND, "kim", "", only="R1@example.org")


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    """A rehearsal for four, of whom one letter was written."""
    desk = ClockedStage(tmp_path)
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "1", status=4)
    return desk


def agree(_: object) -> None:
    pass


def refused(act: Callable[[], object]) -> object:
    """Return the one thing that is said where *act* is refused."""
    with pytest.raises(NewsletterError) as fault:
        act()
    [said] = fault.value.said
    return said


def test_what_was_cancelled_is_neither_resumed_nor_sent_again(desk: ClockedStage) -> None:
    desk.lose_answers(1)
    cancel(desk.site, ISSUE_ID, "kim", "a mistake", agree)
    site = desk.site

    said = [
        refused(lambda: resume(site, ISSUE_ID, "lee", agree)),
        refused(lambda: settle_unknown(site, RESEND, bool)),
    ]

    assert said == [
        phrase("desk.resume-cancelled", issue=ISSUE_ID, halt=BEGUN),
        phrase("desk.settle-cancelled", issue=ISSUE_ID, halt=BEGUN, settlement="assume-accepted"),
    ]


def test_what_was_never_dispatched_has_nothing_to_act_on(tmp_path: Path) -> None:
    site, never = ClockedStage(tmp_path).site, phrase("desk.never-dispatched", issue=ISSUE_ID)

    assert refused(lambda: pause(site, ISSUE_ID, "kim", "")) == never
    assert refused(lambda: cancel(site, ISSUE_ID, "kim", "", agree)) == never
    assert refused(lambda: set_rehearsal_aside(site, ISSUE_ID, "kim", "", agree)) == never
    assert refused(lambda: drop_appointment(site, ISSUE_ID, "kim")) == phrase(
        "desk.no-appointment", issue=ISSUE_ID
    )


def test_what_is_finished_has_nothing_left(desk: ClockedStage) -> None:
    desk.run("dispatch", ISSUE_ID, "--yes")
    site = desk.site

    assert refused(lambda: pause(site, ISSUE_ID, "kim", "")) == phrase(
        "desk.pause-too-late", issue=ISSUE_ID
    )
    assert refused(lambda: cancel(site, ISSUE_ID, "kim", "", agree)) == phrase(
        "desk.cancel-too-late", issue=ISSUE_ID
    )


def test_what_is_kept_with_a_reason_is_refused_without_one(desk: ClockedStage) -> None:
    site = desk.site

    assert refused(lambda: cancel(site, ISSUE_ID, "kim", "", agree)) == phrase("desk.cancel-reason")
    assert refused(lambda: set_rehearsal_aside(site, ISSUE_ID, "kim", "", agree)) == phrase(
        "desk.rehearsal-reason"
    )
    assert refused(lambda: open_replacement(site, ISSUE_ID, " ", Process())) == phrase(
        "desk.replace-reason"
    )


def test_a_rehearsal_is_nothing_that_readers_have(desk: ClockedStage) -> None:
    site = desk.site

    assert refused(lambda: check_recipients(site.records.ledger(), ISSUE_ID)) == phrase(
        "desk.recipients-rehearsed", issue=ISSUE_ID
    )
    assert refused(lambda: open_replacement(site, ISSUE_ID, "a typo", Process())) == phrase(
        "desk.replace-rehearsed", issue=ISSUE_ID
    )


def test_a_delivery_that_is_not_in_doubt_is_named_with_its_state(desk: ClockedStage) -> None:
    stranger = SettlingOrder(ISSUE_ID, Settlement.RESEND, "kim", "", only="x@example.org")

    assert refused(lambda: settle_unknown(desk.site, RESEND, bool)) == phrase(
        "desk.settle-not-unknown",
        address="r1@example.org",
        state=State.ACCEPTED.said,
        issue=ISSUE_ID,
    )
    assert refused(lambda: settle_unknown(desk.site, stranger, bool)) == phrase(
        "desk.settle-no-delivery", address="x@example.org", issue=ISSUE_ID
    )


def test_a_letter_that_nobody_was_sent_is_not_shown(desk: ClockedStage) -> None:
    site, kind = desk.site, EditionKind.BILINGUAL

    assert refused(lambda: find_sent_letters(site, ISSUE_ID, kind=kind)) == phrase(
        "desk.show-edition", edition=kind, issue=ISSUE_ID
    )
    assert refused(lambda: find_sent_letters(site, ISSUE_ID, to="x@example.org")) == phrase(
        "desk.show-stranger", address="x@example.org", issue=ISSUE_ID
    )


def test_addresses_without_a_reason_prove_nothing(desk: ClockedStage) -> None:
    order = LogOrder(ISSUE_ID, [desk.root / "taken.csv"], "kim", "")

    assert refused(lambda: settle_from_logs(desk.site, order, bool)) == phrase(
        "desk.list-proves-nothing", path=desk.root / "taken.csv", issue=ISSUE_ID
    )


def test_a_test_needs_somebody_whose_address_can_be_read(desk: ClockedStage) -> None:
    assert refused(lambda: choose_recipients(desk.site, [])) == phrase("desk.no-test-recipient")

    said = refused(lambda: choose_recipients(desk.site, ["nobody"]))

    assert isinstance(said, Phrase)
    assert said.code == "desk.wrong-test-recipient"
