"""Interprets a relay's replies at each step of the dialogue."""

import re
from typing import Final

from newsletter.delivery.provider import Blame, Deferred, Outcome, Unsent
from newsletter.delivery.replies import Reply, classify, speaks_of_rate, speaks_of_storage
from newsletter.errors import ProviderError
from newsletter.phrases import phrase

# Exim: "554 SMTP synchronization error"; Postfix: "503 5.5.0 <DATA>: Data command rejected:
# Improper use of SMTP command pipelining".
PIPELINING: Final = re.compile(r"synchroni[sz]|command pipelining|pipelining not", re.IGNORECASE)

# Postfix delays its answer to EHLO until RCPT (smtpd_delay_reject): "504 5.5.2 <host>: Helo
# command rejected: need fully-qualified hostname". The cause is this machine, not the reader.
HELLO: Final = re.compile(
    r"\b(helo|ehlo)\b.{0,40}\b(reject|refus|denied|invalid|not (valid|accept|allow|resolv))"
    r"|\b(bad|invalid|forged|unacceptable) (helo|ehlo)\b|need fully-?qualified host",
    re.IGNORECASE,
)
QUOTED: Final = re.compile(r"\bsaid:|address rejected", re.IGNORECASE)  # another server's words


def dislikes_pipelining(reply: Reply) -> bool:
    """Whether *reply* refuses commands because they came too early, not for their content."""
    return reply.code >= 400 and PIPELINING.search(reply.text) is not None


def explain_name(reply: Reply, relay: str) -> Outcome | Unsent | ProviderError | None:
    """
    Interpret a delayed refusal of the name that was sent in EHLO.

    Every reader would be affected, so no reader is refused because of it.

    Returns:
        None if *reply* has another cause.
    """
    if HELLO.search(reply.text) is None or QUOTED.search(reply.text):
        return None
    if reply.code == 421:
        return Unsent(reply.answer)
    if reply.code < 500:
        return Deferred(reply.answer, Blame.PROVIDER)
    return ProviderError(phrase("delivery.smtp-own-name-refused", relay=relay, answer=reply.answer))


def explain_mail(mail: Reply, relay: str) -> Outcome | Unsent | ProviderError:
    """
    Interpret a refused MAIL: the reader is never its cause.

    The relay reports its own state, or a judgement of the sender; the next reader would be
    affected too.
    """
    outcome = classify(mail)
    is_passing = mail.code < 500 or speaks_of_rate(mail) or speaks_of_storage(mail)
    match outcome:
        case Deferred(blame=Blame.MESSAGE):
            return outcome
        case Deferred(blame=Blame.SENDER | Blame.PROVIDER) if is_passing:
            return Deferred(mail.answer, Blame.PROVIDER)
        case _ if mail.code == 421:
            return Unsent(mail.answer)
        case _ if is_passing:
            return Deferred(mail.answer, Blame.PROVIDER)
        case _ if mail.code == 530:
            fault = phrase("delivery.smtp-login-wanted", relay=relay, answer=mail.answer)
        case _:
            fault = phrase("delivery.smtp-sender-refused", relay=relay, answer=mail.answer)
    return ProviderError(fault)


def explain_refusal(reply: Reply) -> Outcome | Unsent:
    """Interpret a refused RCPT or DATA; after 421 the relay hangs up."""
    outcome = classify(reply)
    speaks_of_us = isinstance(outcome, Deferred) and outcome.blame is not Blame.TEMPORARY
    return outcome if reply.code != 421 or speaks_of_us else Unsent(reply.answer)
