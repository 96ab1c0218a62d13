"""What mailbox providers ask of senders of many letters, and whether it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from newsletter.doctor.examination import Examination
from newsletter.doctor.finding import Certainty
from newsletter.phrases import Phrase, phrase


class Mailbox(StrEnum):
    """A mailbox provider; the value is its name."""

    GMAIL = "Gmail"
    YAHOO = "Yahoo"
    OUTLOOK = "Outlook.com"
    ICLOUD = "iCloud"
    NAVER = "Naver"


class Keeping(StrEnum):
    """Whether a rule is kept; the words of ``newsletter doctor --json``."""

    KEPT = "kept"
    BROKEN = "broken"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class MailboxRule:
    """A rule of some mailbox providers."""

    name: str
    summary: Phrase
    asked_by: frozenset[Mailbox]
    checks: tuple[str, ...]  # that show whether it is kept; empty: none can from here


ALL: Final = frozenset(Mailbox)
GMAIL_AND_YAHOO: Final = frozenset({Mailbox.GMAIL, Mailbox.YAHOO})
MAILBOX_RULES: Final = (
    MailboxRule("spf", phrase("doctor.rule-spf"), ALL, ("spf",)),
    MailboxRule("dkim", phrase("doctor.rule-dkim"), ALL, ("dkim",)),
    MailboxRule("dmarc", phrase("doctor.rule-dmarc"), ALL, ("dmarc", "alignment")),
    MailboxRule("ptr", phrase("doctor.rule-ptr"), ALL, ("ptr",)),
    MailboxRule("domains", phrase("doctor.rule-domains"), frozenset({Mailbox.YAHOO}), ("soa",)),
    MailboxRule("answers", phrase("doctor.rule-answers"), frozenset({Mailbox.OUTLOOK}), ("mx",)),
    MailboxRule("one-click", phrase("doctor.rule-one-click"), GMAIL_AND_YAHOO, ("public-url",)),
    MailboxRule("tls", phrase("doctor.rule-tls"), frozenset({Mailbox.GMAIL}), ()),
    MailboxRule("complaints", phrase("doctor.rule-complaints"), GMAIL_AND_YAHOO, ()),
)


def judge_rules(examination: Examination) -> Mapping[str, Keeping]:
    """Return whether each rule is kept, by its name; what may be wrong counts as kept."""
    return {rule.name: _judge(rule, examination) for rule in MAILBOX_RULES}


def _judge(rule: MailboxRule, examination: Examination) -> Keeping:
    certainties = {one.certainty for one in examination.findings if one.check in rule.checks}
    if Certainty.WRONG in certainties:
        return Keeping.BROKEN
    were_made = bool(rule.checks) and set(rule.checks) <= set(examination.looked)
    return Keeping.KEPT if were_made and Certainty.UNSEEN not in certainties else Keeping.UNSEEN
