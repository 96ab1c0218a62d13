"""The checks of the relay: can letters be handed over, all of them, and how fast."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from newsletter.delivery.smtp_session import Security
from newsletter.doctor.domain_checks import is_inside
from newsletter.doctor.finding import Finding, in_order, perhaps, unseen, wrong
from newsletter.doctor.patient import Patient
from newsletter.doctor.relay_visit import Visit
from newsletter.doctor.spf_checks import addresses_of
from newsletter.errors import ProviderBusy
from newsletter.phrases import phrase

ENDS_SOON: Final = timedelta(days=14)
OFF: Final = timedelta(minutes=5)  # SigV4 refuses more; DKIM and Gmail look at Date
DRIFTS: Final = timedelta(minutes=2)
SET_CLOCK: Final = phrase("doctor.set-clock")
LOGIN_WANTED: Final = 530  # RFC 4954, section 6


def look_at_relay(patient: Patient) -> Iterator[Finding]:
    """Look whether a session with the relay can be opened: host, port, TLS, login."""
    seen = patient.visit
    if seen is None:
        return
    place = f"{seen.relay.host}:{seen.relay.port}"
    if seen.speaks is Security.TLS:
        yield wrong(place, phrase("doctor.port-tls"), phrase("doctor.write-smtps"))
    elif seen.speaks is Security.STARTTLS:
        yield wrong(place, phrase("doctor.port-starttls"), phrase("doctor.write-starttls"))
    elif isinstance(seen.fault, ProviderBusy):
        yield unseen(place, seen.fault.phrase, phrase("doctor.ask-again"))
    elif seen.fault is not None:
        yield wrong(place, seen.fault.phrase)
    else:
        yield in_order(place, phrase("doctor.relay"))
        addresses = addresses_of(patient.dns, seen.relay.host)
        if seen.relay.security is Security.PLAIN and not all(map(is_inside, addresses)):
            yield perhaps(place, phrase("doctor.relay-plain"), phrase("doctor.write-starttls"))


def look_at_certificate(patient: Patient) -> Iterator[Finding]:
    """Look when the relay's certificate ends."""
    seen = patient.visit
    if seen is None or not seen.certificate:
        return
    from cryptography.x509 import load_der_x509_certificate  # noqa: PLC0415 - slow to load

    ends = load_der_x509_certificate(seen.certificate).not_valid_after_utc
    place, day = seen.relay.host, f"{ends.astimezone(patient.publication.zone):%Y-%m-%d}"
    if ends - patient.site.clock() < ENDS_SOON:
        fault = phrase("doctor.certificate-ends", day=day)
        yield perhaps(place, fault, phrase("doctor.renew-certificate"))
    else:
        yield in_order(place, phrase("doctor.certificate", day=day))


def look_at_sender(patient: Patient) -> Iterator[Finding]:
    """Look whether the relay accepts the sender, with the login that is set."""
    seen = patient.visit
    if seen is None or seen.fault is not None:
        return
    reply, place = seen.sender, seen.relay.host
    if reply is None:
        yield unseen(place, phrase("doctor.sender-unanswered"), phrase("doctor.ask-again"))
    elif reply.code == LOGIN_WANTED or (reply.code >= 500 and seen.offer.login and not _has(seen)):
        fault = phrase("doctor.login-wanted", answer=reply.answer)
        yield wrong(place, fault, phrase("doctor.set-login"))
    elif reply.code >= 500:
        fault = phrase("doctor.sender-refused", answer=reply.answer)
        yield wrong(place, fault, phrase("doctor.allow-sender"))
    elif reply.code >= 400:
        fault = phrase("doctor.sender-not-now", answer=reply.answer)
        yield unseen(place, fault, phrase("doctor.ask-again"))
    else:
        yield in_order(place, phrase("doctor.sender-accepted"))


def _has(seen: Visit) -> bool:
    return bool(seen.relay.user)


def look_at_extensions(patient: Patient) -> Iterator[Finding]:
    """Look whether the relay takes letters of our size and kind, at full speed."""
    seen = patient.visit
    if seen is None or seen.fault is not None:
        return
    offer, place = seen.offer, seen.relay.host
    largest = patient.largest
    if 0 < offer.size_max < largest:
        fault = phrase("doctor.size-refused", largest=largest, most=offer.size_max)
        yield wrong(place, fault, phrase("doctor.smaller-letter"))
    else:
        yield in_order(place, phrase("doctor.size", largest=largest))
    if not offer.pipelining:
        yield perhaps(place, phrase("doctor.no-pipelining"), phrase("doctor.ask-for-pipelining"))
    health = patient.health
    if not offer.smtputf8 and health is not None and health.unicode_addresses:
        fault = phrase("doctor.no-smtputf8", count=health.unicode_addresses)
        yield perhaps(place, fault, phrase("doctor.ask-for-smtputf8"))
    dsn = phrase("doctor.dsn") if offer.dsn else phrase("doctor.no-dsn")
    yield in_order(place, dsn)


def look_at_relay_clock(patient: Patient) -> Iterator[Finding]:
    """Compare this machine's clock with the date that the relay greets with."""
    seen = patient.visit
    if seen is None or seen.fault is not None:
        return
    there, place = find_date(seen.greeting), seen.relay.host
    if there is None:
        yield in_order(place, phrase("doctor.no-date"))
    else:
        yield compare_clocks(place, there, patient.site.clock())


def compare_clocks(place: str, there: datetime, here: datetime) -> Finding:
    """Compare the clock of another computer with ours, both aware UTC."""
    off = abs(here - there)
    minutes = off / timedelta(minutes=1)
    if off > OFF:
        return wrong(place, phrase("doctor.clock-off", minutes=minutes), SET_CLOCK)
    if off > DRIFTS:
        return perhaps(place, phrase("doctor.clock-off", minutes=minutes), SET_CLOCK)
    return in_order(place, phrase("doctor.clock"))


def find_date(greeting: str) -> datetime | None:
    """Return the date in a greeting, as Sendmail and Exim write it; None if there is none."""
    words = greeting.split()
    for number in range(len(words)):
        try:
            found = parsedate_to_datetime(" ".join(words[number:]))
        except (ValueError, TypeError, IndexError):
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None
