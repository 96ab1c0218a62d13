"""Words of servers that say little: asked where no other rule and no other language matched."""

from typing import Final

from newsletter.feedback.event import BounceClass, Reason
from newsletter.feedback.rule import rule

LAST: Final = (
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
