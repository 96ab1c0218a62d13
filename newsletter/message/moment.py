"""Reads a moment as people write it: in a time zone, whose clocks may be changed just then."""

import re
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from newsletter.phrases import Phrase, phrase

FORM: Final = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(?: ?([+-]\d{2}:\d{2}))?")


class MomentFaultError(Exception):
    """A text is no moment; *said* is why, and what to write."""

    def __init__(self, said: Phrase) -> None:
        super().__init__(str(said))
        self.said = said


def read_local_moment(text: str, zone: ZoneInfo) -> datetime:
    """
    Read ``2026-12-01 09:00`` in *zone*; return it as aware UTC.

    An offset from UTC may follow, ``+09:00``: an hour that the clocks show twice needs it.

    Raises:
        MomentFaultError: it is written otherwise, no such day or hour exists, or the clocks of
            *zone* show it twice.
    """
    found = FORM.fullmatch(text)
    try:
        if found and found[3]:
            return datetime.fromisoformat(f"{found[1]}T{found[2]}{found[3]}").astimezone(UTC)
        if found:
            return _in_zone(datetime.fromisoformat(f"{found[1]}T{found[2]}"), zone)
    except (ValueError, OverflowError):  # a day or an hour that no calendar has
        pass
    raise MomentFaultError(phrase("message.moment-form", zone=zone.key))


def _in_zone(local: datetime, zone: ZoneInfo) -> datetime:
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    moment = first.astimezone(UTC)
    if first.utcoffset() == second.utcoffset():
        return moment
    # PEP 495: the clocks are being changed.
    if moment.astimezone(zone).replace(tzinfo=None) != local:
        raise MomentFaultError(phrase("message.moment-skipped", zone=zone.key))
    both = [f"{one:%Y-%m-%d %H:%M}{_offset(one)}" for one in (first, second)]
    raise MomentFaultError(phrase("message.moment-twice", zone=zone.key, both=both))


def _offset(moment: datetime) -> str:
    shown = f"{moment:%z}"
    return f"{shown[:3]}:{shown[3:5]}"
