"""Notices of a leak, made up for tests."""

from datetime import UTC, datetime, timedelta
from typing import Final

from newsletter.lang import EditionKind
from newsletter.mails.breach import Breach, NoticeWords

NOW: Final = datetime(2026, 12, 1, 3, tzinfo=UTC)


def make_breach(
    hash_: str = "a" * 64, *, is_drill: bool = False, file: str = "leak.yaml"
) -> Breach:
    """Make a notice that was not begun yet."""
    words = {
        kind: NoticeWords(f"subject {kind}", f"text {kind}\n", f"<p>html {kind}</p>\n")
        for kind in EditionKind
    }
    return Breach(
        id=None,
        hash=hash_,
        file=file,
        known=NOW - timedelta(hours=3),
        since=NOW - timedelta(days=2),
        people_by=NOW + timedelta(hours=69),
        authority_by=NOW + timedelta(hours=69),
        version="1",
        words=words,
        by="김담당",
        account="kim@office",
        begun_at=NOW,
        is_drill=is_drill,
    )
