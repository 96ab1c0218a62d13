"""Letters with everything that an issue's letter may have: names, both links, pictures."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from newsletter.lang import EditionKind, Lang
from newsletter.message.enclosure import Enclosure
from newsletter.message.envelope import Envelope
from newsletter.message.facts import facts_of
from newsletter.message.letter import CompiledLetter
from tests.makers import make_jpeg, make_png
from tests.message.makers import (
    MAILTO,
    NOW,
    PUBLIC_URL,
    make_edition,
    make_publication,
    make_reader,
    make_strings,
)

SUBJECT: Final = "경기도와 몽골, 화상으로 만나다 — 국제의료 협력 소식 “8월호”"
PICTURES: Final = (
    Enclosure(f"{PUBLIC_URL}/2022-08/map.png", "map.png", make_png(8, 6)),
    Enclosure(f"{PUBLIC_URL}/2022-08/hall.jpg", "hall.jpg", make_jpeg(8, 6)),
)


def whole_letter(
    kind: EditionKind = EditionKind.KO,
    *,
    subject: str = SUBJECT,
    sender_name: str = "메디컬 경기 e-뉴스",
    has_pictures: bool = False,
) -> CompiledLetter:
    """Compile an edition; with pictures it encloses a PNG and a JPEG."""
    edition = make_edition(kind, subject)
    if has_pictures:
        shown = "".join(f'<img src="{one.url}" alt="지도">' for one in PICTURES)
        html = edition.html.replace("</body>", f"{shown}</body>")
        edition = replace(edition, html=html)
    names: Mapping[Lang, str] = dict.fromkeys(Lang, sender_name)
    publication = replace(make_publication(), sender_name=names)
    enclosures = PICTURES if has_pictures else ()
    facts = facts_of(publication)
    return CompiledLetter(edition, facts, make_strings(), PUBLIC_URL, enclosures=enclosures)


def whole_envelope(
    key: int = 1,
    kind: EditionKind = EditionKind.KO,
    *,
    name: str = "김독자",
    address: str = "reader@example.net",
    subject: str = SUBJECT,
    sender_name: str = "메디컬 경기 e-뉴스",
    has_pictures: bool = False,
) -> Envelope:
    """Write the letter to one reader, with a return path and a reference of its own."""
    letter = whole_letter(kind, subject=subject, sender_name=sender_name, has_pictures=has_pictures)
    reader = replace(
        make_reader(name, address, f"t0ken{key}", mailto=MAILTO),
        key=key,
        message_id=f"2022-08.{key:032x}@news.example.org",
        return_path=f"bounces+{key}@news.example.org",
    )
    return letter.envelope(reader, NOW)
