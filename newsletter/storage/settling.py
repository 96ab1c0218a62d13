"""Marks deliveries accepted by evidence from elsewhere, such as a relay's log."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Engine,
    Row,
    and_,
    bindparam,
    case,
    or_,
    select,
    update,
)

from newsletter.dispatch.control import Act, Note
from newsletter.dispatch.evidence import Evidence, OpenDelivery
from newsletter.dispatch.ledger import Delivery, DeliveryId, DeliveryPage, Plan
from newsletter.dispatch.states import OPEN, State
from newsletter.errors import UnfinishedError
from newsletter.lang import EditionKind, Preference
from newsletter.phrases import phrase, write_said
from newsletter.storage.conditions import IS_WHOLE, constant
from newsletter.storage.deliveries import find_open
from newsletter.storage.notes import note
from newsletter.storage.planning import choose_readers
from newsletter.storage.tables import deliveries, dispatches, subscribers
from newsletter.storage.transactions import reading
from newsletter.storage.transitions import awaits_no_answer
from newsletter.storage.turns import Turns, sum_each_turn, writing_in_turns
from newsletter.subscribers.reader_id import ReaderId
from newsletter.subscribers.subscriber import SubscriberId

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
        chosen = choose_readers(plan.issue, editions, plan.recipients_of)
        further = (subscribers.c.name, subscribers.c.consented_at, subscribers.c.reader_id)
        with reading(self._database) as connection:
            planned = select(dispatches.c.issue).where(dispatches.c.issue == plan.issue, IS_WHOLE)
            if connection.execute(planned).first():
                raise UnfinishedError(phrase("storage.begun-elsewhere", issue=plan.issue))
            rows = connection.execution_options(yield_per=PAGE).execute(
                chosen.add_columns(*further)
            )
            return [_foreseen(number, row, plan) for number, row in enumerate(rows, 1)]

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
        accepted = 0
        with writing_in_turns(self._database) as turns:
            # Each turn has a line of the diary: it says what its commit has changed.
            for count in _accept(turns, evidence.issue, rows):
                words = phrase("storage.note-found", deliveries=count, because=evidence.because)
                note(turns.connection, Note(evidence.issue, Act.SETTLED, evidence.by, now, words))
                accepted += count
        return accepted


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


def _accept(turns: Turns, issue: str, rows: Sequence[dict[str, object]]) -> Iterator[int]:
    """Mark deliveries accepted; yield how many, before the end of each turn that changed any."""

    def accept(some: Sequence[dict[str, object]]) -> int:
        is_free = awaits_no_answer(turns.connection, issue)
        change = _ACCEPT.where(or_(deliveries.c.state != constant(State.UNKNOWN), is_free))
        return turns.connection.execute(change, some).rowcount

    pages = (rows[at : at + PAGE] for at in range(0, len(rows), PAGE))
    return sum_each_turn(turns, map(accept, pages))


def _foreseen(number: int, row: Row[Any], plan: Plan) -> OpenDelivery:
    reader = ReaderId(row.reader_id)
    delivery = Delivery(
        DeliveryId(number),
        SubscriberId(row.subscriber_id),
        row.address,
        row.domain,
        row.name,
        EditionKind(row.edition),
        row.consented_at,
        0,
        reader,
        reader,
        plan.letter,
    )
    return OpenDelivery(delivery, row.address_key, State.PENDING, is_busy=False)


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
