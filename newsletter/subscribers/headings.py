"""
Patterns of known column headings, in both languages.

A known pattern is matched against the whole heading in lower case without spaces and marks,
so "Opted-out at" is optedoutat. The patterns include the headings of Mailchimp, Ghost,
Buttondown, Stibee, Substack, beehiiv, MailerLite, Brevo, listmonk, phpList, HubSpot,
Constant Contact, Outlook, Google Contacts, Thunderbird and Korean shops.

Other patterns are searched for inside the heading, as `Words`; a match alone decides nothing:
the program asks a person. No alternative here may be a concatenation of other alternatives
(like datetime of date and time): matching "datetimedatetime…" would take exponential time.
"""

import re
from typing import Final, NamedTuple

_MAIL: Final = "이메일|메일|전자우편|전자메일|뉴스레터|소식지|email|mail|newsletter"
_MARKETING: Final = "마케팅|광고성?|홍보성?|영리목적|정보|이벤트|혜택|프로모션"
_ABOUT: Final = f"(?:{_MAIL}|{_MARKETING})*"
_WHETHER: Final = "(?:여부|유무|구분|yn|ox)?"
_DAY: Final = "(?:일시|일자|일|날짜|시각|시간)"
_WHOSE: Final = (
    "(?:is|has|was|user|contact|subscriber|member|customer|emails?|mail|newsletter|marketing"
    "|globally|global|confirmed|date|time)*"
)
_WHEN: Final = "(?:at|on|date|timestamp|time|day|utc)*"
_TO_WHAT: Final = "(?:(?:to|from|of)?(?:all)?(?:emails?|newsletters?|marketing|lists?))?"

_JOINING_IS_NO_CONSENT: Final = (
    "subscribe[dr]?(?:at|on|date|time|since)|subscriptiondate|datesubscribed|subscribedsince"
    f"|구독{_DAY}|구독시작{_DAY}|구독신청{_DAY}"
)


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def _words(text: str) -> str:
    return "|".join(text.split())


class Words(NamedTuple):
    """Patterns searched for in a heading: parts of Korean words, and English words."""

    korean: re.Pattern[str]  # in the heading without spaces and marks
    english: re.Pattern[str]  # in the words of the heading, separated by one space


