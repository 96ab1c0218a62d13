"""A ledger's health is looked at without opening it for writing."""

from pathlib import Path

from newsletter.subscribers.decisions import enrol
from tests.stage.clocked import ClockedStage
from tests.subscribers.makers import make_row


def test_readers_whom_ascii_relays_cannot_reach_are_counted(tmp_path: Path) -> None:
    site = ClockedStage(tmp_path, readers=0).site
    with site.records.book().opened() as book:
        for address in ("a@예시.한국", "김@example.org", "b@example.org"):
            enrol(make_row(address), book, site.clock())

    health = site.records.look_at_health()

    assert health is not None
    assert (health.active, health.unicode_addresses) == (3, 1)
