"""F3: people quote reports, forward letters and answer old mails; only a server's own word acts."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from newsletter.app.keys import read_or_make_link_keys
from newsletter.message.bounces import BounceAddresses
from tests.feedback.returning import (
    BOUNCES,
    ReturningStage,
    Sent,
    addresses,
    answer,
    bounce,
    complaint,
)

GONE = "550 5.1.1 <someone@example.org>: Recipient address rejected: User unknown"
R1, R2, R3, R4 = addresses([1, 2, 3, 4])


def forwarded(content: bytes, *, sender: str, to: str) -> bytes:
    """Return a mail of a person with another one enclosed."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = "FW: what is this?"
    mail.set_content("Please look at the mail below. Should we do something?")
    mail.add_attachment(message_from_bytes(content, policy=SMTP), filename="mail.eml")
    return mail.as_bytes(policy=SMTP)


@pytest.mark.parametrize("make", ["bounce", "complaint"])
def test_a_report_that_a_person_forwards_is_for_people(tmp_path: Path, make: str) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    report = bounce(letters[R2], GONE) if make == "bounce" else complaint(letters[R2])

    stage.pipe(forwarded(report, sender=R1, to="desk@example.org"))

    assert stage.standings() == {}
    [(_, action)] = stage.events()
    assert action in {"list", "keep"}


def test_words_of_a_bounce_in_an_answer_to_a_letter_end_nobodys_subscription(
    tmp_path: Path,
) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    words = f"I wrote to you and got this back:\n\n{GONE}\n\nIs your mailbox broken?"

    stage.pipe(answer(words, sender=R1, subject="Undelivered", of=letters[R1]))
    report = bounce(letters[R2], GONE).replace(letters[R2].return_path.encode(), BOUNCES.encode())
    report = report.replace(b"To: bounces", b"In-Reply-To: %s\nTo: bounces" % _id(letters[R1]))
    stage.pipe(report.partition(b"--==\nContent-Type: text/rfc822-headers")[0] + b"--==--\n")

    assert stage.standings() == {}


def test_a_letter_within_a_letter_proves_nothing(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    inner = forwarded(letters[R2].content.partition(b"\r\n")[2], sender=R1, to="x@example.net")
    report = bounce(letters[R1], GONE).partition(b"--==\nContent-Type: text/rfc822-headers")[0]
    report = report.replace(letters[R1].return_path.encode(), BOUNCES.encode())
    stage.pipe(report + b"--==\nContent-Type: message/rfc822\n\n" + inner + b"\n--==--\n")

    assert stage.standings() == {}


def test_a_token_of_nobody_in_the_address_ends_the_search(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    made = _addresses(stage)
    nobody = made.address(made.token_of_nobody())
    report = bounce(letters[R1], GONE).replace(letters[R1].return_path.encode(), nobody.encode())

    stage.pipe(report, to=nobody)

    assert stage.standings() == {}


def test_equal_mails_to_the_own_addresses_of_two_readers_are_two_events(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()

    for reader in (R1, R2, R1):
        mail = answer("수신거부", sender="someone@example.net", subject="unsubscribe")
        stage.pipe(mail, to=letters[reader].unsubscribe_address)

    assert sorted(one for names in stage.standings().values() for one in names) == [R1, R2]
    assert len(stage.events()) == 2


def test_whoever_will_be_away_and_asks_to_leave_leaves(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()

    stage.pipe(answer("Please unsubscribe me.", sender=R1, subject="Out of office", of=letters[R1]))
    stage.pipe(
        answer(
            "I am on vacation next week. Which clinic is in the first article?",
            sender=R2,
            subject="Question",
            of=letters[R2],
        )
    )

    assert [kind for kind, _ in stage.events()] == ["unsubscribe", "human"]
    assert [one for names in stage.standings().values() for one in names] == [R1]


def test_a_complaint_is_firmer_than_a_bounce_before_it(tmp_path: Path) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    stage.pipe(bounce(letters[R1], GONE))

    stage.pipe(complaint(letters[R1]))

    assert stage.standing(R1) == "suppressed complained"
    stage.run("subscribers", "unsuppress", R1, "--because", "we know better", status=1)


@pytest.mark.parametrize(
    ("make", "to", "expected"),
    [
        ("complaint", R1, "suppressed complained"),
        ("bounce", R1, "suppressed bounced"),
        ("complaint", "mistyped@example.org", "active"),  # R1 wants it from now on
        ("bounce", "mistyped@example.org", "active"),
    ],
)
def test_a_mail_of_the_program_that_comes_back_counts_as_a_letter(
    tmp_path: Path, make: str, to: str, expected: str
) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    name = "mabcdefghij234567"
    with stage.site.records.database.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO mails (name, kind, lang, address, address_key, subscriber_id, facts,"
            " asked_at, state, attempts, tries, begun_at)"
            " SELECT ?, 'agreed', 'ko', ?, ?, id, '{}', ?, 'accepted', 1, 0, ?"
            " FROM subscribers WHERE address = ?",
            (name, to, to, *[stage.site.now.strftime("%Y-%m-%d %H:%M:%S.000000")] * 2, R1),
        )
    made = _addresses(stage)
    own = made.address(made.token_of_mail(name)).encode()
    report = bounce(letters[R1], GONE) if make == "bounce" else complaint(letters[R1])
    for token in (letters[R1].return_path, letters[R1].unsubscribe_address):
        report = report.replace(token.encode(), own)
    report = report.replace(_id(letters[R1]), b"<1@example.org>")

    stage.pipe(report, to=own.decode())

    assert stage.standing(R1) == expected


def _addresses(stage: ReturningStage) -> BounceAddresses:
    keys = read_or_make_link_keys(stage.site.settings, lambda: True)
    return BounceAddresses(keys, "e-news.example.org", BOUNCES)


def _id(letter: Sent) -> bytes:
    return str(letter.head["Message-ID"]).encode()
