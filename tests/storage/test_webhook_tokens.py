"""A proof that does not cover its content comes with one content alone, on every database."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from newsletter.feedback.book import Once, ReplayedError
from newsletter.storage.reported import settle_left
from newsletter.storage.webhook_tables import webhook_tokens
from newsletter.storage.webhook_tokens import use_once
from tests.storage.makers import NOW

HOUR = timedelta(hours=1)
ONCE = Once("mailgun", "token", b"first", NOW + HOUR)


def use(engine: Engine, once: Once, now: timedelta = timedelta()) -> None:
    with engine.begin() as connection:
        use_once(connection, once, NOW + now)


def test_the_same_content_may_come_again_and_no_other(engine: Engine) -> None:
    use(engine, ONCE)
    use(engine, ONCE)
    use(engine, replace(ONCE, source="other", content=b"second"))
    use(engine, replace(ONCE, token="another", content=b"second"))

    with pytest.raises(ReplayedError):
        use(engine, replace(ONCE, content=b"second"))


def test_a_proof_is_forgotten_when_it_is_too_old_anyway(engine: Engine) -> None:
    use(engine, ONCE)
    use(engine, replace(ONCE, token="another", until=NOW + 3 * HOUR), 2 * HOUR)

    with engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(webhook_tokens)).scalar() == 1


def test_nothing_is_left_to_be_settled_where_nothing_was_reported(engine: Engine) -> None:
    with engine.begin() as connection:
        assert settle_left(connection, 7, NOW) == 7
