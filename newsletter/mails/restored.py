"""What a restore of a backup has done, and what became of mails that are owed to readers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from newsletter.mails.mail import MailKind
from newsletter.subscribers.subscriber import Subscriber


@dataclass(frozen=True, slots=True)
class Results:
    """What became of the mails that are owed to readers."""

    told: Mapping[MailKind, int]  # after the backup was made: they are not told again
    held: Mapping[MailKind, int]  # in the backup: they wait for a person's answer


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore has done."""

    kept: str | None  # the file name of the ledger until now; None: there was none
    moved: int  # readers of the backup who have another address since
    erased: int  # readers of the backup who were erased since, and are erased again
    corrected: int  # readers of the backup whose name or language was changed since
    left: int  # those who left, complained or bounced since, and are not active again
    is_blind: bool  # the ledger until now was missing or unreadable: nobody knows who left
    results: Results
    # Who is active in the ledger until now, and not in the copy; None: it could not be read.
    lost: Sequence[Subscriber] | None = None
    is_record_whole: bool = True  # all that was recorded of consents since was taken over
