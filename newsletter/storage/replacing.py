"""Letters of an issue's deliveries: the letter of the plan, or the one a delivery is bound to."""

from collections.abc import Sequence

from sqlalchemy import Connection, case, func, null, select, update

from newsletter.dispatch.control import Act, Note
from newsletter.dispatch.ledger import LetterId, Plan
from newsletter.dispatch.replacement import BegunDelivery, Replacement, SentLetter
from newsletter.dispatch.states import State
from newsletter.errors import UnfinishedError
from newsletter.lang import EditionKind
from newsletter.phrases import phrase
from newsletter.storage.conditions import IS_WAITING, constant
from newsletter.storage.deliveries import read_delivery
from newsletter.storage.freezing import letter_values
from newsletter.storage.notes import note
from newsletter.storage.tables import deliveries, dispatches, kept_letters
from newsletter.storage.turns import Turns, ranges_of


def adopt_letter(turns: Turns, plan: Plan) -> None:
    """
    Add its letter to a plan made by a version that did not keep letters.

    All its begun deliveries were begun with that letter. A delivery that waits again may have
    been unknown before, which was not recorded; therefore it is bound to this letter for good.

    The plan comes last: as long as it has no letter, the next run adopts one for what is left.
    """
    connection, was_begun = turns.connection, deliveries.c.attempts > 0
    is_pending = deliveries.c.state == constant(State.PENDING)
    bound = case((is_pending, plan.letter), else_=null())
    for which in ranges_of(turns, plan.issue):
        connection.execute(
            update(deliveries)
            .where(which, was_begun, deliveries.c.letter_id.is_(None))
            .values(letter_id=plan.letter, bound_letter_id=bound)
        )
        turns.give_way()
    connection.execute(
        update(dispatches)
        .where(dispatches.c.issue == plan.issue, dispatches.c.letter_id.is_(None))
        .values(letter_values(plan))
    )


def count_replaceable(connection: Connection, issue: str) -> int:
    """Return how many readers wait and cannot have the letter: they were never unknown."""
    counted = (
        select(func.count())
        .select_from(deliveries)
        .where(deliveries.c.issue == issue, IS_WAITING, deliveries.c.bound_letter_id.is_(None))
    )
    return connection.execute(counted).scalar_one()


def replace_letter(connection: Connection, replacement: Replacement, count: int) -> None:
    """
    Give waiting readers another letter; the diary says that it were *count*.

    A process that slept begins nothing more with the old letter: `transitions` checks this.

    Raises:
        UnfinishedError: the plan was changed or cancelled meanwhile.
    """
    before, after = replacement.before, replacement.after
    of = dispatches.c
    changed = connection.execute(
        update(dispatches)
        .where(
            of.issue == before.issue,
            of.planned_at == before.planned_at,
            of.letter_id == before.letter,
            of.cancelled_at.is_(None),
        )
        .values(digest=after.digest, parts=dict(after.parts), **letter_values(after))
    )
    if not changed.rowcount:
        raise UnfinishedError(phrase("storage.nothing-replaced", issue=before.issue))
    words = phrase(
        "storage.note-replaced",
        deliveries=count,
        before=before.digest,
        after=after.digest,
        because=replacement.because,
    )
    line = Note(
        before.issue, Act.REPLACED, replacement.by, replacement.at, words, replacement.account
    )
    note(connection, line)


def find_begun(connection: Connection, issue: str, key: str) -> BegunDelivery | None:
    """Return the delivery of *issue* to an address, if it was begun with a kept letter."""
    of = deliveries.c
    row = connection.execute(
        select(of.id, of.letter_id, of.begun_at).where(
            of.issue == issue, of.address_key == key, of.letter_id.is_not(None)
        )
    ).one_or_none()
    if row is None or row.begun_at is None:
        return None
    delivery = read_delivery(connection, issue, row.id)
    return BegunDelivery(delivery, LetterId(row.letter_id), row.begun_at)


def find_sent(connection: Connection, issue: str) -> Sequence[SentLetter]:
    """Return the letters that deliveries of *issue* were begun with, the oldest first."""
    of = deliveries.c
    got = func.count().filter(of.state == constant(State.ACCEPTED))
    may_have = func.count().filter(of.state == constant(State.UNKNOWN))
    rows = connection.execute(
        select(of.letter_id, of.edition, got.label("got"), may_have.label("may_have"))
        .where(of.issue == issue, of.letter_id.is_not(None))
        .group_by(of.letter_id, of.edition)
    ).all()
    kept = connection.execute(
        select(kept_letters.c.id, kept_letters.c.digest)
        .where(kept_letters.c.id.in_({row.letter_id for row in rows}))
        .order_by(kept_letters.c.id)
    ).all()
    return [
        SentLetter(
            LetterId(one.id),
            one.digest,
            {EditionKind(row.edition): row.got for row in rows if row.letter_id == one.id},
            {EditionKind(row.edition): row.may_have for row in rows if row.letter_id == one.id},
        )
        for one in kept
    ]
