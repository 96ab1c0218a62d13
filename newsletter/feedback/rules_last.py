"""Words of servers that say little: asked where no other rule and no other language matched."""

from typing import Final

from newsletter.feedback.event import BounceClass, Reason
from newsletter.feedback.rule import rule


def _any_of(words: str) -> str:
    """Return a pattern for any of *words*, as whole words."""
    return rf"\b(?:{'|'.join(words.split())})\b"


_SENDERS: Final = _any_of(
    r"senders? (?:your|my).(?:ip|isp|e?-?mail|mail.?server|server|network|provider|address|domain)"
    r" ips? isp helo ehlo you.are backscatter align\w*+ trusted"
)
# What is wrong with one of them is no fault of the reader's address.
_OURS: Final = _any_of(
    r"senders? your you from ips? isp helo ehlo hosts? hostname messages? message-id headers? "
    r"contents? commands? syntax parameters? arguments? credentials? charset characters? clients? "
    r"errors? reason encoding attachments? urls? links? lists? files? dates? certificates? keys? "
    r"options? formats? body bodies types? records? conditions?"
)
# The same, unless a reader was looked for in them.
_STORES: Final = r"(?<!\bin )(?<!\bin the )(?<!\bin our )" + _any_of(
    r"(?:data.?)?bases? director\w+ servers? services? backends? tables? maps? lookups? quer\w+ "
    r"routes? resources? information modules? sockets? polic\w+ filters? gateways? relays? queues? "
    r"causes? configurat\w+ settings? stores? storage caches? nodes? actions? responses? issues? "
    r"problems? faults? states?"
)
_OTHER_CAUSES: Final = _any_of(
    r"servers? spam filter\w*+ polic\w*+ too limit(?:s|ed)? exceed\w*+ over temporar\w*+ queue "
    r"attempt\w*+ time\w*+ later fail\w*+ contain\w*+ verified confirm\w*+ whitelist\w*+ auth\w*+ "
    r"permi\w*+ allow\w*+ quota size large space delayed relay\w*+ require\w*+ only per more "
    r"sessions? today vacation until send sent loop\w*+ rate abuse listed block\w*+ busy valid"
)
_READERS: Final = _any_of(
    r"users? recipients? mail.?box(?:es)? accounts? addressee alias customer rcpt validrcptto "
    r"(?:mail.?)?address(?:es)? employee nobody subscriber (?:be)?nutzer teilnehmer empf[aä]nger "
    r"adress[ea] utilisateur destinat\w*+ indirizzo usu[aá]rio endereço direcci[oó]n gebruiker "
    r"ontvanger mottagare odbiorca użytkownik пользовател\w*+ получател\w*+ адрес\w*+"
)
# They stand without spaces between words.
_READERS_ABROAD: Final = (
    r"(?:ユーザ|アドレス|宛先|受信者|收信人|收件人|用户|用戶|帳號|账号|帐号"
    r"|사용자|수신자|수신인|계정|아이디)"
)
LAST: Final = (
    rule(
        Reason.SYSTEM,
        BounceClass.SOFT,
        "sysexits.h: the number with which a program of Sendmail or Postfix ended (X-Unix)",
        r"^\W*(?:[1-9]|[1-9]\d|[12]\d\d)$",
        codes=r"^(?:5\.[03]\.0)? $",
    ),
    rule(
        Reason.MAILBOX_FULL,
        BounceClass.SOFT,
        "quotas that no other rule knows, in whatever language",
        r"\bquotas?\b(?!.{0,20}(?:lock|fail|error))",
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
        r"(?:cannot|can.t|unable to|could not|couldn.t|error|failed to)"
        r" (?:open|load|creat|lock|append|writ|read|sav|exec)",
        r"encountered an error|unavailable|exception\b|shutting down",
        r"(?:database|file) is corrupt|cannot allocate|out of memory|\blmtp error|unexpected",
        r"(?:cannot|can.t|unable to|could not) process",
        r"lock fail|\bldap\b",
        r"(?:returned|reported|error while) (?:an? )?(?:error|processing)|failed to process",
        r"unexpected (?:\w+ )?name server",
    ),
    rule(
        Reason.USER_UNKNOWN,
        BounceClass.HARD,
        "whatever is unknown or not there, in a reply whose codes speak of an address",
        rf"^(?!.*(?:{_OURS}|{_STORES})).*\b(?:unknown|no such|not found|not exist\w*+|invalid"
        r"|non-?existent|unallocated)\b",
        codes=r"^(?:5\.[01]\.\d+)? ?55[013]$",
    ),
    rule(
        Reason.USER_UNKNOWN,
        BounceClass.HARD,
        "Postfix, where a client goes on after its recipients were refused; the first cause counts",
        r"no valid recipients?\b",
        codes=r"^5\.[05]\.[01] 55\d$",
    ),
    rule(
        Reason.POLICY,
        BounceClass.SENDER,
        "whatever is refused, in a reply whose codes speak of no address, mailbox or system",
        r"\b(?:reject|refus|deny|denied|forbid|disallow|block|prohibit|restrict|spoof)\w*+",
        r"not (?:be )?accept|not (?:allow|permit)",
        codes=r"^(?:[45]\.[07]\.\d+)? ?\d*$",
    ),
    rule(
        Reason.POLICY,
        BounceClass.SENDER,
        "whatever is said of a sender, in a reply whose codes speak of no address or mailbox",
        rf"{_SENDERS}|\bgo away\b",
        codes=r"^(?:5\.[07]\.\d+)? ?(?:55[0134]|521)$",
    ),
    rule(
        Reason.USER_UNKNOWN,
        BounceClass.HARD,
        "RFC 5321: 550, 551 and 553 are of the mailbox; whatever speaks of it and of nothing else",
        rf"^(?!.*(?:{_OURS}|{_OTHER_CAUSES})).*(?:{_READERS}|{_READERS_ABROAD})",
        codes=r"^(?:5\.0\.0)? 55[013]$",
    ),
)
