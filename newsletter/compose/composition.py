"""All editions of an issue, and the digest of the composed letter."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from newsletter.compose.edition import Edition, compose_edition, refuse_own_tokens
from newsletter.compose.hosting import Gallery, HostedPicture
from newsletter.compose.press import Press
from newsletter.compose.strings import FILLED_IN_SLOTS
from newsletter.issue.issue import ByLang, Issue, Publication
from newsletter.lang import EditionKind
from newsletter.phrases import Phrase, Said, phrase

CHANGES_SHOWN: Final = 12  # parts named in one message
# Parts missing in the digests of earlier versions; approvals of those digests stay valid.
LIST_NAMES: Final = "name of the publication"
CONTACT: Final = "contact address"
SENDER_ID: Final = "sender_id"
TIME_ZONE: Final = "time_zone"
PUBLIC_URL: Final = "NEWSLETTER_PUBLIC_URL"
DATES: Final = "way of writing dates"
ADDED: Final = frozenset({LIST_NAMES, CONTACT, SENDER_ID, TIME_ZONE, PUBLIC_URL, DATES})
# Part names are stored and hashed, so they do not change; people read these phrases instead.
SAID: Final[Mapping[str, Phrase]] = {
    "sender": phrase("compose.sender"),
    "way of the pictures": phrase("compose.way-of-pictures"),
    LIST_NAMES: phrase("compose.list-names"),
    CONTACT: phrase("compose.contact-address"),
    DATES: phrase("compose.way-of-dates"),
}
SAID_OF_EDITION: Final[Mapping[str, Callable[[Said], Phrase]]] = {
    "subject": lambda edition: phrase("compose.subject-of", edition=edition),
    "preheader": lambda edition: phrase("compose.preheader-of", edition=edition),
    "HTML": lambda edition: phrase("compose.html-of", edition=edition),
    "text": lambda edition: phrase("compose.text-of", edition=edition),
}
SAID_EDITIONS: Final[Mapping[str, Phrase]] = {
    EditionKind.KO: phrase("compose.edition-ko"),
    EditionKind.EN: phrase("compose.edition-en"),
    EditionKind.BILINGUAL: phrase("compose.edition-bilingual"),
}
OF_EDITION: Final = re.compile(rf"({'|'.join(SAID_OF_EDITION)}) of the (\w+) edition")
OF_LANGUAGE: Final = re.compile(r"greeting and reason in (\w+)")
PICTURE: Final = "picture "


@dataclass(frozen=True, slots=True)
class Composition:
    """The composed issue: it is proofread, tested, approved and dispatched."""

    issue: str
    editions: Mapping[EditionKind, Edition]
    pictures: tuple[HostedPicture, ...]
    parts: Mapping[str, str]  # name of a part -> its SHA-256, hexadecimal; see `say_part`
    digest: str  # SHA-256 over *parts*, hexadecimal

    @property
    def digests(self) -> tuple[str, str]:
        """The letter's valid digests: its own, and the one that earlier versions computed."""
        return digests_of(self.parts)


def compose(publication: Publication, issue: Issue, press: Press) -> Composition:
    """
    Compose every edition of *issue*.

    The same issue, templates and public URL give the same bytes on any day, and in any time
    zone, locale and folder.

    Raises:
        ContentError: the texts contain a slot token, or a template cannot be filled.
    """
    refuse_own_tokens(publication, issue)
    gallery = Gallery(issue.id)
    editions = {
        kind: compose_edition(publication, issue, kind, gallery, press) for kind in EditionKind
    }
    parts = parts_of(publication, issue, editions, press)
    return Composition(issue.id, editions, gallery.pictures, parts, digest_of(parts))


def parts_of(
    publication: Publication,
    issue: Issue,
    editions: Mapping[EditionKind, Edition],
    press: Press,
) -> Mapping[str, str]:
    """
    Return the name and hash of every part of the digest: all data that reaches a letter.

    The parts are the editions with their slots open, the words that fill those slots, the
    contents of header fields, and the pictures as the editor provided them.
    """
    strings = press.strings
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
        _by_name(publication.sender_name),
        publication.sender_address,
        publication.reply_to,
        publication.list_id,
    ]
    parts["sender"] = _sha256(_canonical(sender))
    parts["way of the pictures"] = _sha256(publication.images)
    for name, facts in (
        (LIST_NAMES, _by_name(publication.name)),
        (CONTACT, publication.email),
        (SENDER_ID, publication.sender_id),
        (TIME_ZONE, publication.zone.key),
        (PUBLIC_URL, press.public_url),
        (DATES, {str(lang): own["locale"] for lang, own in strings.items()}),
    ):
        parts[name] = _sha256(_canonical(facts))
    for place, picture in issue.pictures.items():
        parts[f"{PICTURE}{place}"] = picture.sha256
    return parts


def digest_of(parts: Mapping[str, str]) -> str:
    """Hash the named parts into one digest, independent of their order."""
    return _sha256(_canonical(dict(parts)))


def digests_of(parts: Mapping[str, str]) -> tuple[str, str]:
    """Return the digest of *parts*, and the digest of the parts that earlier versions knew."""
    return digest_of(parts), digest_of(_without_added(parts))


def changed_parts(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """
    Return the names of the parts that differ; `say_part` names each for people.

    If *old* comes from an earlier version, parts unknown to that version count as unchanged.
    """
    if not ADDED & old.keys():
        new = _without_added(new)
    names = [name for name in (*old, *new) if old.get(name) != new.get(name)]
    return list(dict.fromkeys(names))


def describe_changes(old: Mapping[str, str], new: Mapping[str, str]) -> Said:
    """Describe the changed parts, each on a new line; long lists are cut."""
    changed = changed_parts(old, new)
    lines = [phrase("compose.changed", part=say_part(name)) for name in changed[:CHANGES_SHOWN]]
    rest = len(changed) - CHANGES_SHOWN
    if rest > 0:
        lines.append(phrase("compose.more-changed", rest=rest))
    return phrase("compose.changes", lines=lines) if lines else ""


def say_part(name: str) -> Said:
    """Return a part's name for people; a name from another version is returned unchanged."""
    if found := OF_EDITION.fullmatch(name):
        return SAID_OF_EDITION[found[1]](SAID_EDITIONS.get(found[2], found[2]))
    if found := OF_LANGUAGE.fullmatch(name):
        return phrase("compose.words-of-letters", language=found[1])
    if name.startswith(PICTURE):
        return phrase("compose.picture", place=name.removeprefix(PICTURE))
    return SAID.get(name, name)


def _without_added(parts: Mapping[str, str]) -> Mapping[str, str]:
    return {name: value for name, value in parts.items() if name not in ADDED}


def _by_name(words: ByLang) -> dict[str, str]:
    return {str(lang): said for lang, said in words.items()}


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
