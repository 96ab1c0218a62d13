"""What a mail service reports of letters does what a mail does, and finds lost answers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, update

from newsletter.desk.letter_marks import find_marks
from newsletter.feedback.book import Applied, FeedbackBook, Once, ReplayedError
from newsletter.feedback.effects import Action
from newsletter.feedback.event import (
    BounceClass,
    Diagnosis,
    Event,
    Kind,
    Proof,
    Reason,
    Understood,
    Whose,
)
from newsletter.lang import Lang
from newsletter.storage.tables import deliveries
from tests.feedback.returning import ReturningStage, Sent

HARD = Diagnosis(BounceClass.HARD, Reason.USER_UNKNOWN, "5.1.1", "550")


def book_of(stage: ReturningStage) -> FeedbackBook:
    return stage.site.records.feedback(find_marks(stage.site), Lang.KO)


def report(
    stage: ReturningStage,
    letter: Sent,
    kind: Kind,
    *,
    name: str = "1",
    recipient: str | None = None,
) -> Event:
    """Return what a service says of a letter."""
    to = str(letter.head["To"]) if recipient is None else recipient
    message_id = str(letter.head["Message-ID"]).strip("<>").rpartition("@")[0]
    found = Understood(kind, HARD if kind is Kind.BOUNCE else None, to)
    whose = Whose(Proof.SERVICE, message_id=message_id)
    return Event("resend", name, stage.site.clock(), found, whose)


def lose_answers(stage: ReturningStage, **values: object) -> None:
    """Make all deliveries as requests leave them that were cut off."""
    with stage.site.records.database.begin() as connection:
        lost = {"state": "unknown", "answer": None, "run_id": None, **values}
        connection.execute(update(deliveries).values(lost))


def state_of(stage: ReturningStage, address: str) -> tuple[str, str]:
    with stage.site.records.database.connect() as connection:
        row = connection.exec_driver_sql(
            "SELECT state, coalesce(answer, '') AS answer FROM deliveries"
            f" WHERE address = '{address}' AND issue = '{stage.issues[-1]}'"
        ).one()
    return row.state, row.answer


def test_a_hard_bounce_suppresses_and_a_second_report_does_nothing(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letter = stage.send_issue()["r1@example.org"]
    bounced = report(stage, letter, Kind.BOUNCE)

    [first] = book_of(stage).apply([bounced])
    before = stage.contents()
    [second] = book_of(stage).apply([bounced])

    assert (first.action, first.is_news) == (Action.SUPPRESS, True)
    assert second == replace(first, is_news=False)
    assert stage.contents() == before
    assert stage.standings() == {"suppressed bounced": ["r1@example.org"]}


def test_leaving_at_the_service_is_a_withdrawal_with_its_notice(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letter = stage.send_issue()["r2@example.org"]

    book_of(stage).apply([report(stage, letter, Kind.UNSUBSCRIBE)])

    assert stage.standing("r2@example.org") == "unsubscribed withdrew"
    with stage.site.records.database.connect() as connection:
        asked = connection.exec_driver_sql(
            "SELECT kind, address FROM mails WHERE kind = 'left'"
        ).all()
        ways = connection.exec_driver_sql("SELECT way FROM consents WHERE act = 'ended'").all()
    assert [tuple(row) for row in asked] == [("left", "r2@example.org")]
    assert [row.way for row in ways] == ["service"]


def test_leaving_without_the_letters_reference_waits_for_a_person(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letter = stage.send_issue()["r2@example.org"]
    wish = replace(report(stage, letter, Kind.UNSUBSCRIBE), whose=Whose(Proof.NONE))

    [applied] = book_of(stage).apply([wish])

    assert applied.action is Action.ASK
    assert stage.standings() == {}


@pytest.mark.parametrize("kind", [Kind.ACCEPTED, Kind.BOUNCE, Kind.COMPLAINT, Kind.DELAY])
def test_whatever_a_service_tells_of_a_letter_settles_its_lost_answer(
    kind: Kind, tmp_path: Path
) -> None:
    stage = ReturningStage(tmp_path)
    letter = stage.send_issue()["r1@example.org"]
    lose_answers(stage)

    book_of(stage).apply([report(stage, letter, kind)])

    assert state_of(stage, "r1@example.org")[0] == "accepted"
    assert state_of(stage, "r2@example.org")[0] == "unknown"
    notes = [str(one.words) for one in stage.site.records.diary().notes(stage.issues[-1])]
    assert notes[-1] == "1 × accepted, reported by resend"


def test_accepted_of_a_letter_that_is_known_to_be_accepted_is_not_recorded(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letter = stage.send_issue()["r1@example.org"]
    before = stage.contents()

    assert book_of(stage).apply([report(stage, letter, Kind.ACCEPTED)]) == [Applied(0, Action.NOTE)]

    assert stage.contents() == before


def test_what_a_service_told_is_shown_with_its_name_and_settled_like_a_mail(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letter = stage.send_issue()["r2@example.org"]
    wish = replace(
        report(stage, letter, Kind.UNSUBSCRIBE), whose=Whose(Proof.NONE), sender="r2@example.org"
    )
    book_of(stage).apply([wish])

    shown = stage.run("feedback", "show", "1")
    assert "service    resend\n" in shown
    assert "not kept" not in shown
    assert '"source": "resend"' in stage.run("feedback", "list", "--json")
    stage.run("feedback", "settle", "1", "--as", "unsubscribed", "--by", "Kim")
    assert stage.standing("r2@example.org") == "unsubscribed withdrew"


def test_a_delivery_under_way_is_settled_when_its_answer_has_not_come(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letter = stage.send_issue()["r1@example.org"]
    with stage.site.records.database.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE runs SET ended_at = NULL, seen_at = strftime('%Y-%m-%d %H:%M:%f000', 'now'),"
            " host = 'elsewhere'"
        )
        run = connection.exec_driver_sql("SELECT max(id) FROM runs").scalar_one()
    lose_answers(stage, run_id=run, answered_at=None)

    [applied] = book_of(stage).apply([report(stage, letter, Kind.ACCEPTED)])
    assert applied.action is Action.SETTLE
    assert book_of(stage).settle_left(0, stage.site.clock()) == applied.number - 1
    assert state_of(stage, "r1@example.org")[0] == "unknown"

    lose_answers(stage, run_id=run, answered_at=stage.site.clock())  # it timed out
    assert book_of(stage).settle_left(applied.number - 1, stage.site.clock()) == applied.number
    assert state_of(stage, "r1@example.org")[0] == "accepted"
    assert state_of(stage, "r2@example.org")[0] == "unknown"


def test_a_letter_is_found_by_one_row_where_the_address_is_told(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    book, asked = book_of(stage), list[str]()

    def note(*arguments: object) -> None:
        asked.append(str(arguments[2]))

    event.listen(stage.site.records.database, "before_cursor_execute", note)
    told = report(stage, letters["r1@example.org"], Kind.COMPLAINT)
    wrong = report(
        stage, letters["r2@example.org"], Kind.COMPLAINT, name="2", recipient="r3@example.org"
    )
    passes = []
    for one in (told, wrong):
        asked.clear()
        book.apply([one])
        passes.append(sum("ORDER BY deliveries.id" in query for query in asked))

    assert passes[0] == 0
    assert passes[1] > 0
    assert stage.standings() == {
        "suppressed complained": ["r1@example.org", "r2@example.org"]
    }  # the Message-ID says whose letter it is, and not the address


def test_a_proof_that_comes_again_with_other_events_applies_none(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    until = stage.site.clock() + timedelta(hours=1)
    first = [report(stage, letters["r1@example.org"], Kind.BOUNCE)]
    other = [report(stage, letters["r2@example.org"], Kind.BOUNCE, name="2")]

    def apply(events: Sequence[Event], content: bytes) -> Sequence[Applied]:
        return book_of(stage).apply(events, Once("mailgun", "token", content, until))

    apply(first, b"first")
    assert not apply(first, b"first")[0].is_news
    with pytest.raises(ReplayedError):
        apply(other, b"other")

    assert stage.standings() == {"suppressed bounced": ["r1@example.org"]}
    stage.site.now += timedelta(hours=2)  # too old by its own time: forgotten
    apply([replace(other[0], received_at=stage.site.clock())], b"other")
    assert len(stage.events()) == 2
