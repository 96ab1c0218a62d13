"""
Counts how Hangul writes foreign names: python -m tests.proof.parity.count_transcriptions

It reads the names of names.txt and the places of the proof's list, divides each
name in Latin letters among the letters of its transcription (expectation maximisation over all
divisions), and prints the table of `newsletter/proof/parity/transcription_counts.py`.
"""

import math
import re
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from newsletter.proof.parity import lexicon
from newsletter.proof.parity.transcribed import may_transcribe
from newsletter.proof.parity.transliteration import LONGEST, letters_of, parts_of

NAMES: Final = Path(__file__).parent / "names.txt"
PLACES: Final = Path(lexicon.__file__).parent / "words" / "places.txt"
KINDS: Final = (
    "산도시섬강역대사인어현군구주성"  # a kind of place behind a name, which has no letters
)
ROUNDS: Final = 12
RAREST: Final = 2e-4  # a share below it is not kept
LIKELY: Final = (0.3, 1, 0.5, 0.15, 0.05)  # how often a part has so many letters, to begin with
WIDTH: Final = 98
NEAR: Final = 3  # letters from where a part is expected, to begin with

Shares = Mapping[str, Mapping[str, float]]  # part of Hangul -> letters -> share


def main() -> None:
    """Print the table."""
    shares = _counted([(parts_of(hangul), letters_of(latin)) for hangul, latin in _pairs()])
    for part in sorted(shares):
        found = sorted(shares[part].items(), key=lambda one: (-one[1], one[0]))
        kept = " ".join(
            f"{letters or '-'}{round(-10 * math.log(share))}"
            for letters, share in found
            if share > RAREST
        )
        print(textwrap.fill(f"{part}: {kept}", WIDTH, subsequent_indent="  "))


def _pairs() -> Iterator[tuple[str, str]]:
    for line in NAMES.read_text(encoding="utf-8").splitlines():
        hangul, _, spellings = line.partition("\t")
        yield from ((hangul, latin) for latin in spellings.split("/") if letters_of(latin))
    for line in PLACES.read_text(encoding="utf-8").splitlines():
        forms, _, english = line.partition("\t")
        for hangul in forms.split("/"):
            is_name = re.fullmatch("[가-힣]{2,}", hangul) and hangul[-1] not in KINDS
            for latin in english.split()[:1] if is_name else ():
                if len(latin) > 2 and may_transcribe(hangul, latin, len(hangul)):
                    yield hangul, latin


def _counted(pairs: Sequence[tuple[Sequence[str], str]]) -> Shares:
    shares = _shares(_first_counts(pairs))
    for _ in range(ROUNDS):
        counts: defaultdict[str, defaultdict[str, float]]
        counts = defaultdict(lambda: defaultdict(float))
        for parts, letters in pairs:
            _count(parts, letters, shares, counts)
        shares = _shares(counts)
    return shares


def _first_counts(pairs: Sequence[tuple[Sequence[str], str]]) -> Shares:
    counts: defaultdict[str, defaultdict[str, float]] = defaultdict(lambda: defaultdict(float))
    for parts, letters in pairs:
        for at, part in enumerate(parts):
            expected = (at + 0.5) / len(parts) * len(letters)
            for start in range(len(letters) + 1):
                for size in range(min(LONGEST[part[0]], len(letters) - start) + 1):
                    far = abs(start + size / 2 - expected)
                    if far < NEAR:
                        written = letters[start : start + size]
                        counts[part][written] += math.exp(-far) * LIKELY[size]
    return counts


def _shares(counts: Shares) -> Shares:
    found = {}
    for part, written in counts.items():
        whole = sum(written.values())
        found[part] = {
            letters: count / whole for letters, count in written.items() if count / whole > 1e-6
        }
    return found


def _count(
    parts: Sequence[str],
    letters: str,
    shares: Shares,
    counts: defaultdict[str, defaultdict[str, float]],
) -> None:
    """Add the divisions of a name among the parts of its transcription, each as likely as it is."""
    end = len(letters)
    ahead: list[dict[int, float]] = [{0: 1.0}]  # by part: place -> how likely all before is
    for part in parts:
        row: defaultdict[int, float] = defaultdict(float)
        for start, likely in ahead[-1].items():
            for place, share in _steps(part, letters, start, shares):
                row[place] += likely * share
        ahead.append(row)
    whole = ahead[-1].get(end, 0.0)
    if not whole:
        return
    behind = {end: 1.0}
    for at in range(len(parts) - 1, -1, -1):
        row = defaultdict(float)
        for start, likely in ahead[at].items():
            for place, share in _steps(parts[at], letters, start, shares):
                rest = share * behind.get(place, 0.0)
                if rest:
                    row[start] += rest
                    counts[parts[at]][letters[start:place]] += likely * rest / whole
        behind = row


def _steps(part: str, letters: str, start: int, shares: Shares) -> Iterator[tuple[int, float]]:
    known = shares.get(part, {})
    for place in range(start, min(start + LONGEST[part[0]], len(letters)) + 1):
        if share := known.get(letters[start:place]):
            yield place, share


if __name__ == "__main__":
    main()
