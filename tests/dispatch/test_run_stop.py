"""What stops a run hands out nothing more at once, without waiting for the next look at a halt."""

from datetime import UTC, datetime
from pathlib import Path

from newsletter.dispatch.control import PROGRAM, Act, Halt
from newsletter.dispatch.feed import Feed
from newsletter.dispatch.run_counts import RunCounts
from newsletter.dispatch.run_stop import RunStop
from newsletter.dispatch.verdict import PauseIssue
from newsletter.phrases import Phrase, phrase
from newsletter.storage.ledger import SqlLedger
from tests.delivery.ledger_bench import ISSUE, ledger_bench, write_letter

NOW = datetime(2022, 8, 26, tzinfo=UTC)


def test_a_pause_by_the_guard_stops_the_feed_at_once(tmp_path: Path) -> None:
    def pause(because: Phrase) -> Halt:
        return Halt(Act.PAUSED, PROGRAM, NOW, because)

    with ledger_bench(tmp_path, 3) as bench:
        ledger = SqlLedger(bench.database)
        feed, run = Feed(ledger, ISSUE, write_letter, lambda: NOW, None), RunCounts()
        assert feed.has_more()

        RunStop(run, feed, pause).carry_out(PauseIssue(phrase("storage.refused")))

        assert not feed.has_more()
        assert run.halt is not None
        ledger.close()
