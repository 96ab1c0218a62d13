"""The commands about readers, to an operator who reads Korean; what machines read stays."""

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from newsletter.cli.cells import width
from newsletter.cli.readers.list_all import _print_tables
from newsletter.cli.wording import use_language
from newsletter.subscribers.subscriber import Standing
from tests.cli.korean import english_in, korean, starts_of
from tests.cli.test_subscribers import EXAMPLE, site
from tests.makers import ISSUE_ID
from tests.stage.clocked import ClockedStage
from tests.stage.readers import ReaderList
from tests.subscribers.makers import make_subscriber

__all__ = ["korean", "site"]

pytestmark = pytest.mark.usefixtures("korean")

MINJI, NEW = "minji@example.org", "new@example.org"


def test_what_is_decided_about_a_reader_is_told_in_korean(site: ReaderList) -> None:
    by = ("--by", "김민지")
    told = [
        site.run(*words).stdout
        for words in (
            ("add", MINJI),
            ("add", MINJI),
            ("add", MINJI, "--name", "김민지"),
            ("suppress", MINJI, "--because", "자동 회신", *by),
            ("suppress", MINJI, "--because", "자동 회신", *by),
            ("unsuppress", MINJI, *by),
            ("unsuppress", MINJI, *by),
            ("change-address", MINJI, NEW, *by),
            ("remove", NEW, *by),
            ("remove", NEW, *by),
        )
    ]

    assert [one.splitlines()[0] for one in told] == [
        f"{MINJI}: 추가했습니다.",
        f"{MINJI}: 바뀐 내용이 없습니다.",
        f"{MINJI}: 새로운 내용을 반영했습니다.",
        f"{MINJI}: 발송을 중지했습니다(담당자 김민지). 이 주소로 메일을 보내지 않습니다.",
        f"{MINJI}: 이미 발송 중지 상태이므로 바꾸지 않았습니다.",
        f"{MINJI}: 수신 중으로 바꾸었습니다(담당자 김민지). 다음 호부터 보냅니다.",
        f"{MINJI}: 이미 수신 중 상태이므로 바꾸지 않았습니다.",
        f"{MINJI}: 주소를 {NEW}(으)로 바꾸었습니다. 식별자, 동의일, 발송 기록은 그대로입니다.",
        f"{NEW}: 수신 거부로 처리했습니다. 파일을 가져와도 다시 등록되지 않습니다.",
        f"{NEW}: 이미 수신 거부 상태이므로 바꾸지 않았습니다.",
    ]
    assert f"되돌리려면: newsletter subscribers unsuppress {MINJI}\n" in told[3]
    assert english_in("".join(told)) == []


def test_one_reader_is_shown_in_level_columns(site: ReaderList) -> None:
    site.run("add", MINJI, "--language", "ko", "--consented-at", "2022-07-01")
    site.run("remove", MINJI, "--because", "전화로 요청", "--by", "이하나")

    shown = site.run("show", MINJI).stdout.splitlines()

    assert shown[:7] == [
        "주소       minji@example.org",
        "이름       (없음)",
        "언어       ko",
        "상태       2022-08-01 12:00 (Asia/Seoul)부터 수신 거부",
        "사유       수신 거부: 전화로 요청 (담당자 이하나)",
        "동의일     2022-07-01",
        "이력       오래된 것부터",
    ]
    assert [line for line in shown[7:] if "동의:" in line][:2] == [
        "  2022-07-01            동의: 동의",
        "  2022-08-01 12:00 KST  동의: 철회",
    ]


def test_what_a_reader_was_sent_is_shown_in_korean(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path, readers=1)
    use_language("en")
    desk.run("dispatch", ISSUE_ID, "--yes")
    use_language("ko")

    shown = desk.run("subscribers", "show", "r1@example.org")

    assert f"  2022-08-26 08:00 KST  {ISSUE_ID}호(한국어판): 접수(예행 발송)" in shown


def test_the_list_on_a_terminal_is_headed_in_korean_and_level() -> None:
    terminal = StringIO()
    readers = [
        replace(make_subscriber(name="김"), standing=Standing.UNSUBSCRIBED),
        make_subscriber("a@example.org", "Emma"),
    ]

    _print_tables(iter(readers), terminal)

    shown = terminal.getvalue()
    assert shown.split()[:4] == ["주소", "언어", "상태", "이름"]
    assert len(starts_of(shown, "상태", "수신 거부", "수신 중")) == 1
    assert len(starts_of(shown, "이름", "김", "Emma")) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("list",),
        ("list", "--standing", "unsubscribed"),
        ("show", "emma.taylor@example.org", "--json", "--because", "x"),
        ("export", "--because", "이전"),
    ],
)
def test_what_machines_read_is_the_same_in_every_language(
    site: ReaderList, words: tuple[str, ...]
) -> None:
    site.run("import", EXAMPLE)
    site.run("remove", "emma.taylor@example.org")

    korean = site.run(*words).stdout.partition('"accesses"')[0]  # each look adds to these
    use_language("en")

    assert korean
    assert korean == site.run(*words).stdout.partition('"accesses"')[0]


def test_beside_what_machines_read_the_terminal_speaks_korean(site: ReaderList) -> None:
    site.run("import", EXAMPLE)

    exported, listed = site.run("export", "--because", "이전").stderr, site.run("list").stderr

    assert "issues/publication.yaml의 list_id도 함께 옮겨야 합니다." in exported
    assert max(map(width, exported.splitlines())) <= 80
    assert listed == "구독자 20명: ko 6, en 6, both 5, none 3\n"
