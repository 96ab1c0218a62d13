"""What a request becomes is decided when its mail may leave, not when it was asked for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.dispatch.states import State
from newsletter.lang import Lang
from newsletter.mails.deciding import Found, decide
from newsletter.mails.limits import WAITS, Limits, Sent, Wait
from newsletter.mails.mail import LIMITED, NOTICES, Mail, MailForm, MailKind, MailName, Skip
from newsletter.subscribers.book import Entry
from newsletter.subscribers.subscriber import Standing, SubscriberId
from newsletter.subscribers.why import Cause, Why

NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
LIMITS = Limits(100)
NOTHING_KNOWN = Found(
    entry=None,
    is_blocked=False,
    is_in_doubt=False,
    sent=Sent([], [], []),
    told_at=None,
    answered_at=None,
)
ASKED = Mail(
    id=1,
    name=MailName("mr4kq2mzt7hw3xn5c"),
    kind=MailKind.SUBSCRIBE,
    lang=Lang("ko"),
    address="jimin@example.org",
    address_key="jimin@example.org",
    reader=None,
    facts={},
    network="203.0.113.0/24",
    asked_at=NOW - timedelta(minutes=1),
    state=State.PENDING,
    form=None,
    attempts=0,
    begun_at=None,
    answered_at=None,
    due_at=None,
    answer="",
    tries=0,
    used_at=None,
    door=None,
)
ENTRY = Entry(
    id=SubscriberId(1),
    key=ASKED.address_key,
    address=ASKED.address,
    name="",
    preference=None,
    standing=Standing.ACTIVE,
    standing_since=NOW - timedelta(days=700),
    consented_at=NOW - timedelta(days=700),
    import_id=None,
    why=Why(Cause.PERSON, "", "Kim"),
)


def test_a_new_address_gets_a_confirmation() -> None:
    assert decide(ASKED, NOTHING_KNOWN, LIMITS, NOW) is MailForm.CONFIRMATION


@pytest.mark.parametrize(
    "standing", [Standing.ACTIVE, Standing.SUSPENDED, Standing.UNSUBSCRIBED, None]
)
@pytest.mark.parametrize("may_agree_anew", [True, False])
def test_a_reader_whose_consent_is_due_may_agree_anew_by_the_form(
    standing: Standing | None, *, may_agree_anew: bool
) -> None:
    entry = None if standing is None else replace(ENTRY, standing=standing)
    found = replace(NOTHING_KNOWN, entry=entry, may_agree_anew=may_agree_anew)

    decided = decide(ASKED, found, LIMITS, NOW)

    is_told = standing is Standing.ACTIVE and not may_agree_anew
    assert decided is (MailForm.SUBSCRIBED if is_told else MailForm.CONFIRMATION)


@pytest.mark.parametrize("kind", MailKind)
@pytest.mark.parametrize("form", [None, MailForm.CONFIRMATION])
def test_nothing_leaves_that_may_have_left_before_a_restore(
    kind: MailKind, form: MailForm | None
) -> None:
    found = replace(NOTHING_KNOWN, is_in_doubt=True)
    can_be_asked_for_again = kind in LIMITED

    decided = decide(replace(ASKED, kind=kind, form=form), found, LIMITS, NOW)

    assert (decided is Skip.IN_DOUBT) is can_be_asked_for_again
    assert isinstance(decided, Wait) is not can_be_asked_for_again


@pytest.mark.parametrize("kind", MailKind)
def test_only_the_news_of_a_move_reaches_a_blocked_address(kind: MailKind) -> None:
    """Whoever took the address from a reader must not silence the warning by blocking it."""
    found = replace(NOTHING_KNOWN, is_blocked=True)
    expected = MailForm.MOVED if kind is MailKind.MOVED else Skip.BLOCKED

    assert decide(replace(ASKED, kind=kind), found, LIMITS, NOW) is expected


def test_a_block_stops_a_mail_that_its_server_put_off() -> None:
    begun = replace(ASKED, form=MailForm.CONFIRMATION, state=State.DEFERRED, attempts=1)

    assert decide(begun, NOTHING_KNOWN, LIMITS, NOW) is MailForm.CONFIRMATION
    assert decide(begun, replace(NOTHING_KNOWN, is_blocked=True), LIMITS, NOW) is Skip.BLOCKED


def test_a_mail_that_was_begun_is_counted_once() -> None:
    full = replace(NOTHING_KNOWN, sent=Sent([], [NOW] * 20, []))
    begun = replace(ASKED, form=MailForm.CONFIRMATION, state=State.DEFERRED, attempts=1)

    assert isinstance(decide(ASKED, full, LIMITS, NOW), Wait)
    assert decide(begun, full, LIMITS, NOW) is MailForm.CONFIRMATION


def test_a_request_waits_for_a_week_and_no_longer() -> None:
    at_last = replace(ASKED, asked_at=NOW - WAITS)
    too_late = replace(ASKED, asked_at=NOW - WAITS - timedelta(seconds=1))

    assert decide(at_last, NOTHING_KNOWN, LIMITS, NOW) is MailForm.CONFIRMATION
    assert decide(too_late, NOTHING_KNOWN, LIMITS, NOW) is Skip.TOO_OLD


def test_one_mail_answers_all_requests_before_it() -> None:
    later = replace(NOTHING_KNOWN, answered_at=ASKED.asked_at)
    earlier = replace(NOTHING_KNOWN, answered_at=ASKED.asked_at - timedelta(seconds=1))

    assert decide(ASKED, later, LIMITS, NOW) is Skip.ANSWERED
    assert decide(ASKED, earlier, LIMITS, NOW) is MailForm.CONFIRMATION


@pytest.mark.parametrize("kind", MailKind)
@pytest.mark.parametrize("change", ["has_moved", "is_outdated"])
@pytest.mark.parametrize("is_put_off", [False, True])
def test_no_notice_goes_where_its_reader_is_not_or_says_what_is_not_so_any_more(
    kind: MailKind, change: str, *, is_put_off: bool
) -> None:
    facts = {"agreed": "2026-01-01T00:00:00+00:00", "due": "2026-12-30", "since": "2026-01-01"}
    mail = replace(ASKED, kind=kind, facts=facts)
    before = decide(mail, NOTHING_KNOWN, LIMITS, NOW)
    mail = replace(mail, form=before if is_put_off and isinstance(before, MailForm) else None)
    found = replace(NOTHING_KNOWN, has_moved=change == "has_moved")
    found = replace(found, is_outdated=change == "is_outdated")

    decided = decide(mail, found, LIMITS, NOW)

    assert decided is (Skip.OVERTAKEN if kind in NOTICES else before)


@pytest.mark.parametrize(
    ("kind", "form", "is_reader", "leaves"),
    [
        (MailKind.LEFT, MailForm.LEFT, False, True),
        (MailKind.LEFT, MailForm.LEFT, True, False),
        (MailKind.AGREED, MailForm.AGREED, True, True),
        (MailKind.AGREED, MailForm.AGREED, False, False),
        (MailKind.SETTINGS, MailForm.SETTINGS, True, True),
        (MailKind.SETTINGS, MailForm.SETTINGS, False, False),  # they have moved or left
        (MailKind.SUBSCRIBE, MailForm.CONFIRMATION, False, True),
        (MailKind.SUBSCRIBE, MailForm.CONFIRMATION, True, False),
        (MailKind.SUBSCRIBE, MailForm.SUBSCRIBED, True, True),
        (MailKind.SUBSCRIBE, MailForm.SUBSCRIBED, False, False),
        (MailKind.NEW_ADDRESS, MailForm.NEW_ADDRESS, False, True),
        (MailKind.NEW_ADDRESS, MailForm.NEW_ADDRESS, True, False),
        (MailKind.MOVED, MailForm.MOVED, True, True),
        (MailKind.MOVED, MailForm.MOVED, False, True),
    ],
)
def test_each_attempt_asks_again_whether_the_mail_is_still_right(
    kind: MailKind, form: MailForm, *, is_reader: bool, leaves: bool
) -> None:
    standing = Standing.ACTIVE if is_reader else Standing.UNSUBSCRIBED
    found = replace(NOTHING_KNOWN, entry=replace(ENTRY, standing=standing))
    mail = replace(ASKED, kind=kind, form=form, state=State.DEFERRED, attempts=3)

    decided = decide(mail, found, LIMITS, NOW)

    assert (decided is form) is leaves
    assert isinstance(decided, Skip) is not leaves
