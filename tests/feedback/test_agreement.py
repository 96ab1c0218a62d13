"""How far the machine agrees with a person who read the same mails: the samples of flufl.bounce."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from newsletter.feedback.event import BounceClass
from newsletter.feedback.raw_mail import open_mail
from newsletter.feedback.understanding import understand
from tests.feedback.fuzz import SAMPLES

LABELS: Final = Path(__file__).with_name("flufl_labels.tsv")
BOUNCES: Final = frozenset({"bounce", "delay"})


@dataclass(frozen=True, slots=True)
class Label:
    """What a person says of a mail."""

    file: str
    kind: str
    hardness: str  # hard, not, disabled; "-" if the mail is no bounce
    reason: str

    @property
    def dialect(self) -> str:
        return self.file.rpartition("_")[0]


@dataclass(frozen=True, slots=True)
class Compared:
    """A label beside what the machine says."""

    label: Label
    kind: str
    is_hard: bool
    reason: str

    @property
    def agrees_on_hardness(self) -> bool:
        return self.is_hard == (self.label.hardness == "hard")

    @property
    def agrees_on_reason(self) -> bool:
        return self.reason == self.label.reason


def labels() -> Sequence[Label]:
    lines = LABELS.read_text(encoding="utf-8").splitlines()
    return [Label(*line.split("\t")[:4]) for line in lines if not line.startswith("#")]


def compare(label: Label) -> Compared:
    found = understand(open_mail((SAMPLES / f"{label.file}.txt").read_bytes()))
    said = found.diagnosis
    return Compared(
        label,
        found.kind,
        said is not None and said.bounce_class is BounceClass.HARD,
        "-" if said is None else said.reason,
    )


pytestmark = pytest.mark.skipif(not SAMPLES.exists(), reason="make test unpacks the samples")


def test_every_sample_is_labelled_once() -> None:
    files = sorted(file.stem for file in SAMPLES.glob("*.txt"))

    assert sorted(label.file for label in labels()) == files


def test_the_machine_agrees_with_a_person() -> None:
    compared = [compare(label) for label in labels()]
    bounces = [one for one in compared if one.label.kind in BOUNCES]
    judged = [one for one in bounces if one.label.hardness != "disabled"]
    wrong_kinds = [one for one in compared if one.kind != one.label.kind]
    wrong_hardness = [one for one in judged if not one.agrees_on_hardness]
    wrong_reasons = [one for one in bounces if not one.agrees_on_reason]

    for dialect in sorted({one.label.dialect for one in bounces}):
        mine = [one for one in bounces if one.label.dialect == dialect]
        agreed = sum(one.agrees_on_hardness for one in mine if one in judged)
        reasons = sum(one.agrees_on_reason for one in mine)
        print(f"{dialect:12} {len(mine):3} hard or not {agreed:3} reason {reasons:3}")

    assert not wrong_kinds
    assert len(wrong_hardness) <= 0.05 * len(judged), wrong_hardness
    assert len(wrong_reasons) <= 0.10 * len(bounces), wrong_reasons


def test_what_does_not_bounce_has_no_reason() -> None:
    others = [compare(label) for label in labels() if label.kind not in BOUNCES]

    assert others
    assert {one.reason for one in others} == {"-"}
