"""Words of servers that say little: asked where no other rule and no other language matched."""

from typing import Final

from newsletter.feedback.event import BounceClass, Reason
from newsletter.feedback.rule import rule

LAST: Final = (
    rule(
        Reason.SYSTEM,
        BounceClass.SOFT,
        "sysexits.h: the number with which a program of Sendmail or Postfix ended (X-Unix)",
        r"^\W*(?:[1-9]|[1-9]\d|[12]\d\d)$",
        codes=r"^(?:5\.[03]\.0)? $",
    ),
    rule(
        Reason.SYSTEM,
        BounceClass.SOFT,
        "RFC 3463 x.3.x; RFC 5321: 421, 451 and 452",
        r"system (?:error|failure|full|resource|storage|problem|is|config)|internal .{0,20}error",
        r"disk (?:error|full|space)|server (?:error|failure)|processing (?:error|failure)",
        r"temporar(?:y|ily)|try (?:again|later)|later",
        r"service (?:is )?(?:currently )?(?:un|not )avail",
        r"resources|insufficient|overload|load is (?:too )?high",
        r"could not be (?:stored|saved|written|processed)|\bbusy\b|maintenance",
        r"mailer (?:error|failure)|misconfig|child process|\bpipe (?:to|delivery)\b",
        r"local delivery failed",
        r"(?:cannot|can.t|unable to|could not|error) (?:open|creat|lock|append|writ|read|sav|exec)",
        r"encountered an error|unavailable",
    ),
    rule(
        Reason.USER_UNKNOWN,
        BounceClass.HARD,
        "whatever is unknown or not there, in a reply whose codes speak of an address",
        r"\b(?:unknown|no such|not found|not exist\w*+|invalid|non-?existent|unallocated)\b",
        codes=r"^(?:5\.[01]\.\d+)? ?55[013]$",
    ),
    rule(
        Reason.POLICY,
        BounceClass.SENDER,
        "whatever is refused, in a reply whose codes speak of no address, mailbox or system",
        r"\b(?:reject|refus|deny|denied|forbid|disallow|block|prohibit|restrict|spoof)\w*+",
        r"not (?:be )?accept|not (?:allow|permit)",
        codes=r"^(?:[45]\.[07]\.\d+)? ?\d*$",
    ),
)
