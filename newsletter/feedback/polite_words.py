"""Words around what somebody says: greetings, who they are, signatures, footers of programs."""

import re
from typing import Final

from newsletter.feedback.human_words import any_of

COURTESIES: Final = any_of(
    r"^(?:hi|hello|dear|hey|good (?:morning|afternoon|day))(?: [\w.]{1,20}){0,3}(?:[,:]|$)",
    r"^(?:hi|hello|hey)(?: there| all| team)?\b|^sir or madam$",
    r"\bthank(?:s| you)(?: (?:very much|so much|a lot|in advance|you))?\b",
    r"^(?:best|kind|warm)? ?regards$",
    r"^sent from (?:my|outlook)[^.!?]{0,40}$|^get outlook[^.!?]{0,40}$|^cheers$|^sincerely$",
    r"안녕하(?:세요|십니까)|수고(?:하십니다|하세요|많으십니다|가 많으십니다)?",
    r"감사(?:합니다|드립니다|해요)|고맙습니다|^담당자(?:님|께)?|죄송(?:합니다|하지만|하오나|한데)",
    r"^나의 .{0,20}에서 보냄$|^(?!.{0,80}(?:부탁|요청|거부|해지|취소|말씀|연락|신청))"
    r"(?:\S{1,20} ){0,4}\S{1,12} ?(?:드림|올림|배상)$",
    r"^.{0,20}(?:iphone|galaxy|android|갤럭시).{0,20}(?:보냄|보낸 메일|발송)$",
    r"부탁드립니다만|번거로우시겠지만|바쁘신데|(?:늘|항상) (?=감사|고맙)",
    r"お世話に(?:なって(?:おります|います)|なります)|いつもありがとうございます|お手数(?:を(?:おかけ)?"
    r"(?:し|いた|致)します)?(?:ですが|をおかけしますが)?|恐れ入りますが|申し訳(?:あり|ござい)ませんが"
    r"|すみませんが?|(?:よろし|宜し)くお願い(?:いた|致)?します|ありがとうございま(?:す|した)|こんにちは"
    r"|失礼(?:いた|致)?します|^.{0,12}(?:様|御中|担当者)$",
    r"[您你]好|谢谢[您你]?|謝謝[您你]?|多谢|麻烦了|麻煩了|辛苦了|不好意思|打扰了|感谢|此致|敬礼|尊敬的.{1,10}$",
    r"^sehr geehrte[^,.]{0,40}$|^(?:hallo|guten (?:tag|morgen)|liebe[rs]?)(?: [\w.]{1,20}){0,3}$"
    r"|^(?:mit )?(?:freundlichen?|viele[nr]?|beste[nr]?|liebe|herzliche) grü(?:ß|ss)en?$"
    r"|\b(?:vielen|herzlichen|besten) dank(?: im voraus)?|\bdanke(?: schön| sehr)?|^(?:mfg|lg|vg)$",
    r"здравствуйте|добрый (?:день|вечер)|доброе утро|^уважаем\w{2,3}(?: \w{1,20}){0,3}$"
    r"|(?:заранее )?(?:спасибо|благодар(?:ю|им))|^с уважением$|пожалуйста",
    r"^bonjour(?: madame| monsieur)?|^madame, monsieur|\bmerci(?: (?:beaucoup|d'avance|bien))?"
    r"|^(?:bien )?cordialement$|^salutations$|s'il vous pla[iî]t",
    r"^hola\b|^buen[oa]s (?:d[ií]as|tardes)|^estimad[oa]s?(?: \w{1,20}){0,2}$|\bgracias"
    r"|^(?:un )?saludos?$|^atentamente$",
)
_NAME: Final = r"(?-i:[A-Z])[\w.'-]{0,30}(?: (?-i:[A-Z])[\w.'-]{0,30}){0,3}"
# A line by which somebody ends a letter; names and addresses follow.
_THANKS: Final = r"(?:thanks|thank you)(?: (?:very much|so much|again|a lot|in advance))?"
SIGNS_OFF: Final = any_of(
    r"--",
    rf"(?:{_THANKS}|(?:{_THANKS},? (?:and |& )?)?(?:with )?(?:(?:my|the) )?"
    r"(?:(?:best|kind|kindest|warm|warmest|many) )?(?:regards|wishes|thanks)"
    r"|(?:yours )?(?:sincerely|truly|faithfully)(?: yours)?|respectfully|cheers|best|br)"
    rf"(?:[,.! ]{{1,3}}(?:{_NAME})?)?[.]?",
    r"(?:(?:감사|고맙)(?:합니다|드립니다|습니다)|수고하세요)[.!~, ]{0,3}",
    r"(?:mit )?(?:freundliche[nm]?|viele[nr]?|beste[nr]?|liebe|herzliche[nr]?) "
    r"(?:grü(?:ß|ss)en?|dank)[,.! ]{0,3}|(?:danke|mfg|lg|vg)[,.! ]{0,3}",
    r"с уважением[,. ]{0,3}|(?:заранее )?спасибо[,.! ]{0,3}",
    r"(?:bien )?cordialement[,. ]{0,3}|merci(?: d'avance)?[,.! ]{0,3}|(?:un )?saludos?[,. ]{0,3}"
    r"|atentamente[,. ]{0,3}|gracias[,.! ]{0,3}|此致|敬[礼禮]|谢谢[！!。]?|以上(?:です)?[。]?",
    r"(?:(?:감사|고맙)(?:합니다|드립니다|습니다)[.!~, ]{0,3})?"
    r"(?!.{0,120}(?:부탁|요청|거부|해지|취소|말씀|연락|신청))"
    r"(?:[^\s.!?]{1,20} ){0,4}[^\s.!?]{1,12} ?(?:드림|올림|배상)[.]?",
)
# Lines that programs of telephones set below a mail.
SENT_FROM: Final = any_of(
    r"sent from (?:my|outlook|mail|samsung|yahoo|gmail|proton)[^.!?]{0,60}$|sent via .{0,40}$",
    r"get outlook for .{0,60}$|outlook for (?:ios|android).{0,60}$",
    r"(?:나의|내|제) .{0,25}에서 ?(?:보냄|보냈습니다|전송)\.?$",
    r".{0,20}(?:iphone|ipad|galaxy|android|갤럭시|아이폰|스마트폰|네이버|outlook)"
    r".{0,25}(?:보냄|보냈습니다|보낸 ?메일.{0,4}|발송|전송)\.?$",
    r"von meinem .{0,25}gesendet$|envoyé de mon .{0,25}$|enviado desde mi .{0,25}$",
    r"inviato da .{0,25}$|.{0,25}から送信$|(?:发自|發自|发送自|傳送自)我?的?.{0,25}$",
    r"this (?:e-?mail|message) was (?:automatically )?(?:generated|sent|created)(?: automatically)?"
    r" by .{1,60}$|apple mail sent this e-?mail to unsubscribe\b.{0,120}$",
    r"이 (?:이?메일|메시지)[은는] .{0,30}자동으로 (?:생성|발송|작성)(?:되었습니다|된 .{1,10})\.?$",
    r"gesendet (?:von|mit|aus) .{0,40}$|отправлено (?:с|из|от) .{0,40}$",
    r"virus-free\b.{0,60}$",
    r"-{0,3}\s?\[?이 (?:이?메일|메시지)[은는] .{0,20}(?:백신|바이러스).{0,60}$",
)
# What offices set below every mail.
DISCLAIMS: Final = any_of(
    r"(?:this|the) (?:e-?mail|message|information)[^\n]{0,150}(?:confidential|privileged|intended)",
    r"(?:본|이) (?:전자 ?우편|이?메일|메시지)[^\n]{0,150}(?:기밀|비밀|보안|지정된|수신인|법적)",
)

