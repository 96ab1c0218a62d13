"""Rules about the pictures of the finished letter: weight and animation."""

from collections.abc import Iterator
from typing import Final

from newsletter.compose.hosting import HostedPicture, resize
from newsletter.phrases import Phrase, Said, phrase
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.material import Material

HOSTED: Final = "hosted-pictures"
EDITION_BYTES_MAX: Final = 1_500_000
ONE_BYTES_MAX: Final = 600_000
GROWTH_MAX: Final = 5  # growth factor of a small file: scaling turns few colours into many


def picture_weight(material: Material) -> Iterator[Finding]:
    """Find pictures that make a letter slow to open, by the files that readers download."""
    told: set[str] = set()  # report a picture in two widths once
    for hosted in material.composition.pictures:
        place = hosted.picture.place
        if _at_most(hosted) <= ONE_BYTES_MAX or place in told:
            continue
        weight = len(resize(hosted))
        if weight > ONE_BYTES_MAX:
            told.add(place)
            yield _advice("picture-weight", place, _too_heavy(hosted, weight))
    for kind, edition in material.composition.editions.items():
        shown = [one for one in material.composition.pictures if one.path in edition.html]
        if sum(map(_at_most, shown)) <= EDITION_BYTES_MAX:
            continue
        weights = {one.path: len(resize(one)) for one in shown}
        total = sum(weights.values())
        if total > EDITION_BYTES_MAX:
            heaviest = max(shown, key=lambda one: weights[one.path])
            yield Finding(
                "picture-weight", Severity.ADVISES, f"issues/{material.issue.id}", None, kind,
                phrase(
                    "proof.edition-too-heavy",
                    total=total / 1e6,
                    most=EDITION_BYTES_MAX / 1e6,
                    place=heaviest.picture.place,
                ),
            )  # fmt: skip


def _at_most(hosted: HostedPicture) -> int:
    """Return an upper bound of a picture's size in bytes: rendering the file takes time."""
    return len(hosted.picture.data) * GROWTH_MAX


def animation(material: Material) -> Iterator[Finding]:
    """Find animated pictures; a letter shows only their first frame."""
    for picture in {
        hosted.picture.place: hosted.picture for hosted in material.composition.pictures
    }.values():
        if picture.frames > 1:
            yield _advice(
                "animation",
                picture.place,
                phrase("proof.picture-animated", frames=picture.frames),
            )


def hosted_pictures(material: Material) -> Iterator[Finding]:
    """Find pictures that the letters refer to and that are not on the web."""
    base = f"{material.public_url}/"
    for path, sight in (material.pictures or {}).items():
        if sight.is_gone:
            place = next(
                one.picture.place for one in material.composition.pictures if one.path == path
            )
            yield Finding(
                HOSTED, Severity.BLOCKS, place, None, None,
                phrase(
                    "proof.picture-not-online",
                    url=base + path,
                    answer=sight.words,
                    issue=material.issue.id,
                    base=base,
                ),
            )  # fmt: skip


def hosted_notes(material: Material) -> Iterator[Phrase]:
    """Return a one-line note on the pictures that cannot be checked from here, and why."""
    unseen = [one for one in (material.pictures or {}).values() if one.words and not one.is_gone]
    if unseen:
        said = phrase(
            "proof.pictures-unseen",
            count=len(unseen),
            total=len(material.pictures or {}),
            reasons=sorted({one.words or "" for one in unseen}, key=str),
        )
        yield phrase("proof.pictures-note", rule=HOSTED, unseen=said)


def find_unseen(note: Said) -> Phrase | None:
    """Return the phrase in a proof's note on pictures that cannot be seen, or None."""
    if isinstance(note, Phrase) and note.fields.get("rule") == HOSTED:
        unseen = note.fields.get("unseen")
        return unseen if isinstance(unseen, Phrase) else None
    return None


def _too_heavy(hosted: HostedPicture, weight: int) -> Phrase:
    kilobytes, most = weight / 1000, ONE_BYTES_MAX // 1000
    if _is_png(hosted):
        return phrase("proof.photograph-too-heavy", weight=kilobytes, most=most)
    return phrase("proof.picture-too-heavy", weight=kilobytes, most=most)


def _is_png(hosted: HostedPicture) -> bool:
    return hosted.picture.ending == "png"


def _advice(rule: str, place: str, message: Phrase) -> Finding:
    return Finding(rule, Severity.ADVISES, place, None, None, message)
