"""The feed: what may go now goes, what may not holds nobody back, and memory stays bounded."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine as Database

from newsletter.delivery.provider import Accepted
from newsletter.dispatch.backlog import BATCH, LANE_MAX, LOW
from newsletter.dispatch.feed import Feed
from newsletter.dispatch.ledger import DeliveryId
from newsletter.dispatch.pacing import Pacing, begin_pacing
from newsletter.dispatch.resumption import Resumption
from newsletter.dispatch.slowness import say_slowness
from newsletter.issue.pace import DomainPace, Pace, Rate, WarmUp
from newsletter.message.envelope import Envelope
from newsletter.phrases import catalogue, phrase
from newsletter.storage.ledger import SqlLedger
from tests.dispatch.makers import ISSUE, NOW, FakeClock, make_database, write

SEOUL = ZoneInfo("Asia/Seoul")
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.fixture(scope="module")
def sorted_list(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """1,600 readers sorted by their domains, of which one is large."""
    addresses = [f"r{number}@aaa.example" for number in range(1200)]
    addresses += [f"r{number}@b{number % 40:02}.example" for number in range(400)]
    addresses.sort(key=lambda address: address.split("@")[1])
    database = make_database(tmp_path_factory.mktemp("ledger"), addresses)
    yield database
    database.dispose()


@pytest.fixture
def few(tmp_path: Path) -> Iterator[Database]:
    database = make_database(tmp_path, [f"r{number}@example.org" for number in range(10)])
    yield database
    database.dispose()


def make_feed(
    database: Database,
    clock: FakeClock,
    pace: Pace | None = None,
    limit: int | None = None,
    canary: int = 0,
) -> Feed:
    ledger = SqlLedger(database)
    pacing = begin_pacing(pace or Pace(), SEOUL, ledger, clock, clock.ticks)
    pacing.canary = canary
    feed = Feed(ledger, ISSUE, write, clock, limit, pacing)
    feed.idle_s = 0.0
    return feed


def take(feed: Feed) -> Envelope | None:
    return feed.take(may_wait=False)


def take_what_may_go(feed: Feed) -> list[Envelope]:
    """Take envelopes until there is nothing just now, or nothing any more."""
    taken = []
    try:
        while envelope := take(feed):
            taken.append(envelope)
    except StopIteration:
        pass
    return taken


def send_what_may_go(feed: Feed, database: Database, clock: FakeClock) -> list[Envelope]:
    """Take envelopes as above, and enter each into the ledger as accepted."""
    taken = take_what_may_go(feed)
    with closing(SqlLedger(database)) as ledger:
        for envelope in taken:
            assert ledger.begin(DeliveryId(envelope.key), clock()).wait()
            ledger.record(DeliveryId(envelope.key), Accepted("ok"), None, clock())
    return taken


def domain_of(envelope: Envelope) -> str:
    return envelope.recipient.partition("@")[2]


def test_a_list_sorted_by_domain_goes_out_mixed(sorted_list: Database) -> None:
    feed = make_feed(sorted_list, FakeClock())

    taken = [domain_of(envelope) for envelope in take_what_may_go(feed)]

    assert Counter(taken)["aaa.example"] == 1200
    assert len(taken) == 1600
    mixed = taken[:600]
    assert 200 <= mixed.count("aaa.example") <= 420
    assert "aaa.example," * 6 not in ",".join(mixed) + ","


def test_every_delivery_comes_out_once_when_a_domain_is_read_apart(sorted_list: Database) -> None:
    feed = make_feed(sorted_list, FakeClock())

    keys = Counter(envelope.key for envelope in take_what_may_go(feed))

    assert len(keys) == 1600
    assert set(keys.values()) == {1}


def test_a_slow_domain_holds_nobody_back_and_its_letters_stay_in_the_ledger(
    sorted_list: Database,
) -> None:
    clock = FakeClock()
    feed = make_feed(sorted_list, clock, Pace(domains={"aaa.example": DomainPace(Rate(1, SECOND))}))

    taken = take_what_may_go(feed)

    assert Counter(domain_of(envelope) == "aaa.example" for envelope in taken) == {
        False: 400,
        True: 1,
    }
    for envelope in taken:
        feed.settle(envelope.key, is_accepted=True)
    for _ in range(50):
        clock.move(1)
        assert len(take_what_may_go(feed)) == 1
    assert feed._lanes.held == 0
    assert sum(len(lane.waiting) for lane in feed._lanes._lanes.values()) <= BATCH + LOW


def test_a_domain_that_pauses_is_left_behind_with_a_word_on_when_it_goes_on(
    sorted_list: Database,
) -> None:
    clock = FakeClock()
    feed = make_feed(sorted_list, clock)
    feed.pauses.pause_domain("aaa.example", timedelta(minutes=10))

    taken = take_what_may_go(feed)

    assert len(taken) == 400
    assert not feed.has_more()
    assert feed.resumption is not None
    assert feed.resumption.at == NOW + timedelta(minutes=10)
    assert feed.resumption.why == phrase("dispatch.domain-pauses", domain="aaa.example")
    assert LANE_MAX < len(feed._lanes._lanes["aaa.example"].waiting) <= BATCH


def test_a_domain_paused_by_an_earlier_run_is_left_alone_until_its_time(few: Database) -> None:
    clock = FakeClock()
    with closing(SqlLedger(few)) as ledger:
        ledger.pause_domain("example.org", NOW + timedelta(minutes=10), "421 4.7.28")

    assert take_what_may_go(make_feed(few, clock)) == []

    clock.move(600)
    assert len(take_what_may_go(make_feed(few, clock))) == 1


def test_a_rate_spaces_letters_and_the_feed_says_nothing_just_now(few: Database) -> None:
    clock = FakeClock()
    feed = make_feed(few, clock, Pace(rate=Rate(20, SECOND)))

    assert take(feed) is not None
    assert take(feed) is None
    clock.move(0.05)
    assert take(feed) is not None
    assert take(feed) is None
    assert feed.has_more()


def test_a_slow_rate_does_not_end_the_run(few: Database) -> None:
    feed = make_feed(few, FakeClock(), Pace(rate=Rate(1, DAY)))
    take(feed)

    assert take(feed) is None
    assert feed.has_more()


def test_a_quota_that_is_used_up_ends_the_run_and_survives_a_restart(few: Database) -> None:
    clock = FakeClock()
    pace = Pace(quotas=(Rate(4, DAY),))
    first = make_feed(few, clock, pace)
    taken = send_what_may_go(first, few, clock)
    assert len(taken) == 4
    assert first.resumption is not None
    assert str(first.resumption.why) == "4/day is used up"

    clock.move(3600)
    second = make_feed(few, clock, pace)
    assert take_what_may_go(second) == []
    assert second.resumption is not None
    assert NOW + DAY <= second.resumption.at <= NOW + DAY + timedelta(minutes=1)

    clock.move(86400 - 3600 + 60)
    assert len(take_what_may_go(make_feed(few, clock, pace))) == 4


@pytest.mark.parametrize("quotas", [(), (Rate(100, DAY),)], ids=["alone", "beside a quota"])
def test_a_new_sender_s_share_of_a_day_survives_a_restart_and_is_larger_on_the_next(
    few: Database, quotas: tuple[Rate, ...]
) -> None:
    """A quota looks at the letters of the day before too, which are no part of a share."""
    clock = FakeClock()  # at nine in Seoul
    pace = Pace(quotas=quotas, warm_up=WarmUp(3, date(2022, 8, 26)))
    first = make_feed(few, clock, pace)
    assert len(send_what_may_go(first, few, clock)) == 3
    midnight = datetime(2022, 8, 26, 15, 0, tzinfo=UTC)
    used_up = phrase("dispatch.used-up", limit=phrase("dispatch.warm-up", most=3))
    assert first.resumption == Resumption(midnight, used_up)
    assert str(used_up) == "warm-up: 3 today is used up"

    clock.move(3600)
    assert take_what_may_go(make_feed(few, clock, pace)) == []

    clock.move(14 * 3600)
    assert len(take_what_may_go(make_feed(few, clock, pace))) == 6


def test_letters_begun_by_a_clock_that_was_ahead_count_for_a_quota(few: Database) -> None:
    with closing(SqlLedger(few)) as ledger:
        for number in range(1, 5):
            assert ledger.begin(DeliveryId(number), NOW + timedelta(hours=1)).wait()

    feed = make_feed(few, FakeClock(), Pace(quotas=(Rate(4, DAY),)))

    assert take_what_may_go(feed) == []


def test_the_canary_is_awaited_before_the_rest_follows(few: Database) -> None:
    feed = make_feed(few, FakeClock(), canary=3)
    canary = take_what_may_go(feed)
    assert len(canary) == 3
    for envelope in canary[:2]:
        feed.settle(envelope.key, is_accepted=True)
    assert not feed.canary.is_answered
    assert phrase("dispatch.awaits-canary") in say_slowness(feed.slowness(), NOW)

    feed.settle(canary[2].key, is_accepted=True)
    assert feed.canary.is_answered
    assert take(feed) is None

    feed.canary.release_rest()
    assert len(take_what_may_go(feed)) == 7


def test_another_letter_takes_the_place_of_one_in_the_canary_that_is_not_sent(
    few: Database,
) -> None:
    feed = make_feed(few, FakeClock(), canary=1)
    envelope = take(feed)
    assert envelope is not None

    feed.drop(envelope.key)

    assert not feed.canary.is_answered
    assert len(take_what_may_go(feed)) == 1


def test_what_is_not_sent_after_all_counts_neither_for_a_limit_nor_as_under_way(
    few: Database,
) -> None:
    pace = Pace(domains={"example.org": DomainPace(at_once=1)})
    feed = make_feed(few, FakeClock(), pace, limit=2)
    keys = []
    for _ in range(5):
        envelope = take(feed)
        assert envelope is not None
        keys.append(envelope.key)
        feed.drop(envelope.key)

    assert len(set(keys)) == 5
    envelope = take(feed)
    assert envelope is not None
    assert take(feed) is None


def test_a_stopped_feed_hands_out_nothing_more(few: Database) -> None:
    feed = make_feed(few, FakeClock())
    assert take(feed)

    feed.stop()

    assert not feed.has_more()
    with pytest.raises(StopIteration):
        take(feed)


def test_people_are_told_what_makes_a_run_slow(few: Database) -> None:
    feed = make_feed(few, FakeClock(), Pace(rate=Rate(20, SECOND)))
    for domain in ("naver.com", "daum.net", "gmail.com"):
        feed.pauses.pause_domain(domain, timedelta(minutes=10))
    feed.pauses.hold_all(timedelta(seconds=15))

    said = say_slowness(feed.slowness(), NOW.astimezone(SEOUL))

    assert catalogue("en").word(said) == (
        "20/second, continues in 15 s, daum.net is paused until 09:10, "
        "gmail.com is paused until 09:10, 1 more domain is paused"
    )
    assert catalogue("ko").word(said) == (
        "20/second, 15초 뒤 계속, daum.net 09:10까지 발송 대기, "
        "gmail.com 09:10까지 발송 대기, 그 밖에 도메인 1개 발송 대기"
    )


def test_without_a_pace_nothing_is_slow(few: Database) -> None:
    clock = FakeClock()

    slowness = Feed(SqlLedger(few), ISSUE, write, clock, None).slowness()

    assert say_slowness(slowness, NOW) == []
    assert Pacing(clock.ticks).canary == 0


def test_what_was_planned_after_a_run_began_is_not_for_it(few: Database) -> None:
    """It may be another plan by now: this process may have slept meanwhile."""
    feed = make_feed(few, FakeClock())
    with closing(SqlLedger(few)) as ledger:
        everything = ledger.last_planned(ISSUE)
        feed.end_at(DeliveryId(everything - 1))

    taken = [envelope.key for envelope in take_what_may_go(feed)]

    assert taken
    assert max(taken) == everything - 1
