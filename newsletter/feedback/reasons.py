"""
Why a letter was not delivered, by the words and the codes of servers: two tables that can be read.

Servers write what they like. Words come first where they are specific, since many systems put
everything under 5.0.0, 5.1.1 or 5.7.1; then the enhanced code (RFC 3463 and its registry), then
the basic one (RFC 5321, section 4.2.2).
"""

import re
from dataclasses import dataclass
from typing import Final

from newsletter.feedback.event import BounceClass, Reason

_HARD: Final = BounceClass.HARD
_SOFT: Final = BounceClass.SOFT


@dataclass(frozen=True, slots=True)
class Meaning:
    """What words or a code mean."""

    reason: Reason
    bounce_class: BounceClass


@dataclass(frozen=True, slots=True)
class Rule:
    """Words that servers use for one cause."""

    meaning: Meaning
    words: re.Pattern[str]
    source: str


def _rule(reason: Reason, bounce_class: BounceClass, source: str, *words: str) -> Rule:
    return Rule(Meaning(reason, bounce_class), re.compile("|".join(words), re.IGNORECASE), source)


USER: Final = r"(?:user|users|recipient|mailbox|account|address|addressee|alias|customer|e-?mail)"

# In order: the first that matches decides.
RULES: Final = (
    _rule(
        Reason.POLICY,
        _SOFT,
        "Gmail 4.2.1, 5.2.1: the reader gets too many mails, which is not our fault",
        r"receiving (?:e?mail )?(?:at a rate|too (?:quickly|many))",
        r"user .{0,40}is receiving mail|gr[ae]y-?list",
    ),
    _rule(
        Reason.MAILBOX_FULL,
        _SOFT,
        "Postfix, Dovecot, Exchange, Gmail, Naver, Daum, QQ, docomo; RFC 3463 x.2.2",
        r"over ?-?quota|quota (?:is |has been )?(?:exceed|full|violation)",
        r"exceed\w* .{0,40}quota",
        r"(?:mailbox|inbox|mail ?folder|mail ?drop)\b.{0,40}\b(?:is )?full\b",
        r"(?:account|storage|disk|user)\b.{0,40}\b(?:is )?full\b|full mailbox",
        r"mailbox .{0,30}size limit|(?:mailbox|storage|disk)(?: space)? (?:limit )?exceeded",
        r"exceed\w* .{0,40}(?:storage|mailbox (?:size|limit)|space)",
        r"out of (?:storage|disk) space|not enough (?:storage|disk) space|mailfolder is full",
        r"no space (?:left )?in (?:the )?mailbox",
        r"(?:user|recipient|account) .{0,30}(?:has )?(?:too many messages|exhausted)",
        r"boxed? is over|(?:disk|mailbox) quota|mailbox has exceeded",
        r"(?:사서함|메일함|편지함|용량|저장 ?공간|디스크).{0,20}(?:가득|초과|부족|꽉)",
        r"(?:邮箱|郵箱|邮件|メールボックス).{0,10}(?:已满|已滿|満|不足|いっぱい|超)",
        r"(?:受信箱|空間|空间|容量).{0,10}(?:已满|已滿|満|不足|いっぱい|超)",
        r"почтовый ящик .{0,30}переполнен|postfach .{0,30}voll|bo[iî]te .{0,40}pleine",
        r"buz[oó]n .{0,40}lleno|casella .{0,30}piena|caixa .{0,40}cheia",
    ),
    _rule(
        Reason.SIZE,
        BounceClass.MESSAGE,
        "RFC 1870; RFC 3463 x.2.3 and x.3.4",
        r"message (?:size )?(?:is )?(?:too (?:big|large|long)|exceed|length exceed)",
        r"(?:message|mail) .{0,40}exceeds .{0,40}(?:size|length|maximum|limit)",
        r"(?:header|attachment) .{0,40}exceeds .{0,40}(?:size|length|maximum|limit)",
        r"exceed\w* .{0,40}(?:maximum|max|fixed).{0,20}(?:message )?size|size limit exceeded",
        r"larger than .{0,40}(?:limit|allowed|current)|too large to (?:be )?(?:send|deliver)",
        r"메일 ?(?:크기|용량)|허용.{0,10}크기.{0,10}초과|サイズ.{0,20}(?:超|大き)",
        r"邮件.{0,6}过大",
    ),
    _rule(
        Reason.OTHER,
        _HARD,
        "RFC 3463 x.2.1; RFC 7293 (owner changed); Yahoo, Naver and Daum of sleeping accounts",
        r"(?:user|recipient|mailbox)\b.{0,50}(?:disabled|inactive)",
        r"(?:user|recipient|mailbox)\b.{0,50}(?:deactivated|suspended|locked)",
        r"(?:account|address|e-?mail)\b.{0,50}(?:disabled|inactive)",
        r"(?:account|address|e-?mail)\b.{0,50}(?:deactivated|suspended|locked)",
        r"(?:user|recipient|mailbox|account|address|e-?mail)\b.{0,50}(?:closed|expired)",
        r"(?:user|recipient|mailbox|account|address|e-?mail)\b.{0,50}blocked due to inactivity",
        r"(?:user|recipient|mailbox)\b.{0,50}(?:not active|unavailable for)",
        r"(?:account|address|e-?mail)\b.{0,50}(?:not active|unavailable for)",
        r"(?:disabled|inactive) .{0,20}(?:user|recipient|mailbox|account|address)",
        r"(?:suspended|deactivated) .{0,20}(?:user|recipient|mailbox|account|address)",
        r"account (?:that you tried to reach )?(?:has been|is|was) (?:disabled|deleted by)",
        r"휴면|정지된|사용 ?중지|이용 ?정지|アカウント.{0,10}(?:停止|無効)",
        r"(?:帐号|账号).{0,10}(?:停用|冻结)",
    ),
    _rule(
        Reason.HOST_UNKNOWN,
        _HARD,
        "Exchange Online 5.4.310; RFC 7505",
        r"\bdomain(?: name)? (?:\S+ )?(?:does(?: not|n.t) exist|is not found)|null ?mx",
    ),
    _rule(
        Reason.USER_UNKNOWN,
        _HARD,
        "RFC 3463 x.1.1; Exchange Online 5.4.1 (directory-based blocking) and 5.1.10",
        rf"(?:no such|unknown|invalid|nonexist\w*|non-exist\w*|bad|wrong|undefined|illegal)"
        rf" (?:local )?(?:destination )?(?:virtual )?{USER}\b",
        rf"\b{USER}s?(?: name| id| account| address)?(?:\(s\))?(?:\b.{{0,60}})?\b(?:is |are |was )?"
        r"(?:unknown|not (?:be )?(?:found|known|exist|valid|listed|here)|invalid|nonexistent)\b",
        rf"(?:do(?:es)?n.t|do(?:es)? not|did ?n.t|not) (?:have|handle|know) .{{0,40}}{USER}",
        r"recipient address rejected: (?:access denied|user unknown|.{0,60}undeliverable)",
        r"recipientnotfound|resolver\.(?:adr|rst)\.\w*(?:recip|notfound|exrecip)",
        r"do(?:es)?(?: not|n.t) exist",
        r"no longer (?:exist|available|valid|in use|with|employed|works)",
        r"not (?:a )?(?:valid|known|our) (?:user|recipient|mailbox|customer|address)",
        r"no mailbox (?:here|by)",
        r"no (?:recipient|account|user|mailbox|one) (?:by|with|of|here|found)",
        r"user .{0,30}not local|not listed in|unrouteable address|unroutable",
        r"can(?:not|.t) (?:find|route|locate) .{0,40}(?:user|mailbox|recipient|address)",
        r"mailbox (?:not found|unavailable|is unavailable|currently unavailable)",
        r"(?:has|have|was) (?:moved|changed)(?: to)? .{0,40}(?:address|e-?mail|account)",
        r"address .{0,20}changed|unknown or illegal alias",
        r"(?:user|account|recipient) (?:deleted|terminated|removed|rejected)",
        r"invalid (?:final )?delivery userid|undeliverable address|not a member of|vpopmail",
        r"(?:사용자|계정|수신자|아이디|메일 ?주소|주소).{0,20}(?:존재하지|없|찾을 수|잘못)",
        r"없는 (?:사용자|계정|주소)|(?:ユーザ|アドレス|宛先).{0,20}(?:存在|不明|見つか)",
        r"(?:用户|收件人|邮箱|地址|帐号|账号).{0,10}不存在",
        r"(?:usuario|destinatario) .{0,30}(?:desconocid|inexistent|inconnu|sconosciut)",
        r"(?:utente|utilisateur|utilizador) .{0,30}(?:desconocid|inexistent)",
        r"(?:utente|utilisateur|utilizador) .{0,30}(?:inconnu|sconosciut)",
        r"empf[aä]nger .{0,30}(?:unbekannt|nicht gefunden)",
        r"получател.{0,30}не (?:найден|существует)",
    ),
    _rule(
        Reason.HOST_UNKNOWN,
        _HARD,
        "RFC 3463 x.1.2 and x.4.4; RFC 7505 (null MX); Postfix, Exim, Sendmail, qmail",
        r"(?:host|domain|server|site|name)(?: or domain)?(?: name)? (?:is )?not found",
        r"(?:host|domain)(?: or domain)?(?: name)? (?:is )?(?:unknown|lookup failed)",
        r"(?:server|site|name)(?: or domain)?(?: name)? (?:is )?(?:unknown|lookup failed)",
        r"(?:unknown|no such|non-?existent) (?:mail )?(?:host|domain|site)",
        r"(?:invalid|unrouteable|unresolvable|bad) (?:mail )?(?:host|domain|site)|nxdomain",
        r"null mx|does not accept (?:e?-?mail|any)|no (?:mx|a) (?:or (?:a|mx) )?records?",
        r"no mail (?:server|host|exchanger)s?|can(?:not|.t|n.t) find any host",
        r"illegal host/domain|domain (?:name )?(?:does(?: not|n.t) exist|is not|has no)",
        r"(?:mail )?domain .{0,40}not exist",
        r"(?:although i.m|it isn.t) listed as a best-preference mx|name service error",
        r"(?:도메인|호스트|서버).{0,20}(?:존재하지|찾을 수 없|없는)",
        r"(?:域名|主机).{0,10}(?:不存在|找不到)",
    ),
    _rule(
        Reason.POLICY,
        BounceClass.SENDER,
        "RFC 7372 and 7489; block lists; rate limits of Gmail, Outlook.com, Yahoo, Naver, QQ",
        r"\b(?:spf|dkim|dmarc|arc)\b|unauthenticated|not authenticated|sender (?:id|verif)",
        r"block ?-?list|black ?-?list|deny ?-?list|\b[dr]nsbl\b|\brbl\b|spamhaus|spamcop",
        r"barracuda|sorbs|cloudmark|senderbase|proofpoint|abusix|mailspike|invaluement",
        r"user complaints|\bip\b.{0,60}filtered",
        r"uceprotect|(?:client|host|ip|server)\b.{0,60}\b(?:blocked|banned|blacklisted)",
        r"(?:connection|sender|address|you)\b.{0,60}\b(?:blocked|banned|blacklisted)",
        r"(?:client|host|ip|server|connection|sender|address|you)\b.{0,60}\bdenied",
        r"(?:client|host|ip|server)\b.{0,60}\b(?:not (?:allowed|permitted|authori[sz]ed))",
        r"(?:connection|sender|address|you)\b.{0,60}\b(?:not (?:allowed|permitted|authori[sz]ed))",
        r"(?:client|host|ip|server|connection|sender|address|you)\b.{0,60}\brefused by policy",
        r"blocked (?:by|using|for|from|due)|banned|reputation|\bpoor\b",
        r"not (?:whitelisted|allowed to)",
        r"relay(?:ing)?(?: access)? (?:denied|not (?:allowed|permitted))",
        r"relay(?:ing)?(?: access)? (?:prohibited|is prohibited)|relaying|unable to relay",
        r"not (?:permitted|allowed) to relay|we do not relay|open relay|rate ?-?limit",
        r"too many (?:e?-?mails?|messages?|connections?|recipients|concurrent|errors|sessions)",
        r"throttl|too (?:fast|quickly|frequently)",
        r"(?:daily|hourly|sending) .{0,20}(?:limit|quota)|(?:reverse dns|rdns|ptr)\b",
        r"no reverse|helo|ehlo|authentication (?:is )?required|must authenticate",
        r"polic(?:y|ies)|administrative prohibition|access denied|permission denied",
        r"not authori[sz]ed|denied by|restricted|prohibited",
        r"security (?:reasons|policy|violation)|protected",
        r"sender (?:address )?(?:rejected|denied|refused|not)|bad sender|domain of sender",
        r"sender domain|차단|발송.{0,20}(?:초과|제한)|거부 ?정책|拒绝|拦截|频率|限制|ブロック",
        r"制限",
    ),
    _rule(
        Reason.SPAM,
        BounceClass.SENDER,
        "filters of content: SpamAssassin, Cloudmark, Gmail, Yahoo, 163",
        r"\bspam\b|spammy|junk ?-?mail|unsolicited|bulk mail|\buce\b|\bube\b|suspicious|phish",
        r"(?:content|message|mail) [^,;]{0,30}(?:rejected|refused|filtered|blocked|denied)",
        r"(?:content|message|mail) [^,;]{0,30}not accepted|\bdt:sp[mb]\b",
        r"(?:rejected|refused|blocked) .{0,30}(?:content|filter)|malicious|virus|malware",
        r"high probability|스팸|광고 ?메일|垃圾|迷惑メール|спам",
    ),
    _rule(
        Reason.EXPIRED,
        _SOFT,
        "RFC 3463 x.4.7; Postfix, Exim, Sendmail, Exchange, qmail at the end of their queue's time",
        r"(?:retry|delivery|queue|bounce) .{0,20}time ?-?out",
        r"(?:retry|delivery|queue|bounce) .{0,20}(?:time(?: limit)? .{0,20}exceeded|expired)",
        r"(?:message|delivery|mail) .{0,30}(?:expired|timed? ?out|too old)",
        r"could not be delivered (?:for|within|in|after) .{0,20}(?:hour|day|minute)",
        r"unable to be delivered (?:for|within|in|after) .{0,20}(?:hour|day|minute)",
        r"(?:cannot|not) be delivered (?:for|within|in|after) .{0,20}(?:hour|day|minute)",
        r"in the queue too long|been (?:in|on) (?:the|our) queue",
        r"retry time(?:out)? (?:not reached|exceeded)",
        r"unable to deliver .{0,60}(?:for|after|within) .{0,10}(?:hour|day)|giving up",
        r"retention|expired|connection timed out|operation timed out|timed out|time-?out",
        r"no answer from host",
        r"(?:connection|network) (?:refused|is unreachable|reset|closed|lost|dropped)",
        r"no route to host|(?:not|n.t) (?:responding|respond|reachable|connect)",
        r"unable to connect|could not connect|cannot connect|failed to connect",
        r"sorry, i wasn.t able to establish",
    ),
    _rule(
        Reason.SYSTEM,
        _SOFT,
        "RFC 3463 x.3.x, x.4.6; RFC 5321, section 6.3 (loops)",
        r"loop|hop ?count|too many hops|excessive (?:number of )?hops|maximum hop",
        r"system (?:error|failure|full|resource|storage|problem|is)|internal (?:server )?error",
        r"i/o error|disk (?:error|full)",
        r"(?:local |configuration |software |server |pipe |program )(?:error|failure)",
        r"temporar(?:y|ily)|try (?:again|later)|service (?:is )?(?:un|not )?available",
        r"resources|insufficient|overload|too busy|maintenance|mailer (?:error|failure)",
        r"command (?:died|failed|output)",
        r"(?:cannot|can.t|unable to|could not) (?:open|create|lock|append|write)",
        r"(?:cannot|can.t|unable to|could not) (?:read|save|exec|fork|allocate)|일시적|잠시 후",
        r"시스템 (?:오류|장애)|系统|システム",
    ),
)

