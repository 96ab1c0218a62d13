"""The checks of a mail service over HTTP, and how long the list takes by any way."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from newsletter.delivery.account_look import AccountNote, Allowance, Standing
from newsletter.doctor.finding import Certainty, Finding, in_order, perhaps
from newsletter.doctor.patient import Patient
from newsletter.doctor.provider_checks import compare_clocks, look_at_relay_clock
from newsletter.phrases import Phrase, phrase

LONG: Final = timedelta(hours=24)
PLACE: Final = "issues/publication.yaml"
CERTAINTIES: Final = {
    Standing.GOOD: Certainty.IN_ORDER,
    Standing.WRONG: Certainty.WRONG,
    Standing.DOUBTFUL: Certainty.PERHAPS,
    Standing.UNSEEN: Certainty.UNSEEN,
}


def look_at_account(patient: Patient) -> Iterator[Finding]:
    """Look at the account by requests that only read: the key, the sender, its limits."""
    seen = patient.account
    if seen is not None:
        for note in seen.notes:
            yield _finding(patient.settings.mail_url.host, note)


def _finding(place: str, note: AccountNote) -> Finding:
    return Finding(CERTAINTIES[note.standing], place, note.said, note.remedy)


def look_at_clock(patient: Patient) -> Iterator[Finding]:
    """Compare this machine's clock with the date in the service's answer, or in a greeting."""
    seen = patient.account
    if seen is None:
        yield from look_at_relay_clock(patient)
        return
    if seen.here is None:
        return
    place = patient.settings.mail_url.host
    if seen.there is None:
        yield in_order(place, phrase("doctor.no-date"))
    else:
        yield compare_clocks(place, seen.there, seen.here)


def look_at_duration(patient: Patient) -> Iterator[Finding]:
    """Say how long the list takes, and whether the account's limits allow it."""
    health = patient.health
    if health is None or not health.active:
        return
    seen = patient.account
    allowance = Allowance() if seen is None else seen.allowance
    yield from _look_at_rate(patient, health.active, allowance.per_second)
    if allowance.left is not None and allowance.left < health.active:
        fields = {"left": allowance.left, "count": health.active}
        fault = phrase("doctor.left-too-few", **fields)
        yield perhaps(patient.settings.mail_url.host, fault, phrase("doctor.raise-quota"))


def _look_at_rate(patient: Patient, readers: int, allowed: float | None) -> Iterator[Finding]:
    rate = patient.publication.pace.rate
    wished = rate.count / rate.per.total_seconds() if rate is not None else None
    if allowed is not None and (wished is None or wished > allowed):
        if wished is not None:
            fault = phrase("doctor.rate-above", rate=str(rate), allowed=allowed)
            yield perhaps(PLACE, fault, phrase("doctor.lower-rate"))
        takes = timedelta(seconds=readers / allowed)
        length = say_length(takes)
        words = phrase("doctor.takes-there", count=readers, allowed=allowed, length=length)
        yield _judge(patient.settings.mail_url.host, takes, words, phrase("doctor.ask-for-rate"))
    elif wished is not None:
        takes = timedelta(seconds=readers / wished)
        words = phrase("doctor.takes", count=readers, rate=str(rate), length=say_length(takes))
        yield _judge(PLACE, takes, words, phrase("doctor.raise-rate"))


def _judge(place: str, takes: timedelta, words: Phrase, remedy: Phrase) -> Finding:
    return perhaps(place, words, remedy) if takes > LONG else in_order(place, words)


def say_length(length: timedelta) -> Phrase:
    """Return the words for a length of time, to the minute, and rounded up."""
    minutes = -(-length // timedelta(minutes=1))
    if minutes < 60:
        return phrase("doctor.minutes", minutes=minutes)
    return phrase("doctor.hours-minutes", hours=minutes // 60, minutes=minutes % 60)
