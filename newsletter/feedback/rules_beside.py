"""
Why a letter was not delivered, where words of readers and hosts are in sentences on something else.

They are asked before the words of readers and hosts: "user database not found" says nothing of the
user, and "a link to an unknown host" nothing of the reader's.
"""

from typing import Final

from newsletter.feedback.event import BounceClass, Reason
from newsletter.feedback.rule import rule

_WHO: Final = (
    r"(?:user ?name|users?|recipients?|mail ?box(?:es)?|accounts?|address(?:es)?|alias(?:es)?"
    r"|customers?|members?|subscribers?|e-?mail|inbox)(?:'s|\(s\))?"
)
# By which a server looks its readers up, or keeps what it knows of them.
_STORES: Final = (
    r"(?:quotas?|information|info|data|data ?base|db|directory|servers?|services?|backends?"
    r"|tables?|maps?|look-?ups?|preferences?|settings?|configurations?|config|policy|policies"
    r"|stores?|storage|caches?|clusters?|nodes?|daemons?|filters?|scripts?|quer(?:y|ies)|rules?"
    r"|agents?|verifier|resolver|rewriting|archive|journal|index)"
)
_NAMES: Final = (
    r"(?:info|data|db|services?|archive|journal|index|policy|storage)"  # of readers, too
)
# Before them, a sentence may begin that says where a reader was looked for.
_OF_THE_NAME: Final = (
    r"(?:(?!(?:in|not|unknown|is|on|at|from|by|for|to|of|with|no|the|our|this|was|does|has"
    r"|been|be|and|or|via|invalid|failed|fails?)\b)[\w-]+ ){0,2}"
)
_FAILS: Final = (
    r"(?:(?:is|are|was|were|has|have|had|does|do|did|be|been|being|could|can|currently|now"
    r"|temporarily|it|which|that|seems|appears|returned|an?|lookup|connection|to) ?){0,5}"
    r"(?:unavailable|cannot|unknown|fail\w*+|errors?\b|missing|corrupt\w*+"
    r"|time[sd]? ?-?out|off-?line|nonexistent|non-existent|invalid|inaccessible"
    r"|disabled|locked|busy|closed|suspended|inactive|broken|malformed"
    r"|(?:not|n'?t) (?:be )?(?:found|available|exist\w*+|valid|accessible|accessed|open\w*+|read"
    r"|loaded|configured|defined|known|present|retrieved|obtained|determined))"
)
_IN_VAIN: Final = (
    r"(?:no such|unknown|invalid|bad|missing|non-?existent|no|can(?:not|'?t| not)"
    r"|could(?: not|n'?t)|unable to|fail(?:ed|ure|s)(?: to)?|error)"
)
_STEPS: Final = r"(?:(?!(?:in|from|on|by|at|within|no|not|unknown|is|was|for|of)\b)[\w'-]+ ){0,3}"
_LINKS: Final = (
    r"(?:hyper)?(?:links?|urls?|uris?|hrefs?|web ?sites?|web ?pages?|images?|attachments?)"
)
_PARTS: Final = (
    rf"(?:{_LINKS}|(?:e-?mail|message|mail|letter)(?: body| text| content)?|body|content|text|html"
    r"|attachments?|signature|subject)"
)
_FIELDS: Final = (
    r"(?:(?:message|mail|received|reply-to|sender|from|return-path|list-\w+|to|cc|date)"
    r" (?:headers?|fields?|lines?)|headers?|message-id|reply-to|received (?:line|header)s?)"
)
_PLACES: Final = r"(?:hosts?|domains?|sites?|servers?|address(?:es)?|users?|recipients?|mail ?box)"
_LACKS: Final = (
    r"(?:unknown|non-?existent|unresolvable|invalid|illegal|unregistered|bad|no such|missing"
    r"|not (?:be )?(?:found|known|exist\w*+|valid|resolv\w*+)|do(?:es)?(?:n'?t| not) (?:exist"
    r"|resolve))"
)
_GAP: Final = r"(?:(?![.;!?:]\s|\? )[^\n]){0,50}?"  # words of the same sentence
_WHERE: Final = (
    r"(?:in|within|inside|of|used in|found in|named in|listed in|referenced (?:in|by)) "
    r"(?:(?:the|your|this|that|a|an|its|my|any|one|some) )?"
)

