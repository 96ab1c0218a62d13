"""The rule about a site's own templates: faults in templates, and unused templates."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from newsletter.compose.edition import page_of
from newsletter.compose.hosting import Gallery
from newsletter.compose.press import FOLDER
from newsletter.lang import EditionKind
from newsletter.phrases import Phrase, phrase
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.letter.balance import loose_ends
from newsletter.proof.letter.sheets import sheet_faults
from newsletter.proof.material import Look, Material

RULE: Final = "templates"
READ: Final = (".j2", ".css", ".yaml")
NOTES: Final = (".md", ".txt")  # notes about templates, not templates
NAMED: Final = re.compile(
    r"(?:import|include|extends|from|css\()[^%}\"']{0,200}[\"']([^\"'\n]{1,200})[\"']"
)


def check_templates(material: Material) -> Iterator[Finding]:
    """Find faulty and unused templates of the site."""
    look = material.look
    if look is None:
        return
    yield from _unread(look)
    for name in sorted(look.own):
        if name.endswith(".css"):
            for line, message in sheet_faults(name, look.press.sources[name]):
                yield _finding(name, line, None, message)
    if any(name.endswith(".html.j2") for name in look.own):
        yield from _unbalanced(material, look)


def _unread(look: Look) -> Iterator[Finding]:
    named = _named_in(look.press.sources)
    for name in look.files:
        if name in look.shipped or name.endswith(NOTES):
            continue
        if not name.endswith(READ):
            reason = phrase("proof.template-ending", endings=READ)
        elif name not in named:
            reason = phrase("proof.template-unnamed")
        else:
            continue
        near = get_close_matches(name, sorted(look.shipped), n=1, cutoff=0.6)
        remedy = (
            phrase("proof.template-near", near=FOLDER + near[0])
            if near
            else phrase("proof.template-import")
        )
        message = phrase("proof.template-unread", reason=reason, remedy=remedy)
        yield _finding(name, None, None, message)


def _named_in(sources: Mapping[str, str]) -> set[str]:
    """Return the names of the files that templates import, include, extend or print as CSS."""
    names = {name for source in sources.values() for name in NAMED.findall(source)}
    return names | {f"email/{name}" for name in names}


def _unbalanced(material: Material, look: Look) -> Iterator[Finding]:
    told: set[tuple[str, int, Phrase]] = set()  # several editions print the same part
    for kind in EditionKind:
        gallery = Gallery(material.issue.id)
        page = page_of(material.publication, material.issue, kind, gallery, look.press)
        for loose in loose_ends(look.press.trace(page)):
            if loose.mark is None:
                continue
            name, line = look.press.traces.place(loose.mark)
            if name in look.own and (name, line, loose.message) not in told:
                told.add((name, line, loose.message))
                yield _finding(name, line, kind, loose.message)


def _finding(name: str, line: int | None, kind: EditionKind | None, message: Phrase) -> Finding:
    return Finding(RULE, Severity.ADVISES, FOLDER + name, line, kind, message)
