"""An issue on its way: who may send it, and that a halt is obeyed from the start."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter.app.site import Site
from newsletter.delivery.provider import Accepted, Capabilities, Provider
from newsletter.desk.dispatching import IssueDispatch
from newsletter.desk.letters import compose_letter
from newsletter.desk.outlook import Outlook
from newsletter.desk.process import Process
from newsletter.dispatch.lease import IssueLease
from newsletter.dispatch.rounds import RunOptions
from newsletter.dispatch.states import State
from newsletter.errors import ProviderError, UnfinishedError
from newsletter.storage.tables import runs
from newsletter.subscribers.decisions import enrol
from tests.dispatch.stand_ins import HOLDER, ScriptedProvider
from tests.makers import ISSUE_ID, PUBLICATION, write_site
from tests.saying import raises
from tests.stage.clocked import ClockedSite, ClockedStage
from tests.subscribers.makers import make_row

NOW = datetime(2022, 8, 1, tzinfo=UTC)


class ForgivingSite(ClockedSite):
    """A site whose provider drops what it was given before, for a day."""

    def provider(self, sender_address: str | None = None) -> Provider:
        del sender_address
        return ScriptedProvider(can=Capabilities(repeats=timedelta(days=1)))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    pace = "pace: {quota: 2/day}\n"
    write_site(tmp_path, {"issues/publication.yaml": PUBLICATION + pace})
    site = Site({"NEWSLETTER_MAIL_URL": "outbox:outbox"}, tmp_path)
    with site.records.book().opened() as page:
        for number in range(3):
            enrol(make_row(f"r{number}@example.org"), page, NOW)
    return site


@pytest.fixture
def issue_dispatch(site: Site) -> Iterator[IssueDispatch]:
    ledger = site.records.ledger()
    yield IssueDispatch(
        Outlook(site, compose_letter(site, ISSUE_ID), ledger, site.provider()), Process()
    )
    ledger.close()


def test_the_pace_of_the_publication_is_kept(issue_dispatch: IssueDispatch) -> None:
    issue_dispatch.freeze(issue_dispatch.outlook.forecast(add_new=False))

    ending = issue_dispatch.run(RunOptions())

    tally = issue_dispatch.outlook.ledger.tally(ISSUE_ID)
    assert (tally.of(State.ACCEPTED), tally.of(State.PENDING)) == (2, 1)
    assert issue_dispatch.answered == 2
    assert ending.held
    assert "2/day is used up" in str(ending.held.why)


def test_a_paused_issue_is_not_sent_before_the_pause_is_taken_back(
    site: Site, issue_dispatch: IssueDispatch
) -> None:
    forecast = issue_dispatch.outlook.forecast(add_new=False)
    issue_dispatch.freeze(forecast)
    site.records.diary().pause(ISSUE_ID, "Kim", "a mistake", NOW)

    with raises(UnfinishedError, "desk.issue-paused"):
        issue_dispatch.outlook.forecast(add_new=False)
    halt = issue_dispatch.run(RunOptions()).halt
    assert halt
    assert halt.because == "a mistake"
    assert issue_dispatch.outlook.ledger.tally(ISSUE_ID).of(State.PENDING) == 3

    site.records.diary().resume(ISSUE_ID, "Kim", NOW)
    issue_dispatch.run(RunOptions(limit=1))
    assert issue_dispatch.outlook.ledger.tally(ISSUE_ID).of(State.ACCEPTED) == 1


def test_the_hold_is_given_up_at_the_end_of_a_run(
    site: Site, issue_dispatch: IssueDispatch
) -> None:
    issue_dispatch.freeze(issue_dispatch.outlook.forecast(add_new=False))
    issue_dispatch.run(RunOptions(limit=1))

    assert (
        issue_dispatch.outlook.ledger.lease(ISSUE_ID, "elsewhere:1", NOW, lambda _: False) is None
    )
    with raises(UnfinishedError, "dispatch.held-elsewhere"):
        IssueLease(issue_dispatch.outlook.ledger, ISSUE_ID, lambda: NOW, HOLDER).take()


def test_a_limited_run_is_noted_so_that_the_rest_does_not_go_by_itself(
    site: Site, issue_dispatch: IssueDispatch
) -> None:
    issue_dispatch.freeze(issue_dispatch.outlook.forecast(add_new=False))

    issue_dispatch.run(RunOptions(limit=1))

    assert site.records.diary().find_unfinished(site.clock()) == []


def test_the_ledger_keeps_by_which_program_a_run_went_and_what_ended_it(
    site: Site, issue_dispatch: IssueDispatch
) -> None:
    issue_dispatch.freeze(issue_dispatch.outlook.forecast(add_new=False))
    issue_dispatch.run(RunOptions(limit=1))
    issue_dispatch.run(RunOptions())  # as far as the day's quota
    site.records.diary().pause(ISSUE_ID, "Kim", "a mistake", NOW)
    issue_dispatch.run(RunOptions())  # which begins nothing

    with site.records.database.connect() as connection:
        found = connection.execute(select(runs.c.version, runs.c.ended_because)).all()

    assert found == [(version("newsletter"), "limit"), (version("newsletter"), "held")]


def test_a_fault_of_the_provider_is_kept_as_what_ended_a_run(
    site: Site, issue_dispatch: IssueDispatch
) -> None:
    issue_dispatch.freeze(issue_dispatch.outlook.forecast(add_new=False))
    cut_off = ScriptedProvider(lambda _: Accepted("ok"), lambda _: ProviderError("no route"))
    cut_off.kind = "outbox"
    outlook = Outlook(site, compose_letter(site, ISSUE_ID), issue_dispatch.outlook.ledger, cut_off)

    with pytest.raises(ProviderError):
        IssueDispatch(outlook, Process()).run(RunOptions())

    with site.records.database.connect() as connection:
        assert connection.execute(select(runs.c.ended_because)).scalars().all() == ["fault"]


@pytest.mark.parametrize("is_alone", [True, False])
def test_what_is_unknown_goes_again_with_a_run_where_the_provider_drops_repeats(
    tmp_path: Path, *, is_alone: bool
) -> None:
    desk = ClockedStage(tmp_path)
    desk.site = ForgivingSite(desk.environ, desk.root)
    desk.run("dispatch", ISSUE_ID, "--yes")
    desk.lose_answers(1)
    if not is_alone:
        desk.forget(2)

    output = desk.run("dispatch", ISSUE_ID, "--yes")

    assert "1 unknown are sent again: scripted drops duplicates" in output
    assert desk.states() == {State.ACCEPTED: 4}


def test_a_letter_is_dated_when_it_is_written(tmp_path: Path) -> None:
    desk = ClockedStage(tmp_path, readers=2)
    started = desk.site.now
    desk.run("dispatch", ISSUE_ID, "--yes", "--limit", "1", status=4)
    desk.restart()
    desk.site.now = started + timedelta(days=400)
    desk.run("dispatch", ISSUE_ID, "--yes")

    letters = [message_from_bytes(one.read_bytes()) for one in desk.root.glob("outbox/*.eml")]
    dates = sorted(parsedate_to_datetime(letter["Date"]) for letter in letters)
    assert [(date - started).days for date in dates] == [0, 400]
    assert {date.utcoffset() for date in dates} == {timedelta(hours=9)}  # the publication's zone


def test_a_connection_that_nothing_will_be_sent_by_is_closed(site: Site) -> None:
    provider = ScriptedProvider()
    ledger = site.records.ledger()
    issue_dispatch = IssueDispatch(
        Outlook(site, compose_letter(site, ISSUE_ID), ledger, provider), Process()
    )
    issue_dispatch.freeze(issue_dispatch.outlook.forecast(add_new=False))
    issue_dispatch.run(RunOptions(limit=1))
    forecast = issue_dispatch.outlook.forecast(add_new=False)
    site.records.diary().pause(ISSUE_ID, "Kim", "a mistake", NOW)

    with raises(UnfinishedError, "desk.issue-paused"):
        issue_dispatch.freeze(forecast)

    assert ledger.lease(ISSUE_ID, "another:1", NOW, lambda _: False) is None  # it is free at once
    ledger.close()
    assert (provider.connections, provider.closed) == (2, 2)