BESIDE: Final = (
    rule(
        Reason.SYSTEM,
        BounceClass.SOFT,
        "stores and services of the other side: Postfix's maps, LDAP, Cyrus, Zimbra, Exchange",
        rf"\b{_WHO} {_OF_THE_NAME}{_STORES}\b ?{_FAILS}",
        rf"\b{_STORES} (?:for|of) (?:(?:the|this|that|your|our) )?{_WHO}\b ?{_FAILS}",
        rf"\b{_IN_VAIN} {_STEPS}{_WHO} {_OF_THE_NAME}(?!{_NAMES}\W*$){_STORES}\b(?!\.\w)",
        r"(?:사용자|계정|수신자|회원|메일함|사서함) ?(?:정보 ?)?"
        r"(?:데이터 ?베이스|DB|서버|디렉[터토]리|조회|인증 ?서버|할당량|설정|정책)"
        r"[^.]{0,24}(?:없|못|실패|오류|장애|않|불가|중단)",
        r"(?:사용자|계정|수신자|회원) ?정보를? ?(?:조회|확인|가져|읽)[^.]{0,12}(?:없|못|실패|오류)",
        r"(?:用户|用戶|邮箱|郵箱|收件人|帐号|账号)(?:信息)?"
        r"(?:数据库|資料庫|服务器|伺服器|目录|目錄|配置|服务)"
        r".{0,12}(?:不可用|无法|無法|未找到|不存在|错误|錯誤|异常|失败|繁忙)",
        r"(?:获取|查询|读取)(?:用户|邮箱|收件人)信息.{0,6}(?:失败|错误|超时)",
        r"(?:ユーザー?|メールボックス|アカウント|宛先)(?:情報)?の?(?:データベース|サーバー?|ディレクトリ"
        r"|設定|検索).{0,16}(?:ません|できな|失敗|エラー|不明|停止)",
        r"(?:benutzer|empfänger|adress|konten|postfach)\w{0,3}(?:datenbank|verzeichnis|server|daten"
        r"|informationen|tabelle)\w{0,2} .{0,30}(?:nicht|fehl)",
        r"(?:база|сервер|каталог)\w* (?:данных )?(?:пользовател|получател|адрес|ящик)\w*"
        r" .{0,20}(?:не |ошибк|недоступ)",
    ),
    rule(
        Reason.SPAM,
        BounceClass.SENDER,
        "filters that look up the links of a letter: SURBL, rspamd, SpamAssassin, portals",
        rf"\b{_LINKS}\b (?:{_GAP} )?(?:to|with|of|at|on|by|from|points?|leads?|contain\w*+|use[sd]?"
        rf"|refer\w*+|names?|its)\b{_GAP}(?:{_LACKS}\b{_GAP}\b{_PLACES}\b|{_PLACES}\b{_GAP}"
        rf"{_LACKS})",
        rf"\b{_LACKS} (?:[\w-]+ ){{0,2}}{_PLACES}(?: names?)? {_WHERE}(?:[\w-]+ ){{0,2}}"
        rf"{_PARTS}\b(?!-)",
        rf"\b(?:host|domain|site)s?(?: names?)? (?:is |was |are )?{_LACKS} {_WHERE}"
        rf"(?:[\w-]+ ){{0,2}}{_PARTS}\b(?!-| (?:server|system|director|data|list|host|store|serv))",
        rf"\b{_PLACES}(?: names?)? {_WHERE}(?:[\w-]+ ){{0,2}}{_PARTS}\b(?!-){_GAP}{_LACKS}",
        r"(?:링크|URL|본문|첨부)[^.]{0,24}(?:도메인|호스트|주소|서버)"
        r"[^.]{0,24}(?:존재하지|없|찾을 수|잘못)",
        r"(?:링크|URL|본문|첨부)[^.]{0,24}(?:존재하지 ?않는|없는|잘못된|알 수 없는) ?"
        r"(?:도메인|호스트|주소|서버)",
        r"(?:链接|連結|网址|網址|正文).{0,12}(?:域名|主机|主機|地址|網域)"
        r".{0,8}(?:不存在|无效|無效|找不到|无法)",
        r"(?:リンク|URL|本文).{0,16}(?:ドメイン|ホスト|アドレス).{0,16}(?:存在|不明|見つか|誤)",
        r"\b(?:link|verweis|url)\w* .{0,40}(?:unbekannt|nicht (?:gefunden|existier|auflös)"
        r"|existiert nicht|ungültig)",
        r"(?:ссылк|в тексте).{0,40}(?:домен|адрес|хост|сервер).{0,30}(?:не |неизвест)",
    ),
    rule(
        Reason.OTHER,
        BounceClass.MESSAGE,
        "RFC 5322, section 3.6: fields of a letter that name a host or an address",
        rf"\b{_LACKS} (?:[\w-]+ ){{0,2}}{_PLACES}(?: names?)? {_WHERE}(?:[\w-]+ ){{0,2}}"
        rf"{_FIELDS}\b",
        rf"\b{_PLACES}(?: names?)? {_WHERE}(?:[\w-]+ ){{0,2}}{_FIELDS}\b{_GAP}{_LACKS}",
        rf"\b{_FIELDS}\b (?:{_GAP} )?(?:with|of|at|contain\w*+|names?|has|have|uses?|its)\b{_GAP}"
        rf"(?:{_LACKS}\b{_GAP}\b{_PLACES}\b|{_PLACES}\b{_GAP}{_LACKS})",
    ),
)
