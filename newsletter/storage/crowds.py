"""What operators see of requests: networks that wait, their limits, and the funnel."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, and_, delete, func, insert, select, update

from newsletter.dispatch.states import State
from newsletter.mails.book import Crowd, NetworkLimit
from newsletter.mails.funnel import Month, Step
from newsletter.mails.limits import A_NETWORK_AN_HOUR
from newsletter.storage.group_commit import GroupCommit
from newsletter.storage.mail_tables import funnel_counts, mails, network_limits
from newsletter.storage.transactions import reading

CROWDED: Final = "crowded"  # the reason of a mail that waits for the window of a network or of all

_COLUMNS: Final = mails.c


class SqlCrowds:
    """Requests that wait, and counts of all, in the tables of *engine*."""

    def __init__(self, engine: Engine, commits: GroupCommit) -> None:
        self._engine = engine
        self._commits = commits

    def raise_limit(self, limit: NetworkLimit) -> None:
        """Allow a network more mails for some time; its waiting requests are looked at again."""
        self._commits.run(lambda connection: _raise_limit(connection, limit))

    def find_crowds(self, now: datetime) -> Sequence[Crowd]:
        """Return the networks whose requests wait for a window."""
        waiting = and_(
            _COLUMNS.state == State.PENDING.value,
            _COLUMNS.reason == CROWDED,
            _COLUMNS.network.is_not(None),
        )
        query = (
            select(_COLUMNS.network, func.count(), func.min(_COLUMNS.asked_at))
            .where(waiting)
            .group_by(_COLUMNS.network)
            .order_by(func.count().desc(), _COLUMNS.network)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
            return [
                Crowd(network, count, first, find_network_limit(connection, network, now))
                for network, count, first in rows
            ]

    def funnel(self) -> Sequence[Month]:
        """Return the counts of all months, the oldest first."""
        of = funnel_counts.c
        with reading(self._engine) as connection:
            rows = connection.execute(select(of.month, of.step, of.count).order_by(of.month)).all()
        counts: dict[str, dict[str, int]] = {}
        for month, step, count in rows:
            counts.setdefault(month, {})[step] = count
        return [
            Month(month, *(steps.get(step.value, 0) for step in Step))
            for month, steps in counts.items()
        ]


def _raise_limit(connection: Connection, limit: NetworkLimit) -> None:
    of = network_limits.c
    connection.execute(delete(network_limits).where(of.network == limit.network))
    row = {
        "network": limit.network,
        "most_an_hour": limit.most_an_hour,
        "until": limit.until,
        "set_by": limit.by,
        "set_at": limit.at,
        "account": limit.account or None,
    }
    connection.execute(insert(network_limits).values(row))
    waits = and_(_COLUMNS.network == limit.network, _COLUMNS.reason == CROWDED)
    pending = and_(_COLUMNS.state == State.PENDING.value, waits)
    connection.execute(update(mails).where(pending).values(due_at=None))


def find_network_limit(connection: Connection, network: str | None, now: datetime) -> int:
    """Return how many mails an hour a network may cause: the standard, or what a person allowed."""
    of = network_limits.c
    query = select(of.most_an_hour).where(of.network == network, of.until > now)
    raised: int | None = connection.execute(query).scalar()
    return A_NETWORK_AN_HOUR if raised is None else raised
