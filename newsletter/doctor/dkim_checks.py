"""The check of DKIM: the key in DNS at each selector is that of the private key."""

from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import Final

from newsletter.app.signing import read_signing_keys
from newsletter.delivery.name_server import Found, Kind, Unanswered
from newsletter.doctor.finding import Finding, in_order, perhaps, unseen, wrong
from newsletter.doctor.patient import Patient
from newsletter.doctor.spf_checks import ENTER
from newsletter.doctor.tags import first_tag, read_tags
from newsletter.message.dkim_key import SigningKey
from newsletter.phrases import Phrase, phrase

PIECES_MAX: Final = 4  # records that one key may have been split into


def look_at_dkim(patient: Patient) -> Iterator[Finding]:
    """Compare the record at each selector with our key."""
    setting = patient.settings.dkim
    if setting is None:
        yield unseen(patient.sender_domain, phrase("doctor.dkim-of-relay"))
        return
    for selector, key in read_signing_keys(patient.site).items():
        name = f"{selector}._domainkey.{setting.domain}"
        answer = patient.dns.ask(name, Kind.TXT)
        if isinstance(answer, Unanswered):
            yield unseen(name, answer.reason, phrase("doctor.ask-again"))
        elif isinstance(answer, Found):
            yield from _look_at_records(name, answer.values, key)
        else:
            yield wrong(name, phrase("doctor.dkim-none"), ENTER)


def _look_at_records(name: str, records: Sequence[str], key: SigningKey) -> Iterator[Finding]:
    if len(records) > 1:
        yield wrong(name, _explain_several(records, key), ENTER)
        return
    faults = list(find_faults(records[0], key))
    yield from (wrong(name, fault, ENTER) for fault in faults)
    if not faults:
        if "y" in read_tags(records[0]).get("t", "").split(":"):
            yield perhaps(name, phrase("doctor.dkim-testing"), phrase("doctor.dkim-no-testing"))
        else:
            yield in_order(name, phrase("doctor.dkim-same"))


def _explain_several(records: Sequence[str], key: SigningKey) -> Phrase:
    """Return what is wrong with several records at one selector."""
    if len(records) <= PIECES_MAX:
        for pieces in permutations(records):
            if not list(find_faults("".join(pieces), key)):
                return phrase("doctor.dkim-in-pieces", count=len(records))
    return phrase("doctor.dkim-several", count=len(records))


def find_faults(record: str, key: SigningKey) -> Iterator[Phrase]:
    """Yield why a verifier would not take *record* for that of *key* (RFC 6376, section 3.6.1)."""
    tags = read_tags(record)
    if "v" in tags and first_tag(record) != ("v", "DKIM1"):
        yield phrase("doctor.dkim-version")
    if tags.get("k", "rsa") != key.algorithm:
        yield phrase("doctor.dkim-kind", found=tags.get("k", "rsa"), needed=key.algorithm)
    if "sha256" not in tags.get("h", "sha256").replace(" ", "").split(":"):
        yield phrase("doctor.dkim-hash", found=tags["h"])
    if not {"*", "email"} & set(tags.get("s", "*").replace(" ", "").split(":")):
        yield phrase("doctor.dkim-not-for-email", found=tags["s"])
    if "p" not in tags:
        yield phrase("doctor.dkim-no-key")
    elif fault := _compare(tags["p"], key):
        yield fault


def _compare(written: str, key: SigningKey) -> Phrase | None:
    """Return how a key in DNS differs from ours; None if it does not."""
    found = "".join(written.split())
    ours = b64encode(key.public).decode()
    if not found:
        return phrase("doctor.dkim-revoked")
    if found == ours or _decoded(found) == key.public:
        return None
    if ours.startswith(found):
        return phrase("doctor.dkim-cut-off", count=len(found), whole=len(ours))
    bare = "".join(mark for mark in found if mark not in "\"'\\()")
    if bare == ours or sorted(bare) == sorted(ours):
        return phrase("doctor.dkim-split")
    if _decoded(found) is None:
        return phrase("doctor.dkim-unreadable")
    return phrase("doctor.dkim-other")


def _decoded(text: str) -> bytes | None:
    try:
        return b64decode(text, validate=True)
    except (Error, ValueError):
        return None
