"""Rules about the pictures of the finished letter: how heavy they are, and what stands still."""

from collections.abc import Iterator
from typing import Final

from newsletter.compose.hosting import HostedPicture, resize
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.material import Material

HOSTED: Final = "hosted-pictures"
EDITION_BYTES_MAX: Final = 1_500_000
ONE_BYTES_MAX: Final = 600_000
GROWTH_MAX: Final = 5  # times that a small file may grow: few colours become many in between


def picture_weight(material: Material) -> Iterator[Finding]:
    """Find pictures that make a letter slow to open, by the files that readers fetch."""
    told: set[str] = set()  # a picture in two widths is mended once
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
                f"the pictures of this edition weigh {total / 1e6:.1f} MB together as they are "
                f"sent; {EDITION_BYTES_MAX / 1e6:.1f} MB are the budget, and the heaviest is "
                f"{heaviest.picture.place}",
            )  # fmt: skip


def _at_most(hosted: HostedPicture) -> int:
    """Say what a picture weighs at the most: making its file only to weigh it takes time."""
    return len(hosted.picture.data) * GROWTH_MAX


def animation(material: Material) -> Iterator[Finding]:
    """Find animated pictures, of which a letter shows the first frame only."""
    for picture in {
        hosted.picture.place: hosted.picture for hosted in material.composition.pictures
    }.values():
        if picture.frames > 1:
            yield _advice(
                "animation", picture.place,
                f"is animated ({picture.frames} frames), and letters show the first frame only; "
                "save the frame that says most as a picture of its own",
            )  # fmt: skip


def hosted_pictures(material: Material) -> Iterator[Finding]:
    """Find pictures that the letters lead to and that are not on the web."""
    base = f"{material.public_url}/"
    for path, sight in (material.pictures or {}).items():
        if sight.is_gone:
            place = next(
                one.picture.place for one in material.composition.pictures if one.path == path
            )
            yield Finding(
                HOSTED, Severity.BLOCKS, place, None, None,
                f"is not on the web: {base}{path} {sight.words}; upload what is in "
                f"build/{material.issue.id}/public/ to {base}",
            )  # fmt: skip


def hosted_notes(material: Material) -> Iterator[str]:
    """Say in one line which pictures cannot be seen from here, and why."""
    unseen = [one for one in (material.pictures or {}).values() if one.words and not one.is_gone]
    if unseen:
        reasons = ", ".join(sorted({str(one.words) for one in unseen}))
        count = "1 picture" if len(unseen) == 1 else f"{len(unseen)} pictures"
        yield (
            f"{HOSTED}: {count} of {len(material.pictures or {})} cannot be seen from here "
            f"({reasons}); look at a test letter from elsewhere"
        )


def _too_heavy(hosted: HostedPicture, weight: int) -> str:
    kind = "as JPEG if it is a photograph, or with fewer colours" if _is_png(hosted) else "smaller"
    return (
        f"weighs {weight / 1000:,.0f} kB as it is sent; {ONE_BYTES_MAX // 1000} kB are enough for "
        f"a letter, so save it {kind}"
    )


def _is_png(hosted: HostedPicture) -> bool:
    return hosted.picture.ending == "png"


def _advice(rule: str, place: str, message: str) -> Finding:
    return Finding(rule, Severity.ADVISES, place, None, None, message)
