"""A letter that was tested, approved, appointed or planned lies in the ledger, and stays there."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, func, select, update

from newsletter.compose.composition import digest_of
from newsletter.dispatch.control import Appointment
from newsletter.dispatch.ledger import DeliveryId, DeliveryPage, LetterId, Plan
from newsletter.dispatch.manner import Manner
from newsletter.errors import LedgerError
from newsletter.issue.pace import Pace, Rate
from newsletter.lang import EditionKind, Lang, Preference
from newsletter.message.facts import facts_of
from newsletter.message.kept_letter import KeptLetter, KeptPicture
from newsletter.proof.approval import Approval
from newsletter.storage.approvals import SqlApprovals
from newsletter.storage.diary import SqlDiary
from newsletter.storage.ledger import SqlLedger
from newsletter.storage.letters import SqlLetters
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.storage.tables import kept_letters, kept_pictures
from newsletter.subscribers.decisions import enrol
from newsletter.subscribers.subscriber import editions_by_preference
from tests.message.makers import PUBLIC_URL, make_edition, make_publication, make_strings
from tests.saying import raises
from tests.subscribers.makers import make_row

NOW = datetime(2022, 8, 26, tzinfo=UTC)
DAYS = timedelta(days=90)
LATE = NOW + DAYS + timedelta(seconds=1)
ISSUE = "2022-08"
STRINGS = make_strings()


def make_letter(subject: str = "8월 소식", *pictures: bytes) -> KeptLetter:
    parts = {"subject": sha256(subject.encode()).hexdigest()}
    return KeptLetter(
        issue=ISSUE,
        issued_on=date(2022, 8, 26),
        digest=digest_of(parts),
        parts=parts,
        editions={kind: make_edition(kind, subject) for kind in EditionKind},
        words=STRINGS,
        facts=facts_of(make_publication()),
        zone=ZoneInfo("Asia/Seoul"),
        public_url=PUBLIC_URL,
        images="hosted",
        pictures=tuple(
            KeptPicture(f"issues/2022-08/pictures/{at}.png", reader_of(data))
            for at, data in enumerate(pictures)
        ),
    )


def reader_of(data: bytes) -> Callable[[], bytes]:
    return cache(lambda: data)


@pytest.fixture
def letters(engine: Engine) -> SqlLetters:
    return SqlLetters(engine, DAYS)


def count(engine: Engine) -> tuple[int, int]:
    """Count the letters and the pictures."""
    with engine.connect() as connection:
        return (
            connection.execute(select(func.count()).select_from(kept_letters)).scalar_one(),
            connection.execute(select(func.count()).select_from(kept_pictures)).scalar_one(),
        )


def plan_for(engine: Engine, letter: KeptLetter, number: LetterId) -> SqlLedger:
    with SqlSubscriberBook(engine).opened() as page:
        enrol(make_row("r0@example.org", "", Preference.KO), page, NOW)
    ledger = SqlLedger(engine)
    plan = Plan(ISSUE, letter.digest, letter.parts, NOW, letter=number)
    ledger.freeze(plan, editions_by_preference(None))
    return ledger


def test_what_is_found_is_what_was_kept(engine: Engine, letters: SqlLetters) -> None:
    letter = make_letter("8월 소식", b"one", b"two")

    number = letters.keep(letter, NOW)
    found = letters.find(number)

    assert found.editions == letter.editions
    assert found.facts == letter.facts
    assert [(one.path, one.read()) for one in found.pictures] == [
        (one.path, one.read()) for one in letter.pictures
    ]
    assert {lang: own["greeting"] for lang, own in found.words.items()} == {
        lang: STRINGS[lang]["greeting"] for lang in Lang
    }
    with engine.connect() as connection:
        size = connection.execute(select(func.length(kept_letters.c.content))).scalar_one()
    assert (letters.size().letters, letters.size().size) == (1, size + 6)


def test_the_same_letter_and_the_same_picture_are_kept_once(
    engine: Engine, letters: SqlLetters
) -> None:
    first = letters.keep(make_letter("8월 소식", b"one", b"two"), NOW)

    assert letters.keep(make_letter("8월 소식", b"one", b"two"), LATE) == first
    second = letters.keep(make_letter("9월 소식", b"one", b"two", b"two"), NOW)

    assert second != first
    assert count(engine) == (2, 2)
    assert [one.read() for one in letters.find(second).pictures] == [b"one", b"two", b"two"]


def test_a_picture_that_is_kept_is_not_made_again(letters: SqlLetters) -> None:
    """An image library of today may write other bytes from the same source."""
    letters.keep(make_letter("8월 소식", b"made then"), NOW)
    made_now = make_letter("9월 소식", b"made now")

    reused = letters.reuse_pictures(made_now)
    number = letters.keep(made_now, NOW)

    assert [one.read() for one in reused.pictures] == [b"made then"]
    assert [one.read() for one in letters.find(number).pictures] == [b"made then"]


@pytest.mark.parametrize("column", [kept_letters.c.content, kept_pictures.c.data])
def test_what_is_damaged_is_never_sent(engine: Engine, letters: SqlLetters, column: object) -> None:
    number = letters.keep(make_letter("8월 소식", b"one"), NOW)
    table = kept_letters if column is kept_letters.c.content else kept_pictures
    with engine.begin() as connection:
        connection.execute(update(table).values({column: b"other"}))

    with pytest.raises(LedgerError, match="is damaged in the ledger, so"):
        [one.read() for one in letters.find(number).pictures]


def test_a_letter_that_is_not_there_is_named(letters: SqlLetters) -> None:
    with raises(LedgerError, "storage.no-letter"):
        letters.find(LetterId(7))


def test_what_nothing_names_goes_after_a_while_with_its_pictures(
    engine: Engine, letters: SqlLetters
) -> None:
    letters.keep(make_letter("8월 소식", b"one", b"two"), NOW)

    letters.keep(make_letter("9월 소식", b"one"), NOW + DAYS)
    assert count(engine) == (2, 2)
    letters.keep(make_letter("10월 소식"), LATE)
    assert count(engine) == (2, 1)


def test_one_that_is_kept_again_counts_from_then(engine: Engine, letters: SqlLetters) -> None:
    letters.keep(make_letter(), NOW)
    letters.keep(make_letter(), NOW + DAYS)

    letters.keep(make_letter("9월 소식"), LATE)

    assert count(engine) == (2, 0)


def test_an_approval_or_an_appointment_holds_its_letter(
    engine: Engine, letters: SqlLetters
) -> None:
    approved, appointed, neither = (make_letter(one) for one in ("가", "나", "다"))
    for one in (approved, appointed, neither):
        letters.keep(one, NOW)
    SqlApprovals(engine).record_approval(Approval(ISSUE, approved.digest, {}, "Kim", NOW, 0, 0))
    SqlDiary(engine).appoint(
        Appointment(ISSUE, appointed.digest, {}, LATE, "Kim", NOW, None, None, "")
    )

    letters.keep(make_letter("라"), LATE)
    assert kept_subjects(engine, letters) == {"가", "나", "라"}

    SqlDiary(engine).drop_appointment(ISSUE, "Kim", NOW)
    letters.keep(make_letter("라"), LATE)
    assert kept_subjects(engine, letters) == {"가", "라"}


def test_what_was_planned_or_sent_stays_for_ever(engine: Engine, letters: SqlLetters) -> None:
    letter = make_letter("가", b"one")
    sent = letters.keep(letter, NOW)
    ledger = plan_for(engine, letter, sent)
    letters.keep(make_letter("나"), LATE)
    assert kept_subjects(engine, letters) == {"가", "나"}  # named by its plan

    delivery = ledger.find_due(ISSUE, NOW, DeliveryPage(DeliveryId(0), 1))[0]
    ledger.begin_run(ISSUE)
    assert ledger.begin(delivery.id, NOW, delivery.letter).wait()
    other = letters.keep(make_letter("나"), LATE)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE dispatches SET letter_id = {other}")
    ledger.close()

    letters.keep(make_letter("다"), LATE + DAYS)

    assert kept_subjects(engine, letters) == {"가", "나", "다"}  # its plan names another now


def test_a_plan_keeps_what_it_goes_on_with(engine: Engine, letters: SqlLetters) -> None:
    letter = make_letter()
    manner = Manner(Pace(rate=Rate(5, timedelta(seconds=1))), Preference.EN)
    plan = Plan(
        ISSUE,
        letter.digest,
        letter.parts,
        NOW,
        letter=letters.keep(letter, NOW),
        files={"issues/2022-08/ko.md": "a" * 64},
        manner=manner,
    )
    ledger = SqlLedger(engine)

    ledger.freeze(plan, editions_by_preference(None))

    assert ledger.find_plan(ISSUE) == plan
    assert ledger.find_plan(ISSUE) != replace(plan, manner=None)
    ledger.close()


def kept_subjects(engine: Engine, letters: SqlLetters) -> set[str]:
    with engine.connect() as connection:
        numbers = connection.execute(select(kept_letters.c.id)).scalars().all()
    return {letters.find(LetterId(one)).editions[EditionKind.KO].subject for one in numbers}
