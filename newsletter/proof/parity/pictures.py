"""Comparison of pictures: both languages show the same pictures, or language versions of them."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from newsletter.lang import Lang
from newsletter.languages.known import language_of
from newsletter.phrases import Phrase, phrase
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.parity.blocks import Section, Shown, Side
from newsletter.proof.parity.wording import finding

# map.ko.png, map-en.png, map_ko.png
VARIANT: Final = re.compile(rf"(?i)[._-](?P<lang>{'|'.join(Lang)})(?=\.[a-z]+$)")

Uses = Mapping[tuple[str, Lang], set[int]]  # (SHA-256, language) -> sections that show the picture


def check_pictures(rule: str, both: Sequence[Section]) -> Iterator[Finding]:
    """Find pictures that one language lacks, and pictures that belong to other texts."""
    uses: defaultdict[tuple[str, Lang], set[int]] = defaultdict(set)
    for at, section in enumerate(both):
        for side in section.sides:
            for picture in side.pictures:
                uses[picture.sha256, side.lang].add(at)
    for at, section in enumerate(both):
        one, other = section.sides
        yield from _check_count(rule, one, other)
        yield from _check_count(rule, other, one)
        yield from _check_strangers(rule, at, section, uses)


def _check_count(rule: str, side: Side, other: Side) -> Iterator[Finding]:
    name = language_of(other.lang).name
    if side.has_lead and not other.has_lead:
        lead = side.pictures[0]
        message = phrase(
            "proof.lead-picture-alone", language=name, file=other.file, picture=_file_name(lead)
        )
        yield finding(rule, Severity.BLOCKS, side, lead.line, message)
    mine, theirs = side.pictures[side.has_lead :], other.pictures[other.has_lead :]
    known = {_stem(picture) for picture in theirs}
    extra = [picture for picture in mine if _stem(picture) not in known]
    missing = max(0, len(mine) - len(theirs))
    for picture in (*extra, *mine[::-1])[:missing]:
        message = phrase(
            "proof.picture-alone", language=name, picture=_file_name(picture), file=other.file
        )
        yield finding(rule, Severity.BLOCKS, side, picture.line, message)


def _check_strangers(rule: str, at: int, section: Section, uses: Uses) -> Iterator[Finding]:
    one, other = section.sides
    for mine, theirs in zip(one.pictures, other.pictures, strict=False):
        if _is_swapped(mine, theirs, one, other):
            message = phrase(
                "proof.pictures-swapped",
                picture=_file_name(theirs),
                language=language_of(one.lang).name,
                other=_file_name(mine),
            )
            yield finding(rule, Severity.BLOCKS, other, theirs.line, message)
            continue
        for side, picture, opposite, counterpart in (
            (one, mine, other, theirs),
            (other, theirs, one, mine),
        ):
            fault = _fault(at, side, picture, opposite, counterpart, uses)
            if fault:
                yield finding(rule, Severity.BLOCKS, side, picture.line, fault)


def _is_swapped(mine: Shown, theirs: Shown, one: Side, other: Side) -> bool:
    if _stem(mine) == _stem(theirs):
        return False
    return _stem(mine) in map(_stem, other.pictures) and _stem(theirs) in map(_stem, one.pictures)


def _fault(
    at: int, side: Side, picture: Shown, opposite: Side, counterpart: Shown, uses: Uses
) -> Phrase | None:
    shown = _file_name(picture)
    variant = VARIANT.search(picture.place)
    if variant and variant["lang"].lower() != side.lang:
        name = language_of(side.lang).name
        return phrase("proof.picture-of-other-language", picture=shown, language=name)
    if picture.sha256 == counterpart.sha256 or _stem(picture) == _stem(counterpart):
        return None
    elsewhere = (uses[picture.sha256, side.lang] | uses[picture.sha256, opposite.lang]) - {at}
    if elsewhere and not elsewhere & uses[counterpart.sha256, opposite.lang]:
        return phrase(
            "proof.picture-of-other-article",
            picture=shown,
            language=language_of(opposite.lang).name,
            other=_file_name(counterpart),
        )
    return None


def _stem(picture: Shown) -> str:
    return VARIANT.sub("", _file_name(picture)).rpartition(".")[0]


def _file_name(picture: Shown) -> str:
    return picture.place.rpartition("/")[2]
