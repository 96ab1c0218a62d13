"""The rule about where links lead: no passwords in them, and no host that passes for another."""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import unquote

import idna

from newsletter.issue.issue import PUBLICATION
from newsletter.issue.lines import walk
from newsletter.phrases import Phrase, phrase
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.letter.addresses import shown_address, split_address
from newsletter.proof.letter.origins import Origins
from newsletter.proof.letter.page import having, parse_page
from newsletter.proof.letter.places import Place, texts
from newsletter.proof.material import Material

RULE: Final = "link-hosts"
# Scripts that names of one country mix (Unicode TS 39, "Highly Restrictive").
TOGETHER: Final = (
    frozenset({"LATIN", "HANGUL", "CJK"}),
    frozenset({"LATIN", "HIRAGANA", "KATAKANA", "CJK"}),
    frozenset({"LATIN", "BOPOMOFO", "CJK"}),
)
# Signs among letters whose names (Unicode) start with no script: what they stand beside in one.
SCRIPT_OF: Final = {"KATAKANA-HIRAGANA": "KATAKANA", "IDEOGRAPHIC": "CJK"}
NO_SCRIPT: Final = frozenset({"MODIFIER"})  # letters of many scripts, such as the ʻokina
# Letters of Cyrillic, Greek, Armenian and phonetic script that look like small Latin ones.
LOOKALIKES: Final = frozenset("асԁеһіјӏорԛѕԝхуѵгꭰοανρυικτχϲϳօսոհցյɡɩɑı")
# Such letters that are ordinary ones in the names of a country (IANA's tables of IDN).
AT_HOME: Final = {"ı": frozenset({"tr", "az"})}


def check_hosts(material: Material) -> Iterator[Finding]:
    """Find links with a name or a password in them, and hosts written to be misread."""
    written, origins = _written(material), Origins(material)
    for kind, edition in material.composition.editions.items():
        for element in having(parse_page(edition.html), "href", "src"):
            for name in ("href", "src"):
                address = element.get(name)
                fault = address_fault(address) if address else None
                if address and fault:
                    file, line = written.get(address) or origins.of(kind, element)
                    shown = shown_address(address)
                    message = phrase("proof.address-suspect", address=shown, fault=fault)
                    yield Finding(RULE, Severity.BLOCKS, file, line, kind, message)


def address_fault(address: str) -> Phrase | None:
    """Say what is wrong with where a web address leads, and what to do; None: nothing."""
    parts = split_address(address)
    if parts is None:
        return phrase("proof.address-unreadable")
    if parts.scheme not in ("http", "https"):
        return None
    if "@" in parts.netloc:
        return phrase("proof.address-has-login")
    labels = unquote(parts.hostname or "").rstrip(".").split(".")
    for label in labels:
        fault = _label_fault(label, labels[-1])
        if fault:
            return phrase("proof.host-suspect", fault=fault)
    return None


def _label_fault(label: str, top: str) -> Phrase | None:
    """Say what is wrong with a part of a host; *top* is its last one."""
    shown = _decoded(label)
    if shown is None:
        return phrase("proof.host-impossible", part=label)
    scripts = _scripts(shown)
    if len(scripts) > 1 and not any(scripts <= group for group in TOGETHER):
        return phrase("proof.host-mixed", part=shown, scripts=sorted(scripts))
    foreign = [char for char in shown if char.isalpha() and not char.isascii()]
    top_scripts = _scripts(_decoded(top) or "")
    is_at_home = "LATIN" not in scripts and scripts == top_scripts
    strange = [char for char in foreign if top.lower() not in AT_HOME.get(char, ())]
    if strange and not is_at_home and all(char in LOOKALIKES for char in foreign):
        return phrase("proof.host-lookalike", part=shown, letters=[*map(_named, foreign)])
    return None


def _decoded(label: str) -> str | None:
    """Return a part of a host in its own letters; None where no domain name may hold it."""
    try:
        return idna.decode(label.encode() if label.isascii() else label) if label else ""
    except (idna.IDNAError, UnicodeError):
        # An underscore, for example, has no script.
        return label if label.isascii() and not label.lower().startswith("xn--") else None


def _scripts(words: str) -> set[str]:
    names = {unicodedata.name(char, "UNKNOWN").split(" ")[0] for char in words if char.isalpha()}
    return {SCRIPT_OF.get(name, name) for name in names - NO_SCRIPT}


def _named(char: str) -> str:
    return unicodedata.name(char, f"U+{ord(char):04X}")


def _written(material: Material) -> Mapping[str, Place]:
    """Return the place of each address that editors wrote."""
    places: dict[str, Place] = {}
    for lang, address in material.publication.website.items():
        line, _ = material.publication.written.get(f"website.{lang}", (None, ""))
        places.setdefault(address, (PUBLICATION, line))
    for _, file, markdown in texts(material.issue):
        for token, line in walk(markdown.tokens, markdown.first_line):
            if href := token.attrs.get("href"):
                places.setdefault(str(href), (file, line))
    for article in material.issue.articles:
        for text in article.texts.values():
            if text.link:
                places.setdefault(text.link, (text.place, text.lines.get("link")))
    return places
