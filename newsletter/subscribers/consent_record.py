"""
The consent record: who agreed to be written to, when and how, and when that ended.

Entries are only added. Each is chained to the one before by SHA-256, so a later change of any of
them breaks the chain at that place (`check_chain`). An entry names its person by a keyed hash of
the address, and its details by a hash: both stay when the person's data is erased, and the chain
with them.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from secrets import token_hex
from typing import Final, NamedTuple, NewType

from newsletter.lang import Lang
from newsletter.subscribers.book import Entry
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.why import Cause

ChainId = NewType("ChainId", int)

OWN_CHAIN: Final = ChainId(0)  # of single acts; each file has a chain of its own
START: Final = bytes(32)  # stands for the link before the first
SALT_BYTES: Final = 16


class ConsentAct(StrEnum):
    """What an entry records; stored, so never renamed."""

    AGREED = "agreed"
    RENEWED = "renewed"  # confirmed again, after two years
    ENDED = "ended"
    FILED = "filed"  # a file's chain is complete: its length and its last link


class ConsentWay(StrEnum):
    """How the act was done; stored."""

    CODE = "code"  # of a confirmation
    LINK = "link"  # of a confirmation
    READER = "reader"  # on a page, or by one click
    MAIL = "mail"  # a mail of the reader's
    SERVICE = "service"  # at the mail service, which reports it
    UNDONE = "undone"  # the reader took leaving back
    MOVED = "moved"  # the person has another address now
    OPERATOR = "operator"  # a person of the office
    SILENCE = "silence"  # the reader did not confirm again in time
    IMPORT = "import"  # a file


@dataclass(frozen=True, slots=True)
class Occasion:
    """What the acts of one change have in common."""

    way: ConsentWay
    now: datetime  # aware UTC
    by: str = ""  # the person of the office
    lang: Lang | None = None  # in which the text was read
    text: str | None = None  # SHA-256 of the text that was agreed to
    boxes: tuple[str, ...] = ()  # of that text, that were ticked
    # The language of the notice to readers without one of their own; None: no notice is owed.
    answers_in: Lang | None = None
    chain: ChainId = OWN_CHAIN
    # They are done again in a backup: what the record says already is not recorded once more.
    is_repeated: bool = False

    @property
    def details(self) -> Mapping[str, str]:
        """What is kept outside the chain, and may be erased."""
        said = {"by": self.by, "boxes": ", ".join(self.boxes)}
        return {key: value for key, value in said.items() if value}


class Stand(NamedTuple):
    """What an entry of the list says that bears on consent."""

    standing: Standing
    since: datetime  # aware UTC
    consented_at: datetime | None  # aware UTC
    cause: Cause | None  # of the standing
    reconfirmed_at: datetime | None = None  # aware UTC


class Declaration(NamedTuple):
    """What one change of the list means for one address."""

    key: str  # of the address
    act: ConsentAct
    at: datetime | None  # aware UTC; None: nobody knows when they agreed
    person: bytes | None = None  # the name in the record, where only that is known


@dataclass(frozen=True, slots=True)
class Seal:
    """The chain of a file, once it is complete."""

    chain: ChainId
    links: int
    head: bytes  # its last link


@dataclass(frozen=True, slots=True)
class ConsentEntry:
    """An entry of the record, without the link that chains it."""

    chain: ChainId
    place: int  # in its chain, from 1
    act: ConsentAct
    way: ConsentWay
    person: bytes | None  # keyed hash of the address; None for `FILED`
    at: datetime | None
    recorded_at: datetime
    lang: Lang | None = None
    text: str | None = None
    details: str | None = None  # JSON; None: there are none, or they were erased
    details_hash: bytes | None = None
    seal: Seal | None = None

    def link_after(self, previous: bytes) -> bytes:
        """Return the SHA-256 of the *previous* link and of all that the entry says for ever."""
        words = _words_of(self)
        return _link(previous, self.place, self.act, self.person, self.at, self.details_hash, words)


class Whose(StrEnum):
    """Whose an entry is, as the reader of an address sees it."""

    READERS = "here"  # of the reader who has the address
    READERS_BEFORE = "before"  # theirs, at an address that they had before
    ANOTHERS = "another"  # of whoever had this address before them


class Found(NamedTuple):
    """An entry that was found for an address."""

    entry: ConsentEntry
    file: str | None  # the name of its file
    whose: Whose


class Linked(NamedTuple):
    """What an entry says besides what it has in common with others, and its link."""

    place: int
    act: ConsentAct
    person: bytes | None
    at: datetime | None
    details: str | None
    details_hash: bytes | None
    link: bytes


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where a chain does not hold."""

    chain: ChainId
    place: int
    recorded_at: datetime | None  # None: an entry is missing there, or cannot be read


