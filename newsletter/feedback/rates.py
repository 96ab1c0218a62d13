"""When what comes back is a reason to stop sending: rates of one issue."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

FLOOR: Final = 1_000  # accepted letters that a rate is of at least: few letters prove little
COMPLAINTS: Final = 3  # fewer are chance
COMPLAINT_WARNS: Final = 0.001  # Gmail and Yahoo, bulk sender rules: keep below 0.1 % …
COMPLAINT_STOPS: Final = 0.003  # … and never reach 0.3 %
BOUNCES: Final = 20
BOUNCE_STOPS: Final = 0.05
MESSAGE_DOMAINS: Final = 3  # domains that refuse the letter itself: its form, its size


class Alarm(StrEnum):
    """What is wrong with an issue."""

    COMPLAINTS_WARN = "complaints-warn"
    COMPLAINTS = "complaints"
    BOUNCES = "bounces"
    MESSAGE = "message"

    @property
    def stops(self) -> bool:
        """Whether a dispatch under way is paused."""
        return self is not Alarm.COMPLAINTS_WARN


@dataclass(frozen=True, slots=True)
class Returns:
    """What came back of one issue, each reader counted once."""

    accepted: int  # deliveries
    bounced: int  # readers whose letters came back, whatever for
    complained: int
    left: int  # readers who left after they got it
    message_domains: int  # domains that sent letters back because of the letter itself

    @property
    def complaint_rate(self) -> float:
        """The share of readers who complained."""
        return self.complained / max(self.accepted, FLOOR)

    @property
    def bounce_rate(self) -> float:
        """The share of letters that came back."""
        return self.bounced / max(self.accepted, FLOOR)


def find_alarms(returns: Returns) -> list[Alarm]:
    """Return what is wrong, the gravest first."""
    alarms = []
    if returns.complained >= COMPLAINTS and returns.complaint_rate > COMPLAINT_STOPS:
        alarms.append(Alarm.COMPLAINTS)
    if returns.bounced >= BOUNCES and returns.bounce_rate >= BOUNCE_STOPS:
        alarms.append(Alarm.BOUNCES)
    if returns.message_domains >= MESSAGE_DOMAINS:
        alarms.append(Alarm.MESSAGE)
    if (
        Alarm.COMPLAINTS not in alarms
        and returns.complained >= COMPLAINTS
        and returns.complaint_rate > COMPLAINT_WARNS
    ):
        alarms.append(Alarm.COMPLAINTS_WARN)
    return alarms
