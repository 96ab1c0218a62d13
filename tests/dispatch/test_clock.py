"""The clock of a run: never back, whatever is done to the machine's."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsletter.dispatch.clock import FRESH_S, SteadyClock
from tests.dispatch.makers import NOW, FakeClock

HOUR = timedelta(hours=1)


def test_a_clock_put_back_an_hour_neither_stands_still_nor_goes_back() -> None:
    machine = FakeClock()
    clock = SteadyClock(machine, machine.ticks)
    machine.move(60)
    before = clock()

    machine.now -= HOUR
    machine.move(60)

    assert before == NOW + timedelta(minutes=1)
    assert clock() == NOW + timedelta(minutes=2)


def test_a_clock_put_forward_is_followed() -> None:
    machine = FakeClock()
    clock = SteadyClock(machine, machine.ticks)
    clock()

    machine.now += HOUR  # a machine that slept does this: its ticks slept too
    machine.move(1)

    assert clock() == NOW + HOUR + timedelta(seconds=1)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(-5000, 5000)), max_size=30))
def test_time_never_goes_back_and_never_slower_than_the_ticks(
    steps: list[tuple[float, float]],
) -> None:
    machine = FakeClock()
    clock = SteadyClock(machine, machine.ticks)
    told = clock()
    for passed, jump in steps:
        machine.now += timedelta(seconds=jump)
        machine.move(passed)

        now = clock()

        assert now - told >= timedelta(seconds=passed - FRESH_S - 1e-5)
        told = now
