"""All editions of an issue, and the digest that binds what was composed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from newsletter.compose.edition import Edition, compose_edition, refuse_own_tokens
from newsletter.compose.hosting import Gallery, HostedPicture
from newsletter.compose.press import Press
from newsletter.compose.strings import FILLED_IN_SLOTS, Strings
from newsletter.issue.issue import Issue, Publication
from newsletter.lang import EditionKind, Lang

CHANGES_SHOWN: Final = 12  # parts named in one message


@dataclass(frozen=True, slots=True)
class Composition:
    """What is proofread, tested, approved and dispatched."""

    issue: str
    editions: Mapping[EditionKind, Edition]
    pictures: tuple[HostedPicture, ...]
    parts: Mapping[str, str]  # name of a part, for people -> its SHA-256, hexadecimal
    digest: str  # SHA-256 over *parts*, hexadecimal


def compose(publication: Publication, issue: Issue, press: Press) -> Composition:
    """
    Compose every edition of *issue*.

    The same issue, templates and public URL give the same bytes, whatever the day, the
    time zone, the locale and the folder.

    Raises:
        ContentError: the texts hold what looks like a slot, or a template cannot be filled.
    """
    refuse_own_tokens(publication, issue)
    gallery = Gallery(issue.id)
    editions = {
        kind: compose_edition(publication, issue, kind, gallery, press) for kind in EditionKind
    }
    parts = parts_of(publication, issue, editions, press.strings)
    return Composition(issue.id, editions, gallery.pictures, parts, digest_of(parts))


def parts_of(
    publication: Publication,
    issue: Issue,
    editions: Mapping[EditionKind, Edition],
    strings: Mapping[Lang, Strings],
) -> Mapping[str, str]:
    """
    Name and hash everything the digest is over.

    That is the editions with their slots open, the words that fill those slots, who the
    letter says it is from, and the pictures as the editor gave them.
    """
    parts = {}
    for kind, edition in editions.items():
        for name, value in (
            ("subject", edition.subject),
            ("preheader", edition.preheader),
            ("HTML", edition.html),
            ("text", edition.text),
        ):
            parts[f"{name} of the {kind} edition"] = _sha256(value)
    for lang, own in strings.items():
        filled = [own[key] for key in FILLED_IN_SLOTS]
        parts[f"greeting and reason in {lang}"] = _sha256(_canonical(filled))
    sender = [
        {str(lang): name for lang, name in publication.sender_name.items()},
        publication.sender_address,
        publication.reply_to,
        publication.list_id,
    ]
    parts["sender"] = _sha256(_canonical(sender))
    parts["way of the pictures"] = _sha256(publication.images)
    for place, picture in issue.pictures.items():
        parts[f"picture {place}"] = picture.sha256
    return parts


def digest_of(parts: Mapping[str, str]) -> str:
    """Hash the named parts into the one digest, whatever their order."""
    return _sha256(_canonical(dict(parts)))


def changed_parts(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Name, for people, the parts that are not the same in both."""
    names = [name for name in (*old, *new) if old.get(name) != new.get(name)]
    return list(dict.fromkeys(names))


def describe_changes(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """Name what changed, a line each and each line after a line end; long lists are cut."""
    changed = changed_parts(old, new)
    shown = [f"\n  changed: {name}" for name in changed[:CHANGES_SHOWN]]
    rest = len(changed) - CHANGES_SHOWN
    return "".join(shown) + (f"\n  and {rest} more" if rest > 0 else "")


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
