"""What is shown while a run waits."""

import pytest

from newsletter.cli.waiting import LINE_EVERY_S, Countdown, clock_face


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0:00"), (0.2, "0:01"), (43, "0:43"), (725, "12:05"), (10_800, "3:00:00"), (-5, "0:00")],
)
def test_a_stretch_of_time_is_shown_as_a_clock_does(seconds: float, shown: str) -> None:
    assert clock_face(seconds) == shown


def test_without_a_terminal_a_line_is_written_now_and_then(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with Countdown("12 deferred") as countdown:
        for left_s in range(int(2 * LINE_EVERY_S), 0, -1):
            countdown.show(left_s)

    assert capfd.readouterr().err == (
        "12 deferred, next try in 20:00; Ctrl-C leaves it to the next run\n"
        "12 deferred, next try in 10:00; Ctrl-C leaves it to the next run\n"
    )
