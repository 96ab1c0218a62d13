"""Finds in a bounce what a server wrote, apart from the letter that it sends back."""

import re
from collections.abc import Iterator
from typing import Final

from newsletter.feedback.human_words import SENT_BY_MACHINES
from newsletter.feedback.raw_mail import Mail
from newsletter.feedback.reports import address_in
from newsletter.feedback.texts import header_of, text_of

WORDS_MAX: Final = 4_000  # characters of a text that are looked at for a cause
SAID_MIN: Final = 40  # characters before what may be a mark of the letter, or a title
BEFORE: Final = 300  # characters before an address that may speak of it
_BEGIN: Final = r"^[ \t>*|=-]{0,20}"
# Where a text ends that a server wrote, and the letter begins that it sends back.
_ORIGINAL: Final = re.compile(
    f"{_BEGIN}(?:"
    r"-+ ?(?:original|returned|unsent|the header|begin|this is a copy|attachment|below (?:this|the)"
    r"|included|forwarded|message (?:header|text|follows)|mensaje original)"
    r"|(?:the )?(?:original|returned|your|unsent) (?:e-?mail |message ?)"
    r"(?:follows|headers?|text|as received|details|is attached|reads)"
    r"|(?:original|returned|old) message:?[ \t]*$"
    r"|(?:below|here|included) is a copy|a copy of the original|message headers? follow"
    r"|diagnostic information|원본 ?메[시일]|보낸 ?메일 ?원문|ursprüngliche nachricht"
    r"|en-têtes de message|encabezados de mensaje|元のメッセージ|原始邮件|原邮件|原信"
    r"|(?:received|return-path|dkim-signature|arc-seal|mime-version|x-mailer): \S)",
    re.IGNORECASE | re.MULTILINE,
)
# Lines that repeat fields of the letter, and what went right in a session.
_NOISE: Final = re.compile(
    f"{_BEGIN}(?:"
    r"(?:subject|message-id|date|sent|제목|보낸 ?날짜|betreff|gesendet|objet|envoyé|asunto|oggetto"
    r"|件名|送信日時|主题|主旨|тема)[ \t]*:"
    r"|(?:>>>|<<<)?[ \t]*(?:2\d\d[ -]|(?:ehlo|helo|data|quit|rset)\b|(?:mail from|rcpt to):)"
    r").*$",
    re.IGNORECASE | re.MULTILINE,
)
_AT_THE_LINE: Final = re.compile(r"^[ \t*]{0,20}<([^<>\s]{1,320})>[ \t]{0,20}:?", re.MULTILINE)


def own_text(mail: Mail) -> str:
    """Return the words of the mail itself, without those of enclosed mails."""
    texts = [
        text_of(part)
        for part in mail.parts
        if not part.is_enclosed and part.kind in {"text/plain", "text/html"}
    ]
    return "\n".join([text for text in texts if text.strip()][:3])


def server_words(text: str) -> str:
    """Return what the server wrote: what stands before the letter that it sends back."""
    text = text[: 4 * WORDS_MAX]
    end = next((found for found in _ORIGINAL.finditer(text, 1) if _ends_words(found)), None)
    return _NOISE.sub("", text[: end.start()] if end else text)


def _ends_words(mark: re.Match[str]) -> bool:
    """Return whether a server has said something before the mark; a dashed line is a sure one."""
    said = mark.string[: mark.start()]
    return len(said) > SAID_MIN or (mark[0].lstrip().startswith("---") and bool(said.strip()))


def of_recipient(words: str, recipient: str) -> str:
    """Return what stands at and behind an address, as far as the next: what is said of it."""
    at = words.lower().find(recipient.lower()) if recipient else -1
    if at < 0:
        return words[:WORDS_MAX]
    end = at + len(recipient)
    for found in _AT_THE_LINE.finditer(words, end):
        if "@" in found[1] and found[1].lower() != recipient.lower():
            return words[max(0, at - BEFORE) : found.start()]
    return words[max(0, at - BEFORE) : end + WORDS_MAX]


def recipients_in(mail: Mail, words: str) -> Iterator[str]:
    """Yield the addresses that *words* may be about, the likeliest first."""
    for name in ("X-Failed-Recipients", "X-Failed-To"):
        if found := address_in(header_of(mail.head, name)):
            yield found
    yield from (one[1] for one in _AT_THE_LINE.finditer(words) if "@" in one[1])
    writers = {address_in(header_of(mail.head, name)).lower() for name in ("From", "To", "Sender")}
    for line in words.splitlines():
        found = address_in(line)
        if found and found.lower() not in writers and not SENT_BY_MACHINES.match(found):
            yield found
