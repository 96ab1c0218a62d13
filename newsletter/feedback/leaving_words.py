"""
Words by which people ask to get no more letters, in many languages.

What is not one of them is read by a person: there is no list of what speaks against a wish.
"""

from typing import Final

from newsletter.feedback.human_words import any_of

_ANSWERS: Final = r"(?:(?:re|fw|fwd|aw|sv|회신|답장|전달|回复|返信) ?: ?)*"  # before a subject
_WISHES: Final = (
    "합니다|해 ?주세요|해 ?주십시오|해 ?주시기|해 ?주시길|부탁 ?드립니다|부탁 ?드려요"
    "|부탁 ?드릴게요|부탁해요|부탁합니다|요청 ?드립니다|요청합니다|요청|신청합니다|신청"
    "|바랍니다|원합니다|희망합니다|드립니다|할게요|하겠습니다|하고 ?싶습니다|하고 ?싶어요|처리"
    "|해 ?주시면 ?감사하겠습니다|해 ?주시겠(?:어요|습니까)|해 ?주실 ?수 ?있(?:을까요|나요|습니까)"
    "|부탁 ?드림|요청 ?드림|해 ?주셨으면 ?(?:합니다|해요)|좀|을|를|바람|함|요"
)
_PLEASE: Final = rf"[ ]?(?:(?:{_WISHES})[ ]?){{0,4}}"
_MAILS: Final = r"(?:이 ?|귀사 ?|더 ?이상 ?|더는 ?|앞으로 ?|이제 ?|저를 ?|제 ?)*"
_NEWS: Final = r"(?:뉴스레터|소식지|전자 ?우편|이?메일|메일링|광고)"
_LIST: Final = (
    r"(?: (?:from|off|to|of))? ?(?:(?:this|your|the|all|any|these|future|mailing|email|e-mail"
    r"|further|distribution|subscription|subscriber|contact) ?){0,4}"
    r"(?:list|lists|newsletters?|mails?|emails?|e-mails?|mailings?|messages?)?"
)

