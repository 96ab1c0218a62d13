"""What the circuit breaker says of a run, as a value; None says: go on."""

from dataclasses import dataclass

from newsletter.errors import ProviderError
from newsletter.phrases import Phrase


@dataclass(frozen=True, slots=True)
class PauseIssue:
    """A person has to look first: no run goes on with the issue by itself."""

    because: Phrase


@dataclass(frozen=True, slots=True)
class EndRun:
    """The run ends with an error of the provider; the issue is not paused."""

    error: ProviderError


Verdict = PauseIssue | EndRun
