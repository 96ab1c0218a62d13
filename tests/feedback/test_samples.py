"""Mails of servers of twenty years: the samples of flufl.bounce (Apache-2.0), unpacked by make."""

import re
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from newsletter.feedback.event import Kind
from newsletter.feedback.raw_mail import open_mail
from newsletter.feedback.understanding import understand

FOLDER: Final = Path(__file__).parents[2] / ".samples/flufl_bounce-6.0.0/tests"
# What its own tests expect: a file, the addresses, and whether the failure is a temporary one.
EXPECTED: Final = re.compile(r"\('\w+', '([\w.]+)',\s*\[([^\]]*)\], (True|False)\)", re.DOTALL)
# Mails that name nobody in words, or only in an enclosed letter, or that are no bounces: a person
# would not know either.
UNNAMED: Final = 9


class Expected(NamedTuple):
    file: str
    addresses: frozenset[str]
    is_temporary: bool


def expected() -> list[Expected]:
    text = (FOLDER / "test_detectors.py").read_text(encoding="utf-8")
    return [
        Expected(file, frozenset(re.findall(r"b'([^']+)'", addresses)), temporary == "True")
        for file, addresses, temporary in EXPECTED.findall(text)
        if addresses
    ]


pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="make test unpacks the samples")


def test_no_sample_is_too_much() -> None:
    files = sorted((FOLDER / "data").glob("*.txt"))

    kinds = [understand(open_mail(file.read_bytes())).kind for file in files]

    assert len(files) == 117
    assert kinds.count(Kind.BOUNCE) > 100


def test_what_another_program_finds_in_them_is_found() -> None:
    strangers, wrong = list[str](), list[str]()
    for file, addresses, is_temporary in expected():
        found = understand(open_mail((FOLDER / "data" / file).read_bytes()))
        if found.recipient.lower() not in {one.lower() for one in addresses}:
            strangers.append(f"{file}: {found.recipient}")
        if found.kind is not (Kind.DELAY if is_temporary else Kind.BOUNCE):
            wrong.append(f"{file}: {found.kind}")

    print(f"recipients: {len(strangers)} of {len(expected())} differ; kinds: {len(wrong)}")
    assert len(strangers) <= UNNAMED, strangers
    assert len(wrong) <= 4, wrong
