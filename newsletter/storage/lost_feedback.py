"""Remembers what came back of letters to somebody who is not on the list: see `left_names`."""

from sqlalchemy import Connection

from newsletter.errors import ContentError
from newsletter.feedback.event import FROM_SERVERS, BounceClass, Event, Kind, Proof
from newsletter.storage.acting_readers import find_by_key, find_known
from newsletter.storage.left_names import name_at, note_left
from newsletter.storage.reader_names import find_owners
from newsletter.subscribers.address import address_of
from newsletter.subscribers.consent_record import ConsentWay
from newsletter.subscribers.why import Cause


def name_lost(connection: Connection, event: Event) -> str:
    """
    Return what names somebody who is not on the list and whose subscription an event ends.

    A signed token names its reader. Of what a mail service reports nobody can check the reference
    without the reader; so the address that it was sent to counts, of which only the hash is kept.
    A bounce says something of one mailbox alone: it counts only for a reader who still has it. Of
    whoever was erased nothing is remembered: no file brings them back.

    Returns:
        "": nothing is to be remembered.
    """
    whose = event.whose
    is_said = event.understood.kind in FROM_SERVERS and not event.is_by_server
    if is_said or _cause_of(event) is None:
        return ""
    key = _key_of(event.understood.recipient)
    if whose.returned is not None:
        name = str(whose.returned.reader)
        if find_owners(connection, [whose.returned.reader]):
            return ""  # who was erased
        if _cause_of(event) is not Cause.BOUNCED:
            return name
        return name_at(name, key) if key else ""
    if whose.proof is Proof.SERVICE and not event.is_by_mail:
        return key if key and find_known(connection, key) is None else ""
    # The name of a mail is random: a wrong one names nobody. A wish waits for a person instead.
    return whose.mail_name if event.understood.kind in FROM_SERVERS else ""


def waits_for_a_person(connection: Connection, event: Event) -> bool:
    """Return whether a wish may be of somebody who has come to the list by another name since."""
    is_wish = event.understood.kind is Kind.UNSUBSCRIBE
    return is_wish and find_by_key(connection, _key_of(event.sender)) is not None


def note_lost(connection: Connection, event: Event, name: str) -> None:
    """Remember an event for when a file or a backup brings its reader back."""
    cause = _cause_of(event)
    assert cause is not None  # noqa: S101 - see `name_lost`
    way = ConsentWay.MAIL if event.is_by_mail else ConsentWay.SERVICE
    note_left(connection, name, event.received_at, cause, way)


def _cause_of(event: Event) -> Cause | None:
    diagnosis = event.understood.diagnosis
    match event.understood.kind:
        case Kind.UNSUBSCRIBE:
            return Cause.WITHDREW
        case Kind.COMPLAINT:
            return Cause.COMPLAINED
        case Kind.BOUNCE if diagnosis and diagnosis.bounce_class is BounceClass.HARD:
            return Cause.BOUNCED
        case _:
            return None


def _key_of(recipient: str) -> str:
    try:
        return address_of(recipient).key
    except ContentError:
        return ""
