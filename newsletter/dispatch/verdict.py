"""Verdicts of the circuit breaker on a run, as values; None means: continue."""

from dataclasses import dataclass

from newsletter.errors import ProviderError
from newsletter.phrases import Phrase


@dataclass(frozen=True, slots=True)
class PauseIssue:
    """A person must look first: no run continues the issue automatically."""

    because: Phrase


@dataclass(frozen=True, slots=True)
class EndRun:
    """The run ends with an error of the provider; the issue is not paused."""

    error: ProviderError


Verdict = PauseIssue | EndRun