# Name of a meaning -> the headings that certainly have it. The first match counts.
KNOWN: Final = {
    "email": _any(
        _words(
            "email emailaddress mail mailaddress address 이메일 이메일주소 메일 메일주소 "
            "전자우편 전자우편주소 전자메일 전자메일주소 회원이메일 회원메일 이메일계정 "
            "이메일아이디 primaryemail primaryemailaddress email1value email1address "
            "기본이메일 이메일1값"
        )
    ),
    "name": _any(_words("name fullname firstname givenname displayname 이름 성명 성함 표시이름")),
    "language": _any(
        _words(
            "language lang preference preferredlanguage languagepreference languagecode locale "
            "userlocale preferredlocale 국문영문 국영문 국문영문구분 국영문구분 국문영문둘다"
        ),
        f"(?:선호|구독|사용|수신|희망|신청|발송|주|{_MAIL})*언어(?:구분|선택|설정|코드)?",
    ),
    "reader-id": _any("readerid"),  # of our own export; a column "id" is another service's
    "old-number": _any("oldnumber"),
    "standing-since": _any("standingsince"),
    "standing-cause": _any("standingcause"),
    "standing-because": _any("standingbecause"),
    "standing-by": _any("standingby"),
    "standing": _any(
        _words("standing status 상태 구독상태 수신상태 구독자상태 회원상태 이메일상태 메일상태"),
        "(?:subscriber|subscription|email|contact|list|mailing|emailpermission|optin|emailsub"
        "|emailmarketing|emailsubscription)(?:status|state)|subscribertype",
    ),
    "reconfirmed-at": _any(
        f"reconfirmed(?:at|on|date)|{_ABOUT}(?:수신|구독)?(?:동의)?재(?:확인|동의){_DAY}",
    ),
    "consented-at": _any(
        f"{_ABOUT}(?:수신|구독)?동의{_DAY}",
        f"{_WHOSE}(?:doubleoptin|optin|optedin|confirm|confirmed|confirmation|consented|consent)"
        "(?:at|on|date|timestamp|time|day|utc)+",
        "date(?:of)?consent",
    ),
    "consent": _any(
        f"{_ABOUT}(?:수신|구독)(?:동의|허용|승인|희망|신청)?{_WHETHER}",
        f"(?:{_MAIL})+동의{_WHETHER}",
        f"{_WHOSE}(?:subscribed|subscribe|optin|optedin|consent|consented|consentgiven){_TO_WHAT}",
        f"{_WHOSE}accepts?(?:ed)?(?:email)?marketing",
        "(?:email|mailing|marketing)permission|confirmed",
    ),
    "left-at": _any(
        f"{_ABOUT}(?:수신|구독)(?:거부|해지|취소|철회|거절|중단){_DAY}?{_WHETHER}",
        f"(?:회원)?(?:탈퇴|해지){_DAY}?{_WHETHER}",
        f"{_ABOUT}(?:수신)?동의철회{_DAY}?{_WHETHER}",
        f"{_WHOSE}(?:unsub|unsubs|unsubscribed?|unsubscription|opt(?:ed)?outs?|withdrawn|"
        f"withdrawal|leftat|deletedat|emaildisabled|disabledemails?|donotemail|nomail"
        f"|excludedfromcampaigns|bl(?:ack|ock)list(?:ed)?){_TO_WHAT}{_WHEN}",
    ),
    "bounced-at": _any(
        f"{_ABOUT}(?:하드)?반송{_DAY}?{_WHETHER}",
        f"{_WHOSE}(?:hard)?(?:bounced?|clean|cleaned|undeliverable|undeliverability|suppressed)"
        f"{_TO_WHAT}{_WHEN}",
    ),
    "complained-at": _any(
        f"{_ABOUT}(?:스팸|수신)신고{_DAY}?{_WHETHER}",
        f"{_WHOSE}(?:spam|abuse)?(?:complained|complaint|complain){_WHEN}",
        f"{_WHOSE}(?:(?:marked|reported)(?:as)?spam|(?:spam|abuse)report(?:ed)?){_WHEN}",
    ),
}

# If several columns contain names, those with the whole name count: the first matching group.
NAMES_BY_RANK: Final = (
    frozenset("name fullname 이름 성명 성함".split()),
    frozenset("displayname 표시이름".split()),
    frozenset("firstname givenname".split()),
)

# Headings of our own export: an empty date does not mean that the reader refused.
OWN_DATES: Final = frozenset({"consentedat", "동의일"})

# The date of joining is not a consent. If some rows have no such date, the program asks.
JOINED: Final = _any(_JOINING_IS_NO_CONSENT)

# Headings about paid subscriptions, about another status, or about a status in general.
UNRELATED: Final = _any(
    "(?:active|paid|stripe|gift)subscriptions?(?:id|type|status)?",
    "subscription(?:tiers?|plans?|ids?|interval|price|amount|currency|source)",
    "churndate|subscriber(?:id|number|uuid|key|source)|구독자(?:번호|id|명)",
    "(?:order|payment|shipping|fulfil?lment|invoice|refund|lead|marital|civil|employment|job)"
    "status",
    "(?:주문|배송|결제|입금|환불|재고|건강|결혼|혼인|고용|취업|재직|재학|답변|상담)상태",
)

