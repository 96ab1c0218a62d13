"""An import, told to an operator who reads Korean; what is typed or read by machines stays."""

import csv
import shlex
from pathlib import Path

import pytest
from click.testing import Result

from newsletter.cli.readers.import_table import MEANINGS
from tests.cli.korean import english_in, korean, too_long_in
from tests.cli.test_subscribers import site
from tests.stage.clocked import ClockedStage
from tests.stage.readers import ReaderList

__all__ = ["korean", "site"]

pytestmark = pytest.mark.usefixtures("korean")

MINJI = "minji@example.org"


def rows_of(result: Result) -> list[str]:
    """Return the lines of a summary that count rows."""
    return [line for line in result.stdout.splitlines() if line.startswith("  ")]


def test_the_sum_of_an_import_stands_in_level_columns(site: ReaderList) -> None:
    site.run("add", MINJI)
    rows = [
        f"{MINJI},unsubscribed",
        "a@example.org,",
        "a@example.org,",
        "b@example.org,탈퇴",
        "bad,",
    ]
    file = site.write("\n".join(["email,status,전화", *(f"{row},1" for row in rows)]))

    result = site.run("import", file)

    assert result.exit_code == 1
    assert rows_of(result) == [
        "  신규               1",
        "  갱신               0",
        "  변경 없음          0",
        "  중복               1  파일에 두 번 나온 주소를 합침; 위에 표시",
        "  수신 중단          1  명단이나 앞의 행에서는 수신 중, 이제는 아님; 위에 표시",
        "  제외               1  수신 거부·발송 중지; 가져오기로 되돌리지 않음",
        "  거절               1  위에 표시",
    ]
    assert "5개 행 (UTF-8, 쉼표 구분)" in result.stdout
    assert "읽지 않은 열: 전화" in result.stdout
    assert "거절된 행을 고쳐 파일을 다시 가져오십시오." in result.stdout
    assert english_in(result.stdout) == too_long_in(result.stdout) == []


def test_rows_that_are_named_say_in_korean_what_became_of_them(site: ReaderList) -> None:
    site.run("add", MINJI)
    site.run("add", "jiho@example.org")
    rows = [f"{MINJI},unsubscribed", "jiho@example.org,bounced", "a@example.org,", "a@example.org,"]
    file = site.write("\n".join(["email,status", *rows]))

    shown = site.run("import", file).stderr

    assert f"{file}:2: {MINJI}: 수신 중에서 수신 거부로 바뀌었습니다" in shown
    assert f"{file}:3: jiho@example.org: 수신 중에서 발송 중지로 바뀌었습니다" in shown
    assert f"{file}:5: a@example.org: 4행에 이미 있어 합쳤습니다." in shown


def test_the_table_of_columns_is_level_and_its_meanings_stay_as_they_are_typed(
    desk: ClockedStage,
) -> None:
    file = desk.root / "list.csv"
    file.write_text("이름,이메일,마케팅 수신 여부,SMS 수신 여부,\n하나,yes@example.org,수신함,,\n")

    shown = desk.run("subscribers", "import", str(file), "--dry-run")

    assert f"{file}:1: 각 열을 다음과 같이 읽습니다." in shown
    assert shown.splitlines()[1:6] == [
        "이름                   name",
        "이메일                 email",
        "마케팅 수신 여부       consent",
        "SMS 수신 여부          읽지 않음 (메일 수신에 관한 열이 아님)",
        "(5번째 열, 이름 없음)  읽지 않음",
    ]
    assert "행: 수신 중 1, 수신 거부 0, 발송 중지 0, 읽을 수 없음 0" in shown
    assert "예: yes@example.org, 하나, 수신 중" in shown
    assert "모의 실행(--dry-run): 명단을 바꾸지 않았습니다." in shown
    assert f"다음: newsletter subscribers import {file}" in shown
    assert english_in(shown) == too_long_in(shown) == []


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    return ClockedStage(tmp_path, readers=0)


