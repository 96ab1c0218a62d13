"""When a run that ended early may go on, and the words for what it waits for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.phrases import Said, phrase


@dataclass(frozen=True, slots=True)
class Resumption:
    """When what a run has left behind may go on, and what it waits for."""

    at: datetime  # aware UTC
    why: Said


def after_limit(now: datetime, seconds: float, limit: Said) -> Resumption:
    """Wait for a quota or a warm-up day that is used up; *limit* is its words."""
    return Resumption(now + timedelta(seconds=seconds), phrase("dispatch.used-up", limit=limit))


def after_provider_pause(now: datetime, seconds: float) -> Resumption:
    """Wait for the pause that the provider has asked for."""
    return Resumption(now + timedelta(seconds=seconds), phrase("dispatch.provider-wants-pause"))


def after_domain_pause(now: datetime, seconds: float, domain: str) -> Resumption:
    """Wait for a domain that is paused."""
    why = phrase("dispatch.domain-pauses", domain=domain)
    return Resumption(now + timedelta(seconds=seconds), why)
