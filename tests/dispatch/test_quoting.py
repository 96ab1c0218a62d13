"""What everybody reads of a server's answer names no reader."""

import pytest

from newsletter.delivery.provider import Blame, Deferred, Refused
from newsletter.dispatch.guard import Guard
from newsletter.dispatch.quoting import quote
from newsletter.dispatch.verdict import PauseIssue
from newsletter.phrases import phrase


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        (
            "550 5.1.1 <kim.minji@example.org>: no such user",
            "550 5.1.1 <…@example.org>: no such user",
        ),
        ("550 kim+news@example.org unknown", "550 …@example.org unknown"),
        ("550 김민지@예시.한국 없음", "550 …@예시.한국 없음"),
        ("451 4.7.1 try again later", "451 4.7.1 try again later"),
    ],
)
def test_s12_of_an_address_only_the_domain_is_left(answer: str, left: str) -> None:
    assert quote(answer) == left


def test_s12_an_answer_within_a_sentence_is_looked_at_too() -> None:
    said = phrase("dispatch.given-up", attempts=6, answer="452 <kim@example.org> full")

    left = quote(said)

    assert str(left) == "given up after 6 attempts: 452 <…@example.org> full"


def test_s12_the_reason_of_a_pause_names_no_reader() -> None:
    refused = Refused("552 <kim@example.org>: too big", Blame.MESSAGE)
    guard = Guard("2022-08", "relay")

    pauses = [guard.note_bad_letter(refused), *(guard.note_refused(refused) for _ in range(50))]

    found = [one for one in pauses if isinstance(one, PauseIssue)]
    assert len(found) > 1
    assert not any("kim@" in str(one.because) for one in found)


def test_s12_the_reason_for_which_a_run_ends_names_no_reader() -> None:
    busy = Deferred("421 <kim@example.org>: busy", Blame.PROVIDER)
    guard = Guard("2022-08", "relay")

    ends = [guard.note_busy(busy.answer) for _ in range(10)]

    assert ends[-1] is not None
    assert "kim@" not in str(ends[-1].error)
