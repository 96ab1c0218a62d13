"""Derive a reader's standing from the fields of a row: words, times, and empty fields."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, TypeAlias

from newsletter.errors import ContentError
from newsletter.phrases import Phrase, Said, phrase
from newsletter.subscribers.address import shown
from newsletter.subscribers.dates import time_in, times_in
from newsletter.subscribers.exporting import unguarded
from newsletter.subscribers.meanings import DECIDING, Column, Meaning, is_date_of_joining
from newsletter.subscribers.remarks import standing_told_by
from newsletter.subscribers.subscriber import (
    CAUSE_OF,
    LONGEST_WORD,
    STANDING_OF,
    Consent,
    Standing,
    bare_word,
    consent_in,
    plain_word,
    standing_of,
)
from newsletter.subscribers.why import IMPORT, UNSAID, Cause, Why, firmest, one_line

STRICTEST_FIRST: Final = (
    Standing.SUPPRESSED,
    Standing.UNSUBSCRIBED,
    Standing.SUSPENDED,
    Standing.ACTIVE,
)
LONGEST_REASON: Final = 200  # characters of a field that are stored as the reason for leaving
REMEMBERED: Final = 4_096  # cached fields of one column


@dataclass(frozen=True, slots=True)
class Told:
    """The standing stated by one field, or by a whole row."""

    standing: Standing = Standing.ACTIVE
    since: datetime | None = None  # aware UTC; None if not given
    consented_at: datetime | None = None  # aware UTC
    why: Why = field(default=UNSAID, compare=False)  # set if the standing is not ACTIVE


_Teller: TypeAlias = tuple[int, Callable[[str], Told]]  # the index of a field, and its reader

_NOTHING: Final = Told()

_YES: Final = "y yes true t on 1 o ○ ◯ 〇 ✓ ✔ ☑ checked 예 네"
_NO: Final = "n no false f off 0 아니오 아니요 아님 ☐"
_BLANK: Final = frozenset(
    r"- none null nil nan n/a \n 없음 해당없음 0000-00-00 0000-00-0000:00:00".split()
)

_AGREED: Final = (
    "v agreed agree accepted accept consented consent granted given express "
    "동의 동의함 동의합니다 동의완료 허용 허용함 승인 희망 신청 신청함 받음 받기 구독함"
)
_REFUSED: Final = (
    "x ✗ ✕ × refused denied revoked 미동의 비동의 동의안함 동의하지않음 동의거부 동의철회 "
    "수신하지않음 거부함 미허용 허용안함 불허 미신청 신청안함 희망안함 받지않음"
)
_CONSENTS: Final = {
    **STANDING_OF,
    **dict.fromkeys(f"{_YES} {_AGREED}".split(), Standing.ACTIVE),
    **dict.fromkeys(f"{_NO} {_REFUSED}".split(), Standing.UNSUBSCRIBED),
}

# In a column about leaving, "confirmed" or "동의" can mean that the leaving is confirmed.
_NOT_HAPPENED: Final = frozenset(
    f"{_NO} active subscribed 구독 구독중 정상 수신 수신중 수신함".split()
)
_HAPPENED: Final = frozenset(
    [*_YES.split(), *(word for word, stands in STANDING_OF.items() if stands != Standing.ACTIVE)]
)
_HANGUL: Final = re.compile("[가-힣]")
_CROSS: Final = frozenset("x ✗ ✕ ×".split())  # means no beside ○; in English it may be a tick

_LIKE_A_TIME: Final = re.compile(r"\d{4}|\d{1,2}[./\-]\d{1,2}[./\-]\d{2}|\d년|\d월|\d{1,2}:\d{2}")
_YEARS: Final = re.compile(r"(?<!\d)(\d{4})(?:\d\d){0,5}(?!\d)")  # of 2022, 202207 … 20220701100000
_EARLIEST_END: Final = 1990  # a year; no newsletter existed before it
_FURTHEST_END: Final = timedelta(days=366)  # from today; end of a cancelled subscription
_EPOCH: Final = re.compile(r"1\d{9}(\d{3})?")  # seconds or milliseconds, 2001 to 2033
_UNSAID_CONSENT: Final = re.compile("subscri|구독", re.IGNORECASE)

_STANDING_AFTER: Final = {
    Meaning.LEFT_AT: Standing.UNSUBSCRIBED,
    Meaning.BOUNCED_AT: Standing.SUPPRESSED,
    Meaning.COMPLAINED_AT: Standing.SUPPRESSED,
}

_CAUSE_AFTER: Final = {
    Meaning.BOUNCED_AT: Cause.BOUNCED,
    Meaning.COMPLAINED_AT: Cause.COMPLAINED,
}


def teller(columns: Sequence[Column], consent: Consent) -> Callable[[Sequence[str]], Told]:
    """
    Return a function that determines a reader's standing from a row's *columns*.

    The strictest standing wins, with the earliest time given for it. Of several times of
    consent the latest wins, because it confirms the others. If several columns of consent are
    known to contain dates, like OPTIN_TIME and CONFIRM_TIME, one filled column is enough.

    Raises:
        ContentError: raised by the returned function if a field is unreadable, or a consent is
            in the future. The message names every such column.
    """
    telling = [column for column in columns if tells(column)]
    if not telling:
        told = Told(consented_at=consent.otherwise)
        return lambda _fields: told
    if len(telling) == 1:
        at, column = telling[0].at, telling[0]
        read = _remembered(lambda text: _whole([_told(column, text, consent)], consent))
        return lambda fields: read(fields[at])
    tellers = [(one.at, field_teller(one, consent)) for one in telling]
    dates = [
        one.at for one in telling if one.meaning is Meaning.CONSENT and is_date_of_joining(one)
    ]
    if len(dates) < 2:
        return lambda fields: _whole(_all_of(tellers, fields), consent)
    return lambda fields: _whole(_all_of(_without_empty(dates, tellers, fields), fields), consent)


_TOLD_BESIDE: Final = frozenset({Meaning.CONSENTED_AT, Meaning.NOTES})


def tells(column: Column) -> bool:
    """Return whether a column is about standing or consent."""
    return column.meaning in DECIDING or column.meaning in _TOLD_BESIDE


def field_teller(column: Column, consent: Consent) -> Callable[[str], Told]:
    """Return a function that reads a field of *column*."""
    return _remembered(lambda text: _told(column, text, consent))


def _remembered(read: Callable[[str], Told]) -> Callable[[str], Told]:
    """Cache the results of *read* for short words, which repeat; long texts are not cached."""
    remembered = lru_cache(REMEMBERED)(read)
    return lambda text: remembered(text) if len(text) <= LONGEST_WORD else read(text)


def _without_empty(
    dates: Sequence[int], tellers: Sequence[_Teller], fields: Sequence[str]
) -> Sequence[_Teller]:
    """Leave out the empty *dates*, unless all of them are empty."""
    empty = [at for at in dates if _is_empty(fields[at])]
    if len(empty) == len(dates):
        return tellers
    return [one for one in tellers if one[0] not in empty]


def _all_of(tellers: Sequence[_Teller], fields: Sequence[str]) -> list[Told]:
    read: list[Told] = []
    faults: list[Said] = []
    for at, tell in tellers:
        try:
            read.append(tell(fields[at]))
        except ContentError as error:
            faults.append(error.phrase)
    if faults:
        raise ContentError(all_of(faults))
    return read


def all_of(faults: Sequence[Said]) -> Said:
    """Return all *faults* of a row as one message."""
    return faults[0] if len(faults) == 1 else phrase("subscribers.several-faults", faults=faults)


def _whole(told: Sequence[Told], consent: Consent) -> Told:
    standing = min((one.standing for one in told), key=STRICTEST_FIRST.index)
    times = [one.since for one in told if one.standing is standing and one.since]
    consents = [one.consented_at for one in told if one.consented_at]
    since, consented_at = min(times, default=None), max(consents, default=consent.otherwise)
    return Told(standing, since, consented_at, _why_of(told))


def _why_of(told: Sequence[Told]) -> Why:
    whys = [one.why for one in told if one.standing is not Standing.ACTIVE]
    if not whys:
        return UNSAID
    return Why(firmest(why.cause for why in whys), _joined([why.because for why in whys]), IMPORT)


def _joined(reasons: Sequence[Said]) -> Said:
    if len(reasons) == 1:
        return reasons[0]
    words = [reason for reason in reasons if isinstance(reason, str)]
    if len(words) == len(reasons):
        return "; ".join(words)
    return phrase("subscribers.several-reasons", reasons=reasons)


def _told(column: Column, text: str, consent: Consent) -> Told:
    told = _read(column, unguarded(text), consent)  # our rejects and exports guard every field
    if told.standing is Standing.ACTIVE:
        return told
    name, said = one_line(column.name), one_line(text)[:LONGEST_REASON]
    because: Said = f"{name}: {said}" if said else phrase("subscribers.told-by-empty", column=name)
    return replace(told, why=Why(_cause_of(column, text, told), because, IMPORT))


def _cause_of(column: Column, text: str, told: Told) -> Cause | None:
    if spoken := CAUSE_OF.get(bare_word(text)):
        return spoken
    if told.standing is Standing.UNSUBSCRIBED:
        return Cause.WITHDREW
    return _CAUSE_AFTER.get(column.meaning)


def _read(column: Column, text: str, consent: Consent) -> Told:
    if column.meaning is Meaning.STANDING:
        return Told(_standing_in(text))
    if column.meaning is Meaning.NOTES:
        return Told(standing_told_by(text) or Standing.ACTIVE)
    if column.meaning is Meaning.CONSENTED_AT:
        return Told(consented_at=None if not text.strip() else consent_in(text, consent))
    if column.meaning is Meaning.CONSENT:
        return _consent_in(column, text, consent)
    return _event_in(column, text, consent)


def _standing_in(text: str) -> Standing:
    word = bare_word(text)
    if word in _CONSENTS and word not in {"0", "1"}:  # sources differ in which of 0 and 1 is active
        return _CONSENTS[word]
    return standing_of(text)


def _consent_in(column: Column, text: str, consent: Consent) -> Told:
    if _is_empty(text):
        return Told(Standing.UNSUBSCRIBED)
    word = bare_word(text)
    if word in _CONSENTS:
        return Told(_CONSENTS[word])
    if not times_in(text, consent.zone):
        raise _unknown(column, text, phrase("subscribers.accepted-consent"))
    when = consent_in(text, consent)
    # The date of subscribing is not a record of consent at that time.
    return Told(consented_at=None if _UNSAID_CONSENT.search(column.name) else when)


def _event_in(column: Column, text: str, consent: Consent) -> Told:
    word, standing = bare_word(text), _STANDING_AFTER[column.meaning]
    if word in _NOT_HAPPENED or _is_empty(text):
        return _NOTHING
    if word in _HAPPENED:
        spoken = STANDING_OF.get(word, standing)
        return Told(min(standing, spoken, key=STRICTEST_FIRST.index))
    if word in _CROSS and _HANGUL.search(column.name):
        return _NOTHING
    if _EPOCH.fullmatch(word):
        when: datetime | None = datetime.fromtimestamp(int(word[:10]), UTC)
    else:
        when = time_in(text, consent.zone)
    if when is None and not _LIKE_A_TIME.search(text):
        raise _unknown(column, text, phrase("subscribers.accepted-event"))
    if _stands_for_none(text, when, consent):
        raise _unknown(column, text, phrase("subscribers.accepted-date"))
    # A future time is the agreed end of a subscription.
    return Told(standing, min(when, consent.now) if when else None)


def _stands_for_none(text: str, when: datetime | None, consent: Consent) -> bool:
    """
    Return whether a date is a placeholder: a date on which no reader can have left.

    Databases write 9999-12-31, 1900-01-01, 0001-01-01 or 1970-01-01 for a missing date; but a
    typing error can look the same.
    """
    latest = consent.now + _FURTHEST_END
    if when is not None:
        return not _EARLIEST_END <= when.year <= latest.year or when > latest
    years = [int(year) for year in _YEARS.findall(text)]
    if not years:
        return text.strip().isdecimal()
    return not any(_EARLIEST_END <= year <= latest.year for year in years)


def _is_empty(text: str) -> bool:
    """Return whether a field is empty, or contains a word for an empty value."""
    return not bare_word(text) or plain_word(text) in _BLANK


def _unknown(column: Column, text: str, accepted: Phrase) -> ContentError:
    return ContentError(
        phrase(
            "subscribers.unknown-field",
            column=shown(column.name),
            meaning=column.meaning,
            value=shown(text),
            accepted=accepted,
        )
    )
