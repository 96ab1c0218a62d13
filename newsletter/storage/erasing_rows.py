"""
Takes people out of the rows of a database, in one transaction.

The tables may be older than this program: those of a copy from before a migration. So a statement
names only columns that are there.
"""

import json
from collections import Counter
from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Row,
    Table,
    and_,
    delete,
    null,
    or_,
    select,
)

from newsletter.delivery.provider import WRITTEN
from newsletter.dispatch.control import PROGRAM
from newsletter.dispatch.states import State
from newsletter.feedback.effects import FOR_PEOPLE
from newsletter.phrases import beginning_of, phrase, write_said
from newsletter.storage.answers import AGAIN, ASSUMED, GONE, OLD_BEGINNINGS
from newsletter.storage.breach_tables import breach_notices
from newsletter.storage.consent_tables import consents
from newsletter.storage.erased_people import SENT
from newsletter.storage.erasing_texts import erase_answers, erase_moves, erase_texts
from newsletter.storage.feedback_tables import feedback_events
from newsletter.storage.feedback_writers import find_written
from newsletter.storage.import_tables import imported_rows
from newsletter.storage.mail_tables import mails
from newsletter.storage.present_columns import Rows, is_in
from newsletter.storage.tables import (
    deliveries,
    dispatches,
    domain_pauses,
    reader_aliases,
    rehearsed_deliveries,
    subscribers,
)
from newsletter.storage.whose import Whose, find_whose
from newsletter.subscribers.consent_record import ConsentAct, ConsentWay
from newsletter.subscribers.erasing import ERASED, ERASED_KEY, Erased, People
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.traces import Sought, hash_of, placeholder_of
from newsletter.subscribers.why import Cause

NO_DOMAIN: Final = "erased"
_IS_END: Final = and_(
    consents.c.act == ConsentAct.ENDED.value, consents.c.way == ConsentWay.OPERATOR.value
)
_WAITS: Final = frozenset({State.PENDING.value, State.DEFERRED.value})
_WAITS_FOR_PERSON: Final = and_(
    feedback_events.c.settled_at.is_(None), is_in(feedback_events.c.action, sorted(FOR_PEOPLE))
)


def erase_rows(
    connection: Connection, sought: Sought, people: People, *, keeps_ends: bool = False
) -> Counter[Erased]:
    """
    Take *people* out of all rows; return how many of which kind were changed.

    Deliveries stay, without address and answer, and with them a row of the list that says nothing.

    *keeps_ends*: the record of consents goes on to say which person of the office has ended one, as
    by the erasure itself, which is finished now.
    """
    rows = Rows(connection)
    counts: Counter[Erased] = Counter()
    sent_to = set[int]()
    for table in SENT:
        counts[Erased.DELIVERIES] += _erase_sent(connection, rows, table, sought, people, sent_to)
    for table in (mails, imported_rows):
        if rows.has(table.c.address_key):
            theirs = is_in(table.c.address_key, people.keys)
            theirs = or_(theirs, is_in(table.c.subscriber_id, people.ids))
            counts[Erased.MAILS] += rows.remove(table, theirs)
    whose = find_whose(connection, people.keys, left=True)
    counts[Erased.MAILS] += _erase_notices(connection, rows, sought, people, whose)
    if rows.has(reader_aliases.c.alias):
        rows.remove(reader_aliases, is_in(reader_aliases.c.subscriber_id, people.ids))
    if rows.has(consents.c.details):
        theirs = is_in(consents.c.person, [bytes.fromhex(one) for one in sought.hashes])
        theirs = and_(theirs, ~_IS_END) if keeps_ends else theirs
        rows.change(consents, theirs, {"details": None})
    returned, others = _erase_events(connection, rows, people, whose)
    counts[Erased.RETURNED] += returned
    counts[Erased.READERS] += _erase_readers(connection, rows, sought, people, sent_to)
    counts[Erased.TEXTS] += erase_texts(connection, rows, sought, others)
    counts[Erased.TEXTS] += erase_answers(connection, rows, sought, people)
    counts[Erased.TEXTS] += erase_moves(connection, rows, sought)
    _erase_file_names(connection, rows, sought)
    _erase_domains(connection, rows, people)
    return counts


