"""Comparison of links: both languages link to the same targets."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from newsletter.languages.known import language_of
from newsletter.phrases import phrase
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.parity import spellings
from newsletter.proof.parity.blocks import Link, Side
from newsletter.proof.parity.lexicon import Lexicon
from newsletter.proof.parity.meaningful import words_of
from newsletter.proof.parity.wording import finding

EMAIL: Final = re.compile(spellings.EMAIL)
WEB: Final = re.compile(rf"(?<!@)(?:{spellings.WEB})")
PUNCTUATION: Final = ".,;:!?)]}>'\"*_"
RIVALS_SHOWN: Final = 4
MARK: Final = re.compile(r"(?i)(?:ko|kr|kor|korean|en|eng|english)(?:[-_][a-z]{2})?")
ENDING: Final = re.compile(r"(?i)[._-](?:ko|kr|kor|en|eng)(?=\.[a-z]+$|$)")


@dataclass(frozen=True, slots=True)
class _Target:
    """The target of a link without the parts that name a language."""

    site: str
    rest: str
    names_language: bool = field(compare=False)


def check_links(rule: str, side: Side, other: Side) -> Iterator[Finding]:
    """Find links of *side* that have no counterpart in *other*."""
    name = language_of(other.lang).name
    for link in _lone_links(side.links, other.links):
        message = phrase("proof.link-alone", language=name, address=link.href, file=other.file)
        yield finding(rule, Severity.BLOCKS, side, link.line, message)


def check_exchanged_links(
    rule: str, one: Side, other: Side, lexicon: Lexicon | None
) -> Iterator[Finding]:
    """Find two links whose targets changed places: each text says what the other's target is."""
    if lexicon is None:
        return
    left, right = ([link for link in side.links if link.text] for side in (one, other))
    pairs = _only_pairs(
        [_meant(link, lexicon) for link in left], [_meant(link, lexicon) for link in right]
    )
    targets = {
        (_target(left[a].href), _target(right[b].href)): (left[a], right[b]) for a, b in pairs
    }
    for (mine, theirs), (link, counterpart) in targets.items():
        if mine != theirs and (theirs, mine) in targets:
            message = phrase(
                "proof.links-exchanged",
                text=link.text,
                language=language_of(other.lang).name,
                other_text=counterpart.text,
                address=counterpart.href,
                file=other.file,
            )
            yield finding(rule, Severity.BLOCKS, one, link.line, message)


def _only_pairs(
    ones: Sequence[frozenset[str]], others: Sequence[frozenset[str]]
) -> list[tuple[int, int]]:
    """Return the texts that share a word with one text of the other language alone."""
    pairs = [
        (at, there)
        for at, words in enumerate(ones)
        for there, theirs in enumerate(others)
        if not words.isdisjoint(theirs)
    ]
    counts = Counter(at for at, _ in pairs), Counter(there for _, there in pairs)
    return [(a, b) for a, b in pairs if counts[0][a] == counts[1][b] == 1]


def _meant(link: Link, lexicon: Lexicon) -> frozenset[str]:
    return frozenset().union(*(word.keys for word in words_of(link.text, lexicon)))


def check_addresses(rule: str, one: Side, other: Side) -> Iterator[Finding]:
    """Find addresses written out in *one* that *other* writes in another way."""
    for kind in (EMAIL, WEB):
        mine, theirs = _written(kind, one), _written(kind, other)
        lone = [address for address in mine if address not in theirs]
        rivals = [shown for address, (shown, _) in theirs.items() if address not in mine]
        for address in lone if rivals else ():
            shown, line = mine[address]
            message = phrase(
                "proof.address-differs",
                address=shown,
                language=language_of(other.lang).name,
                rivals=[f"“{rival}”" for rival in rivals[:RIVALS_SHOWN]],
                file=other.file,
            )
            yield finding(rule, Severity.BLOCKS, one, line, message)


def _written(kind: re.Pattern[str], side: Side) -> dict[object, tuple[str, int | None]]:
    """Return the addresses of a text, by what they mean, as they are written and their lines."""
    found: dict[object, tuple[str, int | None]] = {}
    for block in side.blocks():
        for match in kind.finditer(block.text):
            shown = match[0].rstrip(PUNCTUATION)
            has_scheme = "://" in shown or "@" in shown
            target = _target(shown if has_scheme else f"https://{shown}")
            found.setdefault(target, (shown, block.line_at(match.start())))
    return found


def _lone_links(links: Sequence[Link], others: Sequence[Link]) -> list[Link]:
    """Return the links that occur more often in *links* than in *others*."""
    left = Counter(_target(link.href) for link in others)
    alone = []
    for link in links:
        target = _target(link.href)
        if left[target]:
            left[target] -= 1
        else:
            alone.append(link)
    # A site with a separate host for each language may name its pages differently.
    mine = Counter(_target(link.href) for link in links)
    own_sites = Counter(
        target.site
        for target, count in left.items()
        for _ in range(count)
        if target.names_language and count > 0 and mine[target] == 0
    )
    found = []
    for link in alone:
        target = _target(link.href)
        if target.names_language and own_sites[target.site]:
            own_sites[target.site] -= 1
        else:
            found.append(link)
    return found


def _target(href: str) -> _Target:
    parts = urlsplit(href)
    if parts.scheme == "tel":
        digits = re.sub(r"\D", "", re.sub(r"^\+82", "0", parts.path)).lstrip("0")
        return _Target("tel", digits, names_language=False)
    hosts = (parts.hostname or "").removeprefix("www.").split(".")
    host = [name for name in hosts[:-1] if not MARK.fullmatch(name)] + hosts[-1:]
    steps = [step for step in parts.path.split("/") if step]
    path = [ENDING.sub("", step) for step in steps if not MARK.fullmatch(step)]
    asked = parse_qsl(parts.query, keep_blank_values=True)
    query = sorted((key, value) for key, value in asked if not MARK.fullmatch(value))
    rest = f"{'/'.join(path)}?{query}#{parts.fragment}"
    names_language = host != hosts or path != steps or len(query) != len(asked)
    scheme = {"http": "https"}.get(parts.scheme, parts.scheme)
    return _Target(f"{scheme}:{'.'.join(host)}", rest, names_language=names_language)