_POLITELY: Final = (
    r"(?:please |pls |kindly |i want to |i would like to |i'd like to |can you |could you )*"
)
_EN_LEAVE: Final = r"unsubscribe|unsubcribe|opt[- ]?out"
_SOON: Final = r"(?: please| now| immediately| asap| again| anymore| any more)*"
_NEWS_OR_NONE: Final = rf"{_ANSWERS}{_MAILS}(?:{_NEWS}[을를은]? ?)?"
_LEFT: Final = r"(?:거부|거절|중지|중단|취소|해지|차단|철회)"
_KO_LEAVE: Final = rf"(?:수신|구독) ?(?:을 ?)?{_LEFT}"
_WANTED: Final = (
    r" ?(?:기를?|겠습니다|고 ?싶(?:어요|습니다)|을래요|세요|십시오|아 ?주세요|아 ?주십시오|주세요"
    r"|주십시오|시기 ?바랍니다|시길 ?바랍니다|줘요?|달라|요)?"
    r"(?: ?(?:원합니다|부탁드립니다|바랍니다))?"
)
_NO_MORE: Final = (
    r"(?:이상|더는)? ?(?:수신|받기)[을를]? ?(?:원하지 ?않|원치 ?않|희망하지 ?않)(?:습니다|아요|음)"
    r"|받고 ?싶지 ?않(?:습니다|아요|네요)|발송[을를]? ?(?:중지|중단|금지)"
)
_MY_ADDRESS: Final = (
    r"(?:(?:제|저의|내|본인|이) ?)?(?:이?메일 ?)?주소[를을]? ?"
    r"(?:(?:(?:수신|발송|구독)(?:자|인)? ?|메일링 ?)?(?:명단|목록|리스트)에서 ?)?"
    r"(?:삭제|제거|제외|빼|지워)(?:해)? ?(?:주시기 ?바랍니다|주세요|주십시오|줘요?)?"
)
_THESE_MAILS: Final = (
    r"(?:(?:this|these|your|any|the|more|of|further|future|such|from|news) ?){0,4}"
    r"(?:mailing list|list|newsletters?|e?-?mails?|mailings?|messages?|letters?)(?: from you)?"
)
_FROM_LIST: Final = (
    r"(?:(?:수신|구독|발송)(?:자|인)? ?|메일링 ?)?(?:명단|목록|리스트|대상|수신자)에서 ?"
    r"(?:빼|삭제|제외)(?:해)? ?(?:주시기 ?바랍니다|주시길 ?바랍니다|주세요|주십시오|줘요?)?"
)
# Words of leaving in other languages; each is enough by itself, and any text that has one may ask.
_DE_LEAVE: Final = (
    r"abmelden|abbestellen|abmeldung|abbestellung|austragen|(?:news)?letter kündigen|abo kündigen"
)
_FR_LEAVE: Final = (
    r"d[ée]sabonner|d[ée]sabonnement|d[ée]sinscrire|d[ée]sinscription|d[ée]sabonnez[- ]moi"
    r"|d[ée]sinscrivez[- ]moi|ne plus recevoir (?:vos|de|d') ?(?:e-?)?mails"
)
_ES_LEAVE: Final = (
    r"cancelar (?:mi |la )?suscripci[oó]n|dar(?:me|se|nos) de baja|d[eé]n?me de baja|baja"
    r"|anular (?:mi |la )?suscripci[oó]n"
)
_ZH_LEAVE: Final = (
    r"退订|退訂|取消订阅|取消訂閱|停止(?:发送|發送|订阅|訂閱)|(?:请|請)?(?:不要|勿|别)再?(?:给我|給我)?"
    r"(?:发|發|寄)送?(?:邮件|郵件|信)?(?:给我|給我)?"
    r"|(?:把我)?从?(?:你们的|贵司)?(?:邮件|订阅)?(?:列表|名单)[中里]?(?:删除|移除)"
)
_JA_LEAVE: Final = (
    r"(?:配信|購読|送信|登録|メルマガ)[のを]?(?:停止|中止|解除|解約|取り?消し|ストップ)|退会"
    r"|(?:送ら|配信し)ないで"
)
_RU_LEAVE: Final = (
    r"отпис(?:аться|ать|ите|ка)|отпишите"
    r"|(?:удалите|удалить|исключите|исключить)(?= (?:меня|нас|мо[йю]))"
    r"|отказ(?:ываюсь)? от рассылки|отмен(?:а|ить|ите) подписк[иу]"
)
_DE_ASKS: Final = (
    r"bitte |hiermit |ich möchte |ich will |ich würde gerne? |wir möchten |um |mich |uns |jetzt "
)
_DE_NEWS: Final = r"(?:e-?mails?|newsletter|rundbriefe?|nachrichten|mails|post)"
_DE_FROM: Final = (
    r"(?:(?:aus|von|vom)(?: (?:dem|der|ihrem|ihrer|diesem|dieser|eurem))? "
    r"(?:(?:e-?mail-?|mail-?)?verteiler(?:liste)?|mailing-?liste|liste|newsletter|rundbrief))"
)
_DE_WHAT: Final = rf"(?:(?:den|ihren|diesen|meinen) )?{_DE_NEWS} |{_DE_FROM} "
_ZH_ASKS: Final = (
    r"请您?|請您?|麻烦您?|麻煩您?|我(?:想|要|们?希望)|希望|帮我|幫我|给我|申请|烦请|我们?|将我|立即"
)
_ZH_WHAT: Final = (
    r"此|该|这个|這個|你们的|贵刊|所有|邮件|郵件|通讯|電子報|电子报|新闻|订阅|服务|列表"
)
_JA_WHAT: Final = (
    r"メール(?:マガジン)?|メルマガ|ニュースレター|本メール|今後|こちら|貴社|以後|もう|[のをは、]"
)
_JA_ASKS: Final = (
    r"[をの]?(?:お願い(?:(?:いた|致)?します|申し上げます)?|願います|希望(?:(?:いた|致)?します)?"
    r"|したいです|して(?:ください|下さい|ほしいです)|ください|下さい|依頼)"
)
_RU_ASKS: Final = r"прошу |хочу |хотел[аи]? бы |просьба |пожалуйста,? |немедленно "

