"""What the reviewer of a month is shown, and how each kind of access is said."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from newsletter.subscribers.access_record import (
    Access,
    AccessKind,
    Operator,
    summarise,
)

SEOUL = ZoneInfo("Asia/Seoul")
KIM, LEE = Operator("kim@desk"), Operator("lee@desk")


def access(hour: int, kind: AccessKind, who: Operator = KIM, because: str = "문의") -> Access:
    """Make an access at *hour* o'clock in Seoul."""
    at = datetime(2026, 10, 5, hour, tzinfo=SEOUL).astimezone(UTC)
    return Access(at, who, kind, 1, because=because)


def test_every_kind_is_said_in_words_of_its_own() -> None:
    said = {str(kind.said) for kind in AccessKind}

    assert len(said) == len(AccessKind)


def test_s12_a_month_is_summed_up_by_who_and_what() -> None:
    shown = [access(10, AccessKind.LIST_SHOWN), access(11, AccessKind.LIST_SHOWN, LEE)]

    summary = summarise([*shown, access(12, AccessKind.LIST_SHOWN)], SEOUL)

    assert summary.entries == 3
    assert summary.counts == {
        ("kim@desk", AccessKind.LIST_SHOWN): 2,
        ("lee@desk", AccessKind.LIST_SHOWN): 1,
    }


def test_s12_exports_are_named_each_and_a_backup_is_one() -> None:
    exported = [access(10, AccessKind.LIST_EXPORTED), access(11, AccessKind.BACKUP_MADE)]

    summary = summarise([*exported, access(12, AccessKind.LIST_SHOWN)], SEOUL)

    assert summary.exports == exported


def test_s12_what_was_done_at_night_is_flagged_by_the_publications_clock() -> None:
    hours = [access(hour, AccessKind.LIST_SHOWN) for hour in (5, 6, 21, 22)]

    assert summarise(hours, SEOUL).at_night == [hours[0], hours[3]]
    assert summarise(hours, UTC).at_night != [hours[0], hours[3]]


def test_s12_a_look_without_a_reason_is_flagged_and_a_change_is_not() -> None:
    look = access(10, AccessKind.SUBSCRIBER_SHOWN, because="")
    change = access(10, AccessKind.SUBSCRIBER_CHANGED, because="")

    assert summarise([look, change], SEOUL).without_reason == [look]
