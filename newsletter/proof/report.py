"""The result of a proof, and its rules."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import StrEnum

from newsletter.errors import ContentError, Problem
from newsletter.issue.issue import PUBLICATION
from newsletter.phrases import Phrase, Said, phrase
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.letter.pictures import HOSTED, hosted_notes
from newsletter.proof.material import Material
from newsletter.proof.parity.numbers import RULE as NUMBERS
from newsletter.proof.parity.numbers import numbers_notes
from newsletter.proof.parity.staleness import RULE as STALENESS
from newsletter.proof.parity.staleness import staleness_notes

FOLDER = "folder"  # the rule name of faults in the files themselves


class Setting(StrEnum):
    """A publication's setting for a rule."""

    OFF = "off"
    ADVISE = "advise"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the proof."""

    name: str
    severity: Severity  # unless the publication sets another severity
    summary: Phrase  # one line
    check: Callable[[Material], Iterable[Finding]]
    spares_rehearsals: bool = False  # for rehearsals the rule only advises


@dataclass(frozen=True, slots=True)
class Report:
    """All findings of a proof, the severe ones first."""

    issue: str
    digests: Sequence[str]  # see Composition.digests; empty if the folder does not compose
    findings: Sequence[Finding]
    notes: Sequence[Said] = ()  # rules that did not run, with the reason

    @property
    def digest(self) -> str | None:
        """Return the digest for approval and dispatch; None if the folder does not compose."""
        return self.digests[0] if self.digests else None

    @property
    def blocking(self) -> int:
        """Return the number of blocking findings."""
        return sum(finding.severity is Severity.BLOCKS for finding in self.findings)

    @property
    def advising(self) -> int:
        """Return the number of advising findings."""
        return len(self.findings) - self.blocking


def proofread(
    material: Material,
    rules: Iterable[Rule],
    settings: Mapping[str, Setting],
    *,
    for_readers: bool = False,
) -> Report:
    """
    Apply every rule that is not switched off.

    Args:
        material: the issue and what was composed of it.
        rules: the rules.
        settings: a publication's settings by rule name.
        for_readers: the letter is about to be sent to readers, not only viewed or rehearsed.
    """
    findings: list[Finding] = []
    for rule in rules:
        setting = settings.get(rule.name)
        if setting is not Setting.OFF:
            severity = _severity(rule, setting, for_readers=for_readers)
            findings += (
                replace(finding, severity=severity, message=_message(finding, material))
                for finding in rule.check(material)
            )
    return Report(
        material.issue.id,
        material.composition.digests,
        in_order(findings),
        tuple(_notes(material, settings)),
    )


def _notes(material: Material, settings: Mapping[str, Setting]) -> Iterator[Said]:
    """Yield what could not be checked, for the rules that are not switched off."""
    if settings.get(NUMBERS) is not Setting.OFF:
        yield from numbers_notes(material)
    if settings.get(STALENESS) is not Setting.OFF:
        yield from staleness_notes(material)
    if settings.get(HOSTED) is not Setting.OFF:
        yield from hosted_notes(material)


def _message(finding: Finding, material: Material) -> Said:
    """Add to the message where to correct a template outside the site's folder."""
    name = finding.file.removeprefix("templates/")
    if material.look is None or name == finding.file or name in material.look.files:
        return finding.message
    return phrase("proof.own-file", message=finding.message)


def settings_of(rules: Iterable[Rule], chosen: Mapping[str, str]) -> Mapping[str, Setting]:
    """
    Parse a publication's settings for the rules.

    Raises:
        ContentError: a rule name is unknown; the message gives the nearest name.
    """
    known = [rule.name for rule in rules]
    problems = []
    for name in chosen:
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.0)[0]
            message = phrase("proof.unknown-rule", name=name, near=near)
            problems.append(Problem(PUBLICATION, None, message))
    if problems:
        raise ContentError(problems)
    return {name: Setting(value) for name, value in chosen.items()}


def report_on_folder(issue: str, problems: Iterable[Problem]) -> Report:
    """Report faults of the files themselves, if nothing could be composed."""
    findings = [
        Finding(FOLDER, Severity.BLOCKS, problem.place, problem.line, None, problem.message)
        for problem in problems
    ]
    return Report(issue, (), findings)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings: blocking ones first, then by file and line; without duplicates."""
    unique = dict.fromkeys(findings)
    return tuple(
        sorted(unique, key=lambda one: (one.severity is Severity.ADVISES, one.file, one.line or 0))
    )


def _severity(rule: Rule, setting: Setting | None, *, for_readers: bool) -> Severity:
    match setting:
        case Setting.BLOCK:
            return Severity.BLOCKS
        case Setting.ADVISE:
            return Severity.ADVISES
        case _ if rule.spares_rehearsals and not for_readers:
            return Severity.ADVISES
        case _:
            return rule.severity
