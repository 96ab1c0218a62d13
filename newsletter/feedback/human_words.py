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
