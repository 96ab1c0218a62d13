"""Subscribers: address, language preference, consent and standing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from functools import lru_cache
from typing import Final, NewType
from unicodedata import normalize

from newsletter.errors import ContentError
from newsletter.lang import EDITION_OF, EditionKind, Lang, Preference
from newsletter.languages.known import language_of
from newsletter.phrases import Phrase, phrase
from newsletter.subscribers.address import shown
from newsletter.subscribers.dates import times_in
from newsletter.subscribers.reader_id import ReaderName
from newsletter.subscribers.why import UNSAID, Cause, Why

LONGEST_WORD: Final = 100  # characters; normalisation takes time quadratic in the length

SubscriberId = NewType("SubscriberId", int)


class Standing(StrEnum):
    """Whether a subscriber may be written to."""

    ACTIVE = "active"
    SUSPENDED = "suspended"  # the mailbox took no letter for long; it may be tried again
    UNSUBSCRIBED = "unsubscribed"  # the reader withdrew; only a new consent reactivates
    SUPPRESSED = "suppressed"  # the mailbox is gone, or its reader complained; see why.Cause

    @property
    def said(self) -> Phrase:
        """The name of the standing for people."""
        match self:
            case Standing.ACTIVE:
                return phrase("subscribers.standing-active")
            case Standing.SUSPENDED:
                return phrase("subscribers.standing-suspended")
            case Standing.UNSUBSCRIBED:
                return phrase("subscribers.standing-unsubscribed")
            case Standing.SUPPRESSED:
                return phrase("subscribers.standing-suppressed")


# Whoever has neither left nor been suppressed.
MAY_LEAVE: Final = frozenset({Standing.ACTIVE, Standing.SUSPENDED})


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person on the list."""

    id: SubscriberId
    address: str  # as the reader spelt it; mail is sent to this spelling
    name: str  # may be empty
    preference: Preference | None  # None: no preference, the publication decides
    standing: Standing
    standing_since: datetime  # aware UTC
    consented_at: datetime | None  # aware UTC; None if not on record
    names: tuple[ReaderName, ...] = ()  # names in links: the current id, then others
    why: Why = UNSAID  # reason of the standing
    reconfirmed_at: datetime | None = None  # aware UTC; when that consent was confirmed last


@dataclass(frozen=True, slots=True)
class Consent:
    """How to read a date of consent."""

    zone: tzinfo  # zone of dates and times without one
    now: datetime  # aware UTC; no consent may be later
    otherwise: datetime | None = None  # value if no date is given


_BOTH: Final = (
    "both ko+en en+ko ko,en en,ko ko/en en/ko bilingual 둘다 모두 국영문 한영 국영 한영문 국영문판 "
    "한영판 한영통합판 통합판"
)
_LOCALE: Final = re.compile(r"(ko|en)[_\-](?:[a-z]{4}[_\-])?([a-z]{2}|\d{3})(?:\.[\w\-]+)?")
_BETWEEN_PARTS: Final = re.compile(r"(?<=\w)[_\-](?=\w)")
_BETWEEN_LANGUAGES: Final = re.compile(r"[\W_]+|및|와|과|and")
_PREFERENCE_OF: Final = {
    **{word: Preference(lang) for lang in Lang for word in language_of(lang).preference_words},
    **dict.fromkeys(_BOTH.split(), Preference.BOTH),
}

# A reader who has not confirmed has neither agreed nor withdrawn: such words are missing
# here, and rows with them are refused.
_STANDINGS: Final = {
    Standing.ACTIVE: "active subscribed subscriber regular premium gifted trialed free paid "
    "comped enabled confirmed optin optedin "
    "구독 구독중 구독자 구독완료 정상 정상회원 수신 수신중 수신함 수신동의 활성",
    Standing.SUSPENDED: "suspended paused softbounce softbounced onhold 발송보류 일시중지 일시정지",
    Standing.UNSUBSCRIBED: "unsubscribed unsub withdrawn optout optedout left cancelled canceled "
    "removed deleted disabled inactive declined notsubscribed neversubscribed nonsubscribed "
    "구독취소 구독해지 구독안함 구독중단 미구독 해지 탈퇴 탈퇴함 탈퇴회원 수신거부 수신거부자 "
    "수신거절 수신안함 미수신 거부 거절 철회 중단 비활성 휴면 휴면회원",
    Standing.SUPPRESSED: "suppressed cleaned bounce bounced hardbounce hardbounced undeliverable "
    "invalid complained complaint spam spammy abuse blocked blocklisted blacklisted "
    "자동삭제 발송제외 차단 반송 반송됨 수신불가 발송불가 신고 스팸신고",
}
_CAUSES: Final = {
    Cause.COMPLAINED: "complained complaint spam spammy abuse 신고 스팸신고",
    Cause.BOUNCED: "cleaned bounce bounced hardbounce hardbounced undeliverable invalid "
    "자동삭제 반송 반송됨 수신불가 발송불가",
}
CAUSE_OF: Final = {word: cause for cause, words in _CAUSES.items() for word in words.split()}
STANDING_OF: Final = {word: s for s, words in _STANDINGS.items() for word in words.split()}


