"""Rate limits on all letters together: an even rate, quotas, and a new sender's warm-up."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final, Protocol

from newsletter.issue.pace import Rate, WarmUp
from newsletter.phrases import Said, phrase

CATCH_UP_S: Final = 0.1  # maximum lag, in seconds, that a rate catches up after a late call
REMEMBERED_MAX: Final = 1000  # letters whose times a rate stores
PIECES: Final = 60  # parts of a quota's window, each with its own count
DAY: Final = timedelta(days=1)
DOUBLINGS_MAX: Final = 30  # of a warm-up; a higher limit is above any list


class Limit(Protocol):
    """A limit on all letters together. Times are ticks: seconds that never go back."""

    @property
    def words(self) -> Said:
        """The limit for people: 10,000/day."""

    def hold(self, ticks: float) -> float:
        """Return the seconds until a letter may be sent; 0 or less: now."""

    def take(self, ticks: float) -> None:
        """Count a letter."""

    def give_back(self) -> None:
        """Undo the count of a letter that was not sent."""


class EvenRate:
    """A rate limit that spaces letters evenly and is never exceeded."""

    def __init__(self, rate: Rate) -> None:
        self.words = str(rate)
        # A million per day is stored as 1,000 in each of a thousand parts.
        parts = -(-rate.count // REMEMBERED_MAX)
        most = rate.count // parts
        self._length = rate.per.total_seconds() / parts
        self._distance = self._length / most
        self._next = float("-inf")
        self._latest: deque[float] = deque(maxlen=most)

    @property
    def distance_s(self) -> float:
        """The seconds between two letters."""
        return self._distance

    def hold(self, ticks: float) -> float:
        """Return the seconds until a letter may be sent; 0 or less: now."""
        if len(self._latest) == self._latest.maxlen:
            # A letter that waits for this limit is not late, so no lag is caught up.
            self._next = max(self._next, self._latest[0] + self._length)
        return self._next - ticks

    def take(self, ticks: float) -> None:
        """Count a letter."""
        start = ticks - CATCH_UP_S if self._latest else ticks
        self._next = max(self._next, start) + self._distance
        self._latest.append(ticks)

    def give_back(self) -> None:
        """Keep the count: the distance to the next letter does not change."""


class Quota:
    """A quota over a sliding window: letters of earlier runs count too."""

    def __init__(self, quota: Rate, begun: Iterable[tuple[float, int]] = ()) -> None:
        """
        Begin to count.

        Args:
            quota: the maximum.
            begun: letters of earlier runs, oldest first: the latest possible time of the begin, in
                ticks, and their number.
        """
        self.words = str(quota)
        self._most = quota.count
        self._length = quota.per.total_seconds()
        self._piece = min(60.0, self._length / PIECES)
        self._pieces = deque([at, count] for at, count in begun)
        self._used = sum(count for _, count in self._pieces)

    def hold(self, ticks: float) -> float:
        """Return the seconds until a letter may be sent; 0 or less: now."""
        pieces = self._pieces
        while pieces and pieces[0][0] + self._length <= ticks:
            self._used -= int(pieces.popleft()[1])
        if self._used < self._most:
            return 0
        left = self._used
        for at, count in pieces:  # rare: only when the quota is used up
            left -= int(count)
            if left < self._most:
                return at + self._length - ticks
        return self._length

    def take(self, ticks: float) -> None:
        """Count a letter."""
        self._used += 1
        if self._pieces and self._pieces[-1][0] >= ticks:
            self._pieces[-1][1] += 1
        else:
            self._pieces.append([ticks + self._piece, 1])

    def give_back(self) -> None:
        """Undo the count of a letter that was not sent."""
        if self._pieces and self._pieces[-1][1] > 0:
            self._pieces[-1][1] -= 1
            self._used -= 1


class WarmUpDay:
    """The warm-up of a new sender: a limit per calendar day, doubled every day."""

    def __init__(
        self, warm_up: WarmUp, zone: tzinfo, clock: Callable[[], datetime], used: int
    ) -> None:
        """
        Begin to count.

        Args:
            warm_up: the first day, and its number of letters.
            zone: the time zone of the days.
            clock: returns the current time, aware UTC.
            used: letters of earlier runs since the last midnight.
        """
        self._warm_up = warm_up
        self._zone = zone
        self._clock = clock
        self._used = used
        self._most = 0
        self._ends: float | None = None  # in ticks

    @property
    def words(self) -> Said:
        """The limit for people."""
        return phrase("dispatch.warm-up", most=self._most)

    def hold(self, ticks: float) -> float:
        """Return the seconds until a letter may be sent; 0 or less: now."""
        if self._ends is None or ticks >= self._ends:
            self._begin_day(ticks)
        return 0 if self._used < self._most else (self._ends or ticks) - ticks

    def take(self, ticks: float) -> None:
        """Count a letter."""
        self._used += 1

    def give_back(self) -> None:
        """Undo the count of a letter that was not sent."""
        self._used = max(0, self._used - 1)

    def _begin_day(self, ticks: float) -> None:
        now = self._clock()
        today = now.astimezone(self._zone).date()
        days = min(max(0, (today - self._warm_up.since).days), DOUBLINGS_MAX)
        self._most = self._warm_up.first_day * 2**days
        if self._ends is not None:
            self._used = 0
        tomorrow = midnight(today + timedelta(days=1), self._zone)
        self._ends = ticks + max(1.0, (tomorrow - now).total_seconds())


class CountLimit:
    """The limit of letters that one run may hand out."""

    __slots__ = ("left",)

    def __init__(self, letters: int | None) -> None:
        self.left = letters  # None: no limit

    def take(self) -> None:
        """Count a letter."""
        if self.left is not None:
            self.left -= 1

    def give_back(self) -> None:
        """Undo the count of a letter that was not sent."""
        if self.left is not None:
            self.left += 1


class Limits:
    """All limits of a publication together, and the rate that the provider allows."""

    def __init__(self, rate: EvenRate | None, quotas: Sequence[Limit] = ()) -> None:
        self._rate = rate
        self._quotas = tuple(quotas)
        self._allowed: EvenRate | None = None
        self._per_second: float | None = None
        self._collect()

    def keep_to(self, per_second: float) -> None:
        """Send no faster than *per_second* letters a second: the provider says so."""
        if per_second == self._per_second:
            return
        self._per_second = per_second
        self._allowed = EvenRate(rate_below(per_second))
        self._collect()

    def _collect(self) -> None:
        rates = [rate for rate in (self._rate, self._allowed) if rate]
        self._rates = tuple(rates)
        self._all: tuple[Limit, ...] = (*rates, *self._quotas)
        self.are_any = bool(self._all)

    def pause(self, ticks: float) -> tuple[float, Said]:
        """Return the seconds until the quotas allow a letter, and the quota; 0 or less: now."""
        longest: float = 0.0
        words: Said = ""
        for quota in self._quotas:
            hold = quota.hold(ticks)
            if hold > longest:
                longest, words = hold, quota.words
        return longest, words

    def spacing(self, ticks: float) -> float:
        """Return the seconds until the rate allows a letter; 0 or less: now."""
        return max([rate.hold(ticks) for rate in self._rates], default=0)

    @property
    def rate_words(self) -> str:
        """The slowest rate for people; may be empty."""
        slowest = max(self._rates, key=lambda rate: rate.distance_s, default=None)
        return slowest.words if slowest else ""

    def take(self, ticks: float) -> None:
        """Count a letter."""
        for limit in self._all:
            limit.take(ticks)

    def give_back(self) -> None:
        """Undo the count of a letter that was not sent."""
        for limit in self._all:
            limit.give_back()


def rate_below(per_second: float) -> Rate:
    """Return the fastest rate that is not above *per_second* letters a second."""
    for length in (timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)):
        if count := int(per_second * length.total_seconds()):
            return Rate(count, length)
    return Rate(max(1, int(per_second * DAY.total_seconds())), DAY)


def midnight(day: date, zone: tzinfo) -> datetime:
    """Return when *day* begins in *zone*."""
    return datetime.combine(day, time.min, zone)
