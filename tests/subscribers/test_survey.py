from collections import Counter
from collections.abc import Iterator
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.subscribers.csv_rows import Row, heading_in
from newsletter.subscribers.meanings import Meaning
from newsletter.subscribers.subscriber import Consent, Standing
from newsletter.subscribers.survey import Doubt, Survey, survey
from tests.subscribers.makers import CONSENT, NOW, SEOUL, read


def look(text: str, consent: Consent = CONSENT) -> Survey:
    def reopen() -> Iterator[str]:
        return StringIO(text, newline="")

    return survey(heading_in(reopen(), "list.csv"), reopen, consent)


def doubts(text: str) -> list[tuple[str, Doubt, tuple[str, ...]]]:
    return [(one.column.name, one.doubt, one.found) for one in look(text).doubtful]


def test_rows_are_counted_by_standing() -> None:
    text = "email,status\na@example.org,active\nb@example.org,bounced\nnobody,active\n\n"

    found = look(text)

    assert found.standings == {Standing.ACTIVE: 2, Standing.SUPPRESSED: 1}
    assert found.unread == 0
    assert found.doubtful == ()


def test_an_example_of_each_standing_comes_first() -> None:
    body = "".join(f"a{n}@example.org,active\n" for n in range(9)) + "b@example.org,bounced\n"

    found = look("email,status\n" + body)

    assert [one.address for one in found.examples] == [
        "a0@example.org",
        "b@example.org",
        "a1@example.org",
    ]


def test_rows_that_cannot_be_read_are_counted_by_themselves() -> None:
    text = 'email,탈퇴\n,2022-01-01,x\nb@example.org,아마\nc@example.org,"\n'

    found = look(text)

    assert found.unread == 3
    assert doubts(text) == [("탈퇴", Doubt.WORDS, ("아마",))]


def test_a_remark_counts_until_somebody_says_that_it_means_nothing() -> None:
    text = "email,메모\na@example.org,전화함\nb@example.org,수신 거부\nc@example.org,\n"

    found = look(text)

    assert doubts(text) == [("메모", Doubt.NOTES, ("수신 거부",))]
    assert found.heading.columns[1].meaning is Meaning.NOTES
    assert found.standings == {Standing.UNSUBSCRIBED: 1, Standing.ACTIVE: 2}
    assert found.unread == 0


@pytest.mark.parametrize(
    ("heading", "row"),
    [
        ("status,unsubscribe_reason", ",unsubscribed"),
        ("status,unsub_campaign", ",수신거부"),
        ("수신동의,구독자명", "Y,탈퇴"),
        ("수신동의,구독자 유형", "Y,수신거부"),
        ("수신동의,회원등급", "Y,휴면회원"),
        ("상태,가입일", ",2021-03-01 / 탈퇴 2022-03-01"),
        ("상태,subscription_plan", ",blocklisted"),
        ("이름,First Name,상태", "하나,하나 (반송),"),
        ("이메일 수신여부,SMS 수신여부", "Y,이메일 수신거부"),
        ("이메일 수신여부,제3자 제공 동의", "Y,탈퇴회원"),
        ("이메일 수신여부,개인정보 수집 동의", "Y,회원탈퇴"),
        ("수신동의,주소", "Y,(차단)"),
        ("수신동의,메모", "Y,홍길동 UNSUBSCRIBED"),
    ],
)
def test_no_column_that_is_not_read_says_in_silence_that_an_active_reader_left(
    heading: str, row: str
) -> None:
    [found] = doubts(f"email,{heading}\na@example.org,{row}\n")

    assert (found[0], found[1]) == (
        heading.split(",")[-1 if "First" not in heading else 1],
        Doubt.NOTES,
    )


@pytest.mark.parametrize(
    ("heading", "row"),
    [
        ("status,unsubscribe_reason", "unsubscribed,unsubscribed by link"),
        ("상태,비고", "탈퇴,2022.8.1 탈퇴"),
        ("수신동의,SMS 수신여부", "Y,수신거부"),
        ("수신동의,문자 수신동의,제3자 제공 동의", "Y,수신안함,미동의"),
        ("이메일 수신동의,개인정보 수집 동의", "Y,미동의"),
        ("status,active_subscription,plan", ",inactive plan,cancelled"),
        ("status,unsubscribe_link", ",https://x.org/unsubscribe"),
        ("status,부서,소속", ",해지방지팀 김해지점,반송초등학교"),
        ("status,주소,메모", ",부산 해운대구 반송동 1,수신 확인함"),
        ("status,회원등급,직책", ",VIP,수신 담당"),
        ("status,Hand,Note", ",left,prefers no visits"),
    ],
)
def test_what_speaks_of_something_else_or_of_readers_who_left_anyway_is_no_doubt(
    heading: str, row: str
) -> None:
    assert doubts(f"email,{heading}\na@example.org,{row}\n") == []


def test_a_remark_in_a_date_of_consent_leaves_empty_dates_in_doubt() -> None:
    text = "email,subscribed_at\na@x.org,unsubscribed\nb@x.org,\nc@x.org,2022-07-01\n"

    [doubtful] = look(text).doubtful

    assert (doubtful.doubt, doubtful.remedy) == (Doubt.NOTES, Meaning.CONSENT)
    assert look(text).standings == {Standing.UNSUBSCRIBED: 2, Standing.ACTIVE: 1}


def test_a_date_that_some_rows_lack_is_doubtful_unless_all_get_one() -> None:
    text = "email,수신동의일\na@example.org,2022-07-01\nb@example.org,\n"

    [doubtful] = look(text).doubtful
    assert (doubtful.doubt, doubtful.rows, doubtful.remedy) == (Doubt.EMPTY, 1, Meaning.CONSENT)
    assert look(text, Consent(SEOUL, NOW, NOW)).doubtful == ()
    assert look(text.replace("b@example.org,", "b@example.org,2022-07-01")).doubtful == ()


def test_one_of_two_dates_of_consent_is_enough() -> None:
    assert doubts("email,OPTIN_TIME,CONFIRM_TIME\na@example.org,,2022-07-01\n") == []


def test_our_own_export_is_certain_though_dates_are_missing() -> None:
    assert doubts("email,name,language,standing,consented_at\na@example.org,,,active,\n") == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Y", "N", "", "글쎄", '"Y"', '"', "2022-07-01"]),
            st.sampled_from(["", "2022-07-01", "no", "아마"]),
        )
    )
)
def test_the_table_counts_what_the_import_then_finds(cells: list[tuple[str, str]]) -> None:
    body = "".join(f"r{n}@example.org,{a},{b}\n" for n, (a, b) in enumerate(cells))
    text = "email,수신동의,탈퇴일\n" + body

    rows = read(text)

    found = look(text)
    assert +found.standings == Counter(row.standing for row in rows if isinstance(row, Row))
    assert found.unread == sum(not isinstance(row, Row) for row in rows)
