"""What a change of the list means for consent, and chains that show every later change."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from newsletter.subscribers.consent_record import (
    OWN_CHAIN,
    START,
    ConsentAct,
    ConsentEntry,
    ConsentWay,
    Declaration,
    Linked,
    Occasion,
    Stand,
    chain_on,
    check_chain,
    declaration_of,
    write_details,
)
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import Cause

NOW = datetime(2028, 2, 29, 9, tzinfo=UTC)
BEFORE = NOW - timedelta(days=400)
KEY = "a@example.org"
OCCASION = Occasion(ConsentWay.READER, NOW)
ACTIVE = Stand(Standing.ACTIVE, BEFORE, BEFORE, None)
LEFT = Stand(Standing.UNSUBSCRIBED, NOW, BEFORE, Cause.WITHDREW)
BOUNCED = Stand(Standing.SUPPRESSED, NOW, BEFORE, Cause.BOUNCED)
COMPLAINED = Stand(Standing.SUPPRESSED, NOW, BEFORE, Cause.COMPLAINED)
AGREED, ENDED = ConsentAct.AGREED, ConsentAct.ENDED


@pytest.mark.parametrize(
    ("before", "after", "act", "at"),
    [
        (None, ACTIVE, AGREED, BEFORE),
        (None, ACTIVE._replace(consented_at=None), AGREED, None),
        (None, LEFT, ENDED, NOW),
        (ACTIVE, LEFT, ENDED, NOW),
        (LEFT, ACTIVE._replace(since=NOW), AGREED, NOW),  # leaving was taken back
        (LEFT, ACTIVE._replace(consented_at=NOW), AGREED, NOW),
        (COMPLAINED, ACTIVE._replace(consented_at=NOW), AGREED, NOW),
        (ACTIVE, ACTIVE._replace(consented_at=NOW), AGREED, NOW),
        (ACTIVE._replace(consented_at=None), ACTIVE, AGREED, BEFORE),
        (BOUNCED, BOUNCED._replace(cause=Cause.WITHDREW), ENDED, NOW),
    ],
)
def test_s2_a_change_is_recorded(
    before: Stand | None, after: Stand, act: ConsentAct, at: datetime | None
) -> None:
    assert declaration_of(KEY, before, after) == Declaration(KEY, act, at)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ACTIVE, ACTIVE),
        (LEFT, LEFT),
        (ACTIVE, BOUNCED),  # a mailbox is no person
        (BOUNCED, ACTIVE),  # no new consent: the old one goes on
        (ACTIVE, COMPLAINED),  # a complaint stops all mail, and declares nothing
        (None, BOUNCED),
        (None, LEFT._replace(cause=Cause.MOVED)),  # the address that a reader has left behind
        (ACTIVE, LEFT._replace(cause=Cause.MOVED)),
        (LEFT, LEFT._replace(since=BEFORE)),
        (BOUNCED._replace(cause=Cause.WITHDREW), BOUNCED._replace(cause=Cause.WITHDREW)),
    ],
)
def test_s2_what_declares_nothing_is_not_recorded(before: Stand | None, after: Stand) -> None:
    assert declaration_of(KEY, before, after) is None


Stored = tuple[ConsentEntry | None, bytes]


def stored(linked: Iterable[Linked], occasion: Occasion = OCCASION) -> list[Stored]:
    """Return entries as they are read again."""
    return [
        (
            ConsentEntry(
                chain=occasion.chain,
                place=one.place,
                act=one.act,
                way=occasion.way,
                person=one.person,
                at=one.at,
                recorded_at=occasion.now,
                lang=occasion.lang,
                text=occasion.text,
                details=one.details,
                details_hash=one.details_hash,
            ),
            one.link,
        )
        for one in linked
    ]


def chain(count: int, occasion: Occasion = OCCASION) -> list[Stored]:
    said = [Declaration(f"r{number}@example.org", AGREED, BEFORE) for number in range(count)]
    return stored(chain_on(said, occasion, b"secret", 0, START), occasion)


def test_s2_a_chain_holds_and_goes_on() -> None:
    first = chain(3)
    rest = stored(chain_on([Declaration(KEY, ENDED, NOW)], OCCASION, b"secret", 3, first[-1][1]))

    checked = check_chain([*first, *rest], OWN_CHAIN)

    assert (checked.links, checked.broken) == (4, None)
    assert checked.head == rest[-1][1]


def test_s2_the_same_acts_make_another_chain_at_another_place() -> None:
    one, other = (chain(1, replace(OCCASION, text=text))[0][1] for text in (None, "a" * 64))

    assert one != other


@pytest.mark.parametrize("at", [0, 1, 4])
def test_s2_an_entry_that_is_missing_is_found_by_its_place(at: int) -> None:
    whole = chain(6)

    checked = check_chain(whole[:at] + whole[at + 1 :], OWN_CHAIN)

    assert checked.broken is not None
    assert (checked.broken.place, checked.links) == (at + 1, at)


def test_s2_entries_that_changed_places_are_found() -> None:
    first, second, third = chain(3)

    checked = check_chain([first, third, second], OWN_CHAIN)

    assert checked.broken is not None
    assert checked.broken.place == 2


def test_details_may_be_erased_but_not_changed() -> None:
    by = replace(OCCASION, way=ConsentWay.OPERATOR, by="Kim")
    [(entry, link), *rest] = chain(3, by)
    assert entry is not None

    erased = [(replace(entry, details=None), link), *rest]
    changed = [(replace(entry, details='{"by": "Lee"}'), link), *rest]

    assert check_chain(erased, OWN_CHAIN).broken is None
    assert check_chain(changed, OWN_CHAIN).broken is not None


def test_erased_details_cannot_be_guessed_by_their_hash() -> None:
    [(_, one), (_, other)] = (write_details({"by": "Kim"}) for _ in range(2))

    assert one != other
