import pytest

from newsletter.dispatch.way import Traces, Verdict, Way, judge, way_of
from tests.dispatch.stand_ins import ScriptedProvider

RELAY = Way("smtp", "smtp relay.example.org:25")
OTHER = Way("mailgun", "Mailgun mg.example.org")
OUTBOX = Way("outbox", "outbox /site/outbox")
ELSEWHERE = Way("outbox", "outbox /elsewhere")
EMPTIED = Way("outbox-delivers", "outbox /site/spool")


def test_a_provider_is_a_way_by_its_kind_and_name() -> None:
    assert way_of(ScriptedProvider(name="there")) == Way("scripted", "there")


@pytest.mark.parametrize("now", [RELAY, OTHER])
@pytest.mark.parametrize("begun", [RELAY, OTHER, EMPTIED])
def test_one_network_provider_goes_on_for_another(begun: Way, now: Way) -> None:
    assert judge(begun, now) is Verdict.GOES_ON


@pytest.mark.parametrize("now", [OUTBOX, ELSEWHERE, EMPTIED])
@pytest.mark.parametrize("begun", [RELAY, OTHER])
def test_no_folder_goes_on_for_a_network_provider(begun: Way, now: Way) -> None:
    assert judge(begun, now) is Verdict.NO_FOLDER


@pytest.mark.parametrize("now", [RELAY, OTHER, EMPTIED])
def test_a_rehearsal_never_goes_on_in_earnest(now: Way) -> None:
    assert judge(OUTBOX, now) is Verdict.ANEW


def test_a_rehearsal_goes_on_as_one_in_any_folder() -> None:
    assert judge(OUTBOX, OUTBOX) is Verdict.GOES_ON
    assert judge(OUTBOX, ELSEWHERE) is Verdict.GOES_ON


def test_a_rehearsal_does_not_go_on_for_a_folder_that_is_emptied() -> None:
    assert judge(EMPTIED, OUTBOX) is Verdict.NO_REHEARSAL
    assert judge(EMPTIED, EMPTIED) is Verdict.GOES_ON


@pytest.mark.parametrize(
    ("traces", "in_folder"),
    [
        (Traces(written=5), Verdict.GOES_ON),  # what is from before stays sent
        (Traces(answered=5), Verdict.NO_FOLDER),
        (Traces(written=5, answered=1), Verdict.NO_FOLDER),
        (Traces(unknown=1), Verdict.NOT_KNOWN),
        (Traces(assumed=1), Verdict.NOT_KNOWN),
        (Traces(), Verdict.NOT_KNOWN),
    ],
)
def test_of_a_dispatch_from_before_its_answers_tell(traces: Traces, in_folder: Verdict) -> None:
    assert judge(None, OUTBOX, traces) is in_folder
    assert judge(None, EMPTIED, traces) is in_folder
    assert judge(None, RELAY, traces) is Verdict.GOES_ON
