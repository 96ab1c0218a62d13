"""What an import says of a file's columns before it begins, and what it asks."""

import shlex
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.subscribers.book import Selection
from newsletter.subscribers.decisions import enrol
from newsletter.subscribers.subscriber import Standing
from tests.stage.clocked import NOW, ClockedStage
from tests.subscribers.makers import make_row

QUESTION = "Import it as the table says?"
ACTIVE, UNSUBSCRIBED, SUPPRESSED = Standing.ACTIVE, Standing.UNSUBSCRIBED, Standing.SUPPRESSED

MAILCHIMP_CLEANED = """\
"Email Address","First Name","Last Name",MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,CLEAN_TIME,\
CLEAN_CAMPAIGN_TITLE,LEID,EUID,TAGS
gone@example.org,둘,이,2,,"2022-03-01 08:15:22","2022-08-01 10:00:00","August issue",13,ac,
"""
MAILCHIMP_UNSUBSCRIBED = """\
"Email Address","First Name",OPTIN_TIME,CONFIRM_TIME,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_REASON
left@example.org,하나,,"2022-03-01 08:15:22","2022-07-01 10:00:00",July,NORMAL
"""
GHOST = """\
id,email,name,note,subscribed_to_emails,complimentary_plan,created_at,labels
6,yes@example.org,하나,,true,,2021-05-02T10:00:00.000Z,
7,no@example.org,둘,,false,,2021-05-02T10:00:00.000Z,
8,none@example.org,셋,,,,2021-05-02T10:00:00.000Z,
"""
BUTTONDOWN = """\
email_address,notes,tags,subscriber_type,unsubscription_date
in@example.org,,,regular,
out@example.org,,,unsubscribed,2022-07-01T10:00:00+00:00
"""
STIBEE = """\
이메일 주소,이름,구독 상태,광고성 정보 수신 동의,개인정보 수집 및 이용 동의
yes@example.org,하나,구독 중,Y,Y
no@example.org,둘,구독 중,N,Y
gone@example.org,셋,자동 삭제,Y,Y
left@example.org,넷,수신거부,Y,Y
"""
SHOP = """\
이름,이메일,마케팅 수신 여부,SMS 수신 여부,회원등급
하나,yes@example.org,수신함,수신안함,VIP
둘,no@example.org,수신안함,수신함,일반
셋,none@example.org,,수신함,일반
"""
BOUNCES = """\
email,name,bounced,opted_out
b@example.org,B,yes,no
o@example.org,O,no,yes
a@example.org,A,no,no
"""


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    return ClockedStage(tmp_path, readers=0)


def write(desk: ClockedStage, text: str) -> str:
    (desk.root / "list.csv").write_text(text, encoding="utf-8")
    return str(desk.root / "list.csv")


def take_in(desk: ClockedStage, text: str, *words: str, status: int = 0) -> str:
    return desk.run("subscribers", "import", write(desk, text), *words, status=status)


def standings(desk: ClockedStage) -> dict[str, Standing]:
    found = desk.site.records.book().select(Selection())
    return {one.address.partition("@")[0]: one.standing for one in found}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MAILCHIMP_CLEANED, {"gone": SUPPRESSED}),
        (MAILCHIMP_UNSUBSCRIBED, {"left": UNSUBSCRIBED}),
        (GHOST, {"yes": ACTIVE, "no": UNSUBSCRIBED, "none": UNSUBSCRIBED}),
        (BUTTONDOWN, {"in": ACTIVE, "out": UNSUBSCRIBED}),
        (
            STIBEE,
            {"yes": ACTIVE, "no": UNSUBSCRIBED, "gone": SUPPRESSED, "left": UNSUBSCRIBED},
        ),
        (SHOP, {"yes": ACTIVE, "no": UNSUBSCRIBED, "none": UNSUBSCRIBED}),
        (BOUNCES, {"b": SUPPRESSED, "o": UNSUBSCRIBED, "a": ACTIVE}),
    ],
)
def test_who_left_another_service_is_not_active_here(
    desk: ClockedStage, text: str, expected: Mapping[str, Standing]
) -> None:
    take_in(desk, text)

    assert standings(desk) == expected


def test_the_time_of_leaving_comes_along_and_of_joining_does_not(desk: ClockedStage) -> None:
    take_in(desk, BUTTONDOWN)
    out = desk.site.records.book().find("out@example.org")
    take_in(desk, GHOST)
    yes = desk.site.records.book().find("yes@example.org")

    assert out is not None
    assert out.standing_since == datetime(2022, 7, 1, 10, tzinfo=UTC)
    assert yes is not None
    assert yes.consented_at is None


def test_a_table_says_first_what_every_column_is_taken_for(desk: ClockedStage) -> None:
    output = take_in(desk, SHOP, "--dry-run")

    lines = output.splitlines()
    assert lines[0].endswith("list.csv:1: the meaning of the columns")
    assert lines[1:9] == [
        "이름              name",
        "이메일            email",
        "마케팅 수신 여부  consent",
        "SMS 수신 여부     not read (it is not about email)",
        "회원등급          not read",
        "Rows: 1 active, 2 unsubscribed, 0 suppressed; 0 that cannot be read",
        "Example: yes@example.org, 하나, active",
        "Example: no@example.org, 둘, unsubscribed",
    ]


