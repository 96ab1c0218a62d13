import pytest

from newsletter.dispatch.way import Traces, Way, WayVerdict, judge, way_of
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
    assert judge(begun, now) is WayVerdict.GOES_ON


@pytest.mark.parametrize("now", [OUTBOX, ELSEWHERE, EMPTIED])
@pytest.mark.parametrize("begun", [RELAY, OTHER])
def test_no_folder_goes_on_for_a_network_provider(begun: Way, now: Way) -> None:
    assert judge(begun, now) is WayVerdict.NO_FOLDER


@pytest.mark.parametrize("now", [RELAY, OTHER, EMPTIED])
def test_a_rehearsal_never_goes_on_in_earnest(now: Way) -> None:
    assert judge(OUTBOX, now) is WayVerdict.ANEW


def test_a_rehearsal_goes_on_as_one_in_any_folder() -> None:
    assert judge(OUTBOX, OUTBOX) is WayVerdict.GOES_ON
    assert judge(OUTBOX, ELSEWHERE) is WayVerdict.GOES_ON


def test_a_rehearsal_does_not_go_on_for_a_folder_that_is_emptied() -> None:
    assert judge(EMPTIED, OUTBOX) is WayVerdict.NO_REHEARSAL
    assert judge(EMPTIED, EMPTIED) is WayVerdict.GOES_ON


@pytest.mark.parametrize(
    ("traces", "in_folder"),
    [
        (Traces(written=5), WayVerdict.GOES_ON),  # what is from before stays sent
        (Traces(answered=5), WayVerdict.NO_FOLDER),
        (Traces(written=5, answered=1), WayVerdict.NO_FOLDER),
        (Traces(unknown=1), WayVerdict.NOT_KNOWN),
        (Traces(assumed=1), WayVerdict.NOT_KNOWN),
        (Traces(), WayVerdict.NOT_KNOWN),
    ],
)
def test_of_a_dispatch_from_before_its_answers_tell(traces: Traces, in_folder: WayVerdict) -> None:
    assert judge(None, OUTBOX, traces) is in_folder
    assert judge(None, EMPTIED, traces) is in_folder
    assert judge(None, RELAY, traces) is WayVerdict.GOES_ON
