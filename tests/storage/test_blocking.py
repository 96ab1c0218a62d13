"""Addresses that never want mail again, and the key that their hashes are made with."""

from datetime import UTC, datetime

from sqlalchemy import Engine, select

from newsletter.storage.blocking import block, find_block, find_blocked, has_blocked, unblock
from newsletter.storage.lasting_keys import KeyPurpose, find_lasting_key, lasting_key
from newsletter.storage.mail_tables import blocked_addresses

NOW = datetime(2026, 11, 29, tzinfo=UTC)
LATER = datetime(2026, 12, 1, tzinfo=UTC)


def test_a_blocked_address_is_found_among_many_and_lifted_by_a_person(engine: Engine) -> None:
    with engine.begin() as connection:
        assert find_blocked(connection, ["a@example.org"]) == frozenset()
        assert block(connection, "a@example.org", NOW, "reader")
        assert not block(connection, "a@example.org", NOW, "reader")

        keys = [f"r{number}@example.org" for number in range(25_000)]
        assert find_blocked(connection, [*keys, "a@example.org"]) == {"a@example.org"}
        assert unblock(connection, "a@example.org", NOW)
        assert not unblock(connection, "a@example.org", NOW)
        assert find_blocked(connection, ["a@example.org"]) == frozenset()
        assert not has_blocked(connection)
        assert find_block(connection, "a@example.org") is None

        assert block(connection, "a@example.org", LATER, "reader")  # and once more
        found = find_block(connection, "a@example.org")
        assert found is not None
        assert found.since == LATER
        assert unblock(connection, "a@example.org", LATER)


def test_the_address_itself_is_not_stored(engine: Engine) -> None:
    with engine.begin() as connection:
        block(connection, "a@example.org", NOW, "reader")

        [row] = connection.execute(select(blocked_addresses)).all()

    assert "example" not in str(row)


def test_a_lasting_key_is_made_once(engine: Engine) -> None:
    with engine.begin() as connection:
        assert find_lasting_key(connection, KeyPurpose.CODES) is None
        made = lasting_key(connection, KeyPurpose.CODES, NOW)
    with engine.begin() as connection:
        assert lasting_key(connection, KeyPurpose.CODES, NOW) == made
        assert lasting_key(connection, KeyPurpose.ADDRESSES, NOW) != made

    assert len(made) >= 32
