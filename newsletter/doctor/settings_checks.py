"""Checks of the settings: what contradicts, what is weak, what others may read."""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from newsletter.app.keys import FILE_NAME
from newsletter.doctor.finding import Finding, in_order, perhaps, wrong
from newsletter.doctor.patient import Patient
from newsletter.errors import ContentError, SettingsError
from newsletter.issue.issue import PUBLICATION
from newsletter.phrases import phrase
from newsletter.rights import find_open
from newsletter.settings import read_dkim_keys

FEW_BYTES: Final = 10  # a random key of 32 bytes has more different ones, but for 1 in 10^20
GUESSED: Final = ("changeme", "change-me", "secret", "password", "example", "qwerty", "12345678")
NOWHERE: Final = ("localhost", ".localhost", ".invalid", ".test", ".example", ".local", ".internal")
NO_ZONE: Final = ("UTC", "Etc/UTC", "GMT", "Etc/GMT", "Zulu")


def look_at_publication(patient: Patient) -> Iterator[Finding]:
    """Read publication.yaml, with every problem by its line."""
    try:
        name = patient.publication.sender_address
    except ContentError as error:
        for problem in error.problems:
            place = problem.place if problem.line is None else f"{problem.place}:{problem.line}"
            yield wrong(place, problem.message)
    else:
        yield in_order(PUBLICATION, phrase("doctor.sender", address=name))


def look_at_way(patient: Patient) -> Iterator[Finding]:
    """Look for settings that contradict the way by which letters leave."""
    url = patient.settings.mail_url
    if url.is_rehearsal:
        fault = phrase("doctor.rehearsal", folder=url.folder)
        yield perhaps("NEWSLETTER_MAIL_URL", fault, phrase("doctor.name-a-service"))
        return
    try:
        provider = patient.site.provider()
    except ContentError:
        return  # the publication's own check names the faults
    except SettingsError as error:
        codes = [getattr(said, "code", "") for said in error.said]
        if codes != ["settings.public-url-missing"]:  # a check of its own
            yield wrong("NEWSLETTER_MAIL_URL", error.phrase)
        return
    bounces = patient.publication.bounces
    if bounces and not provider.can.own_sender:
        fault = phrase("doctor.bounces-elsewhere", provider=provider.name, address=bounces)
        if provider.can.may_lack_sender:
            yield perhaps(PUBLICATION, fault, phrase("doctor.set-webhook"))
        else:
            yield wrong(PUBLICATION, fault, phrase("doctor.remove-bounces"))
    yield in_order("NEWSLETTER_MAIL_URL", phrase("doctor.way", provider=provider.name))


def look_at_public_url(patient: Patient) -> Iterator[Finding]:
    """Look whether pictures and links lead to an https address of the open internet."""
    place, url = "NEWSLETTER_PUBLIC_URL", patient.settings.public_url
    leaves = patient.settings.mail_url.needs_public_url
    if url is None:
        fault, remedy = phrase("doctor.no-public-url"), phrase("doctor.set-public-url")
        yield wrong(place, fault, remedy) if leaves else perhaps(place, fault, remedy)
        return
    parts = urlsplit(url)
    if parts.scheme != "https":
        fault, remedy = phrase("doctor.public-url-plain", url=url), phrase("doctor.write-https")
        yield wrong(place, fault, remedy) if leaves else perhaps(place, fault, remedy)
    elif _leads_nowhere(parts.hostname or ""):
        fault = phrase("doctor.public-url-inside", url=url)
        yield perhaps(place, fault, phrase("doctor.set-public-url"))
    else:
        yield in_order(place, url)


def _leads_nowhere(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(NOWHERE)


def look_at_secret_key(patient: Patient) -> Iterator[Finding]:
    """Look whether the key that signs readers' links is there, and hard to guess."""
    settings, path = patient.settings, patient.settings.root / FILE_NAME
    if settings.secret_key is not None:
        place, key = "NEWSLETTER_SECRET_KEY", settings.secret_key
    elif path.is_file():
        place, key = FILE_NAME, path.read_bytes().split(b"\n", 1)[0].strip()
    elif patient.records.has_sent():
        yield wrong(FILE_NAME, phrase("doctor.secret-key-lost"), phrase("doctor.restore-key"))
        return
    else:
        yield in_order(FILE_NAME, phrase("doctor.secret-key-to-come"))
        return
    if is_weak(key):
        yield wrong(place, phrase("doctor.secret-key-weak"), phrase("doctor.make-key"))
    else:
        yield in_order(place, phrase("doctor.secret-key-good"))


def is_weak(key: bytes) -> bool:
    """Return whether *key* was typed by a person rather than drawn at random."""
    period = (key + key).find(key, 1)
    holds_word = any(word.encode() in key.lower() for word in GUESSED)
    return len(set(key)) < FEW_BYTES or period < len(key) or holds_word


def look_at_private_files(patient: Patient) -> Iterator[Finding]:
    """Look whether others may read secrets, keys or the database."""
    settings = patient.settings
    names = [".env", FILE_NAME]
    names += [name for _selector, name in settings.dkim.keys] if settings.dkim else []
    paths = [settings.root / name for name in names]
    database = patient.records.file()
    if database is not None:
        paths.append(database)
    is_closed = True
    for path in paths:
        if told := find_open([path], phrase("settings.secrets-in-it")):
            is_closed = False
            yield wrong(path.name, told)
    if is_closed:
        yield in_order(".", phrase("doctor.files-private"))


def look_at_dkim_keys(patient: Patient) -> Iterator[Finding]:
    """Look whether the DKIM keys can sign letters of the sender."""
    setting = patient.settings.dkim
    if setting is None:
        return
    try:
        keys = read_dkim_keys(patient.settings.root, setting)
    except SettingsError as error:
        for said in error.said:
            yield wrong("NEWSLETTER_DKIM_KEY", said)
        return
    try:
        setting.refuse_other_sender(patient.publication.sender_address)
    except SettingsError as error:
        yield wrong("NEWSLETTER_DKIM_DOMAIN", error.phrase)
    for (selector, name), key in zip(setting.keys, keys.values(), strict=True):
        if key.is_advised:
            yield in_order(name, phrase("doctor.dkim-key-good", selector=selector))
        else:
            fault = phrase("doctor.dkim-key-short", selector=selector, bits=key.bits)
            yield perhaps(name, fault, phrase("doctor.make-longer-key"))


def look_at_time_zone(patient: Patient) -> Iterator[Finding]:
    """Look whether the publication has a time zone of a place."""
    zone = str(patient.publication.zone)
    if zone in NO_ZONE:
        fault = phrase("doctor.zone-of-nowhere", zone=zone)
        yield perhaps(PUBLICATION, fault, phrase("doctor.set-zone"))
    else:
        yield in_order(PUBLICATION, phrase("doctor.zone", zone=zone))
