"""The examination: every check that is wanted, all faults at once."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from newsletter.app.site import Site
from newsletter.delivery.name_server import Dns, NameServer
from newsletter.doctor.check import Check, Section
from newsletter.doctor.finding import GRAVEST_FIRST, Certainty, Finding, unseen, wrong
from newsletter.doctor.patient import Patient
from newsletter.errors import NewsletterError, SettingsError
from newsletter.phrases import Phrase, phrase

SETTINGS = "settings"  # name of the check of the settings themselves

Told = Callable[[int, int, Phrase], None]  # checks done, of how many, what is looked at now


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be looked at, and how."""

    only: Collection[Section] = ()  # empty: all sections that matter to the site
    resolver: NameServer | None = None  # None: that of the settings
    addresses: Sequence[str] = ()  # that letters leave from; empty: those of the settings


@dataclass(frozen=True, slots=True)
class Examination:
    """The result of an examination."""

    findings: Sequence[Finding]  # in the order of the checks
    looked: Collection[str]  # names of the checks that were made
    notes: Sequence[Phrase] = ()  # what was left out, and why

    @property
    def fails(self) -> bool:
        """Whether something would fail."""
        return any(one.certainty is Certainty.WRONG for one in self.findings)

    def count(self, certainty: Certainty) -> int:
        """Count the findings of one certainty."""
        return sum(one.certainty is certainty for one in self.findings)

    def count_wrong(self) -> int:
        """Count the findings of what would fail."""
        return self.count(Certainty.WRONG)

    @property
    def gravest_first(self) -> Sequence[Finding]:
        """The findings by certainty; within one, in the order of the checks."""
        return sorted(self.findings, key=lambda one: GRAVEST_FIRST.index(one.certainty))


def examine(site: Site, checks: Iterable[Check], order: Order, tell: Told) -> Examination:
    """
    Make all checks that are ordered; sends nothing.

    DNS is not looked at for letters that stay on this machine, unless somebody asks for it.

    A check that cannot be made, because a file that it reads has a fault, is reported as unseen,
    and the next ones are made. Faults of the settings prevent all.

    Args:
        site: the site to look at.
        checks: the table of checks.
        order: which of them to make, and what DNS to ask.
        tell: is told before each check.
    """
    try:
        patient = make_patient(site, order)
    except SettingsError as error:
        faults = [replace(wrong(".env", said), check=SETTINGS) for said in error.said]
        return Examination(faults, {SETTINGS})
    sections, notes = _choose(order, patient)
    chosen = [one for one in checks if one.section in sections]
    findings: list[Finding] = []
    for number, check in enumerate(chosen):
        tell(number, len(chosen), check.summary)
        findings += [replace(one, check=check.name) for one in _look(check, patient)]
    return Examination(findings, {one.name for one in chosen}, notes)


def make_patient(site: Site, order: Order) -> Patient:
    """
    Make the patient that an order is about.

    Raises:
        SettingsError: the settings have faults, or there is no site.
    """
    settings = site.settings
    site.require()
    dns = Dns(order.resolver or settings.resolver)
    return Patient(site, dns, order.addresses or settings.sending_addresses)


def _choose(order: Order, patient: Patient) -> tuple[Collection[Section], Sequence[Phrase]]:
    if order.only:
        return order.only, ()
    is_dns_named = (order.resolver or patient.settings.resolver) is not None
    if patient.is_at_home and not is_dns_named:
        return set(Section) - {Section.DNS}, [phrase("doctor.dns-left-out")]
    return set(Section), ()


def _look(check: Check, patient: Patient) -> Sequence[Finding]:
    found: list[Finding] = []
    try:
        found.extend(check.look(patient))
    except NewsletterError as error:
        found.append(unseen(check.name, phrase("doctor.not-looked", reason=error.phrase)))
    return found
