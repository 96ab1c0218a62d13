"""Settling, backups and keys, to an operator who reads Korean."""

import re
from pathlib import Path

import pytest

from newsletter.cli.wording import say, use_language
from newsletter.desk.words import readers
from newsletter.dispatch.states import State
from tests.cli.korean import english_in, korean, starts_of, too_long_in
from tests.cli.test_dkim_key import record_of
from tests.cli.test_resolve_log import message_ids, postfix_lines, set_states
from tests.makers import ISSUE_ID
from tests.stage.clocked import ClockedStage
from tests.stage.site import make_stage

__all__ = ["korean"]

pytestmark = pytest.mark.usefixtures("korean")

RESEND = ("resolve", ISSUE_ID, "--unknown", "resend", "--by", "김민지")
ASSUME = ("resolve", ISSUE_ID, "--unknown", "assume-accepted", "--by", "김민지")


def in_doubt(folder: Path) -> ClockedStage:
    """Make a site of four readers: two have the letter, two are in doubt."""
    desk = ClockedStage(folder, language="ko")
    use_language("en")
    desk.run("dispatch", ISSUE_ID, "--yes")
    use_language("ko")
    desk.lose_answers(2, 3)
    return desk


@pytest.mark.parametrize(
    ("words", "risk", "settled"),
    [
        (RESEND, "resend: 이미 받은 사람은", "확인 불가 2건을 다시 대기로 바꾸었습니다("),
        (ASSUME, "assume-accepted: 받지 못한 사람은", "확인 불가 2건을 접수된 것으로 보았습니다("),
    ],
)
def test_what_is_in_doubt_is_named_in_level_columns(
    tmp_path: Path, words: tuple[str, ...], risk: str, settled: str
) -> None:
    desk = in_doubt(tmp_path)

    output = desk.run(*words, "--yes")

    doubted = f"{say(readers(2))}: 메일이 나갔으나 응답을 받지 못했습니다."
    assert "  r2@example.org  한국어판, 1차 시도, 2022-08-26 08:00:00 KST 발송\n" in output
    assert starts_of(output, doubted, risk, settled, "newsletter ") == {9}
    assert english_in(output) == too_long_in(output) == []


def test_the_issue_is_asked_for_in_korean_and_typed_as_it_is(tmp_path: Path) -> None:
    desk = in_doubt(tmp_path)
    question = "확인 불가 2건의 처리 결과를 확정합니다."

    refused = desk.type(*RESEND, dialogue={question: "아니요\n"}, status=2)
    desk.type(*RESEND, dialogue={question: f"{ISSUE_ID}\n"})

    assert "확정하지 않았습니다" in refused
    assert desk.states()[State.PENDING] == 2


def test_where_nothing_is_in_doubt_that_is_said(tmp_path: Path) -> None:
    desk = in_doubt(tmp_path)
    tried = desk.run(*RESEND, "--dry-run")
    desk.run(*ASSUME, "--yes")

    assert tried.endswith("아무것도 바꾸지 않았습니다.\n")
    assert desk.run(*RESEND, "--yes") == (
        f"{ISSUE_ID}호에는 확인 불가인 건이 없습니다. 아무것도 바꾸지 않았습니다.\n"
    )


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ((), "--from-log FILE 중 한 가지를 지정하십시오."),
        (("--from-log", "{log}", "--only", "r1@example.org"), "--only는 --unknown과 함께 씁니다."),
        (("--unknown", "resend", "{log}"), "{log}: 로그 파일 이름 앞에 --from-log를 쓰십시오."),
    ],
)
def test_what_cannot_be_meant_is_refused(
    tmp_path: Path, words: tuple[str, ...], fault: str
) -> None:
    log = tmp_path / "mail.log"
    log.touch()

    output = ClockedStage(tmp_path / "site").run(
        "resolve", ISSUE_ID, *(word.format(log=log) for word in words), "--yes", status=2
    )

    assert fault.format(log=log) in output


def test_what_a_log_shows_is_told_in_level_columns(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path / "site", readers=5, mail_url="outbox:outbox?delivers=yes")
    use_language("en")
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "1", status=4)
    use_language("ko")
    set_states(desk, State.PENDING, State.DEFERRED, State.UNKNOWN)
    log = tmp_path / "mail.log"
    log.write_text("".join(postfix_lines(n, one) for n, one in enumerate(message_ids(desk)[:3])))

    output = desk.run("resolve", ISSUE_ID, "--from-log", str(log), "--by", "김민지", "--yes")

    found = f"{say(readers(3))}: 대기 1건, 일시 거절 1건, 확인 불가 1건"
    left = f"{say(readers(2))}: 대기 2건. 기록이 없다는 것만으로는 알 수 없어 그대로 둡니다."
    assert f"로그     {log}: 9행, 메일 3통의 기록\n" in output
    assert starts_of(output, found, left, "3건을 접수로 표시했습니다(", "newsletter ") == {9}
    assert f"  r1@example.org  대기, 접수 기록: {log}:2\n" in output
    assert english_in(output) == too_long_in(output) == []


def test_a_backup_and_its_restoring_are_told_in_level_columns(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path / "site", language="ko")
    backup = tmp_path / "backup.db"

    written = desk.run("backup", str(backup))
    again = desk.run("backup", str(backup), status=2)
    asked = desk.type("restore", str(backup), dialogue={"바꾸시겠습니까?": "n\n"}, status=1)
    restored = desk.run("restore", str(backup), "--yes")

    assert starts_of(written, str(backup), "issues: 작성한 원고") == {10}
    assert f"{backup}: 이미 있는 파일입니다." in again
    assert "newsletter.db의 내용을 이 백업으로 바꾸시겠습니까?" in asked
    assert starts_of(
        restored, f"{backup}: 구독자 {say(readers(4))}", "발송한 호 없음", "newsletter status"
    ) == {10}
    assert english_in(written + restored) == too_long_in(written + restored) == []


def test_a_key_is_told_of_in_level_columns_and_its_record_is_no_sentence(tmp_path: Path) -> None:
    stage = make_stage(tmp_path / "site", language="ko")

    output = stage.run("dkim-key", "--selector", "one")
    again = stage.run("dkim-key", "--show", status=2)

    told = re.sub(r"v=DKIM1.*|\"[^\"]*\"|dig TXT \S+", ".", output)
    assert record_of(output)[0].startswith("one._domainkey.")
    assert starts_of(output, "dkim-one.pem  RSA, 2,048비트, 권한 600", "유출되면", "존 파일") == {9}
    assert starts_of(output, "TXT 레코드 하나", "NEWSLETTER_DKIM_DOMAIN", "레코드를", ".env를") == {
        9
    }
    assert english_in(told) == too_long_in(told) == []
    assert "NEWSLETTER_DKIM_* 을 설정하지 않아 쓰고 있는 키가 없습니다." in again
