"""Writes what `compose` shows: letters for a sample reader, a preview, the pictures."""

import json
import os
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time
from hashlib import sha256
from pathlib import Path
from typing import Final

from newsletter.app.site import Composed
from newsletter.compose.hosting import resize
from newsletter.errors import UsageError
from newsletter.lang import EditionKind
from newsletter.message.letter import CompiledLetter, Reader
from newsletter.phrases import phrase

MANIFEST: Final = "manifest.json"
SAMPLE_ADDRESS: Final = "reader@example.org"
SAMPLE_HOUR: Final = 9  # o'clock in the publication's zone, on the issue's day


def write_build(
    out: Path, composed: Composed, letters: Mapping[EditionKind, CompiledLetter], public_url: str
) -> Path:
    """
    Write OUT/ISSUE anew, atomically: either all of it is there afterwards, or nothing changed.

    Args:
        out: the folder for all issues; made if it is missing.
        composed: the issue.
        letters: the compiled letters.
        public_url: where pictures and links lead.

    Returns:
        The folder that was written.

    Raises:
        UsageError: OUT/ISSUE holds something that this program has not built.
    """
    target = out / composed.issue.id
    _refuse_foreign(target)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=f".{composed.issue.id}-") as scratch:
        fresh = Path(scratch, "new")
        _write_pictures(fresh / "public", composed)
        _write_editions(fresh, composed, letters, public_url)
        if target.exists():
            target.rename(Path(scratch, "old"))
        fresh.rename(target)
    return target


def _refuse_foreign(target: Path) -> None:
    """Refuse to replace anything but an earlier build, above all the issue's sources."""
    is_free = not target.exists() or (target.is_dir() and not any(target.iterdir()))
    if not is_free and not (target / MANIFEST).is_file():
        raise UsageError(phrase("desk.no-build", path=target))


def sample_reader(composed: Composed, kind: EditionKind, public_url: str) -> Reader:
    """Invent the reader that a composed letter is shown for; the same on every day."""
    issue = composed.issue
    return Reader(
        key=0,
        address=SAMPLE_ADDRESS,
        name=composed.press.strings[kind.langs[0]]["sample_name"],
        consented_on=date(issue.year - 1, 7, 1),
        message_id=f"{issue.id}.sample-{kind}@{composed.publication.list_id}",
        unsubscribe_url=f"{public_url}/u/sample",
        preferences_url=f"{public_url}/p/sample",
    )


def _write_pictures(public: Path, composed: Composed) -> None:
    pictures = composed.composition.pictures
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # Pillow works outside the interpreter's lock
        for hosted, content in zip(pictures, pool.map(resize, pictures), strict=True):
            path = public / hosted.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def _write_editions(
    fresh: Path, composed: Composed, letters: Mapping[EditionKind, CompiledLetter], public_url: str
) -> None:
    (fresh / "preview").mkdir(parents=True)
    editions: dict[str, dict[str, str | int]] = {}
    sent_at = datetime.combine(composed.issue.date, time(SAMPLE_HOUR), composed.publication.zone)
    for kind, edition in composed.composition.editions.items():
        letter = letters[kind]
        reader = sample_reader(composed, kind, public_url)
        html, text = letter.html(reader), letter.text(reader)
        (fresh / f"{kind}.html").write_text(html, encoding="utf-8", newline="\n")
        (fresh / f"{kind}.txt").write_text(text, encoding="utf-8", newline="\n")
        (fresh / f"{kind}.eml").write_bytes(letter.envelope(reader, sent_at).mime)
        preview = html.replace(
            f"{public_url}/issues/{composed.issue.id}/pictures/",
            f"../public/issues/{composed.issue.id}/pictures/",
        )
        (fresh / "preview" / f"{kind}.html").write_text(preview, encoding="utf-8", newline="\n")
        editions[kind.value] = {
            "subject": edition.subject,
            "preheader": edition.preheader,
            "html": f"{kind}.html",
            "text": f"{kind}.txt",
            "eml": f"{kind}.eml",
            "html_bytes": len(html.encode()),
            "sha256": sha256(html.encode()).hexdigest(),
        }
    manifest = {
        "issue": composed.issue.id,
        "digest": composed.composition.digest,
        "editions": editions,
    }
    content = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    (fresh / MANIFEST).write_text(content, encoding="utf-8", newline="\n")
