"""D2: where a service detects repeats, a letter whose answer was lost is asked for again."""

import json
import uuid
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from newsletter.delivery.http_posting import HttpPosting
from newsletter.delivery.provider import Capabilities
from newsletter.dispatch.states import State
from newsletter.subscribers.address import address_of
from newsletter.subscribers.decisions import withdraw
from tests.delivery.http_recorder import Answer, HttpRecorder, Recorded
from tests.delivery.http_services import BREVO, MAILERS, RESEND, Mailer
from tests.delivery.provider_contract import SiteWith
from tests.makers import ISSUE_ID
from tests.stage.clocked import ClockedStage

CUT: Final = Answer(cuts=True)
REMEMBERING: Final = pytest.mark.parametrize(
    ("mailer", "longest"),
    [(RESEND, timedelta(hours=24)), (BREVO, timedelta(minutes=15))],
    ids=["resend", "brevo"],
)


class Service(HttpRecorder):
    """Detects a repeat by its key, and answers as its vendor says; counts what it takes."""

    def __init__(self, mailer: Mailer, *answers: Answer) -> None:
        super().__init__(mailer.success, *answers)
        self.mailer = mailer

    def taken(self) -> list[Recorded]:
        """Return the requests that became letters: the first of each key."""
        return list({key_of(self.mailer, one): one for one in reversed(self.requests)}.values())


def key_of(mailer: Mailer, recorded: Recorded) -> str:
    if mailer is RESEND:
        return str(recorded.headers["Idempotency-Key"])
    in_body = str(json.loads(recorded.body)["headers"]["idempotencyKey"])
    assert recorded.headers["idempotencyKey"] == in_body == str(uuid.UUID(in_body))
    return in_body


def stage_with(folder: Path, provider: HttpPosting, readers: int = 3) -> ClockedStage:
    desk = ClockedStage(folder, readers=readers)
    desk.site = SiteWith(provider, desk.environ, desk.root)
    return desk


def pass_time(desk: ClockedStage, time: timedelta) -> None:
    desk.site.now += time


@REMEMBERING
def test_a_letter_cut_off_is_asked_for_again_with_key_and_content_of_before(
    tmp_path: Path, mailer: Mailer, longest: timedelta
) -> None:
    with Service(mailer, CUT) as service:
        desk = stage_with(tmp_path, mailer.provider(service.base_url))
        desk.run("dispatch", ISSUE_ID, "--yes", status=4)
        assert desk.states() == {State.UNKNOWN: 1, State.ACCEPTED: 2}
        pass_time(desk, longest / 5)

        said = desk.run("dispatch", ISSUE_ID, "--yes")

        assert "1 unknown are sent again" in said
        assert desk.states() == {State.ACCEPTED: 3}
        counts = Counter(key_of(mailer, one) for one in service.requests)
        [twice] = [key for key, count in counts.items() if count == 2]
        first, second = [one for one in service.requests if key_of(mailer, one) == twice]
        assert first.body == second.body
        assert len(service.taken()) == 3
        assert desk.run("dispatch", ISSUE_ID, "--yes")
        assert len(service.requests) == 4
        listed = desk.run("status", ISSUE_ID, "--list", "accepted")
        assert listed.count("confirmed by repetition: ") == 1


@REMEMBERING
def test_after_half_of_what_it_remembers_nothing_is_asked_for(
    tmp_path: Path, mailer: Mailer, longest: timedelta
) -> None:
    with Service(mailer, CUT) as service:
        desk = stage_with(tmp_path, mailer.provider(service.base_url))
        desk.run("dispatch", ISSUE_ID, "--yes", status=4)
        pass_time(desk, longest / 2)

        said = desk.run("dispatch", ISSUE_ID, "--yes", status=4)

        assert "sent again" not in said
        assert desk.states() == {State.UNKNOWN: 1, State.ACCEPTED: 2}
        assert len(service.requests) == 3


