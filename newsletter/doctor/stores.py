"""Checks of what a site stores: its database, the room on its disk, its backups."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from newsletter.doctor.finding import Finding, in_order, perhaps, wrong
from newsletter.doctor.patient import Patient
from newsletter.errors import NewsletterError, SettingsError
from newsletter.phrases import Phrase, phrase

# What a dispatch writes: a delivery's row with its indexes, both of its changes in the journal.
BYTES_A_READER: Final = 2_000
BYTES_AT_LEAST: Final = 50_000_000  # the letter, the journal, and what else writes meanwhile
BLOCK: Final = 4_096  # bytes: what a file in an outbox takes up at least
MB: Final = 1_000_000
OLDEST_BACKUP: Final = timedelta(days=35)  # a month's issue without one


def look_at_database(patient: Patient) -> Iterator[Finding]:
    """Look whether the database answers, belongs to this version, and is intact."""
    try:
        health = patient.health
    except SettingsError as error:
        yield wrong("NEWSLETTER_DATABASE_URL", error.phrase)
        return
    place = patient.records.shown()
    if health is None:
        yield in_order(place, phrase("doctor.no-database-yet"))
        return
    for damage in health.damage:
        fault = phrase("doctor.database-damaged", damage=damage)
        yield wrong(place, fault, phrase("doctor.restore-backup"))
    if not health.damage:
        yield in_order(place, phrase("doctor.database-intact", count=health.active))


def look_at_disk(patient: Patient) -> Iterator[Finding]:
    """Compare the free space with what the next dispatch writes."""
    readers = _count_readers(patient)
    url, root = patient.settings.mail_url, patient.settings.root
    needed: dict[Path, int] = {}
    database = patient.records.file()
    if database is not None:
        needed[database.parent] = readers * BYTES_A_READER + BYTES_AT_LEAST
    if url.folder:
        size = -(-_size_of_letter(patient) // BLOCK) * BLOCK
        folder = (root / url.folder).parent
        needed[folder] = needed.get(folder, 0) + readers * size
    for folder, size in needed.items():
        if not folder.is_dir():
            continue
        free = shutil.disk_usage(folder).free
        fields = {"free": free / MB, "needed": size / MB}
        if free < size:
            yield wrong(str(folder), phrase("doctor.disk-full", **fields), _free_space())
        elif free < 2 * size:
            yield perhaps(str(folder), phrase("doctor.disk-nearly-full", **fields), _free_space())
        else:
            yield in_order(str(folder), phrase("doctor.disk", **fields))


def _free_space() -> Phrase:
    return phrase("doctor.free-space")


def look_at_backup(patient: Patient) -> Iterator[Finding]:
    """Look when the newest backup was made; `newsletter backup` records it."""
    records = patient.records
    if records.file() is None:
        return  # a server's backup is its own
    health = patient.health
    if health is None or not health.active:
        return
    place = records.shown()
    if health.backed_up_at is None:
        yield perhaps(place, phrase("doctor.no-backup"), phrase("doctor.back-up"))
        return
    age = patient.site.clock() - health.backed_up_at
    if age > OLDEST_BACKUP:
        fault = phrase("doctor.backup-old", count=age.days)
        yield perhaps(place, fault, phrase("doctor.back-up"))
    else:
        yield in_order(place, phrase("doctor.backup", count=age.days))


def look_at_webhooks(patient: Patient) -> Iterator[Finding]:
    """Look whether events of a mail service were refused for the way they are signed."""
    topics = patient.settings.webhooks.get("ses", ())
    if not topics:
        return
    refused = patient.records.find_old_proofs(patient.site.clock())
    for topic in (one for one in refused if one in topics):
        yield perhaps(topic, phrase("doctor.old-proof"), phrase("doctor.sign-anew", topic=topic))


def _count_readers(patient: Patient) -> int:
    try:
        health = patient.health
    except NewsletterError:
        return 0  # the check of the database names it
    return 0 if health is None else health.active


def _size_of_letter(patient: Patient) -> int:
    try:
        return patient.largest
    except NewsletterError:
        return 0
