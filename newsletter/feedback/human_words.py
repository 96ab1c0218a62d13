"""Words by which people and programs say what a mail is, in many languages."""

import re
from typing import Final


def _any(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(words), re.IGNORECASE)


SENT_BY_MACHINES: Final = _any(
    r"mailer[-_ ]?daemon|post ?master|mail ?deliver\w*",
    r"mail (?:administrator|delivery|system|router)|microsoft ?exchange|bounce",
    r"메일 ?(?:배달|시스템|관리자)",
)
SAYS_FAILED: Final = _any(
    r"undeliver\w*|(?:mail|message|delivery|delivered|email)\b.{0,40}\b(?:fail\w*|error)",
    r"(?:mail|message|delivery|delivered|email)\b.{0,40}\b(?:problem|rejected|refused)",
    r"fail\w* (?:to )?(?:mail|message|deliver\w*|notice|notification)",
    r"return(?:ed|ing) (?:mail|message|to sender|email)",
    r"(?:could|can|was|did)(?: ?not|n.t)(?: be| been)? (?:\w+ )?deliver\w*",
    r"(?:could|can|was|did)(?: ?not|n.t)(?: be| been)? (?:\w+ )?(?:sent|reach\w*)",
    r"(?:were|has|have|is)(?: ?not|n.t)(?: be| been)? (?:\w+ )?deliver\w*",
    r"(?:were|has|have|is)(?: ?not|n.t)(?: be| been)? (?:\w+ )?(?:sent|reach\w*)",
    r"(?:unable|not able) to deliver|non-?delivery",
    r"delivery (?:status )?(?:notification|report|notice)|nondeliverable|rejected|bounced",
    r"mail system error|unknown (?:user|recipient|address)|user unknown|no such user",
    r"invalid (?:recipient|address)|permanent (?:fatal )?error",
    r"(?:발송|전송|배달|전달).{0,10}(?:실패|불가|할 수 없|되지|못)|반송|수신자.{0,10}없",
    r"配信.{0,6}(?:でき|失敗|不能)|退信|无法(?:投递|送达)|投递失败|返回的?邮件",
    r"エラーメール|unzustellbar|nicht zugestellt|non (?:remis|distribu)",
    r"no (?:se pudo|entregad)|mancato recapito|не (?:доставлен|может быть доставлен)",
    r"возврат",
)
SAYS_DELAYED: Final = _any(
    r"delayed|delivery (?:is )?delay|warning: (?:could not|message)|not yet been delivered",
    r"will (?:keep|continue) (?:trying|to try|retry)|still (?:being )?(?:trying|retried)",
    r"deferred|do(?:es)? not need to (?:do anything|resend|take)",
    r"this is a warning (?:message )?only|지연|延迟|遅延|verzögert|retard[ée]|retrasad",
)
FOR_GOOD: Final = _any(
    r"permanent\w*|given up|giving up|has failed|fatal|aborted|no further attempts|영구|최종",
)
IS_ABSENT: Final = _any(
    r"out of (?:the )?office|auto(?:matic|mated)?[- ]?(?:repl\w*|respon\w*|answer)",
    r"vacation|away from|on (?:annual |maternity |parental )?leave|absence|abwesen\w*",
    r"automatische antwort|r[ée]ponse automatique|respuesta autom|risposta automatica",
    r"자동 ?(?:응답|회신|답장)|부재 ?중|휴가|出張|不在|自動(?:返信|応答)|自动(?:回复|答复)",
    r"(?:ticket|request|case|문의|접수).{0,30}(?:received|created|opened|접수|등록)",
    r"\[ticket",
)
CHALLENGES: Final = _any(
    r"(?:confirm|verify|prove) (?:that )?you(?:r| are).{0,60}human",
    r"(?:confirm|verify|prove) (?:that )?you(?:r| are).{0,60}e-?mail (?:address )?to",
    r"(?:confirm|verify|prove) (?:that )?you(?:r| are).{0,60}(?:message|delivery)",
    r"challenge[- /]response|spamarrest|boxtrapper",
    r"please (?:click|reply).{0,60}(?:release|deliver) your",
    r"sender (?:verification|confirmation)|anti-?spam .{0,30}confirm",
    r"메일 ?(?:수신|발송).{0,10}인증.{0,10}필요",
)
COMPLAINS: Final = _any(
    r"feedback ?loop|\bfbl\b|\bcomplaint\b|abuse report|complaint about (?:message|spam)",
    r"staff@hotmail\.com|spam (?:report|complaint)|email abuse|스팸 ?신고|客诉",
    r"迷惑メール報告",
)
_ANSWERS: Final = r"(?:(?:re|fw|fwd|aw|회신|답장|전달) ?: ?)*"
_WISHES: Final = (
    "합니다|해 ?주세요|해 ?주십시오|부탁드립니다|부탁드려요|요청|신청|바랍니다|원합니다|드립니다|요"
)
_PLEASE: Final = rf"[ ]*(?:{_WISHES})*"

# The whole subject, or all that somebody has written.
ASKS_TO_LEAVE: Final = _any(
    rf"{_ANSWERS}(?:please )?(?:unsubscribe|opt[- ]?out|remove)(?: me)?(?: please)?",
    r"(?:please )?(?:stop|remove me|take me off)(?: (?:from )?(?:this|your|the) list)?",
    rf"{_ANSWERS}(?:이?메일 ?)?(?:수신 ?(?:거부|중지|취소)|거부|해지){_PLEASE}",
    rf"{_ANSWERS}(?:이?메일 ?)?그만 ?보내\w*{_PLEASE}",
    rf"{_ANSWERS}구독 ?(?:해지|취소|중지|철회){_PLEASE}",
)
