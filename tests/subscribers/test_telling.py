from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import ContentError
from newsletter.phrases import phrase
from newsletter.subscribers.csv_rows import Row
from newsletter.subscribers.meanings import Column, Ground, Meaning, columns_of, squeezed
from newsletter.subscribers.subscriber import Standing
from newsletter.subscribers.telling import Told, field_teller, teller
from newsletter.subscribers.why import Cause
from tests.saying import raises
from tests.subscribers.makers import CONSENT, NOW, read

CONSENTS = [
    *("수신동의", "이메일 수신여부", "수신 동의 여부(선택)"),
    *("subscribed_to_emails", "Opt-in", "confirmed"),
]
EVENTS = {
    "unsubscribed": Standing.UNSUBSCRIBED,
    "탈퇴": Standing.UNSUBSCRIBED,
    "수신거부일": Standing.UNSUBSCRIBED,
    "opted_out": Standing.UNSUBSCRIBED,
    "반송": Standing.SUPPRESSED,
    "CLEAN_TIME": Standing.SUPPRESSED,
    "스팸신고": Standing.SUPPRESSED,
}


def told(heading: str, *fields: str) -> Told:
    return teller(columns_of(heading.split(","), {}), CONSENT)(fields)


@pytest.mark.parametrize("heading", CONSENTS)
@pytest.mark.parametrize(
    "text", "Y y yes TRUE 예 네 O ○ 1 동의 동의함 수신 수신함 허용 on ✓ SUBSCRIBED Ｙ".split()
)
def test_a_yes_in_a_column_of_consent_is_active(heading: str, text: str) -> None:
    assert told(heading, text).standing is Standing.ACTIVE


@pytest.mark.parametrize("heading", CONSENTS)
@pytest.mark.parametrize(
    "text",
    [
        *"N no False 아니오 아니요 X 0 off 미동의 수신안함 거부 탈퇴 opted-out".split(),
        *("동의 안 함", "동의하지 않음", "수신 거부", "never_subscribed"),
        *("", " ", "-", "NULL", "N/A", "없음", "0000-00-00 00:00:00"),
    ],
)
def test_a_no_or_nothing_in_a_column_of_consent_is_no_consent(heading: str, text: str) -> None:
    assert told(heading, text).standing is Standing.UNSUBSCRIBED


@pytest.mark.parametrize("text", ["bounced", "blocklisted", "반송", "Spam"])
def test_a_consent_is_worth_nothing_where_the_mailbox_is_gone(text: str) -> None:
    assert told("수신동의", text).standing is Standing.SUPPRESSED


def test_a_date_in_a_column_of_consent_is_the_date_of_it() -> None:
    assert told("consent", "2022-07-01") == Told(consented_at=datetime(2022, 6, 30, 15, tzinfo=UTC))


def test_having_subscribed_at_a_time_is_no_consent_on_record() -> None:
    assert told("Subscribed", "2022-07-01 10:00:00") == Told()


@pytest.mark.parametrize("heading", EVENTS)
@pytest.mark.parametrize(
    "text", [*"Y yes true 예 O 1 on unsubscribed 탈퇴 수신거부 8/1/22".split(), "Aug 1, 2022"]
)
def test_a_yes_in_a_column_about_leaving_is_no_longer_active(heading: str, text: str) -> None:
    assert told(heading, text).standing is EVENTS[heading]


@pytest.mark.parametrize("heading", EVENTS)
@pytest.mark.parametrize(
    "text", ["", " ", "N", "no", "FALSE", "아니오", "0", "-", "null", "정상", "0000-00-00"]
)
def test_nothing_and_no_in_a_column_about_leaving_say_nothing(heading: str, text: str) -> None:
    assert told(heading, text) == Told()


@pytest.mark.parametrize("heading", EVENTS)
@pytest.mark.parametrize("text", ["maybe", "동의", "confirmed", "pending", "vip", "3"])
def test_a_word_that_can_be_read_in_two_ways_is_refused(heading: str, text: str) -> None:
    with raises(ContentError, "subscribers.unknown-field"):
        told(heading, text)


