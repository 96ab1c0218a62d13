"""Words by which people and programs say what a mail is, in many languages."""

import re
from typing import Final


def any_of(*words: str) -> re.Pattern[str]:
    """Return a pattern for any of *words*, in any letter case."""
    return re.compile("|".join(words), re.IGNORECASE)


SENT_BY_MACHINES: Final = any_of(
    r"mailer[-_ ]?daemon|post ?master|mail[-_. ]?deliver\w*+|mdaemon|mail server|no-?reply-dsn",
    r"mail (?:administrator|delivery|system|router)|microsoft ?exchange|bounce|delivery subsystem",
    r"메일 ?(?:배달|시스템|관리자)|mail ?administrator|internet mail delivery|system administrator",
)
SAYS_FAILED: Final = any_of(
    r"undeliver\w*+|(?:mail|message|delivery|delivered|email)\b.{0,40}\b(?:fail\w*+|error)",
    r"(?:mail|message|delivery|delivered|email)\b.{0,40}\b(?:problem|rejected|refused)",
    r"fail\w*+ (?:to )?(?:mail|message|deliver\w*+|notice|notification)",
    r"return(?:ed|ing) (?:mail|message|to sender|email)",
    r"(?:could|can|was|did)(?: ?not|n.t)(?: be| been)? (?:\w+ )?deliver\w*+",
    r"(?:could|can|was|did)(?: ?not|n.t)(?: be| been)? (?:\w+ )?(?:sent|reach\w*+)",
    r"(?:were|has|have|is)(?: ?not|n.t)(?: be| been)? (?:\w+ )?deliver\w*+",
    r"(?:were|has|have|is)(?: ?not|n.t)(?: be| been)? (?:\w+ )?(?:sent|reach\w*+)",
    r"(?:unable|not able) to deliver|non-?delivery|address not found|mail delivery status",
    r"message (?:not sent|blocked)",
    r"delivery (?:status )?(?:notification|report|notice)|nondeliverable|rejected|bounced",
    r"mail system error|unknown (?:user|recipient|address)|user unknown|no such user",
    r"invalid (?:recipient|address)|permanent (?:fatal )?error|processing error",
    r"(?:발송|전송|배달|전달).{0,10}(?:실패|불가|할 수 없|되지|못)|반송|수신자.{0,10}없|배달 ?불가",
    r"(?:수신|접수).{0,6}(?:실패|불가)|되돌아|보내지 ?못|(?:발송|전송|배달|메일) ?오류",
    r"(?:配信|送信|配達|配送|転送|送達).{0,6}(?:でき|失敗|不能|不可|エラー)|配信不能|返送|宛先不明",
    r"退信|退件|(?:被|遭)退|无法(?:投递|送达|发送)|(?:投递|发送)失败|(?:投遞|寄送|傳送)失敗",
    r"無法(?:投遞|送達|寄送|傳遞|傳送)",
    r"返回的?邮件",
    r"传输失败|未送达|未能(?:传递|送达|投递)|未(?:递送|遞送|送達)|无法传递|未传递|傳送失敗|未傳遞",
    r"エラーメール|届けられ|届きません",
    r"unzustellbar|nicht (?:zugestellt|zustellbar|ausgeliefert|erreicht)|zustellung.{0,20}fehl",
    r"zurückgewiesen|zurückgesandt|rückläufer",
    r"fehler bei der .{0,20}zustell",
    r"non (?:remis|distribu|délivr)|échec de (?:la )?(?:remise|distribution)",
    r"n.a pas (?:pu être|été)",
    r"no (?:se pudo|entregad|se ha podido)|error .{0,10}entrega|falh[ao] .{0,20}entrega",
    r"n[aã]o (?:foi |pode |pôde )?(?:ser )?entreg\w*+|mancato recapito|non recapit\w*+",
    r"не (?:(?:был[аои]? |может быть )?(?:доставлен|отправлен|получен|принят)\w*+"
    r"|удалось (?:доставить|отправить))|возврат|недоставлен\w*+|недоставк\w*+",
    r"ошибк\w (?:при )?(?:доставк|отправк)\w|(?:письмо|сообщение)[^.\n]{0,80}\bотклонен\w*+",
    r"niet (?:bezorgd|afgeleverd)|onbestelbaar|nie dostarczono|kézbesíthetetlen|nedoruč\w*+",
)
SAYS_DELAYED: Final = any_of(
    r"delayed|delivery (?:is )?delay|warning: (?:could not|message)|not yet been delivered",
    r"will (?:keep|continue) (?:trying|to try|retry|to attempt)",
    r"still (?:being )?(?:trying|retried)",
    r"delivery attempts will continue|deferred|do(?:es)? not need to (?:do anything|resend|take)",
    r"will be retried|has been postponed|delivery status notification \(delay\)",
    r"(?:배달|전송).{0,6}지연",
    r"this is a warning (?:message )?only|延迟|延遲|遅延|verzögert|retard[ée]|retrasad|atrasad",
)
# Sendmail and Domino write the cause into the subject; Exchange, that of the letter.
TELLS_WHY: Final = re.compile(
    r"(?:returned mail|delivery failure|(?:undeliverable|failed) mail)\s{0,5}:\s{0,5}(\S.{0,500})",
    re.IGNORECASE | re.DOTALL,
)
FOR_GOOD: Final = any_of(
    r"permanent\w*+|given up|giving up on|has failed|fatal|aborted|no further attempts|영구|최종",
    r"removed from .{0,20}queue|will be (?:deleted|removed) from|has expired|no longer be tried",
)
IS_ABSENT: Final = any_of(
    r"out of (?:the )?office|auto(?:matic|mated)?[- ]?(?:repl\w*+|respon\w*+|answer)",
    r"vacation|away from|on (?:annual |maternity |parental |sick )?leave|absence|abwesen\w*+",
    r"automatische antwort|r[ée]ponse automatique|respuesta autom|risposta automatica",
    r"absent\w*+ du bureau|fuera de (?:la )?oficina|resposta autom|fora do escrit",
    r"fuori (?:ufficio|sede)",
    r"자동 ?(?:응답|회신|답장)|부재 ?중|휴가|연차|출장|퇴사|업무 ?시간 ?외",
    r"出張|不在|自動(?:返信|応答|回覆|回复)|自动(?:回复|答复)|休暇|休假|外出中|外出",
    r"автоответ|afwezig|automatisch antwoord|autosvar|automatisk svar|autom\w+ odpowied",
    r"otomatik yan",
    r"(?:ticket|request|case|문의|접수).{0,30}(?:received|created|opened|접수|등록)",
    r"\[ticket|we (?:have )?received your (?:message|e-?mail|request)|^(?:not )?read: |읽음: ",
    r"수신 ?확인",
)
SAYS_ABSENT: Final = any_of(
    r"\bi (?:am|will be|'m) (?:currently )?(?:out of|away|on (?:\w+ )?(?:leave|holiday|vacation))",
    r"currently (?:out of|away from) (?:the |my )?office|have limited access to (?:my )?e-?mail",
    r"(?:this is an|automatically generated) auto(?:matic|mated)[- ](?:reply|response|answer)",
    r"부재 ?중(?:입니다|이오니|으로)|휴가 ?(?:중|로 인)|자리를 비(?:우|웠|워)",
    r"자동 ?(?:응답|회신|답장) ?메일",
    r"不在にして|休暇(?:中|を)|自動(?:返信|応答)(?:メール|です)|自动回复|正在休假|不在办公室",
    r"nicht im (?:büro|hause)|bin .{0,30}(?:abwesend|nicht erreichbar|im urlaub)",
    r"je (?:suis|serai) (?:actuellement )?(?:absent|en congé)|estar[ée] (?:fuera|de vacaciones)",
    r"estoy (?:fuera|de vacaciones)|sono (?:assente|in ferie)|estou (?:ausente|de férias|fora)",
)
CHALLENGES: Final = any_of(
    r"(?:confirm|verify|prove) (?:that )?you(?:r| are).{0,60}human",
    r"(?:confirm|verify|prove) (?:that )?you(?:r| are).{0,60}e-?mail (?:address )?to",
    r"(?:confirm|verify|prove) (?:that )?you(?:r| are).{0,60}(?:message|delivery)",
    r"challenge[- /]response|spamarrest|boxtrapper|tmda|\bcaptcha\b",
    r"please (?:click|reply).{0,60}(?:release|deliver) your|approved sender",
    r"waiting for .{0,20}approval",
    r"sender (?:verification|confirmation|address verif)|anti-?spam .{0,30}confirm",
    r"(?:메일 ?(?:수신|발송)|발신자|보낸 ?사람).{0,20}인증.{0,20}(?:필요|해 ?주|하셔|바랍)",
    r"스팸.{0,30}(?:클릭|인증).{0,30}(?:전달|수신|배달)|認証.{0,20}(?:必要|クリック)|发件人验证",
)
COMPLAINS: Final = any_of(
    r"feedback ?loop|\bfbl\b|\bcomplaint\b|abuse report|complaint about (?:message|spam)",
    r"staff@hotmail\.com|spam (?:report|complaint)|email abuse|스팸 ?신고|客诉",
    r"迷惑メール報告|junk mail report|垃圾邮件举报",
)
# What gateways set before the subject of a mail from outside.
_TAG: Final = (
    r"(?:[\[(【<] ?(?:외부 ?(?:메일|이메일|발신|수신|망)?|external(?: e?-?mail| sender)?|ext"
    r"|caution|outside|外部(?:メール)?|外部邮件) ?[\])】>]|external ?:)\s{0,5}"
)
_MARKS: Final = (
    r"(?:re|aw|sv|rv|回复|答复|返信|회신|답장|답변|전달|fw|fwd)(?:\[\d{1,3}\])? ?[:：] ?"
)
# An answer to a letter, whose subject repeats the letter's.
ANSWERS: Final = re.compile(rf"\s{{0,5}}(?:{_TAG}){{0,3}}(?:{_MARKS})", re.IGNORECASE)
SUBJECT_MARKS: Final = re.compile(rf"^\s{{0,5}}(?:{_TAG}|{_MARKS}){{0,20}}", re.IGNORECASE)
# Warnings of gateways at the head of a text, and the sentences that follow the first.
BANNERS: Final = any_of(
    _TAG,
    r"[^\w\n]{0,8}(?:(?:caution|warning|attention|notice|alert|external(?: e-?mail| sender)?)\b"
    r"[^\w\n]{0,6}){0,3}(?:this|the) (?:e-?mail|message|sender)[^.!?\n]{0,60}"
    r"(?:outside|external)[^.!?]{0,120}[.!][\])*]{0,4}",
    r"[^\w\n]{0,8}(?:caution|warning|external)[^\w\n]{1,6}external (?:e-?mail|sender)"
    r"[.!:\])* ]{0,5}$",
    r"[^\w\n]{0,8}(?:(?:보안 ?)?(?:주의|경고|알림|안내)[^\w\n]{1,5})?"
    r"(?:(?:본|이|해당|아래) ?)?(?:(?:이?메일|메시지)[은는] ?)?(?:\S{1,15} )?외부[^.!?\n]{0,30}?"
    r"(?:(?:수신|발신|발송|유입|전송|전달|작성|송신)(?:된|한|되었|하였|됐)|메일입니다|발신 ?메일)"
    r"(?:[^.!?\n]{0,60}?(?:니다|세요|시오|메일|바람))?(?=[\s.!\])】※]|$)[.!\])】※]{0,4}",
)
BANNERS_GO_ON: Final = any_of(
    r"(?![^.!?]{0,300}(?:unsubscri|mailing))"
    r"(?:do not|don.t|never|be (?:careful|cautious|wary)|exercise|use caution|think before|verify"
    r"|please (?:exercise|use|be|do not|take|verify|treat))\b[^.!?]{0,200}"
    r"(?:click|attachment|links?\b|sender|phish)[^.!?]{0,200}[.!][\])*]{0,4}",
    r"(?![^.!?\n]{0,160}(?:거부|해지|구독|취소|탈퇴|명단))[^.!?\n]{0,80}?"
    r"(?:첨부|링크|클릭|열람|발신자|피싱|URL)[^.!?\n]{0,80}?(?:니다|세요|시오|바람)"
    r"(?=[\s.!\])】※]|$)[.!\])】※]{0,4}",
)
_ANSWERS: Final = r"(?:(?:re|fw|fwd|aw|sv|회신|답장|전달|回复|返信) ?: ?)*"
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
_SOON: Final = r"(?: please| now| immediately| asap| again| anymore| any more)*"
_NEWS_OR_NONE: Final = rf"{_ANSWERS}{_MAILS}(?:{_NEWS}[을를은]? ?)?"
_LEFT: Final = r"(?:거부|거절|중지|중단|취소|해지|차단|철회)"
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

