"""Where a provider has a return address of its own, it is told what `sender.bounces` still does."""

from pathlib import Path

import pytest

from tests.makers import CROSS_BORDER, PUBLICATION
from tests.stage.clocked import ClockedStage
from tests.stage.site import ISSUE

MAILGUN = "mailgun://key-0123456789@mg.example.org"
TOLD = "the provider uses its own return address; sender.bounces only receives requests to"


@pytest.mark.parametrize(
    ("mail_url", "bounces", "is_told"),
    [
        (MAILGUN, "bounces@news.example.org", True),
        (MAILGUN, None, False),
        ("smtp://127.0.0.1:9", "bounces@news.example.org", False),
        ("outbox:outbox", "bounces@news.example.org", False),
    ],
)
def test_a_return_address_that_gets_no_bounces_is_told_before_anything_is_sent(
    tmp_path: Path, mail_url: str, bounces: str | None, *, is_told: bool
) -> None:
    desk = ClockedStage(tmp_path, mail_url=mail_url)
    text = PUBLICATION + CROSS_BORDER
    if bounces:
        text = text.replace("  address: news@", f"  bounces: {bounces}\n  address: news@")
    (desk.root / "issues" / "publication.yaml").write_text(text, encoding="utf-8")
    desk.restart()

    told = desk.run("dispatch", ISSUE, "--dry-run")

    assert (TOLD in told) is is_told
