"""``newsletter feedback settle`` in a terminal: one key for each question."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.feedback.returning import ReturningStage, addresses, answer, bounce

GONE: Final = "550 5.1.1 User unknown"
ENGLISH: Final = (
    "[u] unsubscribe  [d] dismiss  [l] later  [q] quit: ",
    "reader     the sender is not on the list\n[d] dismiss  [l] later  [q] quit: ",
    "[s] suppress all  [d] dismiss  [l] later  [q] quit: ",
    "  Hello\nreader     the sender is not on the list\n[d] dismiss  [l] later  [q] quit: ",
)
KOREAN: Final = (
    "[u] 수신 거부  [d] 종결  [l] 나중에  [q] 끝내기: ",
    "구독자     보낸 사람이 구독자 명단에 없습니다.\n[d] 종결  [l] 나중에  [q] 끝내기: ",
    "[s] 모두 발송 중지  [d] 종결  [l] 나중에  [q] 끝내기: ",
    "  Hello\n구독자     보낸 사람이 구독자 명단에 없습니다.\n[d] 종결  [l] 나중에  [q] 끝내기: ",
)


def press(key: str) -> Callable[[], str]:
    """Return what presses a key once the program reads it: what is typed earlier is dropped."""

    def wait_and_press() -> str:
        time.sleep(0.5)
        return key

    return wait_and_press


@pytest.mark.parametrize(
    ("language", "cues", "keys"),
    [("en", ENGLISH, "udsl"), ("ko", KOREAN, "uㅇㄴl")],  # on a Korean keyboard, too
)
def test_a_person_decides_with_one_key_each(
    tmp_path: Path, language: str, cues: tuple[str, ...], keys: str
) -> None:
    stage = ReturningStage(tmp_path, readers=40, language=language)
    letters = stage.send_issue()
    for address in addresses(range(1, 25)):
        stage.pipe(bounce(letters[address], GONE))
    stage.pipe(answer("수신거부", sender="r30@example.org"))
    stage.pipe(answer("unsubscribe", sender="stranger@else.example.com"))
    stage.pipe(answer("Hello", sender="somebody@else.example.com", subject="A question"))
    stage.site.close()

    shown = stage.type(
        *("feedback", "settle", "--by", "Kim"),
        dialogue=dict(zip(cues, map(press, keys), strict=True)),
    )

    assert "A question" in shown
    assert stage.standings()["suppressed bounced"] == addresses(range(1, 25))
    assert stage.standings()["unsubscribed withdrew"] == ["r30@example.org"]
    [left] = json.loads(stage.run("feedback", "list", "--json"))
    assert left["from"] == "somebody@else.example.com"
