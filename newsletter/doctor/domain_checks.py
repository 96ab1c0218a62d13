"""The checks of hosts: who receives mail, whose names sending addresses have, advice on TLS."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from typing import Final

from newsletter.delivery.name_server import Absent, Found, Kind, Unanswered
from newsletter.doctor.finding import Finding, in_order, perhaps, unseen, wrong
from newsletter.doctor.patient import Patient
from newsletter.doctor.tags import first_tag, read_tags
from newsletter.phrases import Phrase, phrase

NULL: Final = "."  # RFC 7505: this domain receives no mail
# Networks that nobody on the internet reaches; documentation's are not among them.
INSIDE: Final = tuple(
    map(
        ip_network,
        "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 127.0.0.0/8 169.254.0.0/16 100.64.0.0/10 "
        "::1/128 fc00::/7 fe80::/10".split(),
    )
)


def look_at_mx(patient: Patient) -> Iterator[Finding]:
    """Look whether the domains of From, of answers and of bounces receive mail."""
    for domain in patient.receiving_domains:
        answer = patient.dns.ask(domain, Kind.MX)
        match answer:
            case Unanswered(reason):
                yield unseen(domain, reason, phrase("doctor.ask-again"))
            case Found(values):
                hosts = [value.partition(" ")[2] for value in values]
                findings = [fault for host in hosts for fault in _look_at_host(patient, host)]
                yield from findings
                if not findings:
                    yield in_order(domain, phrase("doctor.mx", hosts=hosts))
            case _:
                yield from _look_without_mx(patient, domain, answer)


def _look_without_mx(patient: Patient, domain: str, answer: Absent) -> Iterator[Finding]:
    """Look at a domain without MX: mail goes to its own address, if it has one (RFC 5321 §5.1)."""
    hosts = patient.dns.addresses(domain)
    if isinstance(hosts, Found):
        yield perhaps(domain, phrase("doctor.mx-implicit"), phrase("doctor.mx-enter"))
    elif isinstance(hosts, Unanswered):
        yield unseen(domain, hosts.reason, phrase("doctor.ask-again"))
    elif answer is Absent.NAME:
        yield wrong(domain, phrase("doctor.no-domain"), phrase("doctor.mx-enter"))
    else:
        yield wrong(domain, phrase("doctor.mx-none"), phrase("doctor.mx-enter"))


def _look_at_host(patient: Patient, host: str) -> Iterator[Finding]:
    if host == NULL:
        yield wrong(host, phrase("doctor.mx-null"), phrase("doctor.mx-enter"))
        return
    if _is_address(host):
        yield wrong(host, phrase("doctor.mx-address"), phrase("doctor.mx-name"))
        return
    answer = patient.dns.addresses(host)
    if isinstance(answer, Unanswered):
        yield unseen(host, answer.reason, phrase("doctor.ask-again"))
    elif not isinstance(answer, Found):
        yield wrong(host, phrase("doctor.mx-nowhere"), phrase("doctor.mx-name"))
    elif all(map(is_inside, answer.values)):
        fault = phrase("doctor.mx-inside", addresses=answer.values)
        yield perhaps(host, fault, phrase("doctor.mx-name"))


def look_at_soa(patient: Patient) -> Iterator[Finding]:
    """Look whether the domains of From and of bounces exist: Yahoo asks for their SOA."""
    for domain in dict.fromkeys([patient.sender_domain, patient.envelope_domain]):
        answer = patient.dns.ask(domain, Kind.SOA)
        if isinstance(answer, Unanswered):
            yield unseen(domain, answer.reason, phrase("doctor.ask-again"))
        elif answer is Absent.NAME:
            yield wrong(domain, phrase("doctor.no-domain"), phrase("doctor.make-domain"))
        else:
            yield in_order(domain, phrase("doctor.domain"))


def look_at_ptr(patient: Patient) -> Iterator[Finding]:
    """Look whether each sending address has a name, and the name that address."""
    if not patient.addresses:
        yield unseen(patient.sender_domain, *_unknown_addresses(patient))
    for address in patient.addresses:
        if is_inside(address):
            fault = phrase("doctor.address-inside")
            yield wrong(address, fault, phrase("doctor.name-addresses"))
            continue
        answer = patient.dns.pointer(address)
        match answer:
            case Unanswered(reason):
                yield unseen(address, reason, phrase("doctor.ask-again"))
            case Found(names):
                yield from _look_back(patient, address, names)
            case _:
                yield wrong(address, phrase("doctor.ptr-none"), phrase("doctor.ptr-ask"))


def _look_back(patient: Patient, address: str, names: tuple[str, ...]) -> Iterator[Finding]:
    answers = {name: patient.dns.addresses(name) for name in names}
    leading_back = [
        name
        for name, answer in answers.items()
        if isinstance(answer, Found) and ip_address(address) in map(ip_address, answer.values)
    ]
    if not leading_back:
        late = [one.reason for one in answers.values() if isinstance(one, Unanswered)]
        if late:
            yield unseen(address, late[0], phrase("doctor.ask-again"))
        else:
            fault = phrase("doctor.ptr-one-way", names=names)
            yield wrong(address, fault, phrase("doctor.ptr-ask"))
    else:
        yield in_order(address, phrase("doctor.ptr", name=leading_back[0]))


def _unknown_addresses(patient: Patient) -> tuple[Phrase, Phrase | str]:
    if patient.settings.mail_url.scheme.startswith("smtp"):
        return phrase("doctor.addresses-unknown"), phrase("doctor.name-addresses")
    return phrase("doctor.addresses-of-service"), ""


def look_at_tls_advice(patient: Patient) -> Iterator[Finding]:
    """Look at MTA-STS (RFC 8461) and TLS-RPT (RFC 8460), which nobody has to have."""
    for domain in patient.receiving_domains:
        for label, version, code in (
            ("_mta-sts", "STSv1", phrase("doctor.mta-sts-missing")),
            ("_smtp._tls", "TLSRPTv1", phrase("doctor.tls-rpt-missing")),
        ):
            name = f"{label}.{domain}"
            answer = patient.dns.ask(name, Kind.TXT)
            if isinstance(answer, Unanswered):
                yield unseen(name, answer.reason, phrase("doctor.ask-again"))
                continue
            texts = answer.values if isinstance(answer, Found) else ()
            records = [one for one in texts if first_tag(one) == ("v", version)]
            needed = "id" if version == "STSv1" else "rua"
            if len(records) == 1 and read_tags(records[0]).get(needed):
                yield in_order(name, phrase("doctor.tls-record", version=version))
            elif texts:
                fault = phrase("doctor.tls-record-wrong", version=version, needed=needed)
                yield perhaps(name, fault, phrase("doctor.correct-or-remove"))
            else:
                yield in_order(name, code)


def is_inside(address: str) -> bool:
    """Return whether an address is of a network that nobody on the internet reaches."""
    found = ip_address(address)
    return any(found in network for network in INSIDE if network.version == found.version)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
