"""Which way letters leave by, and why they do not go on by the one that is set."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from newsletter.delivery.provider import EMPTIED_OUTBOX, OUTBOX
from newsletter.desk.ways import describe_way, refuse_appointment
from newsletter.dispatch.control import Appointment
from newsletter.dispatch.way import Way
from newsletter.errors import SettingsError
from newsletter.phrases import Phrase, phrase

NOW = datetime(2022, 8, 26, 0, 12, tzinfo=UTC)
SEOUL = ZoneInfo("Asia/Seoul")
FOLDER = Way(OUTBOX, "outbox:outbox")
SPOOL = Way(EMPTIED_OUTBOX, "outbox:spool")
RELAY = Way("smtp", "mail.example.org")


@pytest.mark.parametrize(
    ("now", "begun", "said"),
    [
        (RELAY, None, "mail.example.org"),
        (RELAY, RELAY, "mail.example.org"),
        (FOLDER, None, phrase("desk.way-of-rehearsal", way="outbox:outbox")),
        (SPOOL, None, phrase("desk.way-of-folder", way="outbox:spool")),
        (
            SPOOL,
            FOLDER,
            phrase(
                "desk.way-since-begun",
                way=phrase("desk.way-of-folder", way="outbox:spool"),
                begun="outbox:outbox",
            ),
        ),
    ],
)
def test_the_way_letters_leave_by_is_named(now: Way, begun: Way | None, said: object) -> None:
    assert describe_way(now, begun) == said


def test_an_appointment_by_another_way_says_how_to_set_that_again() -> None:
    appointment = Appointment("2022-08", "", {}, NOW, "minji", NOW, RELAY)

    with pytest.raises(SettingsError) as refused:
        refuse_appointment(appointment, FOLDER, SEOUL)

    [said] = refused.value.said
    assert isinstance(said, Phrase)
    assert said.code == "desk.appointed-otherwise"
    assert said.fields == {
        "issue": "2022-08",
        "when": "2022-08-26 09:12 KST",
        "by": "minji",
        "made_with": "mail.example.org",
        "now": "outbox:outbox",
        "remedy": phrase(
            "desk.set-way-like",
            example="NEWSLETTER_MAIL_URL=smtp+starttls://USER:PASSWORD@HOST:587",
        ),
    }
