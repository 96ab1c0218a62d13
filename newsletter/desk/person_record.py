"""Everything that is stored about one person, to be handed over: PIPA, Art. 35."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from newsletter.desk.kept_words import KeptWords, read_words
from newsletter.desk.rejected_rows import read_rejects
from newsletter.feedback.book import Recorded
from newsletter.feedback.kept_mails import KeptMails
from newsletter.lang import Lang
from newsletter.mails.breach import ToldOfLeak
from newsletter.mails.mail import Mail
from newsletter.phrases import Phrase
from newsletter.subscribers.access_record import Access
from newsletter.subscribers.address import Address
from newsletter.subscribers.book import PastDelivery
from newsletter.subscribers.consent_record import ConsentEntry, Whose, details_of
from newsletter.subscribers.elsewhere import HeldInCopy, HeldInRejects
from newsletter.subscribers.erasing import Erased
from newsletter.subscribers.reader_acts import Block
from newsletter.subscribers.subscriber import Subscriber

if TYPE_CHECKING:
    from newsletter.app.records import Records

# Where a person's data is, by what an erasure counts, and where their record has it. What names
# them in the words of others is the others': a note of the office, a server's answer, a mail.
SHOWN_AS: Final[Mapping[Erased, Sequence[str]]] = {
    Erased.READERS: ("address", "consents", "blocked"),
    Erased.DELIVERIES: ("deliveries",),
    Erased.MAILS: ("requests", "leaks"),
    Erased.TEXTS: (),
    Erased.LETTERS: ("deliveries", "requests"),  # in a folder
    Erased.REJECTS: ("refused_rows",),
    Erased.RETURNED: ("returned",),
    Erased.COPIES: ("copies",),
    # Of anybody, as their time is over.
    Erased.DESTROYED: ("copies",),
    Erased.DRILLS: ("leaks",),
    Erased.KEPT_MAILS: ("returned",),
}
OURS: Final = frozenset({"id", "name", "reader"})  # of a mail: its name opens its links


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """All that is known of the owner of one address."""

    address: str  # as on the list, or as it was asked for
    subscriber: Subscriber | None  # None: not on the list
    # Each with its file's name; at the addresses that the person had before, too.
    consents: Sequence[tuple[ConsentEntry, str | None]]
    requests: Sequence[Mail]
    deliveries: Sequence[PastDelivery]
    returned: Sequence[Recorded]  # what came back of these, and what the person wrote
    words: Mapping[int, KeptWords]  # of the person's own mails among these, by their numbers
    leaks: Sequence[ToldOfLeak]  # notices that data has leaked
    block: Block | None
    accesses: Sequence[Access]  # by operators, to this person's data alone
    refused: Sequence[HeldInRejects]  # rows of imports
    copies: Sequence[HeldInCopy]
    unread: Sequence[str]  # copies, and files of refused rows, that nobody can look into

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known but that somebody asked."""
        known = (self.subscriber, self.consents, self.requests, self.returned)
        return not any((*known, self.leaks, self.block, self.refused, self.copies))


def find_person(records: "Records", kept: KeptMails, address: Address) -> PersonRecord:
    """
    Return everything that is stored about the owner of an address, on the list or not.

    The database is read as it is at one moment.

    Args:
        records: of the site.
        kept: its kept mails.
        address: of the person.

    Raises:
        LedgerError: a fault of the database, or an entry of the consent record is unreadable.
        OSError: the folder of kept mails cannot be used.
    """
    lookup, book = records.reader_lookup(), records.book()
    with records.at_one_moment():
        subscriber = book.find(address.key)
        reader = None if subscriber is None else subscriber.id
        returned = records.feedback_record(next(iter(Lang))).read_about(reader, address.key)
        names = list(map(str, subscriber.names)) if subscriber else ()
        copies = records.find_in_copies(address.key, names)
        refused, closed = find_refused(records, address.key)
        return PersonRecord(
            address=address.spelling if subscriber is None else subscriber.address,
            subscriber=subscriber,
            consents=[
                (one.entry, one.file)
                for one in records.consents().find_owned(address.key)
                if one.whose is not Whose.ANOTHERS
            ],
            requests=lookup.find_mails(address.key, reader),
            deliveries=() if reader is None else book.deliveries(reader),
            returned=returned,
            words=read_words(kept, returned),
            leaks=records.breaches().find_about(address.key),
            block=lookup.find_block(address.key),
            accesses=records.accesses().find_about(address.key),
            refused=refused,
            copies=copies.found,
            unread=[*copies.unread, *closed],
        )