def test_the_table_holds_nothing_that_steers_a_terminal(desk: ClockedStage) -> None:
    output = take_in(desk, "email,name,\x1b[2J\na@example.org,\x1b[31m,\n", status=1)

    assert "\x1b[2J" not in output


UNCERTAIN = [
    ("마케팅 활용 동의", "Y", "consent"),
    ("마케팅 활용 동의", "", "consent"),
    ("개인정보 수집 동의", "Y", "consent"),
    ("더이상 원하지 않음", "", "left-at"),
    ("반송횟수", "0", "bounced-at"),
    ("Newsletter", "yes", "consent"),
    ("status", "vip", "standing"),
    ("수신동의", "글쎄요", "consent"),
    ("탈퇴", "아마", "left-at"),
    ("해지일", "9999-12-31", "left-at"),
    ("bounced_at", "1900-01-01", "bounced-at"),
    ("메모", "수신 거부", "notes"),
    ("Notes", "Unsubscribed", "notes"),
    ("비고", "2022.8.1 탈퇴", "notes"),
    ("Tags", "unsubscribed; vip", "notes"),
    ("수신동의일", "", "consent"),
    ("subscribed_at", "", "consent"),
]


@pytest.mark.parametrize(("heading", "field", "meaning"), UNCERTAIN)
def test_what_is_not_certain_stops_the_import_and_names_the_way(
    desk: ClockedStage, heading: str, field: str, meaning: str
) -> None:
    text = f"email,{heading}\na@example.org,{field}\n"

    output = take_in(desk, text, "--verbose", status=1)

    assert standings(desk) == {}
    assert "Nothing was changed." in output
    [command] = [line for line in output.splitlines() if line.startswith("newsletter subscribers")]
    words = shlex.split(command)
    assert words[-3:] == ["--verbose", "--column", f"{heading}={meaning}"]
    assert "Next:" not in output


@pytest.mark.parametrize(("heading", "field", "meaning"), UNCERTAIN)
def test_the_command_that_is_named_is_certain_and_takes_in_nobody_who_may_have_left(
    desk: ClockedStage, heading: str, field: str, meaning: str
) -> None:
    output = take_in(desk, f"email,{heading}\na@example.org,{field}\n", status=1)
    [command] = [line for line in output.splitlines() if line.startswith("newsletter subscribers")]

    agreed = field in {"Y", "yes", "0"} or (field == "" and meaning == "left-at")
    refused = field in {"vip", "글쎄요", "아마", "9999-12-31", "1900-01-01"}
    desk.run(*shlex.split(command)[1:], status=1 if refused else 0)

    if agreed:
        assert standings(desk) == {"a": ACTIVE}
    else:
        assert standings(desk).get("a", UNSUBSCRIBED) is UNSUBSCRIBED


@pytest.mark.parametrize("heading", ["미수신", "no newsletter", "수신거부 해제", "not subscribed"])
def test_where_a_yes_can_mean_either_nothing_is_proposed(desk: ClockedStage, heading: str) -> None:
    text = f"email,{heading}\na@example.org,Y\nb@example.org,N\n"

    output = take_in(desk, text, status=1)
    [command] = [line for line in output.splitlines() if line.startswith("newsletter subscribers")]
    *words, last = shlex.split(command)[1:]
    desk.run(*words, last, status=2)

    assert standings(desk) == {}
    assert f"'{heading}' may mean left-at or consent" in output
    assert last == f"{heading}=left-at|consent"
    desk.run(*words, last.removesuffix("|consent"))
    assert standings(desk) == {"a": UNSUBSCRIBED, "b": ACTIVE}


def test_where_a_yes_can_mean_either_a_terminal_asks_for_no_yes(desk: ClockedStage) -> None:
    file = write(desk, "email,미수신,마케팅 활용 동의\na@example.org,Y,Y\n")

    shown = desk.type("subscribers", "import", file, dialogue={}, status=1)

    assert QUESTION not in shown
    assert (
        "Instead of left-at|consent write left-at if yes means that the reader refuses email"
        in " ".join(shown.split())  # at a terminal, messages break between words
    )
    assert standings(desk) == {}


def test_the_command_that_is_named_holds_nothing_that_steers_a_terminal(desk: ClockedStage) -> None:
    output = take_in(desk, "email,\x1b[2J수신 \x1b]0;x\x07동의?\na@example.org,아마\n", status=1)

    assert "\x1b" not in output
    assert "\x07" not in output
    [command] = [line for line in output.splitlines() if line.startswith("newsletter subscribers")]
    desk.run(*shlex.split(command)[1:], status=1)


