"""The rule about where links lead: no passwords in them, and no host that passes for another."""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import unquote, urlsplit

import idna

from newsletter.issue.lines import walk
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.letter.page import parse_page
from newsletter.proof.letter.places import texts, written_in
from newsletter.proof.material import Material

RULE: Final = "link-hosts"
Place = tuple[str, int | None]
# Scripts that names of one country mix (Unicode TS 39, "Highly Restrictive").
TOGETHER: Final = (
    frozenset({"LATIN", "HANGUL", "CJK"}),
    frozenset({"LATIN", "HIRAGANA", "KATAKANA", "CJK"}),
    frozenset({"LATIN", "BOPOMOFO", "CJK"}),
)
# Letters of Cyrillic, Greek, Armenian and phonetic script that look like small Latin ones.
LOOKALIKES: Final = frozenset("асԁеһіјӏорԛѕԝхуѵгꭰοανρυικτχϲϳօսոհցյɡɩɑı")


def check_hosts(material: Material) -> Iterator[Finding]:
    """Find links with a name or a password in them, and hosts written to be misread."""
    written = _written(material)
    for kind, edition in material.composition.editions.items():
        for element in parse_page(edition.html).iter():
            for name in ("href", "src"):
                address = element.get(name) if isinstance(element.tag, str) else None
                fault = address_fault(address) if address else None
                if address and fault:
                    file, line = written.get(address) or written_in(material, address)
                    message = f"the address {_shown(address)} {fault}"
                    yield Finding(RULE, Severity.BLOCKS, file, line, kind, message)


def address_fault(address: str) -> str | None:
    """Say what is wrong with where a web address leads, and what to do; None: nothing."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https"):
        return None
    if "@" in parts.netloc:
        return (
            "holds a user name or password, which every reader would see, and mail programs take "
            "for deceit; write it without what stands before the @"
        )
    host = unquote(parts.hostname or "")
    for label in host.split("."):
        fault = _label_fault(label)
        if fault:
            return f"{fault}; look whose address it is, and write that in its own letters"
    return None


def _label_fault(label: str) -> str | None:
    try:
        shown = idna.decode(label.encode() if label.isascii() else label) if label else ""
    except (idna.IDNAError, UnicodeError):
        if label.isascii() and not label.lower().startswith("xn--"):
            return None  # an underscore, say: no question of scripts
        return f"has a part that no domain name may hold ({label!r})"
    letters = [char for char in shown if char.isalpha()]
    scripts = {unicodedata.name(char, "UNKNOWN").split(" ")[0] for char in letters}
    if len(scripts) > 1 and not any(scripts <= group for group in TOGETHER):
        return f"mixes scripts in {shown!r} ({', '.join(sorted(scripts))})"
    foreign = [char for char in letters if not char.isascii()]
    if foreign and all(char in LOOKALIKES for char in foreign) and scripts != {"CJK"}:
        return f"looks like another one: {shown!r} is {', '.join(map(_named, foreign))}"
    return None


def _named(char: str) -> str:
    return unicodedata.name(char, f"U+{ord(char):04X}")


def _shown(address: str) -> str:
    """Return an address without the password that may stand in it: findings are passed on."""
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{'…@' if '@' in parts.netloc else ''}{host}{parts.path}"


def _written(material: Material) -> Mapping[str, Place]:
    """Say where each address stands that editors wrote."""
    places: dict[str, Place] = {}
    for lang, address in material.publication.website.items():
        line, _ = material.publication.written.get(f"website.{lang}", (None, ""))
        places.setdefault(address, ("issues/publication.yaml", line))
    for _, file, markdown in texts(material.issue):
        for token, line in walk(markdown.tokens, markdown.first_line):
            if href := token.attrs.get("href"):
                places.setdefault(str(href), (file, line))
    for article in material.issue.articles:
        for text in article.texts.values():
            if text.link:
                places.setdefault(text.link, (text.place, text.lines.get("link")))
    return places
