"""
Why a letter was not delivered, where a server speaks of us: of our address, host, name and rates.

They are asked before the others: "sender address: domain not found" is no word about the reader's
domain.
"""

from typing import Final

from newsletter.feedback.event import BounceClass, Reason
from newsletter.feedback.rule import rule

_SOFT: Final = BounceClass.SOFT
_SENDER: Final = BounceClass.SENDER
_LISTS: Final = (
    r"(?:spamhaus|spamcop|spamrats|barracuda|sorbs|uceprotect|senderbase|senderscore|abusix"
    r"|mailspike|invaluement|cloudmark|proofpoint|psbl|trend ?micro|rbl|[dr]nsbl|dynablock|cbl)"
)

OF_US: Final = (
    rule(
        Reason.POLICY,
        _SOFT,
        "the reader gets too many mails: Gmail 4.2.1, 5.2.1, Exchange Online 5.2.121, 5.2.122",
        r"receiving (?:e?mail )?(?:at a rate|too (?:quickly|many))",
        r"user\b.{0,40}\bis receiving mail",
        r"recipient .{0,20}exceeded .{0,20}(?:limit .{0,20}messages|rate)|queue quota",
    ),
    rule(
        Reason.POLICY,
        _SOFT,
        "greylisting: Postgrey, SQLgrey, rspamd, Mimecast",
        r"gr[ae]y[- ]?list",
        r"(?:retry|try again|come back) .{0,20}\b\d+ (?:second|minute)s? .{0,40}(?:first|new) ",
        r"internal resources? (?:are |is )?temporarily unavailable",
    ),
    rule(
        Reason.POLICY,
        _SENDER,
        "Postfix, Exim, Sendmail, GMX and QQ of the sender's address and of its domain",
        r"sender (?:e?-?mail )?(?:address|domain|id|verif\w*+|rejected|denied|refused|blocked)",
        r"sender\b.{0,20}\b(?:not|rejected|refused|denied|mismatch\w*+)\b|sender (?:is )?in ",
        r"sender .{0,20}(?:invalid|unknown|does not exist)",
        r"(?:domain|address) of (?:the )?(?:envelope )?sender|(?:envelope|bad|invalid|fake) sender",
        r"(?:null|empty) sender|return(?:ing)? address .{0,30}(?:invalid|not)|call-?out verif",
        r"(?<!recipient )verification failed for\b",
        r"(?:messages?|mails?) from .{0,40}\bdeferred",
        r"(?:n.?t|not) (?:accept|take) (?:any )?(?:e?-?mails? )?from|bounce attack|abuse detected",
        r"badmailfrom|mismatch|forgery|due to abuse",
        r"mail from .{0,40}(?:rejected|denied|not allowed)|invalid dns mx",
        r"domain may not exist|your (?:e-?mail )?domain|denied domain name",
    ),
    rule(
        Reason.POLICY,
        _SENDER,
        "RFC 3463 x.1.7 and x.1.8: the sender's address, if the words speak of no recipient",
        r"^(?!.*\b(?:recipient|rcpt|mailbox|user)\b)",
        codes=r"^[45]\.1\.[78]\b",
    ),
    rule(
        Reason.POLICY,
        _SENDER,
        "what a reply calls invalid, unknown or suspended and is ours, by whatever name",
        r"\b(?:bad |invalid |unknown |the )from[: ]|\bfrom (?:address|domain|header)\b",
        r"\bsending (?:e?-?mail )?(?:domain|host|address|server|account|user)|mail from unknown",
        r"\b(?:account|host)\b.{0,20}\b(?:of|for) (?:the )?send(?:er|ing)\b|return[- ]path",
        r"\bclient (?:host|ip|address|certificate|name)\b|\byour account\b|sender account",
        codes=r" [45]\d\d$",
    ),
    rule(
        Reason.POLICY,
        _SENDER,
        "Postfix and Gmail of the client's name; RFC 5321, section 4.1.4 (HELO)",
        r"(?:can ?not|can.t|unable to|could not) (?:find|resolve|look ?up) your",
        r"client host rejected|(?:reverse|forward)[- ](?:dns|lookup|hostname)",
        r"\b(?:rdns|fcrdns)\b|\b(?:helo|ehlo)\b.{0,40}(?:reject|invalid|denied|\bnot\b|bad|must)",
        r"(?:invalid|bad|need|require\w*+|fake) (?:helo|ehlo)|\bptr\b|no reverse",
        r"(?:for|of|in|the|your) (?:helo|ehlo)\b",
        r"\b(?:helo|ehlo) (?:requires|name|host|domain|string|argument)",
        r"dynamic (?:ip|address|pool)|dial-?up|reverse (?:record|entry|mapping)|ip lookup",
        r"\bip\b.{0,30}\b(?:must resolve|no (?:dns|name|reverse))",
        r"(?:ip|host)(?: name| address)? .{0,30}does not resolve|access from ip address",
    ),
    rule(
        Reason.POLICY,
        _SENDER,
        "RFC 7208, 6376, 7489 and 7372; Gmail 5.7.26, Outlook.com 5.7.515",
        r"\b(?:spf|dkim|dmarc|arc)\b|sender policy framework|domainkeys",
        r"unauthenticated|not (?:been )?authenticated",
        r"authentication (?:is )?(?:required|level|fail)",
        r"(?:must|need to) authenticate|anti-?spoof|spoof(?:ed|ing)|auth error|auth failed",
        r"invalid (?:credentials|password|login)|requires? .{0,20}\b(?:tls|starttls|encryption)\b",
        r"signature (?:is )?(?:required|missing|invalid)",
        r"certificate .{0,60}(?:expired|invalid|verif\w*+)",
        r"(?:fail\w*+|authentication) .{0,10}(?:authentication|mechanism)|local user only",
    ),
    rule(
        Reason.POLICY,
        _SENDER,
        "block lists by name, and what servers say of one",
        rf"\b{_LISTS}\b.{{0,40}}\b(?:list|block|reject|refus|reputation|lookup)|ipcheck",
        rf"(?:blocked|listed|rejected|refused|denied|found) .{{0,40}}\b{_LISTS}\b",
        r"(?:block|black|deny|ban)[- ]?list(?!\w*+ (?:url|link|uri|word|phrase|content))|blackhole",
        r"blocklisted|\b[dr]nsbl\b|\brbl\b|ip .{0,40}listed",
        r"(?:poor|bad|low|ip|email|sender|sending) .{0,20}reputation",
        r"reputation .{0,20}(?:poor|low)",
    ),
    rule(
        Reason.POLICY,
        _SENDER,
        "rates of the sender: Gmail 4.7.28 and 5.4.5, Outlook.com, Yahoo, Naver, QQ, 163, GMX",
        r"unusual rate|rate[- ]?limit|frequency (?:limit|is|exceed)|throttl",
        r"sending (?:limit|quota|rate)",
        r"(?:daily|hourly) .{0,20}(?:limit|quota)|too (?:fast|quickly|frequently|often)",
        r"too many (?:connections?|recipients|concurrent|errors|sessions|invalid|bad|unknown|rcpt)",
        r"too many .{0,20}from (?:your|this)|(?:you|ip)\b.{0,30}\btoo (?:many|much)",
        r"exceed\w*+ .{0,30}(?:connection|recipients|rate|sending|messages? per|emails? per)",
        r"(?:messages|mails) (?:in|per|on) (?:this|one|the same|a single) (?:session|connection)",
        r"transaction limit|recipients? (?:limit|count)|recipients? per|slow(?:ing)? down",
        r"\b(?:hl|mi|rp):[a-z]{3}\b",
        r"\byour (?:\w+ )?quota\b|\[tss?\d\d\]|user complaints|excessive (?:userid|volume)",
        r"max(?:imum)? (?:number of )?(?:messages|connections|concurrent|recipients)",
        r"messages? per connection",
    ),
)