# A sentence, or the whole subject, that asks for nothing else.
ASKS_TO_LEAVE: Final = any_of(
    rf"{_ANSWERS}{_POLITELY}(?:unsubscribe|unsubcribe|opt[- ]?out|remove|delete|take)"
    rf"(?: (?:me|us|my (?:e-?mail )?address|my e-?mail))?(?: off| out)?{_LIST}{_SOON}",
    r"(?:please )?(?:stop|cease)(?: (?:sending|emailing|mailing|it))?(?: (?:me|us))?"
    rf"{_LIST}{_SOON}",
    r"(?:please )?(?:do not|don.t) (?:send|e-?mail|mail) (?:me|us)(?: any)?(?: more)?"
    rf"{_LIST}{_SOON}",
    rf"{_NEWS_OR_NONE}(?:수신 ?(?:을 ?)?{_LEFT}|거부|해지|탈퇴){_PLEASE}",
    rf"{_NEWS_OR_NONE}구독 ?(?:을 ?)?{_LEFT}{_PLEASE}",
    rf"{_NEWS_OR_NONE}(?:그만 ?(?:보내|받)|보내지 ?(?:마|말아)|받지 ?않){_WANTED}",
    rf"{_ANSWERS}{_MAILS}{_FROM_LIST}{_PLEASE}",
    rf"{_NEWS_OR_NONE}(?:{_NO_MORE}){_PLEASE}",
    rf"{_ANSWERS}{_MAILS}{_MY_ADDRESS}{_PLEASE}",
    r"(?:i|we) (?:no longer|do not|don.t) (?:wish|want|like|care)"
    rf" (?:to (?:receive|get|be on|have) )?{_THESE_MAILS}{_SOON}",
    rf"(?:please )?no more {_THESE_MAILS}{_SOON}",
    rf"{_POLITELY}(?:to )?be (?:removed|unsubscribed|taken off){_LIST}{_SOON}",
    rf"{_POLITELY}(?:cancel|end|terminate) (?:my|our|the) subscription{_SOON}",
    r"abmelden|abbestellen|newsletter abbestellen|désabonnement|se désabonner|désinscription",
    r"cancelar suscripci[oó]n|darme de baja|baja|退订|取消订阅|配信停止|登録解除|отписаться",
)
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
    r"inviato da .{0,25}$|iphoneから送信$|发自我的.{0,25}$",
)
# What offices set below every mail.
DISCLAIMS: Final = any_of(
    r"(?:this|the) (?:e-?mail|message|information)[^\n]{0,150}(?:confidential|privileged|intended)",
    r"(?:본|이) (?:전자 ?우편|이?메일|메시지)[^\n]{0,150}(?:기밀|비밀|보안|지정된|수신인|법적)",
)
# Sentences, which no signature has.
IS_SAID: Final = any_of(
    r"(?:니다|세요|어요|아요|해요|예요|에요|네요|시오|바람|바랍니다)[.!~]{0,3}$",
    r"\bp\.? ?s\b|추신|\b(?:i|we|you|me|my|please|want|send|get|gets|should|would)\b",
)
# What speaks against a wish to leave: questions, conditions, staying, other readers, taking back.
_LEAVING: Final = r"(?:unsubscri|remov|delet|opt|stop|leav|cancel|take|end\b)"
HOLDS: Final = any_of(
    r"[?？]",
    rf"(?:\bnot|n['’´`]?t|\bnever|\bwithout|\brather than)\b[^.!\n]{{0,30}}\b{_LEAVING}",
    r"\b(?:keep|kept|stay\w{0,3}|remain\w{0,3}|continu\w{0,4}|again|undo|revert|revok\w{1,3})\b",
    r"\b(?:ignore|disregard|mistake\w{0,3}|accident\w{0,4}|error|changed my mind|instead)\b",
    r"\b(?:but|however|unless|until|only|except|although|though|nevertheless|joke|kidding)\b",
    r"\bstill (?:want|wish|like|love|read|interested|enjoy|need|would)",
    r"\b(?:how (?:do|can|to|could|would|should)|tell me|let me know|explain|wonder\w{0,3})\b",
    r"(?:^|\n)\s{0,5}(?:why|what|where|when|who|which|is|are|does|did|will|would|should)\b",
    r"\b(?:colleague|co-?worker|employee|wife|husband|boss|sister|brother|friend)s?\b",
    r"\b(?:re-?|want to |like to |wish to |please |me )subscri",
    r"\b(?:cancel|withdraw|retract)\w{0,4} (?:my|the|this|that) (?:unsub|request|opt|wish)",
    r"\b(?:new|other|another|different|change\w?|chang\w{1,3}(?: my| our)?) (?:e-?mail|address)",
    r"\b(?:want|wish|like|glad|happy|love) to (?:receive|get|read|have|be on)\b",
    r"\b(?:don.t|do not|would not|wouldn.t|never) (?:want|wish|mean|intend)[^.!\n]{0,20}\bto "
    r"(?:unsub|leave|opt|be removed)",
    r"계속|다시|유지|재구독|재신청|받고 ?싶(?!지)|받기로|받겠|받을게|받아 ?보",
    r"읽고 ?싶|하려다|하려고",
    r"(?:거부|해지|탈퇴|중단|취소)[^.!?\n]{0,12}(?:취소|철회|번복|무효|말고)",
    r"(?:거부|해지|탈퇴|취소|중단|중지|삭제|제외|빼)(?:[은는이가을를도]| ?처리)? ?"
    r"(?:하지|하진|하고 ?싶지|되지|안 ?[되돼됩]"
    r"|지 ?(?:마|말|않)|안 |아니|아닙|못|않|말아|원치|원하지)",
    r"지 ?(?:마|말아)",
    r"실수|잘못 ?(?:눌|보|신청|클릭)|오해|방법|어떻게|어디|궁금|문의|알려|확인|언제|누가"
    r"|무엇|왜",
    r"(?:나요|까요|습니까|을까|는지|가요|은가|던가|건지|한지)|동료|직원|남편|아내|친구",
    r"(?:다른|새로?운?) ?(?:주소|메일|이메일|분|사람)|대신|변경|하지만|그러나|그런데|그래도",
    r"다만|지만|는데|만 ?(?:받|보내)",
    r"(?:영문|국문|한글|한국어|영어)판|농담|장난|보내 ?주(?:세요|십시오|시기|시면)",
    r"取消退|不(?:要|想|是|会)?退|继续|繼續|請?問|吗|続|ません ?か|ですか|やめない",
    r"\b(?:nicht|weiter\w{0,4}|doch|aber|wieder|pas|continu\w{0,4}|mais|seguir|pero|não|mas)\b",
    r"\bне |продолж",
)
# Other requests than to leave, and what is said of others or of a link: a person reads it.
ASKS_MORE: Final = any_of(
    r"[\w.+-]@\w|\b(?:please|pls|kindly|can you|could you|send|forget|reinstate|never ?mind)\b",
    r"^\W{0,5}(?:no|not|nope|wait|stop it|don.t)\b[^.!?]{0,8}[.!\s]{0,5}$|\bnot (?:me|us|mine)\b",
    r"\b(?:i|we) (?:do )?(?:want|wish|like|love|need|enjoy)\b"
    r"(?! (?:out|no\b|none|to (?:leave|stop)))",
    r"\b(?:wrong|take (?:that|it|this) back)",
    r"\b(?:link|button|page)\b.{0,40}\b(?:work|fail|broken|error)",
    r"\b(?:mother|father|parents?|son|daughter|client|customer|student|manager|assistant)s?\b",
    r"(?:빼|넣어?|끊어?|해|보내|살려|무시해|바꿔|고쳐) ?"
    r"(?:주세요|주십시오|주시기|주시면|주길|달라|줘)",
    r"부탁|바랍니다|요청|취소(?:해|합|하겠|할|요)",
    r"(?:구독|수신)[은을를]? ?(?:하(?:겠|고 ?싶)|희망|동의|원합)",
    r"(?:링크|버튼|페이지)[^.!?]{0,30}(?:않|안 |못|오류)|바뀌|바꾸|없던 ?일",
    r"^\W{0,5}아(?:니|닙)|만 (?:빼|끊)",
    r"어머니|아버지|부모|아들|딸|학생|고객|과장|부장|팀장|대리님|교수님|선생님",
)
