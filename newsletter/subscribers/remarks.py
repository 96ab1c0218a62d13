"""Find remarks that a reader has left, in any column of a file."""

import re
from functools import lru_cache
from typing import Final
from unicodedata import normalize

from newsletter.subscribers.subscriber import STANDING_OF, Standing, bare_word

LONGEST_REMARK: Final = 40  # characters; a longer text is also about other things

# These words are often about a hand, an order, a setting or a paid plan.
_AMBIGUOUS: Final = frozenset("left removed disabled declined invalid cancelled canceled".split())

# Words that are a complete remark, with the standing that they mean.
TELLING_WORDS: Final = {
    **dict.fromkeys("미동의 동의안함".split(), Standing.UNSUBSCRIBED),
    **{
        word: standing
        for word, standing in STANDING_OF.items()
        if standing is not Standing.ACTIVE and word not in _AMBIGUOUS
    },
}
_AROUND: Final = " '\"()[]<>*-"

# Parts of a remark like "탈퇴 2022-08-01", compared with and without its spaces. 반송 is also
# a quarter of Busan, and 해지 is part of other words: 김해지점, 동해지역.
_GONE_IN_KOREAN: Final = re.compile(
    "반송(?!\\d*[동로길초중고여역점공])|수신불가|발송불가|스팸신고|자동삭제"
)
_LEFT_IN_KOREAN: Final = re.compile(
    "탈퇴|수신(?:을|를)?(?:거부|거절|안함|중지|중단|해지|철회)|수신동의(?:를)?(?:거부|철회|해지)"
    "|구독(?:을|를)?(?:취소|해지|안함|중지|중단|철회)|동의(?:를)?철회|발송(?:제외|금지|중지)"
    "|(?:메일|레터|소식지|수신|구독)(?:을|를)?(?:거부|그만|보내지|원하지않|원치않|받지않|안받|안보)"
    "|(?:회원|서비스|가입|레터|계약)해지|(?<![가-힣])해지(?![점사역방])"
)
_GONE_IN_ENGLISH: Final = re.compile(
    r"\bbounced\b|hard bounce|undeliverable|spam complaint|suppressed|bl(?:ack|ock)[ _-]?listed"
)
_LEFT_IN_ENGLISH: Final = re.compile(
    r"\bun-?sub(?:\b|scri)|\bopt(?:ed|s)?[ _-]?out\b"
    r"|\b(?:do not|don't|dont) (?:e-?mail|send|contact)|\bno (?:more )?(?:e-?mails?|newsletters?)\b"
    r"|\bremove me\b"
    r"|\bstop (?:sending|(?:all )?e-?mails?|newsletters?)\b|\boff (?:the|our) (?:mailing )?list\b"
)

# Every such remark contains one of these, with or without spaces between the letters. This one
# search rejects nearly all fields; alternatives that begin with a letter are the fastest.
_FRAGMENTS: Final = {
    *(word[: 3 if word.isascii() else 2] for word in TELLING_WORDS),
    *"uns und opt bou har spa sup bla blo don nom noe non rem sto off".split(),
    *"탈퇴 반송 수신 구독 동의 발송 메일 레터 소식 해지 스팸 자동".split(),
}
_MAY_TELL: Final = re.compile("|".join("[\\s_-]*".join(letters) for letters in sorted(_FRAGMENTS)))

# These words are about email even in a remark about something else, like text messages.
_SPEAKS_OF_EMAIL: Final = re.compile("탈퇴|메일|뉴스레터|소식지|mail|newsletter", re.IGNORECASE)


def standing_told_by(remark: str) -> Standing | None:
    """Return the standing that a field states; None if it is not about leaving."""
    text = remark.strip()
    return _standing_told_by(text) if 0 < len(text) < LONGEST_REMARK else None


def standing_told_beside(remark: str) -> Standing | None:
    """Return the same for a column about something else, if the field is also about email."""
    return standing_told_by(remark) if _SPEAKS_OF_EMAIL.search(remark) else None


@lru_cache(maxsize=4096)
def _standing_told_by(remark: str) -> Standing | None:
    text = normalize("NFKC", remark).lower()
    if not _MAY_TELL.search(text):
        return None
    word = bare_word(text.strip(_AROUND))
    if word in TELLING_WORDS:
        return TELLING_WORDS[word]
    for spelling in (text, word):
        if standing := _told(spelling, _GONE_IN_KOREAN, _LEFT_IN_KOREAN):
            return standing
    return None if _is_a_place(text) else _told(text, _GONE_IN_ENGLISH, _LEFT_IN_ENGLISH)


def _told(text: str, gone: re.Pattern[str], left: re.Pattern[str]) -> Standing | None:
    if gone.search(text):
        return Standing.SUPPRESSED
    return Standing.UNSUBSCRIBED if left.search(text) else None


def _is_a_place(text: str) -> bool:
    """Return whether a field is an address or a link; an unsubscribe link is no remark."""
    return ("@" in text or "://" in text) and len(text.split()) == 1