_TITLES: Final = (
    r"(?:과장|대리|부장|차장|사원|주무관|팀장|실장|국장|소장|교수|대표|이사|연구원|원장|센터장|선생|박사|간사"
    r"|위원|본부장|주임|담당자?|기자|변호사|의사|약사)님?"
)
_OFFICE: Final = (
    r"[\w()&]{1,20}(?:팀|부|과|실|국|센터|대학교|대학|학교|학과|회사|연구소|연구원|재단|시청|구청|군청|도청"
    r"|도서관|협회|병원|은행|공사|공단|위원회|본부|학회|\(주\)|㈜)|(?:\(주\)|㈜)\S{1,20}"
    r"|\S{1,12}(?:시|도|구|군|동|로|길|층|호)(?:\d{0,4}(?:번길)?)?"
)
_SURNAMES: Final = (
    r"(?:김|이|박|최|정|강|조|윤|장|임|한|서|신|권|황|안|송|류|유|전|홍|문|양|손|배|백|허|남|심|노|곽|성|차|주|우"
    r"|민|진|지|엄|원|천|방|공|현|함|변|염|추|석|선|설|마|길|연|위|표|명|기|반|왕|금|옥|육|인|맹|탁|국|은|편|용)"
)
_KO_NAME: Final = rf"{_SURNAMES}[가-힣]{{2}}"
_PHONE: Final = r"[+(]?\d[\d ().-]{5,20}\d"
# A word of a line of a signature; names, offices and titles in capitals.
_WORD: Final = (
    r"(?:(?-i:[A-ZÀ-ÞА-ЯЁ])[\w.'’-]{0,30}|of|and|the|for|de|von|van|und|et|y|\d[\w-]{0,10}"
    r"|[&|/·,-])"
)
_ITEM: Final = rf"(?:{_OFFICE}|{_TITLES}|{_KO_NAME}|{_PHONE}|\d{{1,6}})"
_NUMBER: Final = rf"(?:[\w.()]{{1,12}} ?[:.)] ?)?{_PHONE}"
IS_CONTACT: Final = any_of(
    r"\W*",
    rf"{_WORD}(?:[ ,/|·]{{1,3}}{_WORD}){{0,8}}[.,]?",
    rf"{_ITEM}(?:[ ,/|]{{1,3}}{_ITEM}){{0,8}}",
    rf"{_NUMBER}(?:[ ,/|]{{1,4}}{_NUMBER}){{0,3}}",
    r"(?:[\w.-]{1,12} ?[:.)] ?)?(?:mailto:)?[^\s@]{1,64}@[\w.-]{3,100}",
    r"(?:[\w.-]{1,12} ?[:.)] ?)?(?:https?://|www\.)\S{3,200}",
)
# Sentences by which people say who they are. What is no name yet has to be the writer's.
SAYS_NAME: Final = any_of(
    r"(?:my name is|mein name ist|ich heiße|je m.appelle|me llamo|меня зовут) "
    r"(?-i:[A-ZÀ-ÞА-ЯЁ])[\w.'’-]{0,30}(?: (?-i:[A-ZÀ-ÞА-ЯЁ])[\w.'’-]{0,30}){0,3}",
    rf"(?:저는 )?(?:(?:{_OFFICE}) ){{0,3}}{_KO_NAME}(?: {_TITLES})?(?:이?라고 합니다)",
    rf"(?:저는 )?(?:(?:{_OFFICE}) ){{1,3}}{_KO_NAME}(?: {_TITLES})?(?:입니다|이에요|예요)",
    rf"(?:저는 )?(?:(?:{_OFFICE}) ){{0,3}}{_KO_NAME} {_TITLES}(?:입니다|이에요|예요)",
    r"(?:\S{1,20}の)?\S{1,8}と申します",
    r"我叫[^\s，。]{2,4}",
)
SAYS_THEIR_NAME: Final = re.compile(
    r"(?:저는 |나는 |i am |i.m |this is |here is |it is |私は|我是|ich bin |hier ist |это |я )?"
    rf"(?:(?:{_OFFICE}) ){{0,3}}(?P<name>\S.{{0,40}}?)(?: {_TITLES})?"
    r"(?:입니다|이에요|예요|です| here| speaking)?",
    re.IGNORECASE,
)