def editions_by_preference(
    default: Preference | None,
) -> Mapping[Preference | None, EditionKind]:
    """
    Return the edition for each preference.

    Args:
        default: the publication's choice for readers without a preference; None selects the
            bilingual edition.
    """
    editions: dict[Preference | None, EditionKind] = dict(EDITION_OF.items())
    editions[None] = EDITION_OF[default] if default else EditionKind.BILINGUAL
    return editions


def preference_of(text: str) -> Preference | None:
    """
    Parse a language as people write it: ko, Korean, 한국어, en_US …; empty is no preference.

    Several languages in one field, like 국문/영문, mean both.

    Raises:
        ContentError: the text is none of the accepted words.
    """
    return _preference_of(text.strip())


@lru_cache(maxsize=1024)
def _preference_of(text: str) -> Preference | None:
    word = plain_word(text)
    if word not in _PREFERENCE_OF and len(word) <= LONGEST_WORD:
        if (locale := _LOCALE.fullmatch(word)) and locale[2] not in {"ko", "en"}:
            return Preference(locale[1])
        if preference := _joined(word):
            return preference
    if word and word not in _PREFERENCE_OF:
        raise ContentError(phrase("subscribers.unknown-language", value=shown(text)))
    return _PREFERENCE_OF.get(word)


def _joined(word: str) -> Preference | None:
    """Parse several languages separated by marks; None if one of them is unknown."""
    parts = [part for part in _BETWEEN_LANGUAGES.split(word) if part]
    if not parts or any(part not in _PREFERENCE_OF for part in parts):
        return None
    found = {_PREFERENCE_OF[part] for part in parts}
    return found.pop() if len(found) == 1 else Preference.BOTH


def standing_of(text: str) -> Standing:
    """
    Parse a standing as an export writes it; empty is active.

    Raises:
        ContentError: the text is none of the accepted words.
    """
    return _standing_of(text.strip())


@lru_cache(maxsize=1024)
def _standing_of(text: str) -> Standing:
    word = plain_word(text)
    if word and word not in STANDING_OF:
        raise ContentError(phrase("subscribers.unknown-standing", value=shown(text)))
    return STANDING_OF.get(word, Standing.ACTIVE)


def consent_in(text: str, consent: Consent) -> datetime | None:
    """
    Parse the time of a consent; empty is ``consent.otherwise``.

    Raises:
        ContentError: the text is no date, is ambiguous, or is later than ``consent.now``.
    """
    if not text or text.isspace():
        return consent.otherwise
    found = times_in(text, consent.zone)
    if len(found) != 1:
        days = [f"{when.astimezone(consent.zone):%Y-%m-%d}" for when in found]
        if not days:
            raise ContentError(phrase("subscribers.consent-no-date", value=shown(text)))
        fault = phrase(
            "subscribers.consent-ambiguous", value=shown(text), days=days, example=days[-1]
        )
        raise ContentError(fault)
    [when] = found
    if when > consent.now:
        raise ContentError(phrase("subscribers.consent-in-future", value=shown(text)))
    return when


def plain_word(text: str) -> str:
    """
    Normalise a word for comparison: no case, no spaces, one form of each letter.

    A text longer than LONGEST_WORD is returned unchanged.
    """
    text = text.strip()
    if len(text) > LONGEST_WORD:
        return text
    return "".join(normalize("NFKC", text).casefold().split())


def bare_word(text: str) -> str:
    """Normalise a word like `plain_word`, and remove marks between its parts and after it."""
    return _BETWEEN_PARTS.sub("", plain_word(text)).rstrip(".!")
