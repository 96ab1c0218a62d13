"""The rule about link hosts: no password in a link, and no host that imitates another."""

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
# Scripts that names of one country combine (Unicode TS 39, "Highly Restrictive").
TOGETHER: Final = (
    frozenset({"LATIN", "HANGUL", "CJK"}),
    frozenset({"LATIN", "HIRAGANA", "KATAKANA", "CJK"}),
    frozenset({"LATIN", "BOPOMOFO", "CJK"}),
)
# Letters whose Unicode names start with no script name: the script they are used with.
SCRIPT_OF: Final = {"KATAKANA-HIRAGANA": "KATAKANA", "IDEOGRAPHIC": "CJK"}
NO_SCRIPT: Final = frozenset({"MODIFIER"})  # letters of many scripts, such as the ʻokina
# Letters of Cyrillic, Greek, Armenian and phonetic scripts that look like small Latin letters.
LOOKALIKES: Final = frozenset("асԁеһіјӏорԛѕԝхуѵгꭰοανρυικτχϲϳօսոհցյɡɩɑı")
# Lookalike letters that are ordinary in the domain names of a country (IANA's IDN tables).
AT_HOME: Final = {"ı": frozenset({"tr", "az"})}


def check_hosts(material: Material) -> Iterator[Finding]:
    """Find links with a user name or a password, and hosts that can be misread."""
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
    """Return the fault and the remedy of a web address's host; None if it has no fault."""
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
    """Return the fault of a label of a host; *top* is the last label."""
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
    """Return a label of a host in its own letters; None if no domain name may contain it."""
    try:
        return idna.decode(label.encode() if label.isascii() else label) if label else ""
    except (idna.IDNAError, UnicodeError):
        # An underscore, for example, is of no script.
        return label if label.isascii() and not label.lower().startswith("xn--") else None


def _scripts(words: str) -> set[str]:
    names = {unicodedata.name(char, "UNKNOWN").split(" ")[0] for char in words if char.isalpha()}
    return {SCRIPT_OF.get(name, name) for name in names - NO_SCRIPT}


def _named(char: str) -> str:
    return unicodedata.name(char, f"U+{ord(char):04X}")


def _written(material: Material) -> Mapping[str, Place]:
    """Return the place of each address that an editor wrote."""
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
