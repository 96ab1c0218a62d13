"""The DNS records that an office has to enter, in the order of a registrar's form."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from newsletter.app.signing import read_signing_keys
from newsletter.delivery.name_server import Absent, Found, Kind
from newsletter.doctor.dmarc_record import POLICIES, UnansweredWalkError, find_policy
from newsletter.doctor.domain_checks import look_at_mx, look_at_ptr
from newsletter.doctor.finding import Certainty
from newsletter.doctor.patient import Patient, domain_of
from newsletter.doctor.spf_record import SpfError, is_spf, parse_spf
from newsletter.doctor.spf_walk import SpfResult, SpfWalk

PRIORITY: Final = 10  # of a mail host; the lowest is tried first
ALL: Final = " ~all"


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """A record as a registrar's form asks for it."""

    kind: str  # TXT, MX, A, AAAA or PTR
    name: str  # whole, without a dot at the end
    value: str  # TXT: one string; forms and zone files split it by themselves
    priority: int | None = None  # of MX


def find_records_to_enter(patient: Patient) -> Sequence[DnsRecord]:
    """
    Return the records that make DNS fit the settings; those that are there stay as they are.

    An SPF record that is valid is added to, never replaced: others may send by it.

    Raises:
        SettingsError: a DKIM key cannot be read.
    """
    found = [
        *_mail_hosts(patient),
        *_spf(patient),
        *_keys(patient),
        *_policy(patient),
        *_names(patient),
    ]
    return list(dict.fromkeys(found))


def find_mail_host(patient: Patient) -> str:
    """Return the host that receives mail, as far as settings and DNS tell; else a name for it."""
    answer = patient.dns.ask(patient.sender_domain, Kind.MX)
    hosts = [one.partition(" ")[2] for one in answer.values] if isinstance(answer, Found) else []
    inboxes = [one.host for one in patient.settings.inboxes if one.host]
    named = [one for one in (*hosts, *inboxes) if one != "." and not _is_address(one)]
    return named[0] if named else _own_name(patient)


def _own_name(patient: Patient) -> str:
    """Return the name of the machine that sends."""
    helo = patient.settings.helo
    return helo if helo and not helo.startswith("[") else f"mail.{patient.sender_domain}"


def _mail_hosts(patient: Patient) -> Iterator[DnsRecord]:
    wrong = {one.place for one in look_at_mx(patient) if one.certainty is Certainty.WRONG}
    host = find_mail_host(patient)
    for domain in patient.receiving_domains:
        if domain in wrong:
            yield DnsRecord("MX", domain, host, PRIORITY)
    if host == _own_name(patient) and isinstance(patient.dns.addresses(host), Absent):
        yield from _addresses(host, patient.addresses)


def _addresses(host: str, addresses: Sequence[str]) -> Iterator[DnsRecord]:
    for address in addresses:
        yield DnsRecord("A" if ip_address(address).version == 4 else "AAAA", host, address)


def _spf(patient: Patient) -> Iterator[DnsRecord]:
    domain = patient.envelope_domain
    if not patient.can.own_sender:
        return
    answer = patient.dns.ask(domain, Kind.TXT)
    texts = answer.values if isinstance(answer, Found) else ()
    records = [one for one in texts if is_spf(one)]
    current = records[0] if len(records) == 1 and _is_valid(records[0]) else f"v=spf1{ALL}"
    missing = [
        f"ip{ip_address(address).version}:{address}"
        for address in patient.addresses
        if not records
        or SpfWalk(patient.dns, f"bounces@{domain}", ip_address(address)).evaluate(domain)
        is not SpfResult.PASS
    ]
    if not patient.addresses and patient.settings.mail_url.scheme.startswith("smtp"):
        host = patient.settings.mail_url.host
        is_bare = _is_address(host)
        missing = [f"ip{ip_address(host).version}:{host}" if is_bare else f"a:{host}"]
        missing = [one for one in missing if one not in current.split()]
    version, _, terms = current.partition(" ")
    yield DnsRecord("TXT", domain, " ".join([version, *missing, *terms.split()]))


def _is_valid(record: str) -> bool:
    try:
        parse_spf(record)
    except SpfError:
        return False
    return True


def _keys(patient: Patient) -> Iterator[DnsRecord]:
    setting = patient.settings.dkim
    if setting is None:
        return
    for selector, key in read_signing_keys(patient.site).items():
        yield DnsRecord("TXT", f"{selector}._domainkey.{setting.domain}", key.record)


def _policy(patient: Patient) -> Iterator[DnsRecord]:
    domain = patient.sender_domain
    try:
        record = find_policy(patient.dns, domain)
    except UnansweredWalkError:
        return  # it may be there
    if record is not None and record.tags.get("p", "").lower() in POLICIES:
        yield DnsRecord("TXT", f"_dmarc.{record.domain}", record.text)
        return
    email = patient.publication.email
    reports = f"; rua=mailto:{email}" if domain_of(email) == domain else ""
    yield DnsRecord("TXT", f"_dmarc.{domain}", f"v=DMARC1; p=none{reports}")


def _names(patient: Patient) -> Iterator[DnsRecord]:
    """Yield names of the sending addresses; whoever provides the addresses enters them."""
    wrong = {one.place for one in look_at_ptr(patient) if one.certainty is Certainty.WRONG}
    host = _own_name(patient)
    for address in patient.addresses:
        if address in wrong:
            yield from _addresses(host, [address])
            yield DnsRecord("PTR", ip_address(address).reverse_pointer, host)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
