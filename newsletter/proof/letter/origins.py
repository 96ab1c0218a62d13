"""Find the template of a tag of a finished letter, from a traced letter."""

import re
from collections.abc import Iterator
from typing import Final

from lxml.html import HtmlElement

from newsletter.compose.edition import page_of
from newsletter.compose.hosting import Gallery
from newsletter.compose.press import FOLDER
from newsletter.lang import EditionKind
from newsletter.proof.letter.page import parse_page
from newsletter.proof.letter.places import LETTER, Place
from newsletter.proof.material import Material

MARK: Final = re.compile("\ue000(\\d+)\ue001")  # see compose.metering.Traces
MARKED_TAG: Final = re.compile(MARK.pattern + "<([A-Za-z][A-Za-z0-9:.-]*)")
NAME: Final = "data-trace"  # attribute with the mark of a tag
CONDITION: Final = re.compile(rf"(?:{MARK.pattern})?(?:(<!--\[if [^\]]+\]>)|<!\[endif\]-->)")


class Origins:
    """The places in templates that produce the tags of an issue's editions; traced on demand."""

    def __init__(self, material: Material) -> None:
        self._material = material
        self._traced: dict[EditionKind, str] = {}
        self._places: dict[EditionKind, dict[HtmlElement, Place]] = {}

    def of(self, kind: EditionKind, element: HtmlElement) -> Place:
        """Return the template and the line of an element of an edition's page."""
        if self._material.look is None:
            return LETTER, None
        if kind not in self._places:
            self._places[kind] = dict(self._placed(kind))
        return self._places[kind].get(element, (LETTER, None))

    def odd_condition(self, kind: EditionKind) -> Place:
        """Return the place of an unclosed or unopened conditional comment of Outlook."""
        if self._material.look is None:
            return LETTER, None
        page = self._trace(kind)
        opened: Place | None = None
        for found in CONDITION.finditer(page):
            here = self._place(found[1])
            if bool(opened) == bool(found[2]):
                return opened or here
            opened = here if found[2] else None
        return opened or (LETTER, None)

    def _placed(self, kind: EditionKind) -> Iterator[tuple[HtmlElement, Place]]:
        """Pair the elements of both pages: the inliner removes no element except <style>."""
        page = self._trace(kind)
        marked = MARK.sub("", MARKED_TAG.sub(rf'<\2 {NAME}="\1"', page))
        own = _by_tag(parse_page(self._material.composition.editions[kind].html))
        for tag, elements in _by_tag(parse_page(marked)).items():
            for element, traced in zip(own.get(tag, ()), elements, strict=False):
                yield element, self._place(traced.get(NAME))

    def _trace(self, kind: EditionKind) -> str:
        look = self._material.look
        assert look is not None  # noqa: S101 - callers check this
        if kind not in self._traced:
            issue = self._material.issue
            gallery = Gallery(issue.id)
            page = page_of(self._material.publication, issue, kind, gallery, look.press)
            self._traced[kind] = look.press.trace(page)
        return self._traced[kind]

    def _place(self, mark: str | None) -> Place:
        look = self._material.look
        if mark is None or look is None:
            return LETTER, None
        name, line = look.press.traces.place(int(mark))
        return FOLDER + name, line


def _by_tag(page: HtmlElement) -> dict[str, list[HtmlElement]]:
    elements: dict[str, list[HtmlElement]] = {}
    for element in page.iter():
        if isinstance(element.tag, str):
            elements.setdefault(element.tag, []).append(element)
    return elements
