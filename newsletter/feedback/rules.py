"""
Why a letter was not delivered, by the English words of servers: a table that can be read.

The first rule that matches decides. What is specific stands above what is general. Addresses are
taken out of the words before, see `diagnosing`.
"""

from typing import Final

from newsletter.feedback.event import BounceClass, Reason
from newsletter.feedback.rule import rule

_HARD: Final = BounceClass.HARD
_SOFT: Final = BounceClass.SOFT
_SENDER: Final = BounceClass.SENDER
_MESSAGE: Final = BounceClass.MESSAGE
_WHO: Final = (
    r"(?:user ?name|userid|users?|recipients?|mail ?box(?:es)?|mail ?drop|account|address(?:es)?"
    r"|addressee|alias|customer|e-?mail|local[ -]?part|inbox|person|member|mail user"
    r"|mail ?address(?:es)?)"
)
_GAP: Final = r"(?:(?![.;!?:]\s|\? )[^\n]){0,50}?"  # words of the same sentence
_NOT: Final = r"(?: ?not|n.?t)"
_NEEDLESS: Final = r"(?:or \w+ |local |destination |virtual |final |delivery |e-?mail |forward )*"

ENGLISH: Final = (
    rule(
        Reason.SYSTEM,
        _SOFT,
        "RFC 3463 x.3.1 and x.4.5: the whole system is full or congested, and no mailbox",
        r"full|insufficient|storage|space|resources",
        codes=r"^[45]\.(?:3\.1|4\.5)\b",
    ),
    rule(
        Reason.MAILBOX_FULL,
        _SOFT,
        "RFC 3463 x.2.2; Postfix, Dovecot, Exchange, Gmail, Yahoo, Naver, QQ, docomo, Orange",
        r"over ?-?(?:\w+ )?quota|quota .{0,20}(?:exceed|full|violat|reached|limit)|diskquota",
        r"(?:exceed\w*+|reach\w*+|above|violat\w*+) .{0,40}quota|exceeds? (?:mailbox )?quota",
        rf"\b(?:{_WHO}|mail ?folder|storage|disk|spool|folder)\b{_GAP}\b(?:is |are )?full\b",
        r"full (?:mailbox|inbox)|mail ?box .{0,30}size limit",
        r"(?:mail ?box|storage|disk|account)(?: space| size)? (?:limit )?(?:is "
        r"|has been )?exceeded",
        r"exceed\w*+ .{0,40}(?:storage|mailbox (?:size|limit)|space|mailbox)",
        r"(?:out of|not enough|insufficient|no more|lack of) (?:storage|disk|mailbox|quota) ?space",
        r"(?:writ|append|access|updat)\w*+ .{0,80}file too large",
        r"insufficient space|(?:has|contains) too many messages|to exceed its limit",
        r"file too large.{0,40}\b(?:append|writ)|mail ?box exceeds",
        r"space .{0,10}not enough|(?:out of|not enough(?: free)?|no (?:more|free)) (?:disk )?space",
        r"\b(?:account|mail ?box|inbox)\b.{0,30}maximum size|(?:disk|storage) allotment",
        r"no (?:free )?space (?:left )?in|out of storage",
        r"(?:user|recipient|account) .{0,40}(?:too (?:many|much) (?:messages|mail)|exhausted)",
        r"too many messages (?:in|on)|mailbox has exceeded",
        r"mailbox .{0,20}over (?:its|the) (?:limit|size)",
        r"over (?:its |the |their )?(?:storage|mailbox|allowed) |insufficient storage|overdrawn",
    ),
    rule(
        Reason.OTHER,
        _MESSAGE,
        "RFC 5322, sections 2.1.1 and 3.6, RFC 6532, RFC 6854: the letter's form",
        r"lines? .{0,30}(?:too long|length)|line length|bare (?:lf|cr|line)|no resent-from",
        r"(?:header|from|date|message-id)s? .{0,30}(?:missing|malformed"
        r"|not (?:valid|given|present|exist))",
        r"(?:missing|invalid|malformed|multiple|duplicate) .{0,20}(?:header|from:|date|message-id)",
        r"eight[- ]bit|nul characters?",
        r"\bmime\b|invalid structure|smtputf8|8-?bit|non-?compliant|not rfc|rfc ?(?:2822|5322)",
        r"invalid (?:message )?content",
    ),
    rule(
        Reason.SIZE,
        _MESSAGE,
        "RFC 1870; RFC 3463 x.2.3 and x.3.4; Exchange 5.2.3",
        r"(?:message|mail|file|data|content)\b.{0,20}\b(?<!delayed )too (?:big|large|long"
        r"|much data)",
        r"\boversized?\b|\bsize .{0,10}over\b",
        rf"\b(?:message|mail|header|attachment|content)s?\b{_GAP}\bexceed",
        r"exceed\w*+ .{0,40}(?:maximum|max|fixed|incoming|inbound|allowed|message|mail).{0,20}size",
        r"size limit|larger than \d",
        r"larger than .{0,40}(?:limit|allowed|current|maximum)|mailsize limit",
        r"too (?:large|big)\b|size .{0,30}exceed|exceeds .{0,20}limit .{0,20}size|recipsizelimit",
        r"(?:over|than|exceed\w*+) \d+(?:\.\d+)? ?[kmg]i?b(?:ytes)?\b",
        r"message length|maximum (?:message|e?mail) size",
    ),
    rule(
        Reason.SYSTEM,
        _SOFT,
        "RFC 5321, section 6.3; RFC 3463 x.4.6: letters that go round, and servers that are busy",
        r"\bloop|hop ?count|too many hops|(?:excessive|maximum) .{0,20}(?:hop|received)",
        r"\b(?:creat|open|writ|lock|exec)\w*+ .{0,60}permission denied|\bnesting\b",
        r"received:?'? .{0,20}exceed|locked by (?:an)?other|too many .{0,20}received",
        r"(?:virus|scanner) .{0,20}(?:unavailable|fail\w*+|error)",
        r"best-preference mx|mx record points to (?:a )?local|(?:server|network|too) (?:is )?busy",
    ),
    rule(
        Reason.EXPIRED,
        _SOFT,
        "RFC 3463 x.4.7: Postfix, Exim, Sendmail, Exchange, qmail at the end of their queue's time",
        r"(?:message|delivery|mail) (?:time )?(?:has )?(?:expired|timed? ?out|too old)",
        r"(?:retry|delivery|queue) .{0,20}(?:time ?-?out|time(?: limit)? .{0,20}exceeded|expired)",
        r"(?:not|unable to|n.t) (?:be )?deliver\w*+ .{0,20}(?:for|within|in|after) .{0,20}(?:hour"
        r"|day|minute|queue)",
        r"too many retries|(?:attempts|retries) (?:are |were )?exhausted",
        r"(?:in|on) (?:the|our) (?:\w+ )?queue for",
        r"(?:retry|attempt) count|no (?:response|reply) from|open (?:a )?connection to",
        r"queue too long|been (?:in|on) (?:the|our) queue|allowed queue period",
        r"retry time(?:out)? (?:not reached|exceeded)|maximum.time.expired|aborted after",
        r"(?:not|n.t) been (?:collected|delivered) .{0,40}after|maximum delivery attempts",
        r"(?:failed|after|exceeded) .{0,20}(?:attempt|tries|retries)|giving up after",
    ),
    rule(
        Reason.SYSTEM,
        _SOFT,
        "resolvers that answer later: Postfix, qmail, Exchange, Cisco (TRY_AGAIN, SERVFAIL)",
        r"(?:host|domain|name|dns|mx|cname|lookup)\b.{0,60}\b(?:try again|temporar|soft error)",
        r"(?:host|domain|name|dns|mx|cname|lookup)\b.{0,60}\b(?:servfail|server ?failure"
        r"|malformed)",
        r"name server.{0,60}(?:failure|time-?out)|lookup failure",
        r"temporar\w*+ .{0,30}(?:dns|name resol|lookup|resolv)",
        r"dns (?:resolving )?(?:error|timeout)(?!.{0,120}(?:not found|nxdomain))",
    ),
    rule(
        Reason.POLICY,
        _SENDER,
        "mailing lists that take letters of their members alone: Mailman, fml, Exchange groups",
        r"(?:not|only|are) (?:a |list )?(?:members?|subscribers?)\b.{0,40}\b(?:list|post|only"
        r"|allowed)",
        r"(?:members?|subscribers?)[- ]only|(?:allowed|permission|permitted) to post",
        r"posting .{0,20}\bnot",
    ),
    rule(
        Reason.POLICY,
        _SENDER,
        "relays that are closed: Postfix, Exim, Sendmail, qmail, Exchange 5.7.64",
        r"\brelay(?:ing|ed)?\b(?: access| operation| mail)? ?(?:is |was |are )?(?:denied|not"
        r"|prohib)",
        r"\brelay(?:ing)? .{0,30}(?:disallowed|rejected|forbidden)",
        r"(?:unable|not|unauthori[sz]ed|forbidden|refuse|cannot|n.t) .{0,20}\brelay|open relay",
        r"rcpthosts|not a gateway|\brelaying\b|relaying denied|we do not relay|mail relay",
    ),
    rule(
        Reason.OTHER,
        _HARD,
        "RFC 3463 x.2.1; GMX, Yahoo, Gmail, 163 and Naver of mailboxes that are shut",
        rf"\b{_WHO}\b{_GAP}\b(?:disabled|inactive|deactivated|suspended|locked|frozen"
        r"|discontinued)",
        rf"\b{_WHO}\b{_GAP}\b(?:closed|expired|not active|not activated|hangup)\b",
        r"\b(?:disabled|inactive|suspended|deactivated|locked|dormant"
        rf"|expired) {_NEEDLESS}(?:{_WHO}|mbox)\b",
        rf"\b{_WHO}\b{_GAP}\bblocked due to inactivity|account has been deleted by",
        r"(?:<>|\bdomain|^[\d .#-]*(?:this|it)) (?:is|has been) (?:now |currently )?(?:disabled"
        r"|suspended|deactivated)\b",
        r"receiving disabled",
        r"\bnot active\b|rejected: inactive|mailbox .{0,20}(?:on hold"
        r"|unavailable for (?!(?:more |further |an )?(?:expl|info|detail)))",
    ),
    rule(
        Reason.USER_UNKNOWN,
        _HARD,
        "Exchange Online 5.4.1: directory-based edge blocking",
        r"access denied",
        codes=r"^[45]\.4\.1\b",
    ),
    rule(
        Reason.POLICY,
        _SOFT,
        "docomo, au: a reader's own filter says it with 5.2.0, or when it has the whole letter",
        r"unknown user",
        codes=r"^5\.2\.0\b",
    ),
    rule(
        Reason.POLICY,
        _SOFT,
        "the same, as Postfix reports it without an enhanced code of the other server",
        r"(?:unknown user|user unknown).{0,80}in reply to end of data",
        codes=r"^(?:5\.0\.0)? 550$",
    ),
    rule(
        Reason.HOST_UNKNOWN,
        _HARD,
        "RFC 3463 x.1.2, x.4.4; RFC 7505; Postfix, Exim, Sendmail, qmail, Cisco, Exchange 5.4.310",
        r"\b(?:host|domain|server)(?: or domain)?(?: name)? (?:is |was )?not (?:be )?(?:found"
        r"|known)",
        r"\b(?:host|domain)(?: or domain)?(?: name)? (?:is )?(?:unknown|lookup failed|invalid)",
        r"(?:unknown|no such|non-?existent|invalid|bad|unrout\w+|unresolvable"
        r"|illegal) (?:mail )?(?:destination )?(?:host|domain|site|system)\b",
        r"\bdomain\b(?: name)?(?: \S+)?(?: \S+)? (?:does ?n[o.']?t|does not|did not) exist",
        r"nxdomain|no route (?:found )?to (?:destination )?domain|no smtp service",
        r"non-?existent host",
        r"point to non-existent|lookups failed permanently",
        r"\w\.[a-z]{2,24} does not accept (?:e-?)?mail(?! from| with)",
        r"\bdomain\b.{0,40}\b(?:does ?n.?t|does not|cannot) (?:be )?resolved?\b|domain must exist",
        r"(?:host|domain|server)\b.{0,60}\b(?:n.t|not|never|no longer) (?:receives?|accepts?)"
        r" (?:any )?(?:e-?)?mail(?! from| with)",
        r"(?:host|domain|server|\w\.[a-z]{2,24})\b.{0,20}\baccepts no (?:e-?)?mail",
        r"disabled for this domain",
        r"(?:n.t|not) host(?:ed)? (?:here|mail|e-?mail|this|that)|not our domain",
        r"domain\b.{0,30}\b(?:without|no) mail service|no mail server (?:for|found)",
        r"mail exchanger (?:was )?not found|have any mail server",
        r"domain\b.{0,30}\bno longer (?:registered|exists|in use)",
        r"mail server for .{0,80}not (?:be )?found|domain of (?:the )?recipient .{0,30}(?:not exist"
        r"|invalid)",
        r"dns records? for .{0,60}(?:could )?not (?:be )?found|unable to resolve route",
        r"null ?mx|(?:host|domain|server|system)\b.{0,60}\bdoes not accept (?:e?-?mail|any|mail)",
        r"no (?:mx|a|dns|mail exchanger)s? (?:or (?:a|mx) )?(?:record|host)?|has no mail exchanger",
        r"can(?:not|.t|n.t)? find (?:any|a|the) (?:host|mail exchanger|gateway|mail server)",
        r"\b(?:host|domain)\b.{0,40}\b(?:couldn.t|could not|cannot) be found",
        r"couldn.t find any host|name service error|name or service not known|dns hard error",
        r"(?:unable|fail\w*+|could not) .{0,10}(?:to )?(?:resolve|look ?up) .{0,20}(?:host|domain"
        r"|mx)",
        r"domain .{0,30}(?:has no|is not (?:valid|hosted|local)|expired)|infodomainnonexistent",
    ),
    rule(
        Reason.HOST_UNKNOWN,
        _HARD,
        "Exim: no router takes the address; said without a reply, its own look at the DNS",
        r"unrout(?:e)?able address",
        codes=r"^(?:[45]\.0\.0)? ?$",
    ),
    rule(
        Reason.SYSTEM,
        _SOFT,
        "RFC 5321, section 4.2.3: 450 is a mailbox that is busy",
        r"mailbox (?:is )?(?:busy|unavailable|temporarily|not available)|mailbox in use",
        codes=r" 45\d$",
    ),
    rule(
        Reason.USER_UNKNOWN,
        _HARD,
        "RFC 3463 x.1.1; Postfix, Exim, Sendmail, qmail, Exchange, Domino, GroupWise, and portals",
        r"\b(?:no such|unknown|unrecogni[sz]ed|invalid|non-?exist\w*+|inexistent|bad|wrong"
        rf"|undefined|illegal|incorrect|undeliverable) {_NEEDLESS}{_WHO}\b",
        rf"\b{_WHO}s?(?:\(s\))?\b{_GAP}\b(?:unknown|invalid|nonexistent|unrecogni[sz]ed)\b",
        rf"\b{_WHO}s?(?:\(s\))?\b{_GAP}\b(?:is|are|was|be|could)?{_NOT} (?:be |an? )?(?:found"
        r"|known|exist\w*+|valid|listed|here|recogni[sz]ed|registered|available|ok)\b",
        rf"\b(?:do|does|did){_NOT} (?:have|handle|know|recogni[sz]e"
        rf"|accept mail for){_GAP}\b{_WHO}\b",
        r"\bdo(?:es)?(?: not|n.?t) exist|not? exist\b|does not have a final",
        r"user unknown|unknown user",
        r"unknown name(?! ?server)|addressee unknown|recipient ?not ?found|nosuchuser",
        r"recipient address rejected: (?:unknown|undeliverable|unverified|invalid|not found)",
        r"recipient (?:verify|verification) failed",
        rf"{_WHO} .{{0,20}}(?:cannot|could not) be verified",
        r"not a member of (?:the |this )?domain|resolver\.adr\.",
        rf"no longer (?:exist|valid|in use|with|employed|works|accepts|here|at|on){_GAP}",
        rf"\b{_WHO}\b{_GAP}\bno longer|not (?:a )?(?:valid|known|our|registered) {_NEEDLESS}{_WHO}",
        r"(?:are|is) not (?:a )?(?:valid|known) |no (?:mailbox|mail box) ",
        r"name (?:is|was|could)(?: ?not|n.t) (?:be )?(?:found|recogni[sz]ed)",
        rf"\bno (?:valid )?(?:{_WHO}|one) (?:by|with|of|here|found|were|was|in|at|for)\b",
        r"user .{0,30}not local|not listed in|unrout(?:e)?able|not user of",
        r"not (?:in|on) (?:our|this|the|recipient)\b|validrcptto",
        rf"can(?:not|.?t) (?:find|route|locate|accept) {_GAP}\b{_WHO}",
        r"mail ?box (?:is )?(?:currently )?(?:not (?:found|available)|unavailable)"
        rf"|did{_NOT} .{{0,10}}"
        "match",
        r"(?:has|have) (?:moved|left|changed|resigned)|address .{0,20}changed|please try <>",
        r"(?:migrated|relocated|transferred) to <>|(?:former|ex)[- ]employee",
        r"<> (?:has been|was|is) (?:deleted|removed|terminated|cancelled|closed)",
        r"(?:has been|was|is) replaced by <>|(?:new|current) (?:e-?mail )?address is <>",
        rf"{_WHO} (?:has been )?(?:deleted|terminated|removed|retired)\b|is terminated",
        r"invalid (?:final )?delivery userid|undeliverable address",
        r"no matches to nameserver",
        r"(?:does|do)(?: ?not|n.t) (?:live|work)|not in (?:the )?directory|may have moved",
        r"fails to locate|mail-?addressee|non-existing",
    ),
    rule(
        Reason.USER_UNKNOWN,
        _HARD,
        "AOL, Cisco, Exchange: an address that is rejected, where the codes speak of addresses",
        rf"\b{_WHO}\b(?! (?:mail )?server){_GAP}\b(?<!temporarily )unavailable\b",
        r"(?:recipient|address|rcpt|rcpt to:? ?<>|user) (?:address )?(?:is )?(?:rejected|refused"
        r"|denied)(?! to receive)",
        r"does not like recipient|mailbox name not allowed|not allowed recipient",
        codes=r"^[45]\.1\.|^(?:5\.0\.0)? ?(?:55[0134])?$",
    ),
    rule(
        Reason.POLICY,
        _SENDER,
        "Orange, Mimecast, Outlook.com and others: blocked, and nobody says that it is spam",
        r"administrative prohibition|service refuse|envelope blocked",
        r"(?:user|recipient).{0,5}s? .{0,20}reject list",
        r"(?:user|recipient) (?:has )?(?:refused|rejected) to|\((?:rtr|rly|con|dyn):",
        r"by (?:the |our )?administrator",
        r"not accepting (?:mail|messages) from",
        r"rejected by (?:the )?(?:recipient|user|header)(?!.{0,10}(?:spam|content|virus))",
        r"only (?:local|internal|authenticated|trusted) (?:users|hosts|senders)|untrusted",
        r"closed list",
        r"listed in \w|held for .{0,20}(?:verification|review|moderation|approval)",
        r"only accepts? (?:(?:e?-?mail|messages?) )?from|refused by policy",
        r"block list|your ip",
        r"\bip\b.{0,60}\b(?:filtered|blocked|banned|rejected)",
        r"access to (?:this|submit)|only registered|messages from .{0,40}weren.t sent|mx only",
        r"resolver\.rst\.",
        r"problem occurred.{0,90}\(bl\)",
        r"\b(?:spamhaus|spamcop|sorbs|uceprotect|abusix|mailspike)\b",
    ),
    rule(
        Reason.SPAM,
        _SENDER,
        "filters of content: SpamAssassin, Cloudmark, Gmail, Yahoo, 163; attachments: Gmail 5.7.0",
        r"spam(?!mer|haus|cop|rats)|junk|advertis|unsolicited|bulk e?-?mail|\buce\b|\bube\b|phish",
        r"content .{0,30}(?:reject\w*+|refus\w*+|filter\w*+|blocked|denied|presents"
        r"|not (?:accepted|allowed|permitted))|content[- ]polic",
        r"\bdt:sp[mb]\b|(?:rejected|refused|blocked|by) (?:[\w-]+ ){0,4}(?:content|filter)",
        r"malicious",
        r"malware",
        r"bad attachment|\bworm\b|\bbayes|bad words|\bhtml .{0,20}not accepted|\btrojan",
        r"\beicar\b|(?:banned|forbidden|illegal) pattern",
        r"banned: (?:\w{1,20}[/.]|\.)|virus|infected|high probability|suspicious",
        r"(?:attachment|file) (?:type|name|extension)",
        r"attachment .{0,40}(?:not (?:allowed|permitted|accepted)|forbidden|blocked|prohibited"
        r"|reject\w*+)",
        r"(?:banned|forbidden|prohibited|executable|illegal|dangerous) (?:content|attachment|file)",
        r"url .{0,40}(?:list|block|complain)",
        r"\b(?:surbl|uribl)\b",
        r"listed (?:url|link|uri|word|phrase)",
        r"(?:message|mail) (?:was )?filtered",
    ),
    rule(
        Reason.POLICY,
        _SENDER,
        "RFC 3463 x.7.1: whoever may not send here, for whatever reason",
        r"polic(?:y|ies)|(?:access|permission|transaction) (?:is |was )?denied|not authori[sz]ed",
        r"unauthori[sz]ed|blocked|banned|blacklisted|whitelist|denied by|restrict(?:ed|ion)",
        r"not (?:allowed|permitted)|prohibit|security (?:reasons|violation)|protected|spammer",
        r"(?:tls|starttls|encryption|certificate).{0,40}(?:required|not|must|fail|invalid|need)",
        r"(?:message|mail|e-?mail|transaction|ip)s? (?:is |was |has been |not )?(?:rejected"
        r"|refused|denied|accepted)|connection .{0,20}(?:rejected|denied|not accepted)",
        r"\b(?:message|mail)\b.{0,40}\b(?:is|was|been) (?:rejected|refused)|no permi(?:t|ssion)",
        r"too many (?:e?-?mails?|messages?)|refused to accept|rejected due to",
    ),
    rule(
        Reason.SYSTEM,
        _SOFT,
        "Postfix and Sendmail of programs that they start; Exchange of stores that are down",
        r"input/output|can not open|command (?:died|failed|output)|no such file|temporary failure",
        r"(?:i/o|write|read) error",
        r"network (?:is )?unreachable|host (?:is )?unreachable|no route to host|network error",
        r"(?:local|configuration|config|software|pipe|program|delivery agent) (?:error|failure)",
    ),
    rule(
        Reason.POLICY,
        _SENDER,
        "a connection that is refused for a reason of RFC 3463 x.7",
        r"connection .{0,20}refused",
        codes=r"^[45]\.7\.",
    ),
    rule(
        Reason.EXPIRED,
        _SOFT,
        "RFC 3463 x.4.1 and x.4.2: hosts that do not answer; what waits for them expires",
        r"tim(?:ed|e) ?-?out|no answer from|expired",
        r"(?:not|n.t) (?:responding|respond|answering|reachable)",
        r"connection (?:to .{0,60}|was )?(?:refused|reset|closed|lost|dropped|died|failed|broken"
        r"|is broken)",
        r"lost connection|connection .{0,60}\bbroken|closed connection",
        r"(?:unable|not able|fail\w*+|cannot|can.?t|could not) (?:to )?connect",
        r"\bunreachable\b|(?:host|server) (?:is |seems |appears )(?:to be )?down\b",
        r"connect to .{0,80}refused|wasn.t able to establish|(?:server|host) did not respond",
        r"not (?:yet )?been delivered|has been delayed|retried for|will continue to",
    ),
)
