"""When a run that ended early may continue, and texts on what it waits for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.phrases import Said, phrase


@dataclass(frozen=True, slots=True)
class Resumption:
    """When the remaining letters of a run may be sent, and what they wait for."""

    at: datetime  # aware UTC
    why: Said


def after_limit(now: datetime, seconds: float, limit: Said) -> Resumption:
    """Wait for a quota or a warm-up day that is used up; *limit* is its text."""
    return Resumption(now + timedelta(seconds=seconds), phrase("dispatch.used-up", limit=limit))


def after_provider_pause(now: datetime, seconds: float) -> Resumption:
    """Wait for a pause requested by the provider."""
    return Resumption(now + timedelta(seconds=seconds), phrase("dispatch.provider-wants-pause"))


def after_domain_pause(now: datetime, seconds: float, domain: str) -> Resumption:
    """Wait for a paused domain."""
    why = phrase("dispatch.domain-pauses", domain=domain)
    return Resumption(now + timedelta(seconds=seconds), why)