def _erase_sent(
    connection: Connection,
    rows: Rows,
    table: Table,
    sought: Sought,
    people: People,
    sent_to: set[int],
) -> int:
    """Take the addresses and answers out of deliveries; *sent_to* gets the readers' numbers."""
    of = table.c
    if not rows.has(of.address):
        return 0
    theirs = or_(is_in(of.subscriber_id, people.ids), is_in(of.address_key, people.keys))
    wanted = select(of.id, of.subscriber_id, of.address_key, of.state, of.answer)
    if table is deliveries:  # its indexes begin with the issue
        issues = connection.execute(select(dispatches.c.issue)).scalars().all()
        found: list[Row[Any]] = []
        for issue in issues:
            found += connection.execute(wanted.where(of.issue == issue, theirs))
    else:
        found = [*connection.execute(wanted.where(theirs))]
    for row in found:
        sent_to.add(row.subscriber_id)
        values = _without_reader(row, sought.secret)
        rows.change(table, of.id == row.id, values)
    return sum(not row.address_key.startswith(ERASED_KEY) for row in found)


def _erase_notices(
    connection: Connection, rows: Rows, sought: Sought, people: People, whose: Whose
) -> int:
    """Take people out of notices of a leak: those that wait are not sent any more."""
    of = breach_notices.c
    if not rows.has(of.address):
        return 0
    query = select(of.id, of.address_key, of.begun_at).where(whose.narrow(of.address_key))
    owned = [number for number, *what in connection.execute(query) if whose.has(*what)]
    theirs = is_in(of.id, owned)
    count = rows.remove(breach_notices, and_(theirs, is_in(of.state, _WAITS)))
    found = connection.execute(select(of.id, of.breach_id, of.address_key).where(theirs)).all()
    for row in found:
        key = placeholder_of(hash_of(row.address_key, sought.secret))
        its = and_(of.breach_id == row.breach_id, of.address_key == key)
        if connection.execute(select(of.id).where(its)).first():  # who came back was told again
            key = f"{key}:{row.id}"
        values = {"address": ERASED, "address_key": key, "answer": None}
        rows.change(breach_notices, of.id == row.id, values)
    return count + len(found)


def _erase_events(
    connection: Connection, rows: Rows, people: People, whose: Whose
) -> tuple[int, Collection[str]]:
    """
    Take people out of what came back; that a letter did stays.

    Their numbers may become those of others. The kept mails are deleted by the names that stay.
    What of it waits for a person waits no more, though nobody has decided on it. A domain may be a
    person's own, so it goes, too: also of those whom earlier versions have erased.

    Returns:
        How many events were theirs; and the senders of others, who had one of their addresses.
    """
    of = feedback_events.c
    if not rows.has(of.subscriber_id):
        return 0, ()
    written, others = find_written(connection, whose)
    names = ("subscriber_id", "mail_name", "words", "sender", "subject")
    is_erased = and_(*(of[name].is_(None) for name in names), of.domain.is_not(None))
    rows.change(feedback_events, and_(is_erased, ~_WAITS_FOR_PERSON), {"domain": None})
    theirs = or_(is_in(of.subscriber_id, people.ids), is_in(of.id, written))
    waits = and_(theirs, _WAITS_FOR_PERSON)
    rows.change(feedback_events, waits, {"settled_at": of.received_at, "settled_by": PROGRAM})
    return rows.change(feedback_events, theirs, dict.fromkeys((*names, "domain"))), others


def _without_reader(row: Row[Any], secret: bytes) -> dict[str, object]:
    key = row.address_key
    if not key.startswith(ERASED_KEY):
        key = placeholder_of(hash_of(key, secret))
    values: dict[str, object] = {
        "address": ERASED,
        "address_key": key,
        "domain": NO_DOMAIN,
        "answer": _without_echo(row.answer),
    }
    if row.state in _WAITS:
        values |= {"state": State.SKIPPED.value, "reason": GONE, "due_at": None}
    return values


