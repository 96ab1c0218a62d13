"""Whoever complains after they left is not written to again, by whatever older mail."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from newsletter.desk.mails import MailRoom
from newsletter.mails.mail import Mail
from newsletter.subscribers.address import address_of
from tests.feedback.returning import ReturningStage, Sent, answer, complaint

R1: Final = "r1@example.org"


def by_office(stage: ReturningStage, letter: Sent) -> None:
    del letter
    stage.run("subscribers", "remove", R1, "--by", "Kim")


def by_mail(stage: ReturningStage, letter: Sent) -> None:
    stage.pipe(answer("", sender=R1, subject="unsubscribe", to=letter.unsubscribe_address))


LEAVING: Final = pytest.mark.parametrize("leave", [by_office, by_mail])


def result_of(stage: ReturningStage) -> Mail:
    """Return the mail that offers the way back."""
    reader = stage.reader(R1)
    found = stage.site.records.reader_lookup().find_mails(address_of(R1).key, reader.id)
    return next(one for one in found if one.kind == "left")


def undo(stage: ReturningStage) -> str | None:
    acts = stage.site.records.reader_acts(stage.site.zone())
    return acts.undo_leaving(result_of(stage), stage.site.now)


@LEAVING
@pytest.mark.parametrize("is_told", [True, False])
def test_an_undo_after_a_complaint_opens_nothing(
    tmp_path: Path, leave: Callable[[ReturningStage, Sent], None], *, is_told: bool
) -> None:
    stage = ReturningStage(tmp_path)
    letter = stage.send_issue()[R1]
    leave(stage, letter)
    if is_told:
        MailRoom(stage.site).deliver_due()
    stage.pipe(complaint(letter))
    before = len(list((stage.root / "outbox").glob("mail.*.eml")))

    assert undo(stage) == "unsubscribed"

    MailRoom(stage.site).keep_up()
    MailRoom(stage.site).deliver_due()
    assert len(list((stage.root / "outbox").glob("mail.*.eml"))) == before  # owes no notice
    assert stage.standing(R1) == "unsubscribed withdrew"
    assert "suppress" in [action for _, action in stage.events()]
    assert R1 not in stage.send_issue()
    file = stage.root / "again.csv"
    file.write_text(f"email,consented_at\n{R1},{stage.site.now.date()}\n")
    stage.invoke("subscribers", "import", str(file))
    assert R1 not in stage.send_issue()


@LEAVING
def test_an_undo_without_a_complaint_works(
    tmp_path: Path, leave: Callable[[ReturningStage, Sent], None]
) -> None:
    stage = ReturningStage(tmp_path)
    leave(stage, stage.send_issue()[R1])

    assert undo(stage) == "active"


@LEAVING
def test_s10_who_complains_after_leaving_is_erased_in_time(
    tmp_path: Path, leave: Callable[[ReturningStage, Sent], None]
) -> None:
    stage = ReturningStage(tmp_path)
    letter = stage.send_issue()[R1]
    leave(stage, letter)
    stage.site.now += timedelta(days=20)
    stage.pipe(complaint(letter))
    stage.site.now += timedelta(days=11)

    stage.run("subscribers", "erase", "--due")

    assert stage.site.records.book().find(R1) is None
    refused = stage.invoke("subscribers", "add", R1, "--again", "--consented-at", "2022-10-01")
    assert refused.exit_code != 0


@pytest.mark.parametrize("then", ["leave", "complain again"])
def test_a_complaint_before_leaving_stays_one(tmp_path: Path, then: str) -> None:
    stage = ReturningStage(tmp_path)
    letter = stage.send_issue()[R1]
    stage.pipe(complaint(letter))

    if then == "leave":
        stage.run("subscribers", "remove", R1, "--by", "Kim")
    else:
        stage.pipe(complaint(letter).replace(b"complaint about", b"another complaint about"))

    assert stage.standing(R1) == "suppressed complained"
