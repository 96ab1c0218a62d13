"""What a look through the whole consent record finds."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.subscribers.consent_record import Break


@dataclass(frozen=True, slots=True)
class Missing:
    """Readers whose consent, or its end, is on the list and not in the record."""

    count: int
    since: datetime  # of the first; aware UTC


@dataclass(frozen=True, slots=True)
class Proof:
    """What a look through the whole record has found."""

    entries: int  # that were looked at
    head: bytes  # the last link of the own chain
    broken: tuple[Break, ...]  # the first break of each chain
    unfinished: tuple[str, ...]  # names of files that are being written to the list
    unsealed: tuple[str, ...]  # names of files whose chain has no end, and nothing writes it
    unlisted: tuple[str, ...]  # names of complete files that the table of files lacks; "": erased
    redated: tuple[str, ...]  # names of files that were read at another time than their entries
    renamed: tuple[str, ...]  # files that had another name when their chain was sealed
    strangers: int  # entries of chains that no file has
    bared: int  # entries without their details, of people who were not erased
    texts: tuple[str, ...]  # hashes of texts that were changed, or are missing
    missing: Missing | None  # what the list says of readers, and the record does not
