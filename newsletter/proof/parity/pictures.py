"""Both languages show the same pictures, or each its own version of them."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from newsletter.issue.issue import Issue
from newsletter.lang import Lang
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.parity.blocks import Section, Shown, Side, sections
from newsletter.proof.parity.languages import TONGUES
from newsletter.proof.parity.wording import finding

# map.ko.png, map-en.png, map_ko.png
VARIANT: Final = re.compile(rf"(?i)[._-](?P<lang>{'|'.join(Lang)})(?=\.[a-z]+$)")

Uses = Mapping[tuple[str, Lang], set[int]]  # (SHA-256, language) -> the sections that show it


def check_pictures(rule: str, issue: Issue) -> Iterator[Finding]:
    """Find pictures that one language lacks, and those that belong to other texts."""
    both = list(sections(issue))
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
    name = TONGUES[other.lang].name
    if side.has_lead and not other.has_lead:
        message = (
            f"the {name} text has no 'image'; write one in {other.file}, or delete {_file(side)}"
        )
        yield finding(rule, Severity.BLOCKS, side, side.pictures[0].line, message)
    mine, theirs = side.pictures[side.has_lead :], other.pictures[other.has_lead :]
    known = {_stem(picture) for picture in theirs}
    extra = [picture for picture in mine if _stem(picture) not in known]
    missing = max(0, len(mine) - len(theirs))
    for picture in (*extra, *mine[::-1])[:missing]:
        message = (
            f"the {name} text does not show {_file_name(picture)!r} or a picture in its place; "
            f"show it in {other.file}, or delete it here"
        )
        yield finding(rule, Severity.BLOCKS, side, picture.line, message)


def _file(side: Side) -> str:
    return repr(_file_name(side.pictures[0]))


def _check_strangers(rule: str, at: int, section: Section, uses: Uses) -> Iterator[Finding]:
    one, other = section.sides
    for mine, theirs in zip(one.pictures, other.pictures, strict=False):
        if _is_swapped(mine, theirs, one, other):
            message = (
                f"{_file_name(theirs)!r} stands where the {TONGUES[one.lang].name} text shows "
                f"{_file_name(mine)!r}; bring the pictures into one order"
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
) -> str | None:
    name, other_name = TONGUES[side.lang].name, TONGUES[opposite.lang].name
    variant = VARIANT.search(picture.place)
    if variant and variant["lang"].lower() != side.lang:
        return (
            f"by its name, {_file_name(picture)!r} is not the {name} version; "
            f"name the {name} picture here, or rename a picture that serves every language"
        )
    if picture.sha256 == counterpart.sha256 or _stem(picture) == _stem(counterpart):
        return None
    elsewhere = (uses[picture.sha256, side.lang] | uses[picture.sha256, opposite.lang]) - {at}
    if elsewhere and not elsewhere & uses[counterpart.sha256, opposite.lang]:
        return (
            f"{_file_name(picture)!r} is the picture of another article, and the {other_name} text "
            f"shows {_file_name(counterpart)!r} here; name this article's own picture"
        )
    return None


def _stem(picture: Shown) -> str:
    return VARIANT.sub("", _file_name(picture)).rpartition(".")[0]


def _file_name(picture: Shown) -> str:
    return picture.place.rpartition("/")[2]
