"""What is written in either language means what it says."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.lang import Lang
from newsletter.proof.parity.meaning import (
    CLOCK,
    PHONE,
    Calendar,
    Day,
    Figure,
    Meaning,
    Quantity,
    Unit,
    Weight,
)
from newsletter.proof.parity.scanning import figures_in, figures_of
from newsletter.proof.parity.tongues import tongue_of
from tests.proof.parity.makers import may_agree

AUGUST = Calendar(2022, 8)
MONTHS = (
    "January February March April May June July August September October November December".split()
)


def figures(lang: Lang, text: str, calendar: Calendar = AUGUST) -> tuple[Figure, ...]:
    """Read the figures of *text*."""
    return figures_in(text, tongue_of(lang), calendar)


def certain(lang: Lang, text: str) -> list[Figure]:
    """Read the figures of *text* that the other language must have too."""
    return [figure for figure in figures(lang, text) if figure.weight is Weight.SURE]


def day(year: int, month: int, number: int) -> Day:
    """Make a whole date."""
    return Day(frozenset({year}), month, number)


def clock(hour: int, minute: int = 0) -> Quantity:
    """Make a time of the day."""
    return Quantity(Fraction(hour * 60 + minute), CLOCK)


@pytest.mark.parametrize(
    ("lang", "text", "meanings"),
    [
        (Lang.KO, "2022년 7월 25일", [day(2022, 7, 25)]),
        (Lang.KO, "2022. 7. 25.", [day(2022, 7, 25)]),
        (Lang.KO, "2022.7.25", [day(2022, 7, 25)]),
        (Lang.KO, "’22년 7월 25일", [day(2022, 7, 25)]),
        (Lang.KO, "2022-07-25", [day(2022, 7, 25)]),
        (Lang.KO, "2022년 7월 3~5일", [day(2022, 7, 3), day(2022, 7, 5)]),
        (Lang.KO, "2022년 7월 3일∼5일", [day(2022, 7, 3), day(2022, 7, 5)]),
        (Lang.KO, "２０２２년 ７월 ３일", [day(2022, 7, 3)]),
        (Lang.KO, "7. 25.(월)", [day(2022, 7, 25)]),
        (Lang.KO, "2021년", [Day(frozenset({2021}))]),
        (Lang.EN, "July 25, 2022", [day(2022, 7, 25)]),
        (Lang.EN, "25 July 2022", [day(2022, 7, 25)]),
        (Lang.EN, "the 25th of July, 2022", [day(2022, 7, 25)]),
        (Lang.EN, "Sept. 5, 2022", [day(2022, 9, 5)]),
        (Lang.EN, "July 3–5, 2022", [day(2022, 7, 3), day(2022, 7, 5)]),
        (Lang.EN, "July 3 to 5, 2022", [day(2022, 7, 3), day(2022, 7, 5)]),
        (Lang.EN, "July 3, 5 and 7, 2022", [day(2022, 7, at) for at in (3, 5, 7)]),
        (Lang.EN, "2022/07/25", [day(2022, 7, 25)]),
        (Lang.KO, "오후 3시", [clock(15)]),
        (Lang.KO, "15시", [clock(15)]),
        (Lang.KO, "오후 3시 30분", [clock(15, 30)]),
        (Lang.KO, "오후 세 시 반", [clock(15, 30)]),
        (Lang.KO, "오후 3:30", [clock(15, 30)]),
        (Lang.KO, "오전 12시", [clock(0)]),
        (Lang.KO, "정오", [clock(12)]),
        (Lang.KO, "오후 2~4시", [clock(14), clock(16)]),
        (Lang.KO, "오전 10~12시", [clock(10), clock(12)]),
        (Lang.KO, "밤 10시", [clock(22)]),
        (Lang.EN, "3 p.m.", [clock(15)]),
        (Lang.EN, "3PM", [clock(15)]),
        (Lang.EN, "3:30 pm", [clock(15, 30)]),
        (Lang.EN, "2–4 p.m.", [clock(14), clock(16)]),
        (Lang.EN, "11 to 1 p.m.", [clock(11), clock(13)]),
        (Lang.EN, "12 a.m.", [clock(0)]),
        (Lang.EN, "noon", [clock(12)]),
        (Lang.EN, "midnight", [clock(0)]),
        (Lang.KO, "031-8008-1234", [Quantity(Fraction(103180081234), PHONE)]),
        (Lang.EN, "+82-31-8008-1234", [Quantity(Fraction(103180081234), PHONE)]),
        (Lang.EN, "+82 (0)31 8008 1234", [Quantity(Fraction(103180081234), PHONE)]),
    ],
)
def test_a_day_a_time_or_a_telephone_is_read(
    lang: Lang, text: str, meanings: list[Meaning]
) -> None:
    found = [figure.meanings for figure in certain(lang, text)]

    assert found == [(meaning,) for meaning in meanings]


@pytest.mark.parametrize(
    ("korean", "english"),
    [
        ("1만 2천 명", "12,000 people"),
        ("1만2천 명", "twelve thousand people"),
        ("12만 3,400명", "123,400 people"),
        ("3억 5천만 원", "KRW 350 million"),
        ("3억 5천만 원", "350 million won"),
        ("3억5천만원", "₩350 million"),
        ("1조 2천억 원", "1.2 trillion won"),
        ("1.5억 원", "150 million won"),
        ("5백만 달러", "USD 5 million"),
        ("5만 원", "50,000 won"),
        ("약 2천 km", "about 2,000 km"),
        ("2,000km", "2000 kilometers"),
        ("2㎞", "2,000 meters"),
        ("3만 5,000㎡", "35,000 square meters"),
        ("50%", "50 percent"),
        ("50퍼센트", "50%"),
        ("2.5%포인트", "2.5 percentage points"),
        ("20~30%", "20 to 30 percent"),
        ("3~5만 명", "30,000 to 50,000 people"),
        ("100여 명", "more than 100 people"),
        ("20여 개국", "some 20 countries"),
        ("15명", "fifteen people"),
        ("제2회", "the second"),
        ("제12회", "the 12th"),
        ("2시간 30분", "two and a half hours"),
        ("1시간 30분", "90 minutes"),
        ("2시간 반", "2 hours and 30 minutes"),
        ("2주", "14 days"),
        ("2주", "two weeks"),
        ("18개월", "18 months"),
        ("2년 6개월", "two and a half years"),
        ("4박 5일", "five days and four nights"),
        ("3분의 2", "two-thirds"),
        ("4분의 3", "three quarters"),
        ("3분기", "the third quarter"),
        ("3분기", "Q3"),
        ("하반기", "the second half of the year"),
        ("12일과 27일", "July 12 and 27"),
        ("6월", "June"),
        ("2022년 6월", "June 2022"),
        ("7월 25일", "July 25, 2022"),
        ("3~5월", "March to May"),
        ("1990년대", "the 1990s"),
        ("60대", "their 60s"),
        ("65세 이상", "65 years of age or older"),
        ("24시간", "around the clock"),
        ("영하 70도", "minus 70 degrees"),
        ("제2전시장", "Exhibition Center II"),
        ("만 보 걷기", "10,000 steps"),
        ("오후 2시부터 4시까지", "from 2 to 4 p.m."),
        ("10/26", "October 26"),
    ],
)
def test_a_figure_means_the_same_in_both_languages(korean: str, english: str) -> None:
    ours, theirs = figures(Lang.KO, korean), figures(Lang.EN, english)

    assert certain(Lang.KO, korean) or certain(Lang.EN, english)
    for one in certain(Lang.KO, korean):
        assert any(may_agree(one, other) for other in theirs), one
    for other in certain(Lang.EN, english):
        assert any(may_agree(one, other) for one in ours), other


@pytest.mark.parametrize(
    ("korean", "english"),
    [
        ("7월 25일", "July 26"),
        ("7월 25일", "July 25, 2021"),
        ("6월", "July"),
        ("오후 3시", "3 a.m."),
        ("오후 3시", "3:30 p.m."),
        ("3억 5천만 원", "KRW 35 million"),
        ("3억 원", "USD 300 million"),
        ("12km", "12 miles"),
        ("50%", "50"),
        ("2.5%포인트", "2.5 percent"),
        ("3주", "three days"),
        ("3주", "three months"),
        ("30분", "30 hours"),
        ("3분기", "the second quarter"),
        ("상반기", "the second half"),
        ("031-8008-1234", "+82-31-8008-1235"),
        ("10만 명", "10 people"),
        ("3분의 1", "two-thirds"),
    ],
)
def test_other_figures_never_agree(korean: str, english: str) -> None:
    ours, theirs = figures(Lang.KO, korean), figures(Lang.EN, english)

    assert not any(may_agree(one, other) for one in ours for other in theirs)


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        (Lang.KO, "코로나19로 만나기 어려운 가운데"),
        (Lang.KO, "협력사업의 하나로 마련했습니다"),
        (Lang.KO, "한편 이를 두루 알리고 일을 이루었습니다"),
        (Lang.KO, "이 일은 오직 그만이 할 수 있습니다"),
        (Lang.KO, "세계 여러 나라의 사람들"),
        (Lang.KO, "수백 명이 몰렸습니다"),
        (Lang.KO, "양국이 뜻을 모았습니다"),
        (Lang.KO, "https://example.org/2022/07/25"),
        (Lang.EN, "COVID-19 made it hard"),
        (Lang.EN, "hundreds of people"),
        (Lang.EN, "one of them may march on"),
        (Lang.EN, "both sides, each other"),
        (Lang.EN, "size A4, and a D-7 notice"),
        (Lang.EN, "write to desk2022@example.org"),
    ],
)
def test_words_and_names_are_no_figures_that_must_have_a_partner(lang: Lang, text: str) -> None:
    assert certain(lang, text) == []


def test_a_number_of_ten_thousands_is_not_a_number_with_the_particle_of_only() -> None:
    thousands = figures(Lang.KO, "10만 명")
    only = figures(Lang.KO, "10명만")

    assert [figure.meanings for figure in thousands] == [(Quantity(Fraction(100_000)),)]
    assert [figure.meanings for figure in only] == [(Quantity(Fraction(10)),)]


def korean_days(one: date) -> list[str]:
    """Write a date in the ways Korean writes it."""
    return [
        f"{one.year}년 {one.month}월 {one.day}일",
        f"{one.year}. {one.month}. {one.day}.",
        f"{one.year}.{one.month:02}.{one.day:02}.",
        f"{one:%Y-%m-%d}",
        f"’{one:%y}년 {one.month}월 {one.day}일({'월화수목금토일'[one.weekday()]})",
    ]


def english_days(one: date) -> list[str]:
    """Write a date in the ways English writes it."""
    month = MONTHS[one.month - 1]
    return [
        f"{month} {one.day}, {one.year}",
        f"{one.day} {month} {one.year}",
        f"{month[:3]}. {one.day}, {one.year}",
        f"{one:%A}, {month} {one.day}, {one.year}",
        f"{one:%Y-%m-%d}",
    ]


@given(
    st.dates(date(2001, 1, 1), date(2098, 12, 31)), st.integers(0, 4), st.integers(0, 4), st.data()
)
def test_a_date_means_itself_in_every_spelling(
    one: date, korean: int, english: int, data: st.DataObject
) -> None:
    other = data.draw(st.dates(date(2001, 1, 1), date(2098, 12, 31)).filter(lambda it: it != one))
    calendar = Calendar(one.year, one.month)

    ours = figures(Lang.KO, f"행사는 {korean_days(one)[korean]} 열립니다.", calendar)
    theirs = figures(Lang.EN, f"It is held on {english_days(one)[english]}.", calendar)
    others = figures(Lang.EN, f"It is held on {english_days(other)[english]}.", calendar)

    assert may_agree(_only_sure(ours), _only_sure(theirs))
    assert not may_agree(_only_sure(ours), _only_sure(others))


def _only_sure(found: tuple[Figure, ...]) -> Figure:
    (figure,) = [one for one in found if one.weight is Weight.SURE]
    return figure


def korean_number(value: int) -> str:
    """Write a number as Korean does: 3억 5천만, 1만 2,345."""
    words = [
        f"{part:,}{name}"
        for name, part in (
            ("조", value // 10**12),
            ("억", value // 10**8 % 10**4),
            ("만", value // 10**4 % 10**4),
            ("", value % 10**4),
        )
        if part
    ]
    return " ".join(words)


@given(st.integers(2, 10**15))
def test_a_number_means_itself_in_every_spelling(value: int) -> None:
    spellings = [f"{value:,}원", f"{korean_number(value)} 원", f"{korean_number(value)}원"]

    (english,) = certain(Lang.EN, f"They paid {value:,} won for it.")

    for spelling in spellings:
        (korean,) = certain(Lang.KO, f"비용은 {spelling}입니다.")
        assert may_agree(korean, english), spelling


@given(st.integers(0, 23), st.integers(0, 59), st.integers(1, 1439))
def test_a_time_means_itself_in_every_spelling(hour: int, minute: int, off: int) -> None:
    later = (hour * 60 + minute + off) % 1440
    half, hour12 = ("오전", "오후")[hour // 12], hour % 12 or 12
    korean = [
        f"{half} {hour12}시 {minute}분" if minute else f"{half} {hour12}시",
        f"{half} {hour12}:{minute:02}",
    ]
    if hour >= 8:
        korean.append(f"{hour:02}:{minute:02}")

    for spelling in korean:
        (ours,) = certain(Lang.KO, f"회의는 {spelling}에 시작합니다.")
        (theirs,) = certain(Lang.EN, f"The meeting starts at {_english_time(hour, minute)}")
        (others,) = certain(
            Lang.EN, f"The meeting starts at {_english_time(later // 60, later % 60)}"
        )
        assert may_agree(ours, theirs), spelling
        assert not may_agree(ours, others), spelling


def _english_time(hour: int, minute: int) -> str:
    return f"{hour % 12 or 12}:{minute:02} {('a.m.', 'p.m.')[hour // 12]}"


@given(st.sampled_from(list(Lang)), st.text())
def test_any_text_can_be_read(lang: Lang, text: str) -> None:
    for figure in figures(lang, text):
        assert 0 <= figure.start <= figure.end <= len(text)
        assert figure.meanings


PIECES = st.lists(
    st.sampled_from(
        [
            " ",
            *"12 3 0 년 월 일 시 분 원 만 억 % ~ - . , ( ) : / 오후 세".split(),
            *"July May p.m. million and a half third of".split(),
            *"KRW +82 031- 월요일 Friday 제 여 하반기 Q3 hours".split(),
        ]
    ),
    max_size=14,
)


@given(st.sampled_from(list(Lang)), PIECES)
def test_any_pieces_of_figures_can_be_read(lang: Lang, pieces: list[str]) -> None:
    for figure in figures(lang, "".join(pieces)):
        assert figure.meanings


TEXTS = st.lists(PIECES.map("".join) | st.sampled_from(["IIwww.", "https://", "한", "5.", "2월"]))


@given(st.sampled_from(list(Lang)), TEXTS)
def test_texts_read_together_say_what_each_says_alone(lang: Lang, texts: list[str]) -> None:
    together = figures_of(texts, tongue_of(lang), AUGUST)

    assert list(together) == [figures(lang, text) for text in texts]


@pytest.mark.parametrize("lang", list(Lang))
@pytest.mark.parametrize(
    "text",
    [
        *("1" * 6000, "1만 " * 500, "two " * 500, "백만" * 3000, "3-" * 2000),
        *(
            "1 만 " * 500,
            "영하 5~" * 500,
            "월·" * 2000,
            "$1-" * 1000,
            "first " * 1000,
            "8·1" * 2000,
        ),
    ],
)
def test_a_text_that_is_nothing_but_figures_can_be_read(lang: Lang, text: str) -> None:
    for figure in figures(lang, text):
        assert figure.meanings


def test_a_digital_time_may_be_the_result_of_a_race() -> None:
    [figure] = figures_in("15:00", tongue_of(Lang.KO), Calendar(2022, 8))

    results = [Quantity(Fraction(minutes), Unit("duration")) for minutes in (900, 15)]
    assert figure.meanings == (clock(15), *results)
