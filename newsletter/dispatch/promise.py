"""Promises: appointments, approvals and begun dispatches, each valid for one letter only."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Bond(StrEnum):
    """The kind of promise that binds an issue to one letter."""

    APPOINTMENT = "appointment"
    APPROVAL = "approval"
    DISPATCH = "dispatch"  # a begun dispatch with waiting readers


@dataclass(frozen=True, slots=True)
class Promise:
    """An appointment, an approval or a begun dispatch, with the letter that it is for."""

    bond: Bond
    by: str  # "" if no person is stored
    at: datetime  # aware UTC; when it was made
    digest: str
    dispatch_at: datetime | None = None  # aware UTC; of an appointment
    is_kept: bool = False  # of a dispatch: continues with that letter, even if the folder changes


def find_broken(promises: Sequence[Promise], digests: Collection[str]) -> Sequence[Promise]:
    """
    Return the promises that do not fit the letter with these *digests* (empty: does not compose).

    One fitting approval is enough; if none fits, the latest approval is returned.
    """
    approvals = [one for one in promises if one.bond is Bond.APPROVAL]
    is_approved = any(one.digest in digests for one in approvals)
    return [
        one
        for one in promises
        if one.digest not in digests
        and (one.bond is not Bond.APPROVAL or (not is_approved and one is approvals[-1]))
    ]
