"""Puts codes and words of a server together: whom a bounce counts against, and why."""

import re
from html import unescape
from typing import Final
from urllib.parse import unquote

from newsletter.feedback.event import BounceClass, Diagnosis, Reason
from newsletter.feedback.reasons import meaning_of_code, meaning_of_words
from newsletter.feedback.rule import Meaning

# A basic code, with an enhanced one behind it or not: "550 5.1.1", "550-5.1.1", "550 #5.1.1".
# One without stands where a reply begins: numbers of people, streets and days do not.
REPLY: Final = re.compile(
    r"(?<![\d.:/-])([45]\d\d)[ :\-]+[#('\"]{0,2}([245]\.\d{1,3}\.\d{1,3})\b"
    r"|(?:^[ \t>*-]{0,20}|[:;>,'\"(\[|]\s{0,5}"
    r"|\b(?:said|error|code|reply|replied|respon\w+|returned|smtp|status|with)"
    r":?\s{1,5})([45][0-57]\d)(?=[ \-:]{1,5}\D|\s{0,5}$)",
    re.IGNORECASE | re.MULTILINE,
)
ENHANCED: Final = re.compile(
    r"(?:^[ \t>*-]{0,20}|[:;>,'\"(\[|#=<{]\s{0,5}|\d\d\d[ -]"
    r"|\b(?:said|error|code|status|dsn):?\s{1,5})"
    r"([45]\.[0-7]\.\d{1,3})(?!\.?\d)",
    re.IGNORECASE | re.MULTILINE,
)
REFUSES: Final = re.compile(r"[45]\.7\.[1-9]")  # not x.7.0: Gmail writes it of its own faults
BARE: Final = re.compile(r"[245]\.0\.0")
LONGEST: Final = 2_000  # characters of words that are looked at
UNDERLINES: Final = 4  # more of them in a line without spaces stand for spaces
REPLY_MAX: Final = 400  # characters of one reply
# What a server says of hosts and addresses would be taken for what it says of the cause.
_LOCAL: Final = r"[^\s<>\"'(),;:\[\]=.@]{1,64}"
_ADDRESS: Final = re.compile(
    rf"<?(?:{_LOCAL}\.){{0,9}}{_LOCAL}@[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{0,9}}>?"
)
_HOST_SAID: Final = re.compile(
    r"\bhost \S{1,255}\[[\da-fA-F.:]{2,45}\] (?:said|refused to talk to me):"
)
_PATH: Final = re.compile(r"(\bhttps?://[^\s/?]{1,255})[/?]\S*")  # says "spam" of anything
_FILE: Final = re.compile(r"(?<![\w/:.])(?:/[\w.+-]{1,64}){2,20}")  # names of folders say nothing
_COMMAND: Final = re.compile(r"\(in reply to (?!end of DATA)[\w ]{1,40}\)")
# What is refused before the server heard of a reader is we ourselves: Postfix, Exim and qmail.
_BEFORE_RECIPIENTS: Final = re.compile(
    r"\brefused to talk to me:|\bgreeting failed|\bsender was rejected"
    r"|\b(?:in reply to|after) (?:MAIL FROM|EHLO|HELO|initial connection)\b"
)
_QMAIL_ENDS: Final = re.compile(r"I'm not going to try again;[\w\s]{1,80}\.?")
# Cisco writes its own words for the class of a code before what the other server said.
_CISCO: Final = re.compile(r"\b[45]\.\d\.\d -\s[A-Z][\w\s-]{3,40}?\s(?=[45]\d\d-?')")


