"""The checks of DMARC: the record that applies to the sender, and what is aligned with it."""

from collections.abc import Iterator
from typing import Final

from newsletter.delivery.name_server import Dns, Found, Kind
from newsletter.doctor.dmarc_record import (
    POLICIES,
    DmarcRecord,
    UnansweredWalkError,
    domains_of_walk,
    find_organization,
    find_policy,
    find_records,
    find_texts,
    is_dmarc,
    is_nearly_dmarc,
    policy_for,
)
from newsletter.doctor.finding import Finding, in_order, perhaps, unseen, wrong
from newsletter.doctor.patient import Patient, domain_of
from newsletter.doctor.spf_checks import ENTER
from newsletter.phrases import phrase

REMOVED: Final = ("pct", "rf", "ri")  # RFC 9989, appendix: receivers no longer look at them


def look_at_dmarc(patient: Patient) -> Iterator[Finding]:
    """Look at the record that applies to mail from the sender."""
    domain = patient.sender_domain
    try:
        yield from _look_for_lost(patient.dns, domain)
        record = find_policy(patient.dns, domain)
    except UnansweredWalkError as error:
        yield unseen(f"_dmarc.{domain}", error.reason, phrase("doctor.ask-again"))
        return
    if record is None:
        yield wrong(f"_dmarc.{domain}", phrase("doctor.dmarc-none"), ENTER)
        return
    findings = list(_look_at_record(patient.dns, record, domain))
    yield from findings
    if not findings:
        policy = policy_for(record, domain)
        yield in_order(f"_dmarc.{record.domain}", phrase("doctor.dmarc", policy=policy))


def _look_for_lost(dns: Dns, domain: str) -> Iterator[Finding]:
    """Look for records that receivers ignore: several, badly begun, at the wrong name."""
    for one in domains_of_walk(domain):
        place = f"_dmarc.{one}"
        count = len(find_records(dns, one))
        if count > 1:
            fault = phrase("doctor.dmarc-several", count=count)
            yield wrong(place, fault, phrase("doctor.keep-one"))
        for text in filter(is_nearly_dmarc, find_texts(dns, one)):
            fault = phrase("doctor.dmarc-nearly", record=text)
            yield wrong(place, fault, phrase("doctor.dmarc-begin"))
    answer = dns.ask(domain, Kind.TXT)
    if isinstance(answer, Found) and any(map(is_dmarc, answer.values)):
        fault = phrase("doctor.dmarc-misplaced", name=f"_dmarc.{domain}")
        yield perhaps(domain, fault, ENTER)


def _look_at_record(dns: Dns, record: DmarcRecord, domain: str) -> Iterator[Finding]:
    place, tags = f"_dmarc.{record.domain}", record.tags
    if "p" not in tags:
        yield perhaps(place, phrase("doctor.dmarc-no-policy"), phrase("doctor.dmarc-write-policy"))
    for name in ("p", "sp", "np"):
        if name in tags and tags[name].lower() not in POLICIES:
            fault = phrase("doctor.dmarc-policy", tag=f"{name}={tags[name]}")
            yield wrong(place, fault, phrase("doctor.dmarc-write-policy"))
    if old := [name for name in REMOVED if name in tags]:
        yield perhaps(place, phrase("doctor.dmarc-removed", tags=old), phrase("doctor.remove-tags"))
    if tags.get("t") == "y":
        yield perhaps(place, phrase("doctor.dmarc-testing"), phrase("doctor.remove-tags"))
    for name in ("adkim", "aspf"):
        if tags.get(name, "r") not in ("r", "s"):
            fault = phrase("doctor.dmarc-tag", tag=f"{name}={tags[name]}")
            yield perhaps(place, fault, phrase("doctor.remove-tags"))
    yield from _look_at_reports(dns, record, domain)


def _look_at_reports(dns: Dns, record: DmarcRecord, domain: str) -> Iterator[Finding]:
    """Look whether those who get reports have agreed to it (RFC 9990, section 4)."""
    place = f"_dmarc.{record.domain}"
    for uri in filter(None, map(str.strip, record.tags.get("rua", "").split(","))):
        scheme, colon, address = uri.partition(":")
        host = domain_of(address.partition("!")[0])
        if not colon or (scheme.lower() == "mailto" and "." not in host):
            fault = phrase("doctor.dmarc-report-address", address=uri)
            yield perhaps(place, fault, phrase("doctor.dmarc-write-address"))
        elif scheme.lower() == "mailto" and find_organization(dns, host) != find_organization(
            dns, domain
        ):
            name = f"{record.domain}._report._dmarc.{host}"
            answer = dns.ask(name, Kind.TXT)
            if not isinstance(answer, Found) or not any(map(is_dmarc, answer.values)):
                fault = phrase("doctor.dmarc-report-refused", host=host)
                yield perhaps(name, fault, phrase("doctor.dmarc-ask-reporter"))


def look_at_alignment(patient: Patient) -> Iterator[Finding]:
    """Look whether the signature's domain and that of bounces belong to the sender's."""
    sender, dns, setting = patient.sender_domain, patient.dns, patient.settings.dkim
    try:
        record = find_policy(dns, sender)
        tags = record.tags if record else {}
        spf = patient.can.own_sender and _is_aligned(
            dns, patient.envelope_domain, sender, tags.get("aspf", "r")
        )
        dkim = (
            None
            if setting is None
            else _is_aligned(dns, setting.domain, sender, tags.get("adkim", "r"))
        )
    except UnansweredWalkError as error:
        yield unseen(sender, error.reason, phrase("doctor.ask-again"))
        return
    if dkim and spf:
        yield in_order(sender, phrase("doctor.aligned"))
    if setting is not None and not dkim:
        fault = phrase("doctor.dkim-unaligned", domain=setting.domain, sender=sender)
        make = perhaps if spf else wrong
        yield make(setting.domain, fault, phrase("doctor.align-dkim"))
    if not spf and patient.can.own_sender:
        domain = patient.envelope_domain
        fault = phrase("doctor.spf-unaligned", domain=domain, sender=sender)
        make = wrong if dkim is False else perhaps
        yield make(domain, fault, phrase("doctor.align-bounces"))
    if dkim is None:
        yield unseen(sender, phrase("doctor.dkim-of-relay"))


def _is_aligned(dns: Dns, domain: str, sender: str, mode: str) -> bool:
    if domain == sender:
        return True
    return mode != "s" and find_organization(dns, domain) == find_organization(dns, sender)
