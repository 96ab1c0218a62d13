"""DMARC (RFC 9989): records, the tree walk, the organizational domain."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from newsletter.delivery.name_server import Dns, Found, Kind, Unanswered
from newsletter.doctor.tags import first_tag, read_tags
from newsletter.phrases import Phrase

QUERIES_MAX: Final = 8  # of one walk
VERSION: Final = ("v", "DMARC1")  # in this case, and first
POLICIES: Final = ("none", "quarantine", "reject")


@dataclass(frozen=True, slots=True)
class DmarcRecord:
    """The DMARC record of one domain."""

    domain: str  # without _dmarc
    text: str

    @property
    def tags(self) -> Mapping[str, str]:
        """The tags, by name."""
        return read_tags(self.text)


class UnansweredWalkError(Exception):
    """DNS did not answer on the way, so that nothing follows from the walk."""

    def __init__(self, reason: Phrase) -> None:
        super().__init__(str(reason))
        self.reason = reason


def is_dmarc(text: str) -> bool:
    """Return whether a TXT record is one of DMARC."""
    return first_tag(text) == VERSION


def is_nearly_dmarc(text: str) -> bool:
    """Return whether a TXT record was meant as one of DMARC, and receivers do not see that."""
    bare = text.strip(" \t\"'“”\\").lower().replace(" ", "")
    return not is_dmarc(text) and bare.startswith(("v=dmarc", "dmarc1"))


def find_records(dns: Dns, domain: str) -> list[str]:
    """
    Return the TXT records of DMARC at one domain.

    Raises:
        UnansweredWalkError: DNS did not answer.
    """
    return [one for one in find_texts(dns, domain) if is_dmarc(one)]


def find_texts(dns: Dns, domain: str) -> tuple[str, ...]:
    """Return all TXT records at _dmarc of *domain*; for the error see `find_records`."""
    answer = dns.ask(f"_dmarc.{domain}", Kind.TXT)
    if isinstance(answer, Unanswered):
        raise UnansweredWalkError(answer.reason)
    return answer.values if isinstance(answer, Found) else ()


def domains_of_walk(domain: str) -> Iterator[str]:
    """Yield the domains that a tree walk asks, from *domain* up; at most eight (section 4.10)."""
    labels = domain.split(".")
    yield domain
    labels = labels[1:] if len(labels) < QUERIES_MAX else labels[-(QUERIES_MAX - 1) :]
    while labels:
        yield ".".join(labels)
        labels = labels[1:]


def walk_tree(dns: Dns, domain: str) -> list[DmarcRecord]:
    """
    Return the records on the way up from *domain*; where a domain has several, it has none.

    Raises:
        UnansweredWalkError: DNS did not answer.
    """
    found = []
    for one in domains_of_walk(domain):
        records = find_records(dns, one)
        if len(records) == 1:
            found.append(DmarcRecord(one, records[0]))
            psd = found[-1].tags.get("psd", "u")
            if psd == "n" or (psd == "y" and one != domain):
                break
    return found


def find_organization(dns: Dns, domain: str) -> str:
    """
    Return the organizational domain of *domain* (section 4.10.2); no list of suffixes is used.

    Raises:
        UnansweredWalkError: DNS did not answer.
    """
    records = walk_tree(dns, domain)
    for one in records:
        match one.tags.get("psd", "u"):
            case "n":
                return one.domain
            case "y" if one.domain != domain:
                below = len(one.domain.split(".")) + 1
                return ".".join(domain.split(".")[-below:])
    return records[-1].domain if records else domain


def find_policy(dns: Dns, domain: str) -> DmarcRecord | None:
    """
    Return the record that applies to mail from *domain*; None if there is none.

    Raises:
        UnansweredWalkError: DNS did not answer.
    """
    records = walk_tree(dns, domain)
    if records and records[0].domain == domain:
        return records[0]
    organization = find_organization(dns, domain)
    for one in records:
        if one.domain == organization or one.tags.get("psd") == "y":
            return one
    return None


def policy_for(record: DmarcRecord, domain: str) -> str:
    """Return the policy of *record* for *domain*: a missing or unknown p is none."""
    tags = record.tags
    policy = tags.get("p", "none") if record.domain == domain else tags.get("sp", tags.get("p", ""))
    return policy.lower() if policy.lower() in POLICIES else "none"