# Words that suggest a meaning but do not prove it; the first match counts.
GUESSES: Final = {
    "complained-at": Words(_any("스팸|신고"), _any("complain|abuse|spam")),
    "bounced-at": Words(
        _any("반송|(?:수신|발송|전송)불가|(?:발송|전송)실패"),
        _any("bounce|clean|undeliver|unmailable|suppress|invalid"),
    ),
    "left-at": Words(
        _any(
            "거부|거절|해지(?![점사역])|탈퇴|취소|철회|중단|차단|삭제|발송제외|수신제외|휴면|원하지않|원치않",
            f"^(?:중지|정지|제외|금지|종료|만료){_DAY}?{_WHETHER}$",
            "(?:발송|전송|이용|활동|서비스|회원|계정|가입|일시)(?:중지|정지|제외|금지|종료|만료)",
        ),
        _any(
            "unsub|opt(?:ed|s)? ?out|withdr|cancel|removed|deleted|disabled|inactiv|deactiv",
            r"bl(?:ack|ock) ?list|blocked|exclude|\bdo ?not|\bno ?(?:more ?)?e?mail|\bleft ?at",
            "suspend|revok|refus|reject|declin|denied|disagree|disallow",
        ),
    ),
    "consent": Words(
        _any("수신|구독|동의|허용|승인|뉴스레터|소식지|메일링|받기|받음|발송(?:여부|가능|대상)"),
        _any(
            "subscri|opt(?:ed|s)? ?in|consent|permission|accept|agree|confirm|newsletter",
            "^(?:is|user)? ?(?:active|enabled)$|receive|allow",
            r"mail(?: address)?(?: is)? ?valid|\bvalid e?mail|^(?:is ?)?valid$",
        ),
    ),
    "standing": Words(
        _any("상태"),
        _any(r"status|deliverab|(?:subscri\w*|mail|member|list|contact|user|account) ?state\b"),
    ),
}
NAMES_SOMEBODY: Final = Words(
    _any("(?:수신|구독)(?:자|인|처)"), _any(r"\bsubscribers? ?(?=id\b|name\b|no\b$)")
)

# Words that turn a consent into its end: 수신중지, subscription expired.
ENDING: Final = Words(
    _any("중지|정지|종료|만료|해제|제외|금지|불허|반대"),
    _any(r"\b(?:stop\w*|end(?:s|ed|ing)?|expir\w*|terminat\w*)\b"),
)

# With one of these, "yes" is ambiguous: the reader left, or did not leave.
DENYING: Final = Words(
    _any(
        "미(?:수신|구독|동의|승인|허용|신청|희망|발송|거부|탈퇴)|비(?:수신|구독|동의|희망)",
        "안(?:함|됨|받|보|하)|(?<!원하지)(?<!원치)않|없|아님|아닌|못",
        "(?:거부|거절|해지|탈퇴|차단|취소|철회|휴면|제외|금지|정지|중지|신고)의?(?:해제|취소|철회)",
    ),
    _any(
        r"\b(?<!yes )(?<!yes or )(?:no|non)(?! ?(?:more ?)?e?mails?\b)(?!$)\b|\b(?<!do )not\b",
        r"\b(?:never|without|neither|(?:do|does|did|is|wo) ?n ?t)\b",
        r"\b(?:no|not|non)(?=subscri|consent|newsletter|opt|agree|confirm)",
        r"\bun(?:confirm|verif|approv|accept|block|suppress|bounce)",
        r"(?:opt ?out|unsub\w*|block\w*|bounce\w*|suppress\w*) (?:\w+ )?"
        "(?:revok|cancel|lift|remov|clear|reset|withdr)",
    ),
)

SPEAKS_OF_EMAIL: Final = _any(_MAIL)

# Other things that people consent to or refuse.
ELSEWHERE: Final = Words(
    _any(
        "문자|휴대폰|휴대전화|핸드폰|전화|우편|푸시|앱푸시|카카오|카톡|알림톡|친구톡|팩스",
        "제3자|제삼자|위탁|이용약관|약관|쿠키|위치정보|만14세",
    ),
    _any(
        r"\b(?:sms|mms|lms|whatsapp|kakao|telemarketing|cookie|third ?part|3rd ?part)",
        r"\b(?:(?:tele|cell|smart)?phones?|mobile|calls?|postal|push|fax|terms)\b",
    ),
)
PRIVACY: Final = _any("개인정보|민감정보|고유식별|privacy|gdpr|personaldata|dataprotection")

# Endings of headings that explain another column.
COMPANION: Final = Words(
    _any("(?:사유|이유|경로|링크|횟수|메모|캠페인|방법)$"),
    _any(
        r"\b(?:reasons?(?: other)?|campaigns?(?: (?:title|id|name))?|ip(?: address)?|source)$",
        r"\b(?:url|link|comments?|counts?|by|method|type|notes?|token)$",
    ),
)