def diagnose(words: str, status: str = "", *, is_delay: bool = False) -> Diagnosis:
    """
    Return what is the matter.

    Args:
        words: what the server said, with its codes.
        status: the enhanced code of the report, or "".
        is_delay: the server still tries.
    """
    words = _decoded(words[:LONGEST])
    code, within = codes_in(words)
    is_before_recipients = bool(_BEFORE_RECIPIENTS.search(words))
    words = _plain(_QMAIL_ENDS.sub("", words) if code else words)
    if within and (not status or BARE.fullmatch(status) or not BARE.fullmatch(within)):
        status = within
    meaning = _meaning(_without_repeats(words), status, code)
    if meaning is None or meaning.reason is Reason.SYSTEM:
        meaning = _more_exact(meaning, status, code)
    if meaning is None and code.startswith("5") and is_before_recipients:
        meaning = Meaning(Reason.POLICY, BounceClass.SENDER)
    if meaning is None:
        meaning = Meaning(Reason.OTHER, BounceClass.UNKNOWN)
    bounce_class = BounceClass.NONE if is_delay else _class_of(meaning, status, code)
    return Diagnosis(bounce_class, meaning.reason, status, code)


def codes_in(words: str) -> tuple[str, str]:
    """Return the basic and the enhanced code of a reply in *words*; "" for what is not there."""
    reply = REPLY.search(words)
    if reply is None:
        return "", _enhanced_in(words)
    return reply[1] or reply[3], reply[2] or _enhanced_in(words)


def _meaning(words: str, status: str, code: str) -> Meaning | None:
    """Return what a reply in *words* means, or else what stands around it."""
    reply = REPLY.search(words)
    if reply is not None and reply.start() > 0:
        found = meaning_of_words(words[reply.start() :][:REPLY_MAX], status, code)
        if found is not None and found.reason is not Reason.SYSTEM:
            return found
    return meaning_of_words(words, status, code)


def _more_exact(by_words: Meaning | None, status: str, code: str) -> Meaning | None:
    """Words that only say that something went wrong yield to a code that says what; never hard."""
    by_code = meaning_of_code(status, code)
    if by_words is None or by_code is None:
        return by_words or by_code
    says_what = by_code.reason in {Reason.MAILBOX_FULL, Reason.SIZE, Reason.EXPIRED}
    return by_code if says_what or REFUSES.match(status) else by_words


def _decoded(words: str) -> str:
    """Return *words* decoded, without addresses and Cisco's own words for a code."""
    if words.count("_") > UNDERLINES:
        words = "\n".join(_with_spaces(line) for line in words.split("\n"))
    words = words.replace("=\r\n", "").replace("=\n", "")  # quoted-printable that nobody decoded
    if "%20" in words:
        words = unquote(words, errors="replace")
    if "&" in words:
        words = unescape(words)
    return _ADDRESS.sub("<>", _CISCO.sub("", words))


def _with_spaces(line: str) -> str:
    """Return a line that a server wrote with "_" for each space, as Yahoo's qmail does."""
    is_joined = line.count("_") > UNDERLINES and " " not in line.strip()
    return line.replace("_", " ") if is_joined else line


def _plain(words: str) -> str:
    """Return *words* on one line, without the names of hosts and the paths of URLs."""
    words = " ".join(words.replace("_", " ").split())
    for pattern, instead in ((_HOST_SAID, ""), (_COMMAND, ""), (_PATH, r"\1"), (_FILE, "")):
        words = pattern.sub(instead, words)
    return words.strip()


def _without_repeats(words: str) -> str:
    """Return *words* without the code that each line of a reply repeats, amid sentences."""
    reply = REPLY.search(words)
    if reply is None:
        return words
    code, enhanced = reply[1] or reply[3], reply[2]
    repeated = rf"\s{code}[ -]{re.escape(enhanced)}\s" if enhanced else rf"\s{code}[ -](?=\S)"
    head, tail = words[: reply.end()], words[reply.end() :]
    return head + re.sub(repeated, " ", tail)


def _enhanced_in(words: str) -> str:
    found = ENHANCED.search(words)
    return found[1] if found else ""


def _class_of(meaning: Meaning, status: str, code: str) -> BounceClass:
    """
    Return whom it counts against: what is temporary is never hard, and the basic code says that.

    A bare 4.0.0 is no word of another server: Gmail writes it of a domain that does not exist.
    """
    decides = code or ("" if BARE.fullmatch(status) else status)
    is_temporary = decides.startswith("4")
    if is_temporary and meaning.bounce_class in {BounceClass.HARD, BounceClass.UNKNOWN}:
        return BounceClass.SOFT
    return meaning.bounce_class
