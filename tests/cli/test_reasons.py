"""Where a reason or a name is asked for, text that nobody can see is none."""

import re
from pathlib import Path
from typing import Final

import pytest

from newsletter.errors import UsageError
from tests.makers import ISSUE_ID
from tests.stage.clocked import ClockedStage

READER: Final = "r1@example.org"
USAGE: Final = 2  # exit status
WORDS: Final = re.compile("--because|--by|reason|export")  # else it is refused for another cause
UNSEEN: Final = ("\u3164", "\u200b \u2800", "\u202e\xad")
ASKED: Final = {  # each command that wants a reason or a name
    "export": ("subscribers", "export", "--because"),
    "other export": ("suppressions", "export", "--because"),
    "suppress": ("subscribers", "suppress", READER, "--because"),
    "add": ("suppressions", "add", "new@example.org", "--because"),
    "import": ("suppressions", "import", "list.csv", "--because"),
    "replacing": ("dispatch", ISSUE_ID, "--yes", "--replace-letter", "--because"),
    "by": ("subscribers", "remove", READER, "--by"),
    "approval": ("approve", ISSUE_ID, "--by"),
}


@pytest.mark.parametrize("name", ASKED)
def test_what_nobody_can_see_is_neither_a_reason_nor_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    stage = ClockedStage(tmp_path / "site", readers=1)
    monkeypatch.chdir(stage.root)
    (stage.root / "list.csv").write_text("email\nnew@example.org\n", encoding="utf-8")

    for unseen in UNSEEN:
        result = stage.invoke(*ASKED[name], unseen)

        said = f"{result.exception} {result.output}"
        assert result.exit_code == USAGE or isinstance(result.exception, UsageError), said
        assert WORDS.search(said)
        assert READER not in result.output