def find_refused(records: "Records", key: str) -> tuple[Sequence[HeldInRejects], Sequence[str]]:
    """
    Return the refused rows of the owner of an address, and the files that nobody can read.

    A row is its owner's whose address it is about, the first in it; a row without one may be
    anybody's, and is not shown to anybody. A file that is gone has nothing.
    """
    whose, found, closed = records.reader_lookup().find_whose(key), list[HeldInRejects](), []
    for file in records.rejects():
        try:
            found += [
                HeldInRejects(file.name, file.written_at, row.cells)
                for row in read_rejects(Path(file.path))
                if row.address is not None and whose.has(row.address.key, file.written_at)
            ]
        except FileNotFoundError:
            continue
        except (OSError, ValueError, csv.Error):
            closed.append(file.name)
    return found, closed


def write_person(person: PersonRecord, *, for_reader: bool) -> str:
    """
    Return a person's record as JSON; times are UTC.

    *for_reader*: the person sees it, so it does not say which member of the staff has looked.
    """
    shown = {
        **_describe_entry(person, for_reader=for_reader),
        "blocked": None if person.block is None else asdict(person.block),
        "consents": [describe_consent(*one) for one in person.consents],
        "requests": [_describe_request(one) for one in person.requests],
        "deliveries": [
            {**asdict(one), "answer": str(one.answer) or None} for one in person.deliveries
        ],
        "returned": [
            {**describe_returned(one), "mail": _describe_words(person.words.get(one.number))}
            for one in person.returned
        ],
        "leaks": [{**asdict(one), "answer": str(one.answer) or None} for one in person.leaks],
        "refused_rows": [{**asdict(one), "cells": dict(one.cells)} for one in person.refused],
        "copies": [asdict(one) for one in person.copies],
        "not_searched": list(person.unread),
        "accesses": [describe_access(one, for_reader=for_reader) for one in person.accesses],
    }
    return json.dumps(shown, ensure_ascii=False, indent=2, default=_write_value)


def describe_consent(entry: ConsentEntry, file: str | None) -> dict[str, Any]:
    """Return an entry of the consent record, and the file that it came from, for machines."""
    return {
        "act": entry.act,
        "way": entry.way,
        "at": _utc(entry.at),
        "recorded_at": _utc(entry.recorded_at),
        "language": entry.lang,
        "text": entry.text,
        "by": details_of(entry).get("by"),
        "file": file,
        "chain": entry.chain,
        "place": entry.place,
    }


def describe_returned(one: Recorded) -> dict[str, Any]:
    """Return what came back, for machines."""
    return {
        "received_at": _utc(one.received_at),
        "kind": one.kind,
        "class": one.bounce_class,
        "reason": one.reason or None,
        "issue": one.issue or None,
        "words": one.words or None,
        "from": one.sender or None,
        "subject": one.subject or None,
        "action": one.action,
        "settled_as": one.settled_as,
        "settled_at": _utc(one.settled_at),
    }


def _describe_words(words: KeptWords | None) -> Mapping[str, Any] | None:
    return None if words is None else {"text": words.text, "cut_off": words.is_cut}


def describe_access(one: Access, *, for_reader: bool = False) -> dict[str, Any]:
    """Return an entry of the access record for machines; *for_reader*: without who it was."""
    who = {
        "account": one.operator.account,
        "from": one.operator.origin or None,
        "by": one.operator.name or None,
        "whose": None if one.person is None else one.person.hex(),
        "how_many": one.people,
    }
    return {
        "at": _utc(one.at),
        **({} if for_reader else who),
        "what": one.kind.value,
        "because": one.because or None,
        "issue": one.issue or None,
    }


def _describe_entry(person: PersonRecord, *, for_reader: bool) -> dict[str, Any]:
    listed = person.subscriber
    if listed is None:
        return {"address": person.address, "standing": None}
    shown = asdict(listed)
    if for_reader:
        del shown["id"]
    shown["language"] = shown.pop("preference")
    del shown["why"]
    return {
        **shown,
        "standing_cause": listed.why.cause,
        "standing_because": str(listed.why.because) or None,
        "standing_by": listed.why.by or None,
    }


def _describe_request(mail: Mail) -> dict[str, Any]:
    shown = {**asdict(mail), "answer": str(mail.answer) or None}
    return {key: value for key, value in shown.items() if key not in OURS}


def _utc(when: datetime | None) -> str | None:
    return None if when is None else when.astimezone(UTC).isoformat()


def _write_value(value: object) -> str:
    assert isinstance(value, datetime | Phrase)  # noqa: S101 - nothing else is stored
    return value.isoformat() if isinstance(value, datetime) else str(value)
