"""What is printed of a dispatch to those who read Korean; what machines read stays as it is."""

import json
import os
import re
import signal
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from newsletter.cli.cells import width
from newsletter.cli.naming import name_act, name_edition
from newsletter.cli.stopping import stopping
from newsletter.cli.waiting import wait_for
from newsletter.cli.watching import Onlooker
from newsletter.cli.wording import say
from newsletter.delivery.provider import Accepted, Deferred
from newsletter.desk.process import Process
from newsletter.dispatch.control import PROGRAM, Act
from newsletter.dispatch.resumption import Resumption
from newsletter.dispatch.run_counts import RunCounts
from newsletter.dispatch.states import State
from newsletter.errors import UnfinishedError
from newsletter.lang import EditionKind
from newsletter.phrases import phrase
from tests.makers import ISSUE_ID
from tests.stage.clocked import NOW, ClockedStage

NINE: Final = "2022-08-26 09:00"
APPOINT: Final = ("dispatch", ISSUE_ID, "--at", NINE, "--yes", "--no-wait", "--by", "anna")
EARNEST: Final = "outbox:outbox?delivers=yes"
COMMAND: Final = re.compile(r"newsletter [a-z]+( [\w-]+)*")
ENGLISH: Final = re.compile(r"[A-Za-z]+[,;:]? [A-Za-z]+[,;:]? [A-Za-z]+")


@pytest.fixture(autouse=True)
def _korean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "ko")


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    """A dispatch of four: one has it, one is put off, one unknown, one pending."""
    desk = ClockedStage(tmp_path, language="ko")
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.forget(1)
    desk.defer(2, due_at=NOW + timedelta(minutes=64))
    desk.lose_answers(3)
    return desk


def english_in(lines: Sequence[str]) -> list[str]:
    """Return the lines that hold three English words in a row, commands left out."""
    return [line for line in lines if ENGLISH.search(COMMAND.sub("", line))]


def test_how_an_issue_stands_is_said_in_korean_and_in_level_columns(desk: ClockedStage) -> None:
    desk.run(*APPOINT)
    desk.run("pause", ISSUE_ID, "--by", "김민지", "--because", "제목을 고칩니다")
    desk.site.records.ledger().pause_domain("naver.com", NOW + timedelta(minutes=10), "too many")

    lines = desk.run("status", ISSUE_ID).splitlines()

    assert lines[0].endswith("  미완료")
    assert lines[1:3] == [
        "  일시중지   2022-08-26 08:00 KST, 담당자 김민지",
        "             제목을 고칩니다",
    ]
    assert lines[3].startswith("  예약       2022-08-26 09:00 KST (")
    assert lines[3].endswith(" 뒤), 담당자 anna")
    assert lines[5:7] == [
        "  보류       naver.com, 2022-08-26 08:10 KST까지",
        "  예행발송   실제로 보내지 않고 메일을 폴더에 씁니다.",
    ]
    table = lines[7:12]
    headings = ["계획", "접수", "일시 거절", "수신 거절", "확인 불가", "제외", "대기"]
    assert re.split("  +", table[0].strip()) == headings
    assert table[4].split() == ["합계", "4", "1", "1", "0", "1", "0", "1"]
    assert len({width(line) for line in table}) == 1
    assert max(width(line) for line in lines) <= 80
    assert english_in(lines) == []


def test_what_has_come_and_what_is_over_is_said_in_korean(desk: ClockedStage) -> None:
    desk.run(*APPOINT)
    desk.site.now += timedelta(hours=1)

    assert "  예약       2022-08-26 09:00 KST (발송할 시각이 되었음), 담당자 anna" in desk.run(
        "status"
    )

    desk.run("cancel", ISSUE_ID, "--because", "wrong month", "--by", "minji", "--yes")
    shown = desk.run("status", ISSUE_ID)

    assert "  취소       2022-08-26 09:00 KST, 담당자 minji\n             wrong month\n" in shown