def _without_echo(answer: str | None) -> str | None:
    """Return an answer that a server has not written; the servers' may repeat the address."""

    def is_of(code: str) -> bool:
        return (answer or "").startswith((beginning_of(code), OLD_BEGINNINGS[code][0]))

    if is_of(WRITTEN):
        return write_said(phrase("delivery.written", file=ERASED))
    return answer if is_of(AGAIN) or is_of(ASSUMED) else None  # these name people of the office


def _erase_readers(
    connection: Connection, rows: Rows, sought: Sought, people: People, sent_to: Collection[int]
) -> int:
    """Return how many readers they were; an address that a reader has left is not another one."""
    of = subscribers.c
    theirs = or_(is_in(of.id, people.ids), is_in(of.address_key, people.keys))
    cause = of.standing_cause if rows.has(of.standing_cause) else null().label("standing_cause")
    query = select(of.id, of.address_key, cause).where(theirs)
    found = [
        row for row in connection.execute(query).all() if not row.address_key.startswith(ERASED_KEY)
    ]
    for row in found:
        key = placeholder_of(hash_of(row.address_key, sought.secret))
        taken = connection.execute(select(of.id).where(of.address_key == key)).first()
        rows.change(subscribers, of.id == row.id, _nobody(f"{key}:{row.id}" if taken else key))
    count = sum(row.standing_cause != Cause.MOVED.value for row in found)
    return count or min(len(found), 1)


def _nobody(key: str) -> dict[str, object]:
    """Return the values of a row of the list that only holds the place of deliveries' reader."""
    names = ("preference", "consented_at", "reconfirmed_at", "moved_at", "import_id")
    return {
        **dict.fromkeys((*names, "standing_because", "standing_by", "reader_id", "old_number")),
        "address": ERASED,
        "address_key": key,
        "name": "",
        "standing": Standing.UNSUBSCRIBED.value,
        "standing_cause": Cause.WITHDREW.value,
    }


def remove_placeholders(connection: Connection, ids: Collection[int]) -> None:
    """Delete rows of the list that hold no delivery's place."""
    of = subscribers.c
    for number in ids:
        refers = [
            select(table.c.id).where(table.c.subscriber_id == number).exists()
            for table in (rehearsed_deliveries, mails)
        ]
        issues = select(dispatches.c.issue).scalar_subquery()
        sent = select(deliveries.c.id).where(
            deliveries.c.issue.in_(issues), deliveries.c.subscriber_id == number
        )
        connection.execute(
            delete(subscribers).where(of.id == number, ~sent.exists(), *(~one for one in refers))
        )


def _erase_file_names(connection: Connection, rows: Rows, sought: Sought) -> None:
    """Take the names of files out of the record of consents; it is chained over their hashes."""
    of = consents.c
    if not rows.has(of.details):
        return
    filed = select(of.place, of.chain_id, of.details)
    filed = filed.where(of.act == ConsentAct.FILED.value, of.details.is_not(None))
    for place, chain, details in connection.execute(filed).all():
        if sought.is_in(str(json.loads(details).get("file"))):
            rows.change(consents, and_(of.chain_id == chain, of.place == place), {"details": None})


def _erase_domains(connection: Connection, rows: Rows, people: People) -> None:
    """
    Delete the pauses of domains where nobody on the list has an address any more.

    Such a domain may be a person's own, and nothing is sent there. A domain of others, as of a
    large provider, names nobody, and is to stay paused.
    """
    if not rows.has(domain_pauses.c.domain):
        return
    domains = {key.rpartition("@")[2] for key in people.keys}
    of, key = domain_pauses.c.domain, subscribers.c.address_key
    for domain in connection.execute(select(of).where(is_in(of, domains))).scalars().all():
        others = select(key).where(key.endswith(f"@{domain}", autoescape=True)).limit(1)
        if connection.execute(others).first() is None:
            rows.remove(domain_pauses, of == domain)
