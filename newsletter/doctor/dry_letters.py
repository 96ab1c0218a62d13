"""Letters of an issue to nobody: as large as those to readers, with links that nobody signed."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from newsletter.app.site import Composed
from newsletter.lang import EditionKind

if TYPE_CHECKING:
    from newsletter.message.envelope import Envelope

NOBODY: Final = "reader@example.org"
NO_KEY: Final = bytes(32)  # of links in letters that never leave


def find_newest_issue(root: Path) -> str | None:
    """Return the name of the newest issue below *root*; None if there is none."""
    issues = root / "issues"
    names = [one.name for one in issues.iterdir() if one.is_dir()] if issues.is_dir() else []
    dated = sorted(name for name in names if name[:4].isdigit() and name[4:5] == "-")
    return dated[-1] if dated else None


def write_dry_letters(composed: Composed, now: datetime) -> "Mapping[EditionKind, Envelope]":
    """Write each edition once, unsigned; no key of the site is read or made."""
    from newsletter.dispatch.writing import LetterWriter  # noqa: PLC0415 - slow to load
    from newsletter.message.keys import LinkKeys  # noqa: PLC0415
    from newsletter.message.links import ReaderLinks  # noqa: PLC0415

    letter = composed.letter
    links = ReaderLinks(LinkKeys(NO_KEY), letter.facts.list_id, letter.public_url)
    writer = LetterWriter(letter.compile(), links, letter.zone)
    return {kind: writer.write_test(NOBODY, kind, "doctor", now) for kind in letter.editions}
