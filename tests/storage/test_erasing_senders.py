"""Who is erased is in no event of what came back, however the sender is written there."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, insert, select

from newsletter.storage.breach_tables import breach_notices, breaches
from newsletter.storage.domains import pause_domain
from newsletter.storage.erasing import SqlErasing
from newsletter.storage.erasure_end import end_erasures
from newsletter.storage.feedback_tables import feedback_events
from newsletter.storage.senders import key_of_sender
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.storage.tables import domain_pauses, subscribers
from newsletter.subscribers.address import address_of
from newsletter.subscribers.decisions import enrol
from newsletter.subscribers.erasing import ErasureOrder, ErasureWhy
from tests.subscribers.makers import make_row

NOW = datetime(2026, 11, 30, tzinfo=UTC)
ASKED = ErasureOrder("kim", ErasureWhy.ASKED, NOW)
WRITTEN = [
    ("kim@한국.kr", "kim@한국.kr"),
    ("kim@한국.kr", "Kim@xn--3e0b707e.kr"),
    ("kim@bücher.de", "Kim@BÜCHER.de"),
    ("ünal@example.org", "Ünal@example.org"),
    ("straße@example.org", "STRASSE@example.org"),
    ("r1@example.org", '"r1"@example.org'),
    ("r1@example.org", '"r\\1"@Example.org'),
]


def add_event(engine: Engine, number: int = 1, **values: object) -> None:
    row = {"source": "mail", "raw_id": str(number), "received_at": NOW, "kind": "answer"}
    row |= {"proof": "none", "action": "list"} | values
    with engine.begin() as connection:
        connection.execute(insert(feedback_events).values(row))


def erase(engine: Engine, address: str) -> None:
    sought, _, _ = SqlErasing(engine).erase([address_of(address).key], ASKED)
    end_erasures(engine, sought, NOW)


def enrol_readers(engine: Engine, *addresses: str) -> None:
    with SqlSubscriberBook(engine).opened() as book:
        for address in addresses:
            enrol(make_row(address, "Some Name"), book, NOW)


def events(engine: Engine) -> list[tuple[str | None, str | None]]:
    of = feedback_events.c
    with engine.connect() as connection:
        rows = connection.execute(select(of.sender, of.subject).order_by(of.id)).all()
    return [(row.sender, row.subject) for row in rows]


@pytest.mark.parametrize(("address", "sender"), WRITTEN)
def test_what_a_person_wrote_goes_however_the_sender_is_written(
    engine: Engine, address: str, sender: str
) -> None:
    other = "other@한국.kr"
    add_event(engine, 1, sender=sender, subject="My illness")
    add_event(engine, 2, sender=other, subject="Another")
    assert key_of_sender(sender) == address_of(address).key
    assert SqlErasing(engine).find(address_of(address).key, NOW).returned == 1

    erase(engine, address)

    assert events(engine) == [(None, None), (other, "Another")]


def test_a_sender_that_is_no_address_is_nobodys(engine: Engine) -> None:
    add_event(engine, 1, sender="=?x?", subject="Words")

    erase(engine, "kim@example.org")

    assert key_of_sender("=?x?") is None
    assert events(engine) == [("=?x?", "Words")]


def domains(engine: Engine) -> list[str | None]:
    of = feedback_events.c
    with engine.connect() as connection:
        return list(connection.execute(select(of.domain).order_by(of.id)).scalars())


def test_the_domain_of_what_came_back_goes_with_its_reader(engine: Engine) -> None:
    enrol_readers(engine, "me@gildong.kr", "other@example.org")
    with engine.connect() as connection:
        of = subscribers.c
        found = connection.execute(select(of.address_key, of.id)).all()
        ids = {row.address_key: row.id for row in found}
    bounce = {"kind": "bounce", "proof": "token", "action": "suppress", "words": "no such user"}
    add_event(engine, 1, **bounce, subscriber_id=ids["me@gildong.kr"], domain="gildong.kr")
    other = ids["other@example.org"]
    add_event(engine, 2, **bounce, subscriber_id=other, domain="example.org")
    # As an erasure by an earlier version has left it, and a crowd that waits for a decision.
    add_event(engine, 3, kind="bounce", action="suppress", domain="erased-before.kr")
    add_event(engine, 4, kind="bounce", action="hold", domain="waits.kr")

    erase(engine, "me@gildong.kr")

    assert domains(engine) == [None, "example.org", None, "waits.kr"]


def test_a_domain_stays_paused_while_others_have_an_address_there(engine: Engine) -> None:
    enrol_readers(engine, "me@gildong.kr", "kim@example.org", "lee@example.org")
    until = NOW + timedelta(hours=1)
    with engine.begin() as connection:
        for name in ("gildong.kr", "example.org", "example.net"):
            pause_domain(connection, name, until, "451 too many")

    erase(engine, "me@gildong.kr")
    erase(engine, "kim@example.org")

    with engine.connect() as connection:
        found = select(domain_pauses.c.domain).order_by(domain_pauses.c.domain)
        assert list(connection.execute(found).scalars()) == ["example.net", "example.org"]


def test_who_was_told_of_one_leak_twice_and_erased_twice_is_gone(engine: Engine) -> None:
    """Whoever agrees again after an erasure may be told again once a backup was restored."""
    leak: dict[str, object] = dict.fromkeys(("hash", "file", "version", "begun_by"), "x")
    leak |= dict.fromkeys(("known_at", "since", "people_by", "authority_by", "begun_at"), NOW)
    with engine.begin() as connection:
        of_leak = insert(breaches).values(**leak, words={}, is_drill=False).returning(breaches.c.id)
        number = connection.execute(of_leak).scalar_one()
    notice = {"address": "Kim@example.org", "address_key": "kim@example.org", "edition": "ko"}
    for name in ("first", "second"):
        with engine.begin() as connection:
            told = {**notice, "breach_id": number, "name": name, "state": "accepted"}
            connection.execute(insert(breach_notices).values(told))
        erase(engine, "kim@example.org")

    with engine.connect() as connection:
        rows = connection.execute(select(breach_notices)).all()
    assert [row.address for row in rows] == ["(erased)", "(erased)"]
    assert all(row.address_key.startswith("erased:") for row in rows)