def stand_of(entry: Entry) -> Stand:
    """Return what an entry says that bears on consent."""
    since, agreed_at = entry.standing_since, entry.consented_at
    return Stand(entry.standing, since, agreed_at, entry.why.cause, entry.reconfirmed_at)


def declarations_of(key: str, before: Stand | None, after: Stand) -> Sequence[Declaration]:
    """Return all that a change of an address's entry means for consent, in its order."""
    both = (declaration_of(key, before, after), renewal_of(key, before, after))
    return [one for one in both if one is not None]


def declaration_of(key: str, before: Stand | None, after: Stand) -> Declaration | None:
    """
    Return what a change of an address's entry means for consent; None if it means nothing.

    A suspended mailbox that works again is no new consent, and an address that its reader has left
    for another one is no refusal. Whoever comes from another list unsubscribed has refused.
    """
    if after.standing is Standing.ACTIVE:
        if before is None or before.consented_at != after.consented_at:
            return Declaration(key, ConsentAct.AGREED, after.consented_at)
        is_back = before.standing is Standing.UNSUBSCRIBED
        return Declaration(key, ConsentAct.AGREED, after.since) if is_back else None
    return Declaration(key, ConsentAct.ENDED, after.since) if _has_ended(before, after) else None


def renewal_of(key: str, before: Stand | None, after: Stand) -> Declaration | None:
    """Return that an active reader has confirmed a consent again; None if that is not new."""
    at = after.reconfirmed_at
    is_known = at is None or (before is not None and before.reconfirmed_at == at)
    is_new = after.standing is Standing.ACTIVE and not is_known
    return Declaration(key, ConsentAct.RENEWED, at) if is_new else None


def _has_ended(before: Stand | None, after: Stand) -> bool:
    if after.cause is Cause.MOVED:
        return False
    if before is None or before.standing is Standing.ACTIVE:
        return after.standing is Standing.UNSUBSCRIBED or after.cause is Cause.WITHDREW
    # A suppressed address whose reader says no besides.
    return after.cause is Cause.WITHDREW and before.cause is not Cause.WITHDREW


def name_person(key: str, secret: bytes) -> bytes:
    """Return the name of an address's owner in the record: HMAC-SHA256, by a lasting key."""
    return hmac.digest(secret, key.encode(), "sha256")


def write_details(details: Mapping[str, str]) -> tuple[str | None, bytes | None]:
    """
    Return details as they are stored, and the hash that stays when they are erased.

    A random salt keeps what was erased from being guessed by its hash.
    """
    if not details:
        return None, None
    written = json.dumps({**details, "salt": token_hex(SALT_BYTES)}, ensure_ascii=False)
    return written, hashlib.sha256(written.encode()).digest()


def details_of(entry: ConsentEntry) -> Mapping[str, str]:
    """
    Return the details of an entry; none, if there are none or they were erased.

    Raises:
        ValueError: somebody has changed them; `write_details` writes no such text.
    """
    if entry.details is None:
        return {}
    found = json.loads(entry.details)
    if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
        raise ValueError(entry.place)
    return found


