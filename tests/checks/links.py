"""Links lead where they say: absolute, in the text part too, and out of the list."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

from newsletter.lang import Lang
from tests.checks.markup import elements, parse, words_of
from tests.checks.specimens import Specimen

SCHEMES: Final = {"https", "http", "mailto", "tel"}
LINKING: Final = ("href", "src", "background", "srcset", "action")
EMPTY_WORDS: Final = {"here", "click here", "more", "read more", "link", "여기", "클릭", "더보기"}


def check_links(letter: Specimen) -> list[str]:
    """Every address is absolute or a place in the letter, and its words say where it leads."""
    tree = parse(letter.html)
    places = {element.get("id") for element in elements(tree)} | {
        anchor.get("name") for anchor in tree.iter("a")
    }
    complaints = [
        f"{name}={element.get(name)!r} of <{element.tag}> leads nowhere"
        for element in elements(tree)
        for name in LINKING
        if element.get(name) is not None and not _leads(element.get(name, ""), places)
    ]
    leads: dict[str, str] = {}
    for anchor in _anchors(letter):
        words, address = _words(anchor), anchor.get("href", "")
        if len(words) < 2 or words.lower().strip(" .!→»") in EMPTY_WORDS:
            complaints.append(f"link {words!r} to {address} does not say where it leads")
        if leads.setdefault(words, address) != address:
            complaints.append(f"link {words!r} leads to {leads[words]} and to {address}")
    return complaints


def check_text_links(letter: Specimen) -> list[str]:
    """Every link of the HTML stands in the text part too."""
    addresses = {anchor.get("href", "") for anchor in _anchors(letter)}
    return [
        f"{address} is not in the text part"
        for address in sorted(addresses)
        if not address.startswith("#") and not _is_told(address, letter.text)
    ]


def check_unsubscribe(letter: Specimen) -> list[str]:
    """A reader of either language finds the way out, in the HTML and in the text part."""
    complaints = []
    for lang, words in letter.unsubscribe_words.items():
        out = [
            anchor for anchor in _anchors(letter) if anchor.get("href") == letter.unsubscribe_url
        ]
        if not any(words in _words(anchor) for anchor in out):
            complaints.append(f"the HTML has no link {words!r} ({lang}) to unsubscribe")
        lines = letter.text.splitlines()
        pairs = [" ".join(pair) for pair in zip(lines, [*lines[1:], ""], strict=True)]
        if not any(words in pair and letter.unsubscribe_url in pair for pair in pairs):
            complaints.append(f"the text has no {words!r} ({lang}) with the way out")
    return complaints


def check_switch(letter: Specimen) -> list[str]:
    """A letter in one language links to the same issue in the other, and says so."""
    complaints = []
    found = list(_anchors_in(parse(letter.html), ""))
    switches = [(anchor, lang) for anchor, lang in found if anchor.get("hreflang")]
    for anchor, lang in switches:
        target, address = anchor.get("hreflang", ""), anchor.get("href")
        if target not in tuple(Lang) or address != letter.siblings[Lang(target)]:
            complaints.append(f"link {_words(anchor)!r} with hreflang={target} leads to {address}")
        if target != lang:
            complaints.append(f"link {_words(anchor)!r} is not marked as {target}, which it is in")
    missing = (
        set(Lang) - set(letter.kind.langs) - {anchor.get("hreflang") for anchor, _ in switches}
    )
    return complaints + [f"there is no link to the {lang} edition" for lang in sorted(missing)]


def _anchors(letter: Specimen) -> list[Element]:
    return [anchor for anchor, _ in _anchors_in(parse(letter.html), "")]


def _anchors_in(element: Element, lang: str) -> Iterator[tuple[Element, str]]:
    """Yield every link with the language that its words are marked to be in."""
    lang = element.get("lang", lang)
    if element.tag == "a" and element.get("href") is not None:
        yield element, lang
    for child in element:
        yield from _anchors_in(child, lang)


def _words(anchor: Element) -> str:
    shown = [words_of(anchor), *(image.get("alt", "") for image in anchor.iter("img"))]
    return " ".join(filter(None, shown))


def _leads(address: str, places: set[str | None]) -> bool:
    if address.startswith("#"):
        return address[1:] in places
    parts = urlsplit(address)
    return parts.scheme in SCHEMES and bool(parts.netloc or parts.path)


def _is_told(address: str, text: str) -> bool:
    """Say whether *text* holds an address, or a number or mailbox as a person writes it."""
    parts = urlsplit(address)
    if parts.scheme == "tel":
        return parts.path in text.replace(" ", "").replace("-", "")
    if parts.scheme == "mailto":
        return unquote(parts.path) in text
    return address in text
