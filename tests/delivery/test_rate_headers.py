"""What Resend tells of its rate in each answer steers the pace of the whole run."""

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from newsletter.delivery.http_posting import HttpAnswer
from newsletter.dispatch.states import State
from tests.delivery.http_recorder import Answer, HttpRecorder
from tests.delivery.http_services import MAILERS, RESEND, Mailer
from tests.delivery.provider_contract import SiteWith
from tests.makers import ISSUE_ID
from tests.stage.clocked import ClockedStage


def answering(mailer: Mailer, rate: str) -> Answer:
    """Return its answer to a letter, with the header of its rate."""
    return replace(mailer.success, headers={**mailer.success.headers, "ratelimit-limit": rate})


def dispatch(folder: Path, mailer: Mailer, rate: str) -> list[float]:
    """Dispatch to six readers; return the seconds between the first request and each other."""
    times: list[float] = []

    class Timed(HttpRecorder):
        @property
        def success(self) -> Answer:
            times.append(time.monotonic())
            return answering(mailer, rate)

        @success.setter
        def success(self, answer: Answer) -> None:
            """Ignore it: each answer is made anew."""

    with Timed(mailer.success) as server:
        desk = ClockedStage(folder, readers=6)
        desk.site = SiteWith(mailer.provider(server.base_url), desk.environ, desk.root)
        desk.run("dispatch", ISSUE_ID, "--yes")
    assert desk.states() == {State.ACCEPTED: 6}
    return [one - times[0] for one in times]


def test_after_the_first_answer_nobody_sends_faster_than_it_says(tmp_path: Path) -> None:
    times = dispatch(tmp_path, RESEND, "10")

    assert len(times) == 6
    assert times[-1] > 0.25  # five more at ten a second; the first may go at once, one may be late
    assert times[-1] < 5


def test_without_the_header_nothing_is_held(tmp_path: Path) -> None:
    assert dispatch(tmp_path, RESEND, "")[-1] < 5


def test_only_of_resend_the_header_is_known_to_mean_letters_a_second() -> None:
    answer = HttpAnswer(200, b"{}", headers={"ratelimit-limit": "10"})
    now = datetime.now(UTC)

    rates = {
        one.name: one.open("http://127.0.0.1:1").judge(answer, now).per_second for one in MAILERS
    }

    assert rates == {one.name: 10 if one is RESEND else None for one in MAILERS}
