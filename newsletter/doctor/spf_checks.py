"""The check of SPF: the record of the domain that bounces return to."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from typing import Final

from newsletter.delivery.name_server import Dns, Found, Kind, Unanswered
from newsletter.doctor.finding import Finding, in_order, perhaps, unseen, wrong
from newsletter.doctor.patient import Patient
from newsletter.doctor.spf_record import SpfError, is_nearly_spf, is_spf, parse_spf
from newsletter.doctor.spf_walk import LOOKUPS_MAX, VOIDS_MAX, SpfResult, SpfWalk
from newsletter.phrases import phrase

ENTER: Final = phrase("doctor.enter-record", option="--records")


def look_at_spf(patient: Patient) -> Iterator[Finding]:
    """Look whether the record is valid, can be evaluated, and allows the sending addresses."""
    domain = patient.envelope_domain
    if not patient.can.own_sender:
        yield unseen(domain, phrase("doctor.spf-of-service"))
        return
    answer = patient.dns.ask(domain, Kind.TXT)
    if isinstance(answer, Unanswered):
        yield unseen(domain, answer.reason, phrase("doctor.ask-again"))
        return
    texts = answer.values if isinstance(answer, Found) else ()
    records = [one for one in texts if is_spf(one)]
    for one in filter(is_nearly_spf, texts):
        fault = phrase("doctor.spf-nearly", record=one)
        yield wrong(domain, fault, phrase("doctor.spf-begin"))
    if len(records) == 1:
        yield from _look_at_record(patient, domain, records[0])
    elif records:
        fault = phrase("doctor.spf-two", count=len(records))
        yield wrong(domain, fault, phrase("doctor.spf-merge"))
    else:
        yield wrong(domain, phrase("doctor.spf-none"), ENTER)


def _look_at_record(patient: Patient, domain: str, text: str) -> Iterator[Finding]:
    sender = f"bounces@{domain}"
    walk = SpfWalk(patient.dns, sender)
    walk.evaluate(domain)
    allowed = [
        (address, SpfWalk(patient.dns, sender, ip_address(address)))
        for address in patient.addresses
    ]
    results = [(address, one.evaluate(domain), one) for address, one in allowed]
    all_pass = bool(results) and all(result is SpfResult.PASS for _, result, _ in results)
    yield from _look_at_limits(walk, domain, all_pass=all_pass)
    yield from _look_at_terms(domain, text)
    for address, result, own in results:
        if result is SpfResult.PASS:
            yield in_order(domain, phrase("doctor.spf-allows", address=address))
        elif result is SpfResult.TEMPERROR:
            yield unseen(domain, own.unanswered[-1], phrase("doctor.ask-again"))
        elif result is not SpfResult.PERMERROR or (not walk.faults and walk.lookups <= LOOKUPS_MAX):
            fault = phrase("doctor.spf-refuses", address=address, result=result)
            yield wrong(domain, fault, ENTER)
    if not results:
        yield _look_at_relay(patient, domain, sender)


def _look_at_limits(walk: SpfWalk, domain: str, *, all_pass: bool) -> Iterator[Finding]:
    for place, fault in walk.faults:
        yield wrong(place, fault, phrase("doctor.spf-correct"))
    for reason in dict.fromkeys(walk.unanswered):
        yield unseen(domain, reason, phrase("doctor.ask-again"))
    make = perhaps if all_pass else wrong  # where the addresses match first, nobody counts on
    if walk.lookups > LOOKUPS_MAX:
        fault = phrase("doctor.spf-lookups", count=walk.lookups, most=LOOKUPS_MAX)
        yield make(domain, fault, phrase("doctor.spf-fewer"))
    if walk.voids > VOIDS_MAX:
        fault = phrase("doctor.spf-voids", count=walk.voids, most=VOIDS_MAX)
        yield make(domain, fault, phrase("doctor.spf-remove-voids"))


def _look_at_terms(domain: str, text: str) -> Iterator[Finding]:
    try:
        record = parse_spf(text)
    except SpfError:
        return  # the walk has named it
    names = [one.name for one in record.mechanisms]
    if any(one.name == "all" and one.sign == "+" for one in record.mechanisms):
        yield perhaps(domain, phrase("doctor.spf-allows-all"), phrase("doctor.spf-end"))
    elif "all" not in names and not record.redirect:
        yield perhaps(domain, phrase("doctor.spf-no-end"), phrase("doctor.spf-end"))
    if "ptr" in names:
        yield perhaps(domain, phrase("doctor.spf-ptr"), phrase("doctor.spf-without-ptr"))
    if "all" in names and (names.index("all") < len(names) - 1 or record.redirect):
        yield perhaps(domain, phrase("doctor.spf-behind-all"), phrase("doctor.spf-correct"))


def _look_at_relay(patient: Patient, domain: str, sender: str) -> Finding:
    """Look at the relay's own addresses: mail may leave from others, so nothing is certain."""
    url = patient.settings.mail_url
    if not url.scheme.startswith("smtp"):
        return unseen(domain, phrase("doctor.addresses-of-service"))
    addresses = addresses_of(patient.dns, url.host)
    results = [SpfWalk(patient.dns, sender, ip_address(one)).evaluate(domain) for one in addresses]
    if results and all(result is SpfResult.PASS for result in results):
        return in_order(domain, phrase("doctor.spf-allows-relay", host=url.host))
    fault = phrase("doctor.spf-relay-unknown", host=url.host)
    return unseen(domain, fault, phrase("doctor.name-addresses"))


def addresses_of(dns: Dns, host: str) -> Sequence[str]:
    """Return the addresses of a host that is an address, or a name that DNS knows."""
    try:
        return [str(ip_address(host))]
    except ValueError:
        answer = dns.addresses(host)
        return answer.values if isinstance(answer, Found) else ()
