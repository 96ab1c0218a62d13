"""Figures that are looked up are those that agree when every two of them are tried."""

from hypothesis import given
from hypothesis import strategies as st

from newsletter.lang import Lang
from newsletter.proof.parity.agreement import Agreeing
from newsletter.proof.parity.meaning import Calendar, Day, Figure, Weight, may_agree_days
from newsletter.proof.parity.partners import without_partner
from newsletter.proof.parity.scanning import figures_in
from newsletter.proof.parity.tongues import tongue_of
from tests.proof.parity.makers import may_agree, proofed
from tests.work import growth

CALENDAR = Calendar(2022, 8, frozenset({2021, 2022}))
KOREAN = st.sampled_from(
    "12,000명 1만 2천 명 3억원 50% 5%p 7월 25일 2022년 7월 8월 25일 3시 오후 3시 (월) 30분 "
    "5km 5,000m 20kg 30평 영하15℃ "
    "첫 두 양측 1/4분기 상반기 031-000-0000 25 3 12000 8/26 절반 이틀 2개월".split(" ")
)
ENGLISH = st.sampled_from(
    [
        *("12,000 people", "KRW 300 million", "50%", "July 25", "2022", "July", "August 25, 2021"),
        *("3 p.m.", "15:00", "Monday", "30 minutes", "5 km", "first", "two", "a", "half", "25"),
        *("the first quarter", "+82 31 000 0000", "8/26", "25th", "two days", "3", "both", "12000"),
        *("3 miles", "44 lb", "99 m²", "5°F", "20 lb", "-15 °C"),
    ]
)


def _figures(words: list[str], lang: Lang) -> tuple[Figure, ...]:
    return figures_in(", ".join(words), tongue_of(lang), CALENDAR)


DAYS = st.builds(
    Day,
    st.frozensets(st.sampled_from([2020, 2021, 2022]), max_size=3),
    st.none() | st.integers(1, 3),
    st.none() | st.integers(1, 3),
)


@given(st.lists(DAYS, max_size=20), DAYS)
def test_the_days_looked_up_are_those_that_may_agree(days: list[Day], day: Day) -> None:
    figures = [Figure((one,), Weight.SURE, 0, 1) for one in days]

    found = Agreeing(figures).partners(Figure((day,), Weight.SURE, 0, 1))

    assert list(found) == [at for at, one in enumerate(days) if may_agree_days(day, one)]


@given(st.lists(KOREAN, max_size=12), st.lists(ENGLISH, max_size=12))
def test_the_partners_looked_up_are_those_that_may_agree(ko: list[str], en: list[str]) -> None:
    ones, others = _figures(ko, Lang.KO), _figures(en, Lang.EN)

    for mine, theirs in ((ones, others), (others, ones), (ones, ones)):
        agreeing = Agreeing(theirs)
        for figure in mine:
            tried = [at for at, other in enumerate(theirs) if may_agree(figure, other)]
            assert list(agreeing.partners(figure)) == tried


def test_repeated_figures_find_partners_in_no_more_than_the_square_of_their_number() -> None:
    def match(count: int) -> None:
        ones = _figures(["7월 25일"] * count, Lang.KO)
        others = _figures(["July 25"] * count, Lang.EN)
        assert without_partner(ones, others) == ([], [])

    assert growth(match, 70) < 4.2


def test_repeated_dates_and_amounts_are_compared_in_time_that_grows_with_them() -> None:
    def dates(count: int) -> None:
        proofed("2022년 7월 25일 " * count, "July 25, 2022 " * count)

    def amounts(count: int) -> None:
        ko = "".join(f"{at}만 원, " for at in range(1, count))
        en = "".join(f"KRW {at + 7}0,000, " for at in range(1, count))
        proofed(ko, en)

    def different(count: int) -> None:
        days = [(at // 28 + 1, at % 28 + 1, 1900 + at) for at in range(count)]
        ko = "".join(f"{year}년 {month}월 {day}일 " for month, day, year in days)
        en = "".join(f"{year + 1}-{month:02}-{day:02} " for month, day, year in days)
        proofed(ko, en)

    def converted(count: int) -> None:
        ko = "".join(f"{at}km, " for at in range(1, count))
        proofed(ko, "".join(f"{at} miles, " for at in range(1, count)))

    assert growth(dates, 60) < 2.6
    assert growth(converted, 75) < 3.5
    assert growth(different, 75) < 2.6
    assert growth(amounts, 310) < 2.6


def test_a_paragraph_of_contradictions_names_the_first_and_says_that_there_are_more() -> None:
    found = proofed("1 " * 400, "2 " * 400, "numbers")

    more = [finding for finding in found if str(finding.message).startswith("more figures")]
    assert len(more) == 2
    assert len(found) == 202
