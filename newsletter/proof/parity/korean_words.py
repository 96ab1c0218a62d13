"""Korean words around figures: units, counted nouns, weekdays, parts of the day."""

import re
from typing import Final

from newsletter.languages.korean import PARTICLES
from newsletter.proof.parity.meaning import BARE, PERCENT, POINTS, Unit
from newsletter.proof.parity.scanning import Manner
from newsletter.proof.parity.spellings import (
    ACRE,
    ARE,
    AREA,
    CURRENCIES,
    DAYS,
    FOOT,
    GALLON,
    GRAM,
    HOURS_LONG,
    INCH,
    LITRE,
    METRE,
    MILE,
    MONTH_LONG,
    MONTHS,
    OUNCE,
    POUND,
    PYEONG,
    SYMBOLS,
    TABLESPOON,
    TEASPOON,
    TIME,
    YARD,
    YEARS_LONG,
    any_of,
    unit,
)

AM: Final = {hour: hour % 12 for hour in range(1, 13)}
PM: Final = {hour: hour % 12 + 12 for hour in range(1, 13)}
HOURS: Final = {
    **dict.fromkeys(("오전", "새벽", "아침"), AM),
    **dict.fromkeys(("오후", "저녁"), PM),
    "낮": {**PM, 10: 10, 11: 11},
    "밤": {**PM, **{hour: hour % 12 for hour in (12, 1, 2, 3, 4, 5)}},
}
WEEKDAYS: Final = {day: number for number, day in enumerate("월화수목금토일")}
DEGREES_OR_PROOF: Final = (Unit("degrees"), PERCENT, POINTS)  # of warmth, or of alcohol
UNITS: Final = {
    **SYMBOLS,
    **CURRENCIES,
    "원": unit("KRW"), "달러": unit("USD"), "유로": unit("EUR"), "엔": unit("JPY"),
    "위안": unit("CNY"), "파운드": POUND,
    "퍼센트포인트": unit("%p"), "%포인트": unit("%p"), "퍼센트": unit("%"), "프로": unit("%"),
    "킬로미터": unit(METRE, 1000), "미터": unit(METRE), "센티미터": unit(METRE, "1/100"),
    "밀리미터": unit(METRE, "1/1000"), "마이크로미터": unit(METRE, "1/1000000"),
    "나노미터": unit(METRE, "1/1000000000"), "밀리그램": unit(GRAM, "1/1000"),
    "킬로그램": unit(GRAM, 1000), "그램": unit(GRAM), "톤": unit(GRAM, 1_000_000),
    "리터": unit(LITRE), "밀리리터": unit(LITRE, "1/1000"), "킬로리터": unit(LITRE, 1000),
    "센트": unit("cents", "1/100"), "펜스": unit("cents", "1/100"), "할": unit("%", 10),
    "제곱미터": unit(AREA), "헥타르": unit(AREA, 10_000), "평": PYEONG,
    "마일": MILE, "야드": YARD, "피트": FOOT, "인치": INCH, "온스": OUNCE, "갤런": GALLON,
    "에이커": ACRE, "아르": ARE, "a": ARE,
    "시간": HOURS_LONG, "초": unit(TIME, "1/60"), "분간": unit(TIME),
    "분": unit(TIME),
    "일": unit(DAYS), "일간": unit(DAYS), "주간": unit(DAYS, 7), "주일": unit(DAYS, 7),
    "주": unit(DAYS, 7), "박": unit("nights"),
    "개월": MONTH_LONG, "달": MONTH_LONG, "년": YEARS_LONG, "년간": YEARS_LONG,
    "해": YEARS_LONG, "세기": unit(MONTHS, 1200), "도": DEGREES_OR_PROOF,
    "전": unit("cents", "1/100"),
    "큰술": TABLESPOON, "테이블스푼": TABLESPOON, "작은술": TEASPOON, "티스푼": TEASPOON,
    "남": unit("sons"), "녀": unit("daughters"),
    "주년": (BARE,), "년대": (BARE,),
}  # fmt: skip
MONEY: Final = "원|달러|유로|엔|위안|파운드"
UNIT: Final = (
    r"퍼센트\s?포인트|%\s?포인트|주년|년대|분기(?!점)|km/h|"
    + any_of(
        {*UNITS}
        - {
            "a",
            "m",
            "t",
            "g",
            "l",
            "L",
            "프로",
            "평",
            "주",
            "일",
            "달",
            "분",
            "도",
            "전",
            "할",
            "해",
            "남",
            "녀",
        }
    )
    + r"|(?:[amtglL])(?![A-Za-z])|(?<=\d)프로(?![가-힣])|평(?!균|생|화|가)"
    r"|주(?!년|요|차|기|의|민|제|최|간)"
    r"|할(?=[은을이가의,.\s]|에|$)"
    r"|도(?=\s|에\s|를|가\s|까지|이상|이하|쯤|정도|로[\s,]|의\s|인\s|짜리|이[고며다]|였|입니다|[다,.)\x00]|$)"
    r"|(?P<dayunit>일)(?!차|반|자|부(?!터))|달(?!러)|분(?!기|야|의|과)"
)
# Counted nouns; a numeral in words without one of them is only a hint.
COUNTER: Final = (
    r"가지|개(?!월)|명|사람|분(?!야)|나라|곳|군데|건|번|차례|회|배|팀|기관|도시|지역|분야|종류?|"
    r"권|편|장|대(?!한)|쌍|가구|마을|병원|시군|축|단계|부문|과정|세대|강좌|국가|달|시간|해|주|살|쪽"
)
# The end of a word: what may follow a unit, a particle or a form of the copula, then no Hangul.
BEHIND_A_UNIT: Final = (
    r"번째|째|씩|쯤|경|께|무렵|정각|정도|가량|남짓|여|이상|이하|이내|이전|이후|미만|초과|"
    r"동안|만에|간|당|짜리"
)
COPULA: Final = (
    r"(?:입니|이십|이시|이셨|이었|였|인데|이라|이므로|이지만|이어서|이면|면|이고|이니|이기)[가-힣]*"
)
WORD_END: Final = rf"(?=(?:{BEHIND_A_UNIT})?(?:{PARTICLES}|{COPULA})?(?![가-힣]))"
# How often, by the period. A bare 하루, 주, 월 or 연 is a rate before what is counted.
_COUNTED: Final = r"(?:\d|한|두|세|네|다섯|여섯|열)"
_TIMES: Final = r"(?=\d+\s?(?:회|번|차례|시간|일)|[한두세네]\s?(?:번|차례))"
RATES: Final = re.compile(
    rf"(?<![가-힣])(?:(?P<hour>시간당|한\s?시간에)"
    rf"|(?P<day>매일|날마다|일평균|하루에|하루\s?평균|하루\s(?={_COUNTED})|1일\s(?=\d))"
    r"|(?P<fortnight>격주|2주마다|(?:2주|두\s?주)에\s(?:한\s?번|1회))"
    rf"|(?P<week>매주|주마다|주당|(?:일주일|1주일|한\s?주)에|주\s{_TIMES})"
    rf"|(?P<month>매[달월]|달마다|월평균|한\s?달에|월\s(?=[\d,]+\s?[만천]?\s?(?:원|회|번|시간|명|건)))"
    rf"|(?P<year>매년|해마다|연간|연평균|(?:1년|일\s?년|한\s?해)에|연\s(?=\d)|한\s?해\s(?={_COUNTED})))"
)