def check_chain(entries: Iterable[tuple[ConsentEntry | None, bytes]], chain: ChainId) -> "Checked":
    """
    Check a chain.

    Args:
        entries: of that chain, each with its stored link, in the order of their places; None for
            what cannot be read.
        chain: the chain.
    """
    previous, place = START, 0
    for entry, link in entries:
        place += 1
        if entry is None or entry.place != place:
            return Checked(place - 1, previous, Break(chain, place, None))
        if not has_its_details(entry) or entry.link_after(previous) != link:
            return Checked(place - 1, previous, Break(chain, place, entry.recorded_at))
        previous = link
    return Checked(place, previous, None)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at a chain has found."""

    links: int  # that hold
    head: bytes  # the last of them
    broken: Break | None


def chain_on(
    declared: Iterable[Declaration], occasion: Occasion, secret: bytes, links: int, head: bytes
) -> Iterator[Linked]:
    """
    Yield the entries of *declared*.

    Args:
        declared: in their order.
        occasion: what they have in common.
        secret: names the persons.
        links: how many the chain has.
        head: its last link; `START` if it has none.
    """
    first = ConsentEntry(
        chain=occasion.chain,
        place=0,
        act=ConsentAct.AGREED,
        way=occasion.way,
        person=None,
        at=None,
        recorded_at=occasion.now,
        lang=occasion.lang,
        text=occasion.text,
    )
    words, said = _words_of(first), occasion.details
    for place, (key, act, at, known) in enumerate(declared, links + 1):
        details, details_hash = write_details(said)
        person = known or name_person(key, secret)
        head = _link(head, place, act, person, at, details_hash, words)
        yield Linked(place, act, person, at, details, details_hash, head)


def seal_on(
    seal: Seal, file: str, now: datetime, links: int, head: bytes
) -> tuple[ConsentEntry, bytes]:
    """Return the entry of the own chain, and its link, that ends the chain of *file*."""
    details, details_hash = write_details({"file": file})
    entry = ConsentEntry(
        chain=OWN_CHAIN,
        place=links + 1,
        act=ConsentAct.FILED,
        way=ConsentWay.IMPORT,
        person=None,
        at=now,
        recorded_at=now,
        details=details,
        details_hash=details_hash,
        seal=seal,
    )
    return entry, entry.link_after(head)


def _words_of(entry: ConsentEntry) -> str:
    """
    Return what an entry may have in common with others, as its link contains it.

    Words stand between bars. No word contains one: they are numbers, hexadecimal digits, times and
    words of the program. A word that somebody changes to contain one adds a bar.
    """
    seal = entry.seal
    ended = None if seal is None else f"{seal.chain}:{seal.links}:{seal.head.hex()}"
    common = (entry.chain, entry.way, _moment(entry.recorded_at), entry.lang, entry.text, ended)
    return "|".join("-" if one is None else str(one) for one in common)


def _link(  # noqa: PLR0913, PLR0917 - called for each row of a file: an object costs as much
    previous: bytes,
    place: int,
    act: ConsentAct,
    person: bytes | None,
    at: datetime | None,
    details_hash: bytes | None,
    words: str,
) -> bytes:
    """Return the link of an entry: SHA-256 of the previous link and of the entry's words."""
    who = "-" if person is None else person.hex()
    when = "-" if at is None else _moment(at)
    details = "-" if details_hash is None else details_hash.hex()
    own = f"{place}|{act.value}|{who}|{when}|{details}|{words}"
    return hashlib.sha256(previous + own.encode()).digest()


def has_its_details(entry: ConsentEntry) -> bool:
    """Return whether the details are those that were recorded, or erased."""
    if entry.details is None:
        return True
    return hashlib.sha256(entry.details.encode()).digest() == entry.details_hash


@lru_cache(maxsize=256)  # many people of a file have agreed on the same day
def _moment(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="microseconds")
