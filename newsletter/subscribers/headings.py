"""
The headings of columns that are known, in both languages, as patterns.

They are matched against headings in lower case without spaces and marks, so "Opted-out at"
is optedoutat. What Mailchimp, Ghost, Buttondown, Stibee, Substack, beehiiv, MailerLite,
Brevo, listmonk, phpList, HubSpot, Constant Contact, Outlook,
Google Contacts, Thunderbird and Korean shops write is among them. A
guess is no knowledge: what it decides is asked about.
"""

import re
from typing import Final

_MAIL: Final = "이메일|메일|전자우편|전자메일|뉴스레터|소식지|email|mail|newsletter"
_MARKETING: Final = "마케팅|광고성정보|광고성|광고|홍보성?|영리목적|정보|이벤트|혜택|프로모션"
_ABOUT: Final = f"(?:{_MAIL}|{_MARKETING})*"
_WHETHER: Final = "(?:여부|유무|구분|yn|ox)?"
_DAY: Final = "(?:일시|일자|일|날짜|시각|시간)"
_WHOSE: Final = (
    "(?:is|has|was|user|contact|subscriber|member|customer|emails?|mail|newsletter|marketing"
    "|globally|global|confirmed|date|time)*"
)
_WHEN: Final = "(?:at|on|date|timestamp|time|datetime|day|utc)*"
_TO_WHAT: Final = "(?:(?:to|from|of)?(?:all)?(?:emails?|newsletters?|marketing|lists?))?"

_JOINING_IS_NO_CONSENT: Final = (
    "subscribe[dr]?(?:at|on|date|time|since)|subscriptiondate|datesubscribed|subscribedsince"
    f"|구독{_DAY}|구독시작{_DAY}|구독신청{_DAY}"
)


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def _words(text: str) -> str:
    return "|".join(text.split())


# Word of a meaning -> the headings that certainly have it. The first that matches counts.
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
    "reader-id": _any("readerid"),  # ours; a column "id" is another service's
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
    "consented-at": _any(
        f"{_ABOUT}(?:수신|구독)?동의{_DAY}",
        f"{_WHOSE}(?:doubleoptin|optin|optedin|confirm|confirmed|confirmation|consented|consent)"
        "(?:at|on|date|timestamp|time|datetime|day|utc)+",
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

# Of several columns with names, those with the whole name count: the first group of these.
NAMES_BY_RANK: Final = (
    frozenset("name fullname 이름 성명 성함".split()),
    frozenset("displayname 표시이름".split()),
    frozenset("firstname givenname".split()),
)

# Our own: whoever has no date there is not thereby said to have refused.
OWN_DATES: Final = frozenset({"consentedat", "동의일"})

# When somebody joined is no consent. If some rows have no such date, it is asked about.
JOINED: Final = _any(_JOINING_IS_NO_CONSENT)

# Speak of subscriptions, but of paid ones or of none in particular.
UNRELATED: Final = _any(
    "(?:active|paid|stripe|gift)subscriptions?(?:id|type|status)?",
    "subscription(?:tiers?|plans?|ids?|interval|price|amount|currency|source)",
    "churndate|subscriber(?:id|number|uuid|key|source)|구독자(?:번호|id|명|유형|등급)",
)

# Words in a heading that speak of a meaning without being known; the first counts.
GUESSES: Final = {
    "complained-at": _any("complain|abuse|spam|스팸|신고"),
    "bounced-at": _any("bounce|clean|undeliver|suppress|invalid|반송|수신불가|(?:발송|전송)실패"),
    "left-at": _any(
        "unsub|opt(?:ed)?out|withdr|cancel|removed|deleted|disabled|inactive|bl(?:ack|ock)list",
        "blocked|donot|nomail|no(?:more)?e?mail|leftat|exclude",
        "거부|거절|해지|탈퇴|취소|철회|중단|차단|발송제외|수신제외|휴면|원하지않",
    ),
    "consent": _any(
        "subscri|opt(?:ed|s)?in|consent|permission|accept|agree|confirm|newsletter",
        "^(?:is|user)?(?:active|enabled)$|receive|allow",
        "수신|구독|동의|허용|승인|뉴스레터|소식지|메일링",
    ),
    "standing": _any("(?:subscri|mail|member|list|contact|user|account)\\w*stat(?:us|e)"),
}
NAMES_SOMEBODY: Final = _any("(?:수신|구독)(?:자|인|처)|subscribers?(?=id|name|no$)")

SPEAKS_OF_EMAIL: Final = _any(_MAIL)

# What else people consent to, or refuse.
ELSEWHERE: Final = re.compile(
    "(?:sms|mms|lms|phone|mobile|telemarketing|call|postal|whatsapp|push|kakao"
    "|fax|thirdparty|3rdparty|terms|cookie|문자|휴대폰|휴대전화|핸드폰|전화|우편|푸시|앱푸시|카카오"
    "|카톡|알림톡|친구톡|팩스|제3자|제삼자|위탁|이용약관|약관|쿠키|위치정보|만14세)"
)
PRIVACY: Final = _any("개인정보|민감정보|고유식별|privacy|gdpr|personaldata|dataprotection")

# Ends of headings that explain what another column says.
COMPANION: Final = _any(
    "reasons?(?:other)?$|campaign(?:title|id|name)?$|ip(?:address)?$|source$|url$|link$|comments?$",
    "counts?$|by$|method$|type$|note$|notes$|token$|(?:사유|이유|경로|링크|횟수|메모|캠페인|방법)$",
)