# A sentence, or the whole subject, that asks for nothing else.
ASKS_TO_LEAVE: Final = any_of(
    rf"{_ANSWERS}{_POLITELY}(?:{_EN_LEAVE}|remove|delete|take)"
    rf"(?: (?:me|us|my (?:e-?mail )?address|my e-?mail))?(?: off| out)?{_LIST}{_SOON}",
    r"(?:please )?(?:stop|cease)(?: (?:sending|emailing|mailing|it))?(?: (?:me|us))?"
    rf"{_LIST}{_SOON}",
    r"(?:please )?(?:do not|don.t) (?:send|e-?mail|mail) (?:me|us)(?: any)?(?: more)?"
    rf"{_LIST}{_SOON}",
    rf"{_NEWS_OR_NONE}(?:{_KO_LEAVE}|거부|해지|탈퇴){_PLEASE}",
    rf"{_NEWS_OR_NONE}(?:그만 ?(?:보내|받)|보내지 ?(?:마|말아)|받지 ?않){_WANTED}",
    rf"{_ANSWERS}{_MAILS}{_FROM_LIST}{_PLEASE}",
    rf"{_NEWS_OR_NONE}(?:{_NO_MORE}){_PLEASE}",
    rf"{_ANSWERS}{_MAILS}{_MY_ADDRESS}{_PLEASE}",
    r"(?:i|we) (?:no longer|do not|don.t) (?:wish|want|like|care)"
    rf" (?:to (?:receive|get|be on|have) )?{_THESE_MAILS}{_SOON}",
    rf"(?:please )?no more {_THESE_MAILS}{_SOON}",
    rf"{_POLITELY}(?:to )?be (?:removed|unsubscribed|taken off){_LIST}{_SOON}",
    rf"{_POLITELY}(?:cancel|end|terminate) (?:my|our|the) subscription{_SOON}",
    rf"(?:{_DE_ASKS})*(?:{_DE_WHAT})?(?:{_DE_LEAVE})",
    rf"(?:{_DE_ASKS})*(?:nehmen|tragen|streichen|entfernen|löschen|melden|nimm|streich|lösch) "
    rf"(?:sie )?(?:mich|uns|meine (?:e-?mail-?)?adresse) (?:bitte |sofort |umgehend )*{_DE_FROM}"
    r"(?: (?:aus|ab|heraus|raus|herunter))?",
    r"(?:bitte )?(?:senden|schicken) sie (?:mir|uns) (?:bitte )?keine (?:weiteren |mehr )?"
    rf"{_DE_NEWS}(?: mehr)?(?: zu)?",
    rf"(?:ich möchte|wir möchten|ich will) (?:bitte )?keine (?:weiteren )?{_DE_NEWS}(?: mehr)?"
    r"(?: (?:erhalten|bekommen|haben))?",
    r"(?:(?:je (?:souhaite|voudrais|veux)|merci de|veuillez|prière de|pour) )?(?:(?:me|nous|se) )?"
    rf"(?:{_FR_LEAVE})(?: (?:de|à) (?:votre|la|cette|vos) (?:newsletter|lettre"
    r"|liste(?: de diffusion)?"
    r"|mails|envois))?",
    r"(?:por favor,? )?(?:(?:deseo|quiero|quisiera|solicito) )?"
    rf"(?:{_ES_LEAVE})(?: (?:de|a) (?:la|su|esta|el) (?:lista|newsletter|bolet[ií]n))?",
    rf"(?:{_ZH_ASKS})*(?:{_ZH_LEAVE})(?:{_ZH_WHAT})*[吧了]?",
    rf"(?:{_JA_WHAT})*(?:{_JA_LEAVE})(?:{_JA_ASKS})?",
    rf"(?:{_RU_ASKS})*(?:{_RU_LEAVE})(?: (?:меня|нас|мой адрес|мою почту))?"
    r"(?: (?:из|от|с) (?:(?:вашей|вашего|этой|списка|базы|всех) )*"
    r"(?:рассылк[иу]|рассылок|списка|базы))?",
    r"(?:больше )?не (?:присылайте|отправляйте|шлите)(?: (?:мне|нам|больше))*"
    r"(?: (?:письма|писем|рассылку))?",
)

