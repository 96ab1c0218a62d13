"""Lanes: domains go on side by side, and none is forgotten."""

from collections import Counter
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from newsletter.dispatch.lanes import RAMP_STEP, DomainThrottle, Lanes
from newsletter.dispatch.ledger import Delivery
from newsletter.issue.pace import DomainPace, Rate
from tests.dispatch.makers import make_delivery

SECOND = timedelta(seconds=1)


def take_all(lanes: Lanes, ticks: float = 0.0) -> list[Delivery]:
    """Take everything that may go at this moment."""
    taken = []
    while lane := lanes.find(ticks):
        taken.append(lanes.take(lane, ticks))
    return taken


def domains(deliveries: list[Delivery]) -> str:
    return "".join(delivery.domain[0] for delivery in deliveries)


def test_a_list_sorted_by_domain_comes_out_mixed_by_the_shares_of_the_domains() -> None:
    lanes = Lanes({})
    lanes.add(make_delivery(number, "naver.com") for number in range(40))
    lanes.add(make_delivery(number, "daum.net") for number in range(40, 60))

    order = domains(take_all(lanes))

    assert max(len(run) for run in order.split("d")) <= 3
    assert Counter(order[:30]) == {"n": 20, "d": 10}


def test_a_domain_at_its_pace_holds_nobody_back_and_goes_on_at_that_pace() -> None:
    lanes = Lanes({"naver.com": DomainThrottle(DomainPace(Rate(1, SECOND)))})
    lanes.add(make_delivery(number, "naver.com") for number in range(3))
    lanes.add(make_delivery(number, "daum.net") for number in range(3, 6))

    assert sorted(domains(take_all(lanes, 0))) == ["d", "d", "d", "n"]
    assert lanes.soonest() == (1.0, None)
    assert domains(take_all(lanes, 0.9)) == ""
    assert domains(take_all(lanes, 1.0)) == "n"
    assert domains(take_all(lanes, 2.0)) == "n"
    assert lanes.find(9.0) is None


def test_only_so_many_letters_to_a_domain_are_under_way_at_once() -> None:
    lanes = Lanes({"naver.com": DomainThrottle(DomainPace(at_once=2))})
    lanes.add(make_delivery(number, "naver.com") for number in range(5))

    first = take_all(lanes)
    assert len(first) == 2

    assert lanes.release(first[0], is_accepted=True)
    assert len(take_all(lanes)) == 1


def test_d7_after_a_pause_a_domain_gets_one_letter_at_once_and_then_slowly_more() -> None:
    lanes = Lanes({})
    lanes.add(make_delivery(number, "naver.com") for number in range(200))
    lanes.pause("naver.com", 600.0, 0.0)
    assert take_all(lanes, 599.0) == []
    assert lanes.soonest() is not None

    for at_once in (1, 2, 3):
        for _ in range(RAMP_STEP):
            under_way = take_all(lanes, 600.0)
            assert len(under_way) == at_once
            lanes.release(under_way[0], is_accepted=True)
            for delivery in under_way[1:]:
                lanes.put_back(delivery)


def test_a_second_pause_while_a_domain_is_paused_is_no_new_one_but_the_later_end_counts() -> None:
    lanes = Lanes({})

    assert lanes.pause("naver.com", 600.0, 0.0)
    assert not lanes.pause("naver.com", 700.0, 1.0)

    lanes.add([make_delivery(1, "naver.com")])
    assert take_all(lanes, 650.0) == []
    assert len(take_all(lanes, 700.0)) == 1


class EveryDeliveryComesOutOnce(RuleBasedStateMachine):
    """Whatever happens, every delivery comes out once, and all counts are true."""

    def __init__(self) -> None:
        super().__init__()
        self.lanes = Lanes({"n.com": DomainThrottle(DomainPace(Rate(2, SECOND), 2))})
        self.waiting: set[int] = set()
        self.under_way: list[Delivery] = []
        self.out: Counter[int] = Counter()
        self.ticks = 0.0
        self.number = 0

    @rule(domain=st.sampled_from(["n.com", "d.net", "g.com"]), count=st.integers(1, 5))
    def add(self, domain: str, count: int) -> None:
        new = [make_delivery(self.number + more, domain) for more in range(count)]
        self.number += count
        self.waiting.update(delivery.id for delivery in new)
        self.lanes.add(new)

    @rule(count=st.integers(1, 5))
    def take(self, count: int) -> None:
        for _ in range(count):
            if lane := self.lanes.find(self.ticks):
                delivery = self.lanes.take(lane, self.ticks)
                self.waiting.remove(delivery.id)
                self.under_way.append(delivery)

    @precondition(lambda self: self.under_way)
    @rule(which=st.integers(0, 9), is_accepted=st.booleans())
    def settle(self, which: int, is_accepted: bool) -> None:
        delivery = self.under_way.pop(which % len(self.under_way))
        self.out[delivery.id] += 1
        self.lanes.release(delivery, is_accepted=is_accepted)

    @precondition(lambda self: self.under_way)
    @rule(which=st.integers(0, 9))
    def put_back(self, which: int) -> None:
        delivery = self.under_way.pop(which % len(self.under_way))
        self.waiting.add(delivery.id)
        self.lanes.put_back(delivery)

    @rule(domain=st.sampled_from(["n.com", "d.net"]), seconds=st.integers(1, 9))
    def pause(self, domain: str, seconds: int) -> None:
        self.lanes.pause(domain, self.ticks + seconds, self.ticks)

    @rule(seconds=st.floats(0.1, 3))
    def move(self, seconds: float) -> None:
        self.ticks += seconds

    @invariant()
    def counts_are_true(self) -> None:
        assert self.lanes.held == len(self.waiting)
        assert 0 <= self.lanes.open <= self.lanes.held
        assert sum(delivery.domain == "n.com" for delivery in self.under_way) <= 2

    def teardown(self) -> None:
        for _ in range(1000):
            if not self.waiting and not self.under_way:
                break
            while self.under_way:
                self.settle(0, is_accepted=True)
            self.ticks += 0.5
            self.take(1)
        assert set(self.out) == set(range(self.number))
        assert set(self.out.values()) <= {1}


EveryDeliveryComesOutOnce.TestCase.settings = settings(
    deadline=None, max_examples=60, stateful_step_count=40
)
TestEveryDeliveryComesOutOnce = EveryDeliveryComesOutOnce.TestCase
