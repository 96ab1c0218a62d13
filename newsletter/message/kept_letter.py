"""An issue's letter as it is sent; later changes of its source files do not affect it."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, TypeVar
from zoneinfo import ZoneInfo

from newsletter.compose.composition import digests_of
from newsletter.compose.edition import Edition
from newsletter.compose.strings import SENT, Strings
from newsletter.lang import EditionKind, Lang
from newsletter.message.enclosure import Enclosure
from newsletter.message.facts import SenderFacts
from newsletter.message.letter import CompiledLetter

if TYPE_CHECKING:
    from newsletter.message.dkim import DkimSigner

FORM: Final = 1  # version of the content; programs with a newer form must still read this one
EMBEDDED: Final = "embedded"
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """A picture as letters show it: resized, in its final format."""

    path: str  # below the public URL, ASCII
    read: Callable[[], bytes]  # PNG or JPEG
    sha256: str | None = None  # None: the picture is resized at its first read, which is slow


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """All data from which an issue's letters are written, except keys and readers."""

    issue: str
    issued_on: date
    digest: str  # identifies the letter in tests, approvals and plans
    parts: Mapping[str, str]  # see Composition.parts
    editions: Mapping[EditionKind, Edition]
    words: Mapping[Lang, Strings]  # the words filled in for each reader
    facts: SenderFacts
    zone: ZoneInfo
    public_url: str  # without a trailing slash
    images: str  # "hosted" or "embedded"
    pictures: tuple[KeptPicture, ...]

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests of the letter; see `Composition.digests`."""
        return tuple(dict.fromkeys((self.digest, *digests_of(self.parts))))

    def compile(
        self, *, is_test: bool = False, signer: "DkimSigner | None" = None
    ) -> Mapping[EditionKind, CompiledLetter]:
        """Compile every edition to wire bytes, signed by *signer* if it is given."""
        enclosures = list(self._enclosures()) if self.images == EMBEDDED else []
        return {
            kind: CompiledLetter(
                edition,
                self.facts,
                self.words,
                self.public_url,
                enclosures=enclosures,
                is_test=is_test,
                signer=signer,
            )
            for kind, edition in self.editions.items()
        }

    def _enclosures(self) -> Iterator[Enclosure]:
        for one in self.pictures:
            name = one.path.rpartition("/")[2]
            yield Enclosure(f"{self.public_url}/{one.path}", name, one.read())


def write_content(letter: KeptLetter, sums: Mapping[str, str]) -> bytes:
    """
    Serialise a letter without its pictures' bytes: the same letter gives the same JSON.

    Args:
        letter: the letter, as it is sent.
        sums: the SHA-256 of each picture, by its path.
    """
    content = {
        "form": FORM,
        "issue": letter.issue,
        "issued_on": letter.issued_on.isoformat(),
        "digest": letter.digest,
        "parts": dict(letter.parts),
        "editions": {
            kind.value: {
                "subject": edition.subject,
                "preheader": edition.preheader,
                "html": edition.html,
                "text": edition.text,
            }
            for kind, edition in letter.editions.items()
        },
        "words": {
            lang.value: {key: own[key] for key in SENT} for lang, own in letter.words.items()
        },
        "facts": asdict(letter.facts),
        "time_zone": letter.zone.key,
        "public_url": letter.public_url,
        "images": letter.images,
        "pictures": [[one.path, sums[one.path]] for one in letter.pictures],  # in their order
    }
    return json.dumps(content, sort_keys=True, ensure_ascii=False).encode()


def hash_content(content: bytes) -> str:
    """Return the key under which a letter is stored: SHA-256, hexadecimal."""
    return sha256(content).hexdigest()


def read_content(content: bytes, read_picture: Callable[[str], Callable[[], bytes]]) -> KeptLetter:
    """
    Parse the result of `write_content`.

    Args:
        content: JSON of `FORM` or an earlier form.
        read_picture: takes the SHA-256 of a picture; returns a function that reads the picture.
    """
    found: dict[str, Any] = json.loads(content)
    issue = found["issue"]
    by_lang = {
        field.name: _in_order(found["facts"][field.name], Lang)
        for field in fields(SenderFacts)
        if isinstance(found["facts"][field.name], dict)
    }
    return KeptLetter(
        issue=issue,
        issued_on=date.fromisoformat(found["issued_on"]),
        digest=found["digest"],
        parts=found["parts"],
        editions={
            kind: Edition(issue, kind, **edition)
            for kind, edition in _in_order(found["editions"], EditionKind).items()
        },
        words={lang: Strings(own) for lang, own in _in_order(found["words"], Lang).items()},
        facts=SenderFacts(**{**found["facts"], **by_lang}),
        zone=ZoneInfo(found["time_zone"]),
        public_url=found["public_url"],
        images=found["images"],
        pictures=tuple(
            KeptPicture(path, read_picture(one), one) for path, one in found["pictures"]
        ),
    )


def _in_order(values: Mapping[str, Value], keys: "type[Lang | EditionKind]") -> Any:
    """Put values that JSON sorted by name into the program's order of *keys*."""
    return {key: values[key.value] for key in keys if key.value in values}
