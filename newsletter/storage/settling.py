"""Marks deliveries accepted by evidence from elsewhere, such as a relay's log."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from sqlalchemy import (
    Connection,
    Engine,
    and_,
    bindparam,
    case,
    or_,
    select,
    update,
)

from newsletter.dispatch.control import Act, Note
from newsletter.dispatch.evidence import Evidence, OpenDelivery
from newsletter.dispatch.ledger import DeliveryId, DeliveryPage, Plan
from newsletter.dispatch.states import OPEN, State
from newsletter.lang import EditionKind, Preference
from newsletter.phrases import phrase, write_said
from newsletter.storage.conditions import constant
from newsletter.storage.deliveries import find_open
from newsletter.storage.freezing import freeze
from newsletter.storage.notes import note
from newsletter.storage.planning import PLANNING_MB
from newsletter.storage.tables import deliveries
from newsletter.storage.transactions import reading, writing
from newsletter.storage.transitions import awaits_no_answer

PAGE: Final = 1_000  # deliveries read at a time


class SqlSettling:
    """Settles deliveries by evidence."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def find_open(self, issue: str) -> Iterator[OpenDelivery]:
        """Yield pending, deferred and unknown deliveries, in the order they were planned."""
        after = DeliveryId(0)
        while True:
            with reading(self._database) as connection:
                found = _read_page(connection, issue, after)
            if not found:
                return
            yield from found
            after = found[-1].delivery.id

    def foresee(
        self, plan: Plan, editions: Mapping[Preference | None, EditionKind]
    ) -> list[OpenDelivery]:
        """
        Return the deliveries that would be open if *plan* were made; nothing is stored.

        The deliveries get other numbers when the plan is made.

        Raises:
            UnfinishedError: the issue is planned already.
        """
        found: list[OpenDelivery] = []
        with suppress(_TakenBackError), writing(self._database, PLANNING_MB) as connection:
            freeze(connection, plan, editions)
            after = DeliveryId(0)
            while page := _read_page(connection, plan.issue, after):
                found += page
                after = page[-1].delivery.id
            raise _TakenBackError
        return found

    def accept(self, evidence: Evidence, now: datetime) -> int:
        """
        Mark open deliveries accepted; return how many, durable on return.

        An unknown delivery is not changed while a run may still get its answer. The attempt is
        counted, so that the plan counts as begun.
        """
        rows = [
            {
                "delivery": delivery,
                "issue_of": evidence.issue,
                "now": now,
                "words": write_said(words),
            }
            for delivery, words in evidence.answers.items()
        ]
        if not rows:
            return 0
        with writing(self._database) as connection:
            is_free = awaits_no_answer(connection, evidence.issue)
            accept = _ACCEPT.where(or_(deliveries.c.state != constant(State.UNKNOWN), is_free))
            count = connection.execute(accept, rows).rowcount
            if count:
                words = phrase("storage.note-found", deliveries=count, because=evidence.because)
                note(connection, Note(evidence.issue, Act.SETTLED, evidence.by, now, words))
        return count


_ACCEPT: Final = (
    update(deliveries)
    .where(
        deliveries.c.id == bindparam("delivery"),
        deliveries.c.issue == bindparam("issue_of"),
        deliveries.c.state.in_([constant(state) for state in OPEN]),
    )
    .values(
        state=constant(State.ACCEPTED),
        answer=bindparam("words"),
        answered_at=bindparam("now"),
        due_at=None,
        attempts=case((deliveries.c.attempts == 0, 1), else_=deliveries.c.attempts),
    )
)


class _TakenBackError(Exception):
    """Rolls back a transaction that must not store anything."""


def _read_page(connection: Connection, issue: str, after: DeliveryId) -> list[OpenDelivery]:
    found = find_open(connection, issue, DeliveryPage(after, PAGE))
    standings = _standings(connection, issue, [one.id for one in found])
    return [OpenDelivery(one, *standings[one.id]) for one in found]


def _standings(
    connection: Connection, issue: str, ids: Sequence[DeliveryId]
) -> Mapping[DeliveryId, tuple[str, State, bool]]:
    is_unknown = deliveries.c.state == constant(State.UNKNOWN)
    is_busy = and_(is_unknown, ~awaits_no_answer(connection, issue))
    rows = connection.execute(
        select(
            deliveries.c.id,
            deliveries.c.address_key,
            deliveries.c.state,
            is_busy.label("is_busy"),
        ).where(deliveries.c.id.in_(ids))
    ).all()
    return {
        DeliveryId(row.id): (row.address_key, State(row.state), bool(row.is_busy)) for row in rows
    }