def test_an_issue_that_nothing_was_begun_of_is_said_in_korean(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    assert desk.run("status") == "아직 발송한 호가 없습니다.\n"

    desk.run(*APPOINT)
    lines = desk.run("status").splitlines()

    assert lines[0] == "2022-08  시작 전"
    assert lines[-1].startswith("보관본    메일 1")
    assert lines[-1].endswith(", 0.0MB(그림 포함)")


def test_a_diary_names_every_act_in_korean(desk: ClockedStage) -> None:
    desk.run("pause", ISSUE_ID, "--by", "김민지", "--because", "제목")
    desk.site.now += timedelta(minutes=5)
    desk.run("resume", ISSUE_ID, "--by", "anna")

    lines = desk.run("status", ISSUE_ID, "--diary").splitlines()

    assert lines[-3:] == [
        "  2022-08-26 08:00 KST  일시중지, 담당자 김민지",
        "                        제목",
        "  2022-08-26 08:05 KST  재개, 담당자 anna",
    ]


@pytest.mark.parametrize("words", [("--json",), ("--json", "--diary"), ("--list", "unknown")])
def test_what_machines_read_is_the_same_in_every_language(
    desk: ClockedStage, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.run("pause", ISSUE_ID, "--by", "김민지", "--because", "제목")

    korean = desk.run("status", ISSUE_ID, *words)
    monkeypatch.setenv("LANGUAGE", "en")

    assert korean == desk.run("status", ISSUE_ID, *words)
    if "--json" in words:
        assert json.loads(korean)["halt"]["act"] == "paused"


def test_why_the_program_paused_is_told_to_people_in_their_language_and_to_machines_in_english(
    desk: ClockedStage,
) -> None:
    desk.site.records.diary().pause(ISSUE_ID, PROGRAM, phrase("count.letters", count=3), NOW)

    told = desk.run("status", ISSUE_ID, "--diary").splitlines()
    status = json.loads(desk.run("status", ISSUE_ID, "--json", "--diary"))

    assert told[2] == "             3통"
    assert told[-1] == "                        3통"
    assert status["halt"]["because"] == "3 emails"
    assert status["diary"][-1]["words"] == "3 emails"


def test_a_list_in_a_terminal_has_korean_headings(desk: ClockedStage) -> None:
    shown = desk.type("status", ISSUE_ID, "--list", "deferred", dialogue={})

    assert shown.split()[:4] == ["주소", "판", "시도", "응답"]
    assert "r2@example.org" in shown
    assert "한국어판" in shown
    nobody = desk.type("status", ISSUE_ID, "--list", "refused", dialogue={})
    assert nobody.strip() == "해당하는 구독자가 없습니다."


def test_what_is_asked_too_much_of_a_list_is_refused_in_korean(desk: ClockedStage) -> None:
    said = desk.run("status", ISSUE_ID, "--list", "unknown", "--json", status=2)

    assert "--list는 구독자만 나열합니다." in said
    assert "--list에는 호를" in desk.run("status", "--list", "unknown", status=2)


def test_a_dispatch_is_told_in_korean_and_in_level_columns(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)

    lines = desk.run("dispatch", ISSUE_ID, "--yes").splitlines()

    assert lines[0] == "호        2022-08  2022-08-26"
    assert lines[1].startswith("다이제스트 ")
    assert lines[2].startswith("발송경로  outbox ")
    editions = [line.partition("[")[0] for line in lines[3:6]]
    assert [line.split()[0] for line in editions] == ["한국어판", "영어판", "통합판"]
    assert len({width(line) for line in editions}) == 1
    assert lines[6] == "교정검사 지적 사항 없음"
    assert lines[-2:] == [
        "이번에 4회 시도했습니다. 발송 계획 4건: 접수 4건",
        "완료      newsletter status 2022-08  (예행 발송: 아무에게도 보내지 않았습니다)",
    ]
    assert english_in(lines[6:]) == []


def test_another_letter_for_those_who_wait_is_told_in_korean(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path, mail_url=EARNEST)
    first = desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "1", status=4).splitlines()[1]
    desk.change_letter()

    goes_on = desk.run("dispatch", ISSUE_ID, "--yes", "--dry-run")
    replaced = desk.run(
        "dispatch", ISSUE_ID, "--yes", "--replace-letter", "--because", "a typo", "--by", "anna"
    )

    letter = "2022-08-26 08:00 KST에 시작한 메일 그대로: 보관되어 있어 제작과 교정 검사를"
    assert f"메일      {letter} 생략합니다." in goes_on
    assert "변경      issues/2022-08/en.md (newsletter diff 2022-08)" in goes_on
    assert f"에게 다이제스트가 {first.split()[1]}인 메일 대신 이 메일을 보냅니다." in replaced
    assert "\n교체      아직 받지 못한 3" in replaced
    assert "완료      newsletter status 2022-08\n" in replaced


def test_a_rehearsal_that_makes_room_is_told_in_korean(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.run("dispatch", ISSUE_ID, "--was-rehearsal", "--because", "practice", "--yes")

    lines = desk.run("status", ISSUE_ID, "--diary").splitlines()

    assert any(line.startswith("  별도보관   ") for line in lines)
    assert any("  예행 발송 별도 보관, 담당자 " in line for line in lines)


def test_what_does_not_fit_a_changed_letter_is_said_in_korean(desk: ClockedStage) -> None:
    desk.run("approve", ISSUE_ID, "--by", "김승인", "--yes")
    desk.run(*APPOINT)
    desk.change_letter()

    lines = desk.run("check", ISSUE_ID).splitlines()

    told = [line for line in lines if line.startswith("불일치    ")]
    other = "다른 메일(다이제스트 …)에 대한 것"
    assert [re.sub(r"[0-9a-f]{12}", "…", line) for line in told] == [
        f"불일치    anna 님이 예약한 2022-08-26 09:00 KST 발송은 {other}이므로 실행하지 않습니다.",
        f"불일치    김승인 님의 승인(2022-08-26 08:00 KST)은 {other}입니다.",
    ]
    assert "          newsletter dispatch 2022-08 --at TIME: 지금의 메일로 예약합니다." in lines


def test_a_ledger_that_cannot_be_read_is_said_in_korean(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    desk.site.close()
    (desk.root / "newsletter.db").write_bytes(b"no database, but " * 100)

    assert "2022-08호의 예약이나 승인이 지금의 메일에 맞는지 알 수 없습니다." in desk.run(
        "check", ISSUE_ID
    )


def test_findings_are_marked_and_counted_in_korean(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path)
    letter = desk.root / "issues" / ISSUE_ID / "en.md"
    letter.write_text(letter.read_text() + "\nIn 1999 there were 77 of them.\n")

    lines = desk.run("check", ISSUE_ID, status=1).splitlines()

    desk.environ["NEWSLETTER_LANGUAGE"] = "ko"
    shown = desk.type("check", ISSUE_ID, dialogue={}, status=1)

    assert lines[0] == "차단    structure         issues/2022-08/en.md:8 (영어판)"
    assert re.fullmatch(r"교정검사 차단 \d+건(, 권고 \d+건)?", lines[-1])
    assert shown.split()[:5] == ["규칙", "내용과", "고치는", "방법", "차단"]
    assert lines[-1] in shown


def test_the_question_is_put_in_korean(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path, language="ko")

    shown = desk.type("dispatch", ISSUE_ID, dialogue={"예행 발송합니다": "no\n"}, status=2)

    assert "메일 4통을 예행 발송합니다. 아무에게도 가지 않습니다." in shown
    assert "발송하지 않았습니다." in shown
    assert desk.states() == {}


def test_a_run_shows_itself_in_korean(capsys: pytest.CaptureFixture[str]) -> None:
    run = RunCounts()
    run.outcomes[Accepted] += 3
    run.outcomes[Deferred] += 1

    with Onlooker().running(ISSUE_ID, 4) as bar:
        bar.show(run, "naver.com")
    with Onlooker().waiting(Resumption(datetime.now(UTC), "naver.com")) as show:
        show(timedelta(minutes=5))
    Onlooker().unwritten(2)
    Onlooker().sent_again(1000, "우체국")

    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "2022-08호 발송: 4건 중 4건 (접수 3건, 일시 거절 1건; naver.com)"
    assert lines[1].startswith("naver.com. Ctrl-C를 누르면 다음 실행으로 미룹니다. 다음 시도까지 5")
    assert lines[2:] == [
        "메일 2통을 작성하지 못했습니다. 로그를 확인하십시오.",
        "확인 불가 1,000건을 다시 보냅니다. 중복된 메일은 우체국이 걸러 냅니다.",
    ]


def test_whoever_waits_no_longer_is_told_in_korean_that_it_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = ClockedStage(tmp_path)
    desk.run(*APPOINT)
    [appointment] = desk.site.records.diary().appointments()

    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt(seconds)

    with pytest.raises(UnfinishedError) as stopped:
        wait_for(desk.site, appointment, Process(rest=interrupt))

    assert str(stopped.value).splitlines() == [
        "이 터미널은 더 기다리지 않지만, 2022-08호의 2022-08-26 09:00 KST 예약은 그대로 남습니다.",
        "  그 시각에 'newsletter dispatch --due'가 발송합니다. 예약을 취소하려면 "
        "'newsletter cancel 2022-08' 명령을 쓰십시오.",
    ]
    shown = capsys.readouterr()
    assert shown.out == "대기      Ctrl-C를 누르면 기다리기만 끝나고 예약은 그대로 남습니다.\n"
    assert shown.err.startswith("2022-08호를 2022-08-26 09:00 KST에 발송합니다. 남은 시간 1")


def test_whoever_stops_a_run_is_answered_in_korean(capsys: pytest.CaptureFixture[str]) -> None:
    stopped: list[bool] = []

    with stopping(lambda: stopped.append(True)):
        os.kill(os.getpid(), signal.SIGTERM)

    assert stopped == [True]
    assert "중단합니다." in capsys.readouterr().err


def test_every_name_of_a_state_an_edition_and_an_act_is_a_korean_one() -> None:
    names = [
        *(say(state.said) for state in State),
        *map(name_edition, EditionKind),
        *map(name_act, Act),
    ]

    assert [name for name in names if name.isascii()] == []
    assert max(width(name) for name in map(name_edition, EditionKind)) <= 9


def test_in_english_every_name_is_the_value_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "en")

    assert [say(state.said) for state in State] == [state.value for state in State]
    assert [name_edition(kind) for kind in EditionKind] == [kind.value for kind in EditionKind]
    assert [name_act(act) for act in Act] == [act.value for act in Act]
