"""The guard returns verdicts: it raises nothing, writes nothing down, and stops nothing."""

from newsletter.delivery.provider import Blame, Deferred, Refused, Unknown
from newsletter.dispatch.guard import BUSY_MAX, REBUFFS_MAX, UNKNOWN_MAX, Guard
from newsletter.dispatch.verdict import EndRun, PauseIssue
from newsletter.errors import ProviderBusy, ProviderError
from newsletter.issue.pace import REFUSALS_OF
from newsletter.phrases import phrase
from tests.dispatch.makers import ISSUE

NO_RELAY = Deferred("550 5.7.1 relaying denied", Blame.SENDER)
NOBODY = Refused("550 5.1.1 no such user")


def make_guard(refusals_percent: int = 5, *, is_patient: bool = False) -> Guard:
    return Guard(ISSUE, "relay", refusals_percent, is_patient=is_patient)


def test_it_goes_on_until_too_many_are_refused_and_then_pauses() -> None:
    guard = make_guard()
    borne = REFUSALS_OF * 5 // 100

    assert [guard.note_refused(NOBODY) for _ in range(borne)] == [None] * borne
    verdict = guard.note_refused(NOBODY)

    assert isinstance(verdict, PauseIssue)
    assert verdict.because.code == "dispatch.too-many-refused"


def test_refusals_of_earlier_runs_count_until_they_leave_the_window() -> None:
    guard = make_guard()
    guard.remember([True] * 10)
    for _ in range(REFUSALS_OF - 10):
        guard.note_accepted()
    assert isinstance(guard.note_refused(NOBODY), PauseIssue) is False

    verdicts = [guard.note_refused(NOBODY) for _ in range(9)]

    assert verdicts == [None] * 9
    assert isinstance(guard.note_refused(NOBODY), PauseIssue)


def test_ten_domains_in_a_row_that_turn_the_sender_away_end_the_run() -> None:
    guard = make_guard()
    for number in range(REBUFFS_MAX - 1):
        assert guard.note_rebuff(f"d{number}", NO_RELAY) is None

    verdict = guard.note_rebuff("last", NO_RELAY)

    assert isinstance(verdict, EndRun)
    assert verdict.error.phrase == phrase(
        "dispatch.sender-refused",
        provider="relay",
        domains=["d0", "d1", "d2", "…"],
        answer=NO_RELAY.answer,
    )


def test_an_accepted_letter_resets_what_came_in_a_row() -> None:
    guard = make_guard()
    for number in range(REBUFFS_MAX - 1):
        guard.note_rebuff(f"d{number}", NO_RELAY)
        guard.note_unknown(Unknown("cut off"))
    for _ in range(BUSY_MAX):
        guard.note_busy("429")

    guard.note_accepted()

    assert guard.note_rebuff("last", NO_RELAY) is None
    assert guard.note_unknown(Unknown("cut off")) is None
    assert guard.note_busy("429") is None
    assert guard.judge_end() is None


def test_a_provider_that_stays_busy_ends_the_run_as_busy() -> None:
    guard = make_guard()
    assert [guard.note_busy("429") for _ in range(BUSY_MAX)] == [None] * BUSY_MAX

    verdict = guard.note_busy("429")

    assert isinstance(verdict, EndRun)
    assert isinstance(verdict.error, ProviderBusy)


def test_letters_without_an_answer_pause_the_issue() -> None:
    guard = make_guard()

    verdicts = [guard.note_unknown(Unknown("cut off")) for _ in range(UNKNOWN_MAX)]

    assert verdicts[:-1] == [None] * (UNKNOWN_MAX - 1)
    assert isinstance(verdicts[-1], PauseIssue)


def test_a_run_that_reached_nobody_ends_in_an_error_unless_it_waits() -> None:
    impatient, patient = make_guard(), make_guard(is_patient=True)
    for guard in (impatient, patient):
        guard.note_rebuff("d", NO_RELAY)

    verdict = impatient.judge_end()

    assert isinstance(verdict, EndRun)
    assert isinstance(verdict.error, ProviderError)
    assert patient.judge_end() is None