def test_a_cross_is_a_no_in_korean_and_may_be_a_tick_in_english() -> None:
    assert told("탈퇴", "X") == Told()
    with raises(ContentError, "subscribers.unknown-field", value="'X'"):
        told("bounced", "X")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022-07-01 10:00:00", datetime(2022, 7, 1, 1, tzinfo=UTC)),
        ("2022-07-01T10:00:00+00:00", datetime(2022, 7, 1, 10, tzinfo=UTC)),
        ("2022. 7. 1.", datetime(2022, 6, 30, 15, tzinfo=UTC)),
        ("1656633600", datetime(2022, 7, 1, tzinfo=UTC)),
        ("1656633600000", datetime(2022, 7, 1, tzinfo=UTC)),
        ("2023-07-01", NOW),
        ("July 1, 2022", datetime(2022, 6, 30, 15, tzinfo=UTC)),
        ("7/1/2022", None),
        ("Y", None),
    ],
)
def test_the_time_of_leaving_is_kept_where_it_can_be_read(
    text: str, expected: datetime | None
) -> None:
    assert told("UNSUB_TIME", text) == Told(Standing.UNSUBSCRIBED, expected)


@pytest.mark.parametrize("heading", EVENTS)
@pytest.mark.parametrize(
    "text",
    [
        *"9999-12-31 2999-12-31 2099-12-31 0001-01-01 1900-01-01 1970-01-01 1899-12-30".split(),
        *"99991231 19000101 9999.12.31 12/31/9999 01/01/0001 1/1/1900 31.12.2999 00010101".split(),
        *("9999-12-31 23:59:59", "9999-12-31T23:59:59.999+09:00", "0001-01-01T00:00:00Z"),
        *("1970-01-01 09:00:00", "9999년 12월 31일", "2999. 12. 31.", "99991231235959", "2958465"),
        *("1900-01-00", "2030-01-01", "2023-08-03", "1753-01-01", "31-Dec-9999", "1980-01-01"),
    ],
)
def test_a_date_that_stands_for_none_neither_unsubscribes_nor_keeps(
    heading: str, text: str
) -> None:
    with raises(ContentError, "subscribers.unknown-field"):
        told(heading, text)


@pytest.mark.parametrize(
    "text",
    [
        "2022",
        "202207",
        "1994-05-06",
        "Fri, 01 Jul 2022 10:00:00 +0900",
        "2022-07-32",
        "20220701100000",
    ],
)
def test_a_date_that_is_not_read_whole_still_says_that_somebody_left(text: str) -> None:
    assert told("해지일", text).standing is Standing.UNSUBSCRIBED


@pytest.mark.parametrize("text", ["", "active", "구독 중", "Regular", "enabled", "Y"])
def test_a_standing_that_may_be_written_to_is_active(text: str) -> None:
    assert told("status", text).standing is Standing.ACTIVE


@pytest.mark.parametrize("text", ["N", "opted_out", "미동의", "휴면", "inactive", "수신안함"])
def test_a_standing_that_may_not_is_unsubscribed(text: str) -> None:
    assert told("구독상태", text).standing is Standing.UNSUBSCRIBED


@pytest.mark.parametrize("text", ["pending", "unconfirmed", "1", "0", "없음"])
def test_a_standing_that_nobody_can_read_is_refused(text: str) -> None:
    with raises(ContentError, "subscribers.unknown-standing"):
        told("status", text)


def test_the_strictest_column_counts_with_its_own_time() -> None:
    heading = "status,UNSUB_TIME,CLEAN_TIME,수신동의"

    assert told(heading, "active", "2022-07-02", "2022-07-03", "Y") == Told(
        Standing.SUPPRESSED, datetime(2022, 7, 2, 15, tzinfo=UTC)
    )
    assert told(heading, "active", "2022-07-02", "", "N") == Told(
        Standing.UNSUBSCRIBED, datetime(2022, 7, 1, 15, tzinfo=UTC)
    )
    assert told(heading, "active", "", "", "").standing is Standing.UNSUBSCRIBED


def test_the_later_of_two_times_of_consent_confirms_the_other() -> None:
    heading = "OPTIN_TIME,CONFIRM_TIME"

    assert told(heading, "", "2022-07-02") == told(heading, "2022-07-01", "2022-07-02")


@pytest.mark.parametrize(
    "heading",
    [
        "OPTIN_TIME,CONFIRM_TIME",
        "수신동의일,구독일",
        "subscribed_at,Consent Date",
        "동의일,수신동의일자",
    ],
)
@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("2022-07-01", "", Standing.ACTIVE),
        ("", "2022-07-01", Standing.ACTIVE),
        (" ", "Y", Standing.ACTIVE),
        ("2022-06-01", "2022-07-01", Standing.ACTIVE),
        ("", "", Standing.UNSUBSCRIBED),
        ("2022-07-01", "N", Standing.UNSUBSCRIBED),
        ("-", "2022-07-01", Standing.ACTIVE),
        ("0000-00-00", "", Standing.UNSUBSCRIBED),
    ],
)
def test_one_of_several_dates_that_are_said_to_be_consent_is_enough(
    heading: str, first: str, second: str, expected: Standing
) -> None:
    names = heading.split(",")
    columns = columns_of(names, {squeezed(name): Meaning.CONSENT for name in names})

    assert teller(columns, CONSENT)([first, second]).standing is expected


