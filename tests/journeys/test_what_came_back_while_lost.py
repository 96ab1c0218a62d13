"""What ends a subscription while the list does not have the reader counts when they are back."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Final

import pytest

from newsletter.feedback.effects import Action
from newsletter.feedback.event import Event, Kind, Proof, Understood, Whose
from newsletter.storage.blocking import find_blocked
from tests.feedback.returning import ReturningStage, Sent, bounce, complaint
from tests.feedback.test_service_events import HARD, book_of, report
from tests.postgresql import dump, new_database, postgresql

NEW: Final = "new@example.org"
OTHER: Final = "other@example.org"
GONE: Final = "550 5.1.1 no such user"
Come = Callable[[ReturningStage, Sent], None]
Back = Callable[[ReturningStage], None]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ReturningStage]:
    settings = dict[str, str]()
    if request.param == "postgresql":
        settings["database_url"] = new_database(request.getfixturevalue("server"))
    made = ReturningStage(tmp_path / "site", 4, **settings)
    yield made
    made.site.close()


def place(stage: ReturningStage, name: str) -> Path:
    return stage.root.parent / name


def go_on(stage: ReturningStage) -> None:
    stage.site.close()
    stage.restart()
    stage.site.now += timedelta(hours=1)


def back_up(stage: ReturningStage, name: str) -> None:
    go_on(stage)
    url = stage.environ.get("NEWSLETTER_DATABASE_URL", "")
    if url.startswith("postgresql:"):
        stage.site.close()
        dump(url, place(stage, name))
    else:
        stage.run("backup", str(place(stage, name)))
    go_on(stage)


def restore(stage: ReturningStage, name: str, *options: str) -> None:
    go_on(stage)
    stage.run("restore", str(place(stage, name)), "--yes", *options)
    go_on(stage)


def lose(stage: ReturningStage, *addresses: str) -> dict[str, Sent]:
    """Restore a backup from before these readers, who have got an issue; return its letters."""
    back_up(stage, "old")
    for address in addresses:
        stage.run("subscribers", "add", address, "--language", "ko", "--consented-at", "2022-08-01")
    letters = stage.send_issue()
    back_up(stage, "new")
    restore(stage, "old", "--lost", str(place(stage, "lost.csv")), "--because", "to add them again")
    return letters


def by_the_file(stage: ReturningStage) -> None:
    go_on(stage)
    stage.run("subscribers", "import", str(place(stage, "lost.csv")))
    go_on(stage)


def by_the_right_backup(stage: ReturningStage) -> None:
    restore(stage, "new")


def by_both(stage: ReturningStage) -> None:
    """Another old backup comes in between: what is remembered goes along."""
    restore(stage, "old")
    by_the_right_backup(stage)


def wish(letter: Sent, sender: str = NEW) -> EmailMessage:
    """Return the mail that a mail program writes at its button to unsubscribe."""
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, letter.unsubscribe_address
    mail["Subject"] = "unsubscribe"
    mail.set_content("unsubscribe")
    return mail


def complain(stage: ReturningStage, letter: Sent) -> None:
    stage.pipe(complaint(letter))


def leave(stage: ReturningStage, letter: Sent) -> None:
    stage.pipe(wish(letter), to=letter.unsubscribe_address)


def come_back(stage: ReturningStage, letter: Sent) -> None:
    stage.pipe(bounce(letter, GONE))


def tell(kind: Kind) -> Come:
    def tell(stage: ReturningStage, letter: Sent) -> None:
        [applied] = book_of(stage).apply([report(stage, letter, kind)])
        assert applied.action is Action.NOTE

    return tell


COMES: Final = {
    "complaint": (complain, "suppressed complained"),
    "wish": (leave, "unsubscribed withdrew"),
    "bounce": (come_back, "suppressed bounced"),
    "complaint-at-a-service": (tell(Kind.COMPLAINT), "suppressed complained"),
    "wish-at-a-service": (tell(Kind.UNSUBSCRIBE), "unsubscribed withdrew"),
    "bounce-at-a-service": (tell(Kind.BOUNCE), "suppressed bounced"),
}


@pytest.mark.parametrize("back", [by_the_file, by_the_right_backup, by_both])
@pytest.mark.parametrize(("come", "standing"), COMES.values(), ids=list(COMES))
def test_whoever_is_back_comes_as_they_ended(
    stage: ReturningStage, come: Come, standing: str, back: Back
) -> None:
    letter = lose(stage, NEW)[NEW]
    come(stage, letter)
    assert "Nothing waits for you" in stage.run("feedback", "list")

    back(stage)

    assert stage.standing(NEW) == standing
    assert NEW not in stage.send_issue("--after-restore", "--because", "it was not sent")
    assert "all as they were recorded" in stage.run("consent", "verify")


@pytest.mark.parametrize("come", [complain, leave, come_back, tell(Kind.COMPLAINT)])
def test_no_address_of_them_is_stored(stage: ReturningStage, come: Come) -> None:
    letter = lose(stage, NEW)[NEW]

    come(stage, letter)

    with stage.site.records.database.connect() as connection:
        for table in ("feedback_events", "left_names"):
            rows = connection.exec_driver_sql(f"SELECT * FROM {table}").all()
            assert len(rows) == 1
            assert NEW not in str(rows)
    assert not list((stage.root / "feedback").rglob("*.eml"))


@pytest.mark.parametrize("come", [complain, leave, come_back, tell(Kind.COMPLAINT)])
def test_whoever_has_agreed_since_is_a_reader(stage: ReturningStage, come: Come) -> None:
    come(stage, lose(stage, NEW)[NEW])
    go_on(stage)
    stage.run("subscribers", "add", NEW, "--consented-at", stage.site.now.isoformat())

    by_the_file(stage)

    assert stage.standing(NEW) == "active"


def test_whoever_left_and_complained_is_not_asked_again(stage: ReturningStage) -> None:
    letter = lose(stage, NEW)[NEW]
    leave(stage, letter)
    go_on(stage)
    complain(stage, letter)

    by_the_file(stage)

    assert stage.standing(NEW) == "unsubscribed withdrew"
    with stage.site.records.database.connect() as connection:
        assert find_blocked(connection, [NEW]) == {NEW}


def test_a_bounce_of_another_mailbox_says_nothing(stage: ReturningStage) -> None:
    letter = lose(stage, NEW)[NEW]
    stage.pipe(bounce(letter, GONE).replace(NEW.encode(), OTHER.encode()))

    by_the_file(stage)

    assert stage.standing(NEW) == "active"


def test_too_many_bounces_of_one_domain_suppress_nobody(stage: ReturningStage) -> None:
    lost = [f"lost{number}@example.com" for number in range(20)]
    letters = lose(stage, *lost)
    for address in lost:
        stage.pipe(bounce(letters[address], GONE))

    by_the_file(stage)

    assert stage.standings() == {}


def test_a_wish_of_somebody_who_is_here_by_another_name_waits(stage: ReturningStage) -> None:
    letter = lose(stage, NEW)[NEW]
    stage.run("subscribers", "add", NEW, "--consented-at", "2022-08-01")

    leave(stage, letter)

    assert NEW in stage.run("feedback", "list")


def test_a_complaint_that_a_person_quotes_is_theirs_to_read(stage: ReturningStage) -> None:
    letter = lose(stage, NEW)[NEW]
    whose = report(stage, letter, Kind.COMPLAINT).whose
    quoted = replace(report(stage, letter, Kind.COMPLAINT), source="mail", is_by_server=False)

    [applied] = book_of(stage).apply([replace(quoted, whose=replace(whose, proof=Proof.LETTER))])
    by_the_file(stage)

    assert applied.action is Action.LIST
    assert stage.standing(NEW) == "active"


def test_a_service_may_complain_of_an_issue_that_was_lost(stage: ReturningStage) -> None:
    letter = lose(stage, NEW)["r1@example.org"]
    told = report(stage, letter, Kind.COMPLAINT)
    wrong = report(stage, letter, Kind.COMPLAINT, name="2", recipient="r2@example.org")

    done = [book_of(stage).apply([one]) for one in (wrong, told)]

    assert [one.action for [one] in done] == [Action.KEEP, Action.SUPPRESS]
    assert stage.standings() == {"suppressed complained": ["r1@example.org"]}


@pytest.mark.parametrize(("kind", "cause"), [("complaint", "complained"), ("bounce", "bounced")])
def test_a_mail_of_the_program_comes_back_alike(
    stage: ReturningStage, kind: str, cause: str
) -> None:
    back_up(stage, "old")
    stage.run("subscribers", "add", NEW, "--consented-at", "2022-08-01")
    name = f"m{'a' * 16}"
    with stage.site.records.database.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO mails (name, kind, form, lang, address, address_key, subscriber_id,"
            " facts, attempts, tries, asked_at, begun_at, state) SELECT"
            f" '{name}', 'left', 'left', 'ko', address, address_key, id, '{{}}', 1, 0,"
            f" standing_since, standing_since, 'accepted' FROM subscribers WHERE address = '{NEW}'"
        )
    back_up(stage, "new")
    restore(stage, "old")
    found = Understood(Kind(kind), HARD if kind == "bounce" else None, NEW)
    mail = Event("mail", "1", stage.site.now, found, Whose(Proof.LETTER, mail_name=name))

    [applied] = book_of(stage).apply([mail])
    by_the_right_backup(stage)

    assert applied.action is Action.NOTE
    assert stage.standing(NEW) == f"suppressed {cause}"