DOUBTS = [
    ("마케팅 활용 동의", "Y", "'마케팅 활용 동의'는 알려진 열 이름이 아니므로 consent(으)로"),
    ("미수신", "Y", "'미수신'은 left-at일 수도 consent일 수도 있습니다."),
    ("메모", "수신 거부", "'메모' 열에 수신 거부를 뜻할 수 있는 내용이 있어('수신 거부')"),
    ("수신동의", "글쎄요", "'수신동의' 열은 consent을(를) 뜻하는데 읽을 수 없는 내용이"),
    ("수신동의일", "", "'수신동의일' 열에 날짜가 없는 1개 행은"),
]


@pytest.mark.parametrize(("heading", "field", "reason"), DOUBTS)
def test_what_is_not_certain_is_said_with_a_command_that_runs(
    desk: ClockedStage, heading: str, field: str, reason: str
) -> None:
    file = desk.root / "list.csv"
    file.write_text(f"email,{heading}\na@example.org,{field}\n", encoding="utf-8")

    shown = desk.run("subscribers", "import", str(file), status=1)

    [command] = [line for line in shown.splitlines() if line.startswith("newsletter subscribers")]
    assert f"{file}:1: {reason}" in shown
    assert english_in(shown.replace(MEANINGS, "")) == []
    words = command.replace("|consent", "")
    desk.run(*shlex.split(words)[1:], status=1 if field == "글쎄요" else 0)


def test_a_column_that_can_mean_either_is_explained(desk: ClockedStage) -> None:
    file = desk.root / "list.csv"
    file.write_text("email,미수신\na@example.org,Y\n", encoding="utf-8")

    shown = desk.run("subscribers", "import", str(file), status=1)

    assert "미수신  left-at 또는 consent: 지정 필요, left-at(으)로 집계" in shown
    assert "left-at|consent 대신, 그 열의 ‘예’가 받지 않겠다는 뜻이면 left-at을(를)," in shown


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("메모=what", "'메모=what': NAME=MEANING 형식이 아닙니다."),
        ("nobody=ignore", "'nobody' 열이 없습니다. 파일의 열: 'email', '메모'"),
    ],
)
def test_what_is_said_of_no_column_is_refused(site: ReaderList, words: str, told: str) -> None:
    result = site.run("import", site.write("email,메모\na@example.org,\n"), "--column", words)

    assert result.exit_code == 2
    assert told in result.stderr


def test_the_question_of_an_import_is_asked_in_korean(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path, readers=0, language="ko")
    file = desk.root / "list.csv"
    file.write_text("email,마케팅 활용 동의\na@example.org,Y\n", encoding="utf-8")
    question = "표에 나온 대로 가져오시겠습니까?"

    refused = desk.type("subscribers", "import", str(file), dialogue={question: "n\n"}, status=1)
    desk.type("subscribers", "import", str(file), dialogue={question: "y\n"})

    assert "명단을 바꾸지 않았습니다. 열의 의미를 지정하십시오." in refused
    assert desk.site.records.book().find("a@example.org") is not None


def test_rejects_have_the_same_columns_in_every_language(site: ReaderList) -> None:
    rejects = site.folder / "rejects.csv"
    site.run("import", site.write("email,이름\nbad,하나\n"), "--rejects", rejects)

    [heading, row] = csv.reader(rejects.read_text(encoding="utf-8").splitlines())

    assert heading == ["line", "reason", "email", "이름"]
    assert [row[0], *row[2:]] == ["2", "bad", "하나"]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_reason_in_the_rejects_is_no_remark_on_the_reader(
    site: ReaderList, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Corrected and imported again, the row comes in, whatever its reason quotes."""
    monkeypatch.setenv("NEWSLETTER_LANGUAGE", language)
    file = site.write("email,name,consented_at\nminji@example.org,김민지,탈퇴\n")
    rejects = site.folder / "rejects.csv"
    site.run("import", file, "--rejects", rejects)
    refused = rejects.read_text(encoding="utf-8")
    assert refused.startswith('"line","reason","email",')

    corrected = site.write(refused.replace('"김민지","탈퇴"', '"김민지","2022-07-01"'))
    site.run("import", corrected)

    monkeypatch.setenv("NEWSLETTER_LANGUAGE", "en")
    assert (
        '"standing": "active"'
        in site.run("show", "minji@example.org", "--json", "--because", "x").stdout
    )
