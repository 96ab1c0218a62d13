"""Every check of the doctor, in the order they are made and listed for people."""

from typing import Final

from newsletter.doctor import settings_checks, stores
from newsletter.doctor.check import Check, Section
from newsletter.phrases import phrase

SITE_CHECKS: Final = (
    Check(
        "publication",
        Section.SITE,
        phrase("doctor.check-publication"),
        settings_checks.look_at_publication,
    ),
    Check("way", Section.SITE, phrase("doctor.check-way"), settings_checks.look_at_way),
    Check(
        "public-url",
        Section.SITE,
        phrase("doctor.check-public-url"),
        settings_checks.look_at_public_url,
    ),
    Check(
        "secret-key",
        Section.SITE,
        phrase("doctor.check-secret-key"),
        settings_checks.look_at_secret_key,
    ),
    Check(
        "private-files",
        Section.SITE,
        phrase("doctor.check-private-files"),
        settings_checks.look_at_private_files,
    ),
    Check(
        "dkim-keys",
        Section.SITE,
        phrase("doctor.check-dkim-keys"),
        settings_checks.look_at_dkim_keys,
    ),
    Check(
        "time-zone",
        Section.SITE,
        phrase("doctor.check-time-zone"),
        settings_checks.look_at_time_zone,
    ),
    Check("database", Section.SITE, phrase("doctor.check-database"), stores.look_at_database),
    Check("disk", Section.SITE, phrase("doctor.check-disk"), stores.look_at_disk),
    Check("backup", Section.SITE, phrase("doctor.check-backup"), stores.look_at_backup),
)
CHECKS: Final = (*SITE_CHECKS,)
