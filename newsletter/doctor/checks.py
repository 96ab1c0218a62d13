"""Every check of the doctor, in the order they are made and listed for people."""

from typing import Final

from newsletter.doctor import (
    account_checks,
    dmarc_checks,
    domain_checks,
    letter_checks,
    provider_checks,
    settings_checks,
    stores,
)
from newsletter.doctor.check import Check, Section
from newsletter.doctor.dkim_checks import look_at_dkim
from newsletter.doctor.public_checks import look_at_one_click
from newsletter.doctor.spf_checks import look_at_spf
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
    Check("webhooks", Section.SITE, phrase("doctor.check-webhooks"), stores.look_at_webhooks),
)
DNS_CHECKS: Final = (
    Check("mx", Section.DNS, phrase("doctor.check-mx"), domain_checks.look_at_mx),
    Check("soa", Section.DNS, phrase("doctor.check-soa"), domain_checks.look_at_soa),
    Check("spf", Section.DNS, phrase("doctor.check-spf"), look_at_spf),
    Check("dkim", Section.DNS, phrase("doctor.check-dkim"), look_at_dkim),
    Check("dmarc", Section.DNS, phrase("doctor.check-dmarc"), dmarc_checks.look_at_dmarc),
    Check(
        "alignment",
        Section.DNS,
        phrase("doctor.check-alignment"),
        dmarc_checks.look_at_alignment,
    ),
    Check("ptr", Section.DNS, phrase("doctor.check-ptr"), domain_checks.look_at_ptr),
    Check(
        "tls-advice",
        Section.DNS,
        phrase("doctor.check-tls-advice"),
        domain_checks.look_at_tls_advice,
    ),
)
PROVIDER_CHECKS: Final = (
    Check(
        "relay",
        Section.PROVIDER,
        phrase("doctor.check-relay"),
        provider_checks.look_at_relay,
    ),
    Check(
        "certificate",
        Section.PROVIDER,
        phrase("doctor.check-certificate"),
        provider_checks.look_at_certificate,
    ),
    Check(
        "sender",
        Section.PROVIDER,
        phrase("doctor.check-sender"),
        provider_checks.look_at_sender,
    ),
    Check(
        "extensions",
        Section.PROVIDER,
        phrase("doctor.check-extensions"),
        provider_checks.look_at_extensions,
    ),
    Check(
        "account",
        Section.PROVIDER,
        phrase("doctor.check-account"),
        account_checks.look_at_account,
    ),
    Check(
        "clock",
        Section.PROVIDER,
        phrase("doctor.check-clock"),
        account_checks.look_at_clock,
    ),
    Check(
        "duration",
        Section.PROVIDER,
        phrase("doctor.check-duration"),
        account_checks.look_at_duration,
    ),
)
PUBLIC_CHECKS: Final = (
    Check(
        "one-click",
        Section.PUBLIC,
        phrase("doctor.check-one-click"),
        look_at_one_click,
    ),
)
LETTER_CHECKS: Final = (
    Check(
        "pictures",
        Section.LETTER,
        phrase("doctor.check-pictures"),
        letter_checks.look_at_pictures,
    ),
    Check(
        "spam-score",
        Section.LETTER,
        phrase("doctor.check-spam-score"),
        letter_checks.look_at_spam_score,
    ),
)
CHECKS: Final = (
    *SITE_CHECKS,
    *DNS_CHECKS,
    *PROVIDER_CHECKS,
    *PUBLIC_CHECKS,
    *LETTER_CHECKS,
)
