"""Examinations of a small site, as its operator makes them."""

from collections.abc import Collection
from pathlib import Path

from newsletter.app.site import Site
from newsletter.doctor.check import Section
from newsletter.doctor.checks import CHECKS
from newsletter.doctor.examination import Examination, Order, examine
from newsletter.doctor.finding import Certainty, Finding
from tests.makers import write_site
from tests.stage.databases import put_empty_database


def make_site(folder: Path, **settings: str) -> Site:
    """Make a small site without readers; settings are given without their prefix."""
    values = {"public_url": "https://news.example.org", **settings}
    root = write_site(folder)
    put_empty_database(root)
    return Site({f"NEWSLETTER_{name.upper()}": value for name, value in values.items()}, root)


def look(site: Site, *sections: Section, order: Order | None = None) -> Examination:
    """Make the checks of some sections, or of an *order*; of all if none is named."""
    return examine(site, CHECKS, order or Order(sections), lambda done, total, words: None)


def codes(examination: Examination, *certainties: Certainty, check: str = "") -> Collection[str]:
    """Return the codes of the findings with one of these certainties; of one check."""
    return [one.code for one in found(examination, *certainties, check=check)]


def found(examination: Examination, *certainties: Certainty, check: str = "") -> list[Finding]:
    """Return the findings with one of these certainties; of one check."""
    return [
        one
        for one in examination.findings
        if one.certainty in certainties and check in ("", one.check)
    ]
