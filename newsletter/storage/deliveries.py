"""Reads the deliveries of an issue: due deliveries, and states."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, select, true

from newsletter.dispatch.ledger import Delivery, DeliveryId, DeliveryPage, LedgerLine, LetterId
from newsletter.dispatch.states import OPEN, State, Tally
from newsletter.lang import EditionKind
from newsletter.storage.answers import REPEATED, say_answer
from newsletter.storage.conditions import IS_WHOLE, constant, is_due
from newsletter.storage.tables import deliveries, dispatches, subscribers
from newsletter.subscribers.erasing import ERASED_KEY
from newsletter.subscribers.reader_id import ReaderId
from newsletter.subscribers.subscriber import SubscriberId


def find_due(
    connection: Connection, issue: str, now: datetime, page: DeliveryPage
) -> Sequence[Delivery]:
    """Return the deliveries of *page* that are pending, or deferred and due."""
    return _find(connection, issue, is_due(now), page)


def find_open(connection: Connection, issue: str, page: DeliveryPage) -> Sequence[Delivery]:
    """Return the deliveries of *page* that are pending, deferred (due or not) or unknown."""
    is_open = deliveries.c.state.in_([constant(state) for state in OPEN])
    is_known = ~deliveries.c.address_key.startswith(ERASED_KEY)  # nobody has evidence on others
    return _find(connection, issue, and_(is_open, is_known), page)


def read_delivery(connection: Connection, issue: str, number: int) -> Delivery:
    """Return one delivery in any state."""
    page = DeliveryPage(DeliveryId(number - 1), 1, last=DeliveryId(number))
    return _find(connection, issue, true(), page)[0]


def _find(
    connection: Connection, issue: str, which: ColumnElement[bool], page: DeliveryPage
) -> Sequence[Delivery]:
    rows = connection.execute(
        select(
            deliveries.c.id,
            deliveries.c.subscriber_id,
            deliveries.c.address,
            deliveries.c.domain,
            subscribers.c.name,
            deliveries.c.edition,
            subscribers.c.consented_at,
            deliveries.c.attempts,
            subscribers.c.reader_id,
            dispatches.c.names_numbers,
            func.coalesce(deliveries.c.bound_letter_id, dispatches.c.letter_id).label("letter"),
            (deliveries.c.answer == REPEATED).label("is_repeat"),
        )
        .join(subscribers)
        .join(dispatches)
        .where(deliveries.c.issue == issue, IS_WHOLE, which, *_on_page(page))
        .order_by(deliveries.c.id)
        .limit(page.limit)
    ).all()
    return [
        Delivery(
            DeliveryId(row.id),
            SubscriberId(row.subscriber_id),
            row.address,
            row.domain,
            row.name,
            EditionKind(row.edition),
            row.consented_at,
            row.attempts,
            ReaderId(row.reader_id),
            SubscriberId(row.subscriber_id) if row.names_numbers else ReaderId(row.reader_id),
            None if row.letter is None else LetterId(row.letter),
            bool(row.is_repeat),
        )
        for row in rows
    ]


def last_planned(connection: Connection, issue: str) -> DeliveryId:
    """Return the highest id of a delivery of *issue*, or 0; ids are never reused."""
    highest = connection.execute(
        select(func.max(deliveries.c.id)).where(deliveries.c.issue == issue)
    ).scalar()
    return DeliveryId(highest or 0)


def count_due(connection: Connection, issue: str, now: datetime) -> int:
    """Return the number of deliveries that `find_due` would return without a limit."""
    counted = (
        select(func.count()).select_from(deliveries).where(deliveries.c.issue == issue, is_due(now))
    )
    return connection.execute(counted).scalar_one()


def next_due_at(connection: Connection, issue: str) -> datetime | None:
    """Return when the first deferred delivery is due, or None."""
    first: datetime | None = connection.execute(
        select(func.min(deliveries.c.due_at)).where(
            deliveries.c.issue == issue, deliveries.c.state == constant(State.DEFERRED)
        )
    ).scalar()
    return first


def latest_refusals(
    connection: Connection, issue: str, since: datetime, count: int
) -> Sequence[bool]:
    """Return for each of the newest outcomes whether it was a refusal, oldest first."""
    states = connection.execute(
        select(deliveries.c.state)
        .where(
            deliveries.c.issue == issue,
            deliveries.c.begun_at >= since,  # so that ix_deliveries_begun can be used
            deliveries.c.state.in_([constant(State.ACCEPTED), constant(State.REFUSED)]),
        )
        .order_by(deliveries.c.begun_at.desc(), deliveries.c.id.desc())
        .limit(count)
    ).scalars()
    return [state == State.REFUSED for state in states][::-1]


def tally(connection: Connection, issue: str) -> Tally:
    """Count the deliveries of *issue* by edition and state."""
    rows = connection.execute(
        select(deliveries.c.edition, deliveries.c.state, func.count())
        .where(deliveries.c.issue == issue)
        .group_by(deliveries.c.edition, deliveries.c.state)
    ).all()
    counts: dict[EditionKind, dict[State, int]] = {kind: {} for kind in EditionKind}
    for edition, state, count in rows:
        counts[EditionKind(edition)][State(state)] = count
    return Tally(counts)


def entries(connection: Connection, issue: str, state: State) -> Iterator[LedgerLine]:
    """Yield the deliveries in *state*, in the order they were planned."""
    rows = connection.execution_options(yield_per=1000).execute(
        select(deliveries, subscribers.c.name)
        .join(subscribers)
        .where(deliveries.c.issue == issue, deliveries.c.state == state)
        .order_by(deliveries.c.id)
    )
    for row in rows:
        yield LedgerLine(
            row.address,
            row.name,
            EditionKind(row.edition),
            State(row.state),
            row.attempts,
            row.begun_at,
            row.answered_at,
            row.due_at,
            say_answer(row.reason, row.answer),
            row.run_id,
        )


def _on_page(page: DeliveryPage) -> Iterator[ColumnElement[bool]]:
    yield deliveries.c.id > page.after
    if page.last is not None:
        yield deliveries.c.id <= page.last
    if page.domain:
        yield deliveries.c.domain == page.domain
    if page.without:
        yield deliveries.c.domain.not_in(sorted(page.without))
