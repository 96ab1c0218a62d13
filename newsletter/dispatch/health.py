"""The health of a ledger, as it can be seen without opening it for writing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LedgerHealth:
    """What a look at a ledger shows of it."""

    damage: Sequence[str]  # SQLite's own words; empty: intact, or a server's database
    active: int  # readers whom an issue would be sent to
    backed_up_at: datetime | None  # the newest backup that was recorded, aware UTC
    unicode_addresses: int  # active readers whose local part is not ASCII (RFC 6531)
