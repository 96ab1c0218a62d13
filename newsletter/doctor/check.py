"""A check: one thing that can stop an issue, and how it is looked at."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from newsletter.doctor.finding import Finding
from newsletter.doctor.patient import Patient
from newsletter.phrases import Phrase


class Section(StrEnum):
    """A part of the examination; the words of ``newsletter doctor --only``."""

    SITE = "site"  # settings, keys, files, database
    DNS = "dns"  # the records of the sender's domains
    PROVIDER = "provider"  # the service that accepts letters
    PUBLIC = "public"  # the readers' side of the public address
    LETTER = "letter"  # the newest issue


@dataclass(frozen=True, slots=True)
class Check:
    """A check of the doctor."""

    name: str
    section: Section
    summary: Phrase  # one line: what it looks at
    look: Callable[[Patient], Iterable[Finding]]