def test_a_consent_without_a_date_in_its_heading_must_be_said_in_every_column() -> None:
    assert told("이메일 수신동의,마케팅 수신동의", "Y", "").standing is Standing.UNSUBSCRIBED
    assert told("수신동의,SMS동의일", "", "2022-07-01").standing is Standing.UNSUBSCRIBED


def test_every_column_that_cannot_be_read_is_named() -> None:
    with raises(ContentError, "subscribers.several-faults"):
        told("탈퇴,수신동의,반송", "글쎄", "Y", "아마")


def test_a_word_is_remembered_and_times_do_not_fill_the_memory() -> None:
    read_field = field_teller(Column(0, "left", Meaning.LEFT_AT, Ground.KNOWN), CONSENT)
    minutes = [datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=n) for n in range(11_000)]

    assert [read_field(when.isoformat()).since for when in minutes] == minutes
    assert read_field("Y") is read_field("Y") or read_field("Y") == read_field("Y")


def test_an_empty_field_of_consent_is_on_record_as_such_beside_the_words_of_another() -> None:
    alone = told("수신동의", "").why.because
    both = told("수신동의,탈퇴일", "", "2022-07-01").why.because

    empty = phrase("subscribers.told-by-empty", column="수신동의")
    assert alone == empty
    assert both == phrase("subscribers.several-reasons", reasons=[empty, "탈퇴일: 2022-07-01"])
    assert str(both) == "수신동의: (empty); 탈퇴일: 2022-07-01"


@pytest.mark.parametrize("field", ["2022-08-01\x00foo", "2022-08-01\n\x1b[2J", "\x00 2022.08.01 z"])
def test_what_is_kept_of_a_field_is_one_line_that_every_database_can_hold(field: str) -> None:
    because = told("left_at,\x1b[31mopted out", field, "yes").why.because
    assert isinstance(because, str)

    assert because.startswith("left_at: ")
    assert because.isprintable()


@pytest.mark.parametrize(
    ("text", "standing", "cause"),
    [
        ("", Standing.ACTIVE, None),
        ("전화 확인", Standing.ACTIVE, None),
        ("active", Standing.ACTIVE, None),
        ("탈퇴", Standing.UNSUBSCRIBED, Cause.WITHDREW),
        ("2022. 8. 1. 전화로 수신거부", Standing.UNSUBSCRIBED, Cause.WITHDREW),
        ("반송됨", Standing.SUPPRESSED, Cause.BOUNCED),
        ("메일 반송 2회", Standing.SUPPRESSED, None),
    ],
)
def test_of_notes_only_words_about_leaving_count(
    text: str, standing: Standing, cause: Cause | None
) -> None:
    read_field = field_teller(Column(0, "비고", Meaning.NOTES, Ground.SAID), CONSENT)

    assert read_field(text).standing is standing
    assert read_field(text).why.cause is cause


@given(
    st.sampled_from(CONSENTS),
    st.sampled_from(
        ["", " ", "N", "no", "false", "아니오", "X", "0", "미동의", "수신안함", "거부"]
    ),
    st.dictionaries(
        st.sampled_from("status bounced opted_out 이름 SMS수신동의 마케팅활용동의".split()),
        st.sampled_from(["", "Y", "yes", "active", "2022-07-01", "true", "아무말"]),
    ),
    st.randoms(use_true_random=False),
)
def test_no_row_whose_telling_column_says_no_is_ever_active(
    heading: str, no: str, others: dict[str, str], order: object
) -> None:
    cells = [("email", "minji@example.org"), (heading, no), *others.items()]
    order.shuffle(cells)  # type: ignore[attr-defined]  # Hypothesis' own Random

    [row] = read(",".join(h for h, _ in cells) + "\n" + ",".join(t for _, t in cells) + "\n")

    assert not isinstance(row, Row) or row.standing is not Standing.ACTIVE


@given(st.sampled_from([*CONSENTS, *EVENTS, "status"]), st.text(min_size=1, max_size=12))
def test_a_text_that_nobody_foresaw_is_never_taken_for_a_yes(heading: str, text: str) -> None:
    try:
        standing = told(heading, f"§{text}").standing
    except ContentError:
        return

    assert standing is not Standing.ACTIVE
