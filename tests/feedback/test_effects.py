"""What each event does, by what it is and by what of it is proven."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from newsletter.feedback.effects import About, Action, Crowd, Letter, Settled, decide
from newsletter.feedback.event import BounceClass, Diagnosis, Kind, Reason, Understood
from newsletter.subscribers.book import Entry
from newsletter.subscribers.subscriber import Standing, SubscriberId
from newsletter.subscribers.why import Cause, Why

SENT: Final = datetime(2026, 11, 1, tzinfo=UTC)
DAY: Final = timedelta(days=1)
READER: Final = Entry(
    SubscriberId(1),
    key="a@example.org",
    address="a@example.org",
    name="",
    preference=None,
    standing=Standing.ACTIVE,
    standing_since=SENT - DAY,
    consented_at=SENT - DAY,
    import_id=None,
)
LETTER: Final = Letter("2026-11", READER, "example.org", "a@example.org", SENT)
PROVEN: Final = About(LETTER)


def bounce(bounce_class: BounceClass) -> Understood:
    return Understood(Kind.BOUNCE, Diagnosis(bounce_class, Reason.OTHER))


def of(standing: Standing, since: timedelta = -DAY) -> About:
    reader = replace(READER, standing=standing, standing_since=SENT + since)
    return About(replace(LETTER, reader=reader))


HARD: Final = bounce(BounceClass.HARD)
SOFT: Final = bounce(BounceClass.SOFT)
COMPLAINT: Final = Understood(Kind.COMPLAINT)
WISH: Final = Understood(Kind.UNSUBSCRIBE)


@pytest.mark.parametrize(
    ("found", "about", "action"),
    [
        (HARD, PROVEN, Action.SUPPRESS),
        (HARD, About(), Action.KEEP),
        (HARD, About(is_own_mail=True), Action.NOTE),
        (HARD, of(Standing.SUSPENDED), Action.SUPPRESS),
        (HARD, of(Standing.SUSPENDED, DAY), Action.SUPPRESS),  # suspended after it left
        (HARD, of(Standing.UNSUBSCRIBED), Action.NOTE),
        (HARD, of(Standing.SUPPRESSED), Action.NOTE),
        (HARD, of(Standing.ACTIVE, DAY), Action.NOTE),  # put back after it left
        (HARD, About(replace(LETTER, address_key="old@example.org")), Action.NOTE),
        (HARD, About(replace(LETTER, begun_at=None)), Action.NOTE),
        (
            HARD,
            About(replace(LETTER, reader=replace(READER, consented_at=SENT + DAY))),
            Action.NOTE,
        ),
        (SOFT, PROVEN, Action.COUNT),
        (SOFT, replace(PROVEN, streak=4), Action.COUNT),
        (SOFT, replace(PROVEN, streak=5), Action.SUSPEND),
        (SOFT, About(), Action.KEEP),
        (bounce(BounceClass.UNKNOWN), replace(PROVEN, streak=5), Action.SUSPEND),
        (bounce(BounceClass.SENDER), replace(PROVEN, streak=9), Action.NOTE),
        (bounce(BounceClass.MESSAGE), replace(PROVEN, streak=9), Action.NOTE),
        (COMPLAINT, PROVEN, Action.SUPPRESS),
        (COMPLAINT, of(Standing.SUSPENDED), Action.SUPPRESS),
        (COMPLAINT, of(Standing.UNSUBSCRIBED), Action.SUPPRESS),
        (COMPLAINT, About(replace(LETTER, address_key="old@example.org")), Action.SUPPRESS),
        (COMPLAINT, About(), Action.KEEP),
        (WISH, PROVEN, Action.UNSUBSCRIBE),
        (WISH, About(), Action.ASK),
        (WISH, About(is_own_mail=True), Action.ASK),  # an answer to a confirmation
        (Understood(Kind.HUMAN), PROVEN, Action.LIST),
        (Understood(Kind.HUMAN), About(is_own_mail=True), Action.LIST),
        (Understood(Kind.AUTOREPLY), PROVEN, Action.NOTE),
        (Understood(Kind.CHALLENGE), PROVEN, Action.NOTE),
        (Understood(Kind.DELAY), PROVEN, Action.NOTE),
        (Understood(Kind.OTHER), PROVEN, Action.KEEP),
        (Understood(Kind.ACCEPTED), replace(PROVEN, is_unanswered=True), Action.SETTLE),
        (Understood(Kind.ACCEPTED), PROVEN, Action.NOTE),
        (Understood(Kind.ACCEPTED), About(), Action.NOTE),
    ],
)
def test_what_an_event_does(found: Understood, about: About, action: Action) -> None:
    assert decide(found, about) is action


@pytest.mark.parametrize(
    ("crowd", "action"),
    [
        (Crowd(19, 19), Action.SUPPRESS),
        (Crowd(20, 200), Action.SUPPRESS),  # 10 % is not above 10 %
        (Crowd(20, 199), Action.HOLD),
        (Crowd(21, 200), Action.HOLD),
        (Crowd(1_000, 10_000), Action.SUPPRESS),
        (Crowd(21, 200, Settled.SUPPRESSED), Action.SUPPRESS),
        (Crowd(21, 200, Settled.DISMISSED), Action.NOTE),
    ],
)
def test_many_of_one_domain_at_once_wait_for_a_person(crowd: Crowd, action: Action) -> None:
    assert decide(HARD, replace(PROVEN, crowd=crowd)) is action
    assert decide(SOFT, replace(PROVEN, crowd=crowd)) is Action.COUNT


@pytest.mark.parametrize(
    ("standing", "cause", "action"),
    [
        (Standing.ACTIVE, None, Action.SUPPRESS),
        (Standing.SUSPENDED, Cause.BOUNCED, Action.SUPPRESS),
        (Standing.UNSUBSCRIBED, Cause.WITHDREW, Action.SUPPRESS),
        (Standing.UNSUBSCRIBED, None, Action.SUPPRESS),
        (Standing.SUPPRESSED, Cause.WITHDREW, Action.SUPPRESS),
        (Standing.SUPPRESSED, Cause.BOUNCED, Action.SUPPRESS),
        (Standing.SUPPRESSED, Cause.PERSON, Action.SUPPRESS),
        (Standing.SUPPRESSED, Cause.COMPLAINED, Action.NOTE),  # nothing is left to do
        (Standing.UNSUBSCRIBED, Cause.COMPLAINED, Action.NOTE),
        (Standing.SUPPRESSED, None, Action.NOTE),  # it may have been one
    ],
)
def test_a_complaint_ends_all_mail_whatever_the_standing(
    standing: Standing, cause: Cause | None, action: Action
) -> None:
    reader = replace(READER, standing=standing, why=Why(cause))

    assert decide(COMPLAINT, About(replace(LETTER, reader=reader))) is action