_SEASONS: Final = "봄|여름|가을|겨울"
MANNER: Final = Manner(
    tied=re.compile(r"\s?|\s?여?\s?(?:개|가지)\s|\S{0,3}의\s"),
    parts=re.compile(r"(?:고|며|지만|와|과|및|거나|반면|대신)\s"),
    counter=re.compile(r"\s?(?:여\s?)?(?!대\s\d)(?P<counter>[가-힣])"),
    replaced=re.compile(r"대신\s[^,.]*$"),
    turned=re.compile(r"보다\s[^,.]*$"),
    compared=re.compile(
        r"\s?(?:이나|가량|정도|쯤)?\s?"
        r"(?:높은|낮은|많은|적은|는|늘어난|준|줄어든|오른|내린|짧은|긴|비싼|싼|빠른|느린|앞선|뒤진|큰|작은)\s"
    ),
    shared_out=re.compile(r"각각\s[^,.]*$"),
    changes=re.compile(r"(?!)"),
    first=(re.compile(r"(?!)"), re.compile(r"[가-힣]{0,2}?(?:에서|부터)\s")),
    behind=0.7,
    years={
        -1: re.compile(
            r"지난해|작년|전년|전해|한\s해\s전|1년\s전|일\s년\s전|지난\s?(?:봄|여름|가을|겨울)"
        ),
        1: re.compile(
            r"내년|이듬해|다음\s?해|이태\s뒤|1년\s(?:뒤|후)|다음\s?(?:봄|여름|가을|겨울)"
        ),
    },
)
