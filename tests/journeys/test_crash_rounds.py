"""The crash test in short, with a quarter of the readers; `make crash-test` is the long one."""

from pathlib import Path

import pytest

from tests.crash.ground import Ground, prepare
from tests.crash.rounds import kinds_in_turn, play

# A small disk takes root's rights; where they are missing, a limit on files stands in.
NO_ROOM = "disk full" if "disk full" in kinds_in_turn() else "writes refused"
KINDS = [
    *("dispatch killed", "server killed", NO_ROOM),
    *("database moved away", "SIGTERM", "two at once, one killed"),
    *("asleep, and woken late", "journal lost", "ledger put back", "run without its relay"),
]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return prepare(tmp_path_factory.mktemp("ground"), part=4)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_in_mid_dispatch_loses_nobody_and_doubles_nobody(
    tmp_path: Path, ground: Ground, kind: str
) -> None:
    result = play(kind, "journey", ground, tmp_path / "round", is_short=True)

    assert result.wrongs == ()
    assert result.faults == result.faults_in_mid_run == 1, result.struck_at