@REMEMBERING
def test_an_answer_to_the_key_that_tells_nothing_leaves_it_unknown(
    tmp_path: Path, mailer: Mailer, longest: timedelta
) -> None:
    """Resend: another content by now; Brevo: every repeat."""
    assert mailer.repeated
    with Service(mailer, CUT) as service:
        desk = stage_with(tmp_path, mailer.provider(service.base_url))
        desk.run("dispatch", ISSUE_ID, "--yes", status=4)
        service.answers.append(mailer.repeated)
        pass_time(desk, longest / 5)

        desk.run("dispatch", ISSUE_ID, "--yes", status=4)

        assert desk.states() == {State.UNKNOWN: 1, State.ACCEPTED: 2}
        assert len(service.taken()) == 3


@REMEMBERING
def test_a_third_time_nothing_is_asked_for(
    tmp_path: Path, mailer: Mailer, longest: timedelta
) -> None:
    with Service(mailer, CUT) as service:
        desk = stage_with(tmp_path, mailer.provider(service.base_url))
        for _ in range(4):
            desk.run("dispatch", ISSUE_ID, "--yes", status=4)
            service.answers[:] = [CUT]
            pass_time(desk, longest / 5)

        assert len(service.requests) == 2 + 3
        assert desk.states() == {State.UNKNOWN: 1, State.ACCEPTED: 2}


@pytest.mark.parametrize("mailer", MAILERS, ids=lambda mailer: mailer.name)
def test_only_these_two_are_asked_again(tmp_path: Path, mailer: Mailer) -> None:
    remembers = mailer.name in {"resend", "brevo"}
    with HttpRecorder(mailer.success, CUT) as server:
        desk = stage_with(tmp_path, mailer.provider(server.base_url))
        desk.run("dispatch", ISSUE_ID, "--yes", status=4)
        pass_time(desk, timedelta(minutes=1))
        desk.run("dispatch", ISSUE_ID, "--yes", status=0 if remembers else 4)

        assert len(server.requests) == (4 if remembers else 3)


def test_another_key_of_the_same_service_is_another_memory(tmp_path: Path) -> None:
    """Its account does not know the letter: it would take a repeat for a first one."""
    with Service(RESEND, CUT) as service:
        provider = RESEND.provider(service.base_url)
        desk = stage_with(tmp_path, provider)
        desk.run("dispatch", ISSUE_ID, "--yes", status=4)
        other = RESEND.provider(service.base_url)
        other.can = replace(other.can, memory="another")
        now = desk.site.now
        desk.site = SiteWith(other, desk.environ, desk.root)
        desk.site.now = now

        desk.run("dispatch", ISSUE_ID, "--yes", status=4)

        assert len(service.requests) == 3
    assert other.account.can.memory == provider.can.memory != Capabilities().memory


def test_a_reader_who_has_left_meanwhile_is_not_asked_for_again(tmp_path: Path) -> None:
    with Service(RESEND, CUT) as service:
        desk = stage_with(tmp_path, RESEND.provider(service.base_url))
        desk.run("dispatch", ISSUE_ID, "--yes", status=4)
        [address] = json.loads(service.requests[0].body)["to"]
        with desk.site.records.book().opened() as page:
            withdraw(address_of(address), page, desk.site.now)

        desk.run("dispatch", ISSUE_ID, "--yes", status=4)

        assert len(service.requests) == 3
        assert desk.states() == {State.UNKNOWN: 1, State.ACCEPTED: 2}


def test_what_a_person_sends_again_is_not_said_to_be_confirmed(tmp_path: Path) -> None:
    """It may be long ago: the service would take the letter for a first one."""
    with Service(RESEND, CUT) as service:
        desk = stage_with(tmp_path, RESEND.provider(service.base_url))
        desk.run("dispatch", ISSUE_ID, "--yes", status=4)
        pass_time(desk, timedelta(days=3))
        desk.run("resolve", ISSUE_ID, "--unknown", "resend", "--yes")

        desk.run("dispatch", ISSUE_ID, "--yes")

        assert desk.states() == {State.ACCEPTED: 3}
        assert "confirmed" not in desk.run("status", ISSUE_ID, "--list", "accepted")