# A text that has one of these words speaks of leaving, whatever else it says.
MENTIONS_LEAVING: Final = any_of(
    _KO_LEAVE,
    r"해지|탈퇴|\bunsub|remove me|take me off",
    *(_EN_LEAVE, _DE_LEAVE, _FR_LEAVE, _ES_LEAVE, _ZH_LEAVE, _JA_LEAVE, _RU_LEAVE),
)
_NOW: Final = r"(?: (?:now|already|recently|last (?:week|month|year)))?"
# Why somebody leaves; beside a wish, it asks for nothing else.
REASONS: Final = any_of(
    rf"(?:i|we) (?:have |had |am |are |was |will be )?(?:retired|moved|left(?: the company)?"
    rf"|leaving|retiring|changed (?:jobs?|companies)|(?:too )?busy){_NOW}",
    r"(?:i|we) (?:do not|don.?t|can ?not|can.t) (?:need|read|use|have time (?:for|to read))"
    r" (?:this|these|it|them|the newsletter|your newsletter|korean|english)"
    r"(?: (?:any ?more|any longer|now))?",
    r"(?:i|we) (?:never|did not|didn.?t) (?:subscribed?|sign(?:ed)? up|ask(?:ed)?)"
    r"(?: (?:to|for) (?:this|these|it|them|your (?:newsletter|list|emails)))?",
    r"(?:far |way )?too many (?:e-?)?(?:mails|messages|newsletters)",
    r"(?:it is |it's |this is |they are )?(?:no longer|not) (?:relevant|interested|interesting"
    r"|needed|useful)(?: (?:to|for) (?:me|us))?(?: any ?more)?",
    r"(?:i am|i'm|we are) (?:no longer|not) interested(?: in (?:this|these|it))?(?: any ?more)?",
    r"(?:저는 |제가 |저희는 )?(?:이미 |최근 |얼마 전 )?(?:퇴직|퇴사|이직|전근|은퇴)(?:을 ?)?"
    r"(?:했습니다|하였습니다|했어요|하게 되었습니다|해서요?|합니다)",
    r"(?:저는 |제가 )?(?:부서|회사|소속|직장)[를을이가]? ?"
    r"(?:옮겼|바뀌었|변경되었|이동했)(?:습니다|어요)",
    r"(?:저는 |저에게 |이제 )?(?:더 ?이상 ?|더는 ?)?(?:필요|관심|시간)[이가은는]? ?"
    r"(?:하지 ?않|없)(?:습니다|어요|네요|아요|음)",
    r"(?:저는 )?(?:구독|신청|가입)(?:을 ?)?(?:한 ?적이?|한 ?일이?) ?없(?:습니다|어요|는데요|음)",
    r"(?:메일|이메일|소식)[이가은는]? ?너무 ?(?:많|자주)(?:습니다|아요|네요|이 와요|이 옵니다)?",
    r"그동안 ?(?:감사|고마웠|고맙)(?:했습니다|합니다|습니다|어요)?",
    r"(?:더 ?이상 ?|더는 ?)?(?:관심|필요)[이가]? ?없어서?,? ?"
    rf"{_NEWS_OR_NONE}(?:{_KO_LEAVE}){_PLEASE}",
)