# Codes of RFC 3463 and its registry, by subject and detail.
_BY_DETAIL: Final[dict[str, Meaning]] = {
    "1.1": Meaning(Reason.USER_UNKNOWN, _HARD),
    "1.2": Meaning(Reason.HOST_UNKNOWN, _HARD),
    "1.3": Meaning(Reason.USER_UNKNOWN, _HARD),
    "1.4": Meaning(Reason.USER_UNKNOWN, _HARD),
    "1.6": Meaning(Reason.USER_UNKNOWN, _HARD),
    "1.7": Meaning(Reason.POLICY, BounceClass.SENDER),
    "1.8": Meaning(Reason.POLICY, BounceClass.SENDER),
    "1.10": Meaning(Reason.HOST_UNKNOWN, _HARD),
    "2.1": Meaning(Reason.OTHER, _HARD),
    "2.2": Meaning(Reason.MAILBOX_FULL, _SOFT),
    "2.3": Meaning(Reason.SIZE, BounceClass.MESSAGE),
    "2.4": Meaning(Reason.SYSTEM, _SOFT),
    "3.4": Meaning(Reason.SIZE, BounceClass.MESSAGE),
    "4.1": Meaning(Reason.EXPIRED, _SOFT),
    "4.4": Meaning(Reason.HOST_UNKNOWN, _HARD),
    "4.6": Meaning(Reason.SYSTEM, _SOFT),
    "4.7": Meaning(Reason.EXPIRED, _SOFT),
    "4.310": Meaning(Reason.HOST_UNKNOWN, _HARD),  # Exchange Online: the domain does not exist
    "4.316": Meaning(Reason.EXPIRED, _SOFT),  # Exchange Online: the connection was refused
    "7.13": Meaning(Reason.OTHER, _HARD),
    "7.17": Meaning(Reason.USER_UNKNOWN, _HARD),  # RFC 7293: the mailbox has another owner
    "7.18": Meaning(Reason.HOST_UNKNOWN, _HARD),
}
_BY_SUBJECT: Final[dict[str, Meaning]] = {
    "1": Meaning(Reason.USER_UNKNOWN, _HARD),
    "3": Meaning(Reason.SYSTEM, _SOFT),
    "4": Meaning(Reason.SYSTEM, _SOFT),
    "6": Meaning(Reason.OTHER, BounceClass.MESSAGE),
    "7": Meaning(Reason.POLICY, BounceClass.SENDER),
}
_BY_CODE: Final[dict[str, Meaning]] = {
    "551": Meaning(Reason.USER_UNKNOWN, _HARD),
    "552": Meaning(Reason.MAILBOX_FULL, _SOFT),
    "556": Meaning(Reason.HOST_UNKNOWN, _HARD),  # RFC 7504
}


def meaning_of_words(words: str) -> Meaning | None:
    """Return what a server's words mean; None: nothing that is known."""
    for rule in RULES:
        if rule.words.search(words):
            return rule.meaning
    return None


def meaning_of_code(status: str, code: str) -> Meaning | None:
    """
    Return what codes mean.

    Args:
        status: of RFC 3463, like 5.1.1; or "".
        code: of RFC 5321, like 550; or "".
    """
    _, _, detail = status.partition(".")
    found = _BY_DETAIL.get(detail) or _BY_SUBJECT.get(detail.partition(".")[0])
    return found or _BY_CODE.get(code)