def test_the_remedy_for_two_dates_keeps_those_who_have_one_of_them(desk: ClockedStage) -> None:
    text = (
        "Email Address,OPTIN_TIME,CONFIRM_TIME\n"
        "a@example.org,,2022-03-01 08:15:22\n"
        "b@example.org,2022-03-01 08:15:22,\n"
        "c@example.org,2022-03-01 08:15:22,2022-03-01 08:15:22\n"
        "d@example.org,,\n"
    )

    output = take_in(desk, text, status=1)
    [command] = [line for line in output.splitlines() if line.startswith("newsletter subscribers")]
    desk.run(*shlex.split(command)[1:])

    assert standings(desk) == {"a": ACTIVE, "b": ACTIVE, "c": ACTIVE, "d": UNSUBSCRIBED}


@pytest.mark.parametrize(
    ("meaning", "field", "expected"),
    [
        ("standing", "unsubscribed", UNSUBSCRIBED),
        ("standing", "", ACTIVE),
        ("consent", "", UNSUBSCRIBED),
        ("consent", "네", ACTIVE),
        ("consented-at", "2022-07-01", ACTIVE),
        ("left-at", "2022-07-01", UNSUBSCRIBED),
        ("left-at", "no", ACTIVE),
        ("bounced-at", "1", SUPPRESSED),
        ("complained-at", "2022. 7. 1.", SUPPRESSED),
        ("notes", "VIP", ACTIVE),
        ("notes", "", ACTIVE),
        ("notes", "탈퇴 (전화)", UNSUBSCRIBED),
        ("notes", "bounced", SUPPRESSED),
        ("ignore", "unsubscribed", ACTIVE),
        ("name", "unsubscribed", ACTIVE),
        ("language", "ko", ACTIVE),
    ],
)
def test_what_is_said_of_a_column_makes_it_certain(
    desk: ClockedStage, meaning: str, field: str, expected: Standing
) -> None:
    take_in(desk, f"email,기타 (1)\na@example.org,{field}\n", "--column", f"기타 1={meaning}")

    assert standings(desk) == {"a": expected}


def test_the_column_of_addresses_can_be_said(desk: ClockedStage) -> None:
    text = "email,Contact\nold@example.org,new@example.org\n"

    take_in(desk, text, "--column", "contact=email")

    assert standings(desk) == {"new": ACTIVE}


@pytest.mark.parametrize("words", ["메모=what", "메모", "nobody=ignore"])
def test_what_is_said_of_no_column_or_in_no_word_is_refused(desk: ClockedStage, words: str) -> None:
    output = take_in(desk, "email,메모\na@example.org,\n", "--column", words, status=2)

    assert standings(desk) == {}
    assert "--column" in output


def test_one_column_cannot_mean_two_things(desk: ClockedStage) -> None:
    said = ["--column", "메모=ignore", "--column", "메모=consent"]

    take_in(desk, "email,메모\na@example.org,\n", *said, status=2)

    assert standings(desk) == {}


def test_on_a_terminal_it_asks_and_a_no_changes_nothing(desk: ClockedStage) -> None:
    file = write(desk, "email,마케팅 활용 동의\na@example.org,Y\nb@example.org,N\n")

    shown = desk.type("subscribers", "import", file, dialogue={QUESTION: "n\n"}, status=1)

    assert "Nothing was changed." in shown
    assert standings(desk) == {}


def test_on_a_terminal_a_yes_imports_it_as_the_table_says(desk: ClockedStage) -> None:
    file = write(desk, "email,마케팅 활용 동의\na@example.org,Y\nb@example.org,N\n")

    desk.type("subscribers", "import", file, dialogue={QUESTION: "y\n"})

    assert standings(desk) == {"a": ACTIVE, "b": UNSUBSCRIBED}


def test_on_a_terminal_nothing_is_asked_where_every_column_is_certain(desk: ClockedStage) -> None:
    shown = desk.type("subscribers", "import", write(desk, SHOP), dialogue={})

    assert QUESTION not in shown


def test_others_can_change_the_list_while_the_question_is_open(desk: ClockedStage) -> None:
    file = write(desk, "email,마케팅 활용 동의\na@example.org,Y\n")

    def meanwhile() -> str:
        book: SqlSubscriberBook = desk.site.records.book()
        with book.opened() as page:
            enrol(make_row("meanwhile@example.org"), page, NOW)
        return "y\n"

    desk.type("subscribers", "import", file, dialogue={QUESTION: meanwhile})

    assert standings(desk) == {"meanwhile": ACTIVE, "a": ACTIVE}


def test_a_file_changed_while_the_question_is_open_is_not_imported(desk: ClockedStage) -> None:
    file = write(desk, "email,마케팅 활용 동의\na@example.org,Y\n")

    def meanwhile() -> str:
        write(desk, "email,마케팅 활용 동의\na@example.org,Y\nb@example.org,Y\n")
        return "y\n"

    shown = desk.type("subscribers", "import", file, dialogue={QUESTION: meanwhile}, status=1)

    assert "the file was changed after its table was printed" in " ".join(shown.split())
    assert standings(desk) == {}
