"""Every edition of every issue, composed once, as a sample reader gets it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final

from newsletter.app.site import Composed
from newsletter.compose.composition import compose
from newsletter.compose.hosting import resize
from newsletter.compose.press import LetterContext, Press
from newsletter.compose.strings import read_strings
from newsletter.desk.build_folder import sample_reader
from newsletter.issue.reading import read_site_issue
from newsletter.lang import EditionKind, Lang
from newsletter.message.facts import facts_of
from newsletter.message.letter import CompiledLetter
from newsletter.supplies import read_templates

ROOT: Final = Path(__file__).resolve().parent.parent.parent
PUBLIC_URL: Final = "https://news.example.org"
STYLE_BLOCK: Final = re.compile(r"<style\b[^>]*>.*?</style>\s*", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class Specimen:
    """A letter to look at, with all that is needed to judge it."""

    issue: str
    kind: EditionKind
    page: str  # as the templates made it, before inlining; slots filled
    html: str  # as it is delivered
    text: str  # the text part as it is delivered
    pictures: Mapping[str, bytes]  # by the address the letter shows them from
    siblings: Mapping[Lang, str]  # where the issue can be read in each language
    reader: str  # the sample reader's name, which may be in either language
    unsubscribe_url: str
    unsubscribe_words: Mapping[Lang, str]

    def __str__(self) -> str:
        return f"{self.issue} {self.kind}"


def issue_ids() -> list[str]:
    """Name every issue of the repository."""
    return sorted(path.parent.name for path in (ROOT / "issues").glob("*/issue.yaml"))


class ProofPress(Press):
    """A press that keeps what it prints, as it is before inlining."""

    def __init__(self) -> None:
        files = read_templates(ROOT)
        words = {lang: files[f"strings.{lang}.yaml"] for lang in Lang}
        super().__init__(files, read_strings(words), PUBLIC_URL)
        self.printed: dict[EditionKind, str] = {}

    def html(self, page: LetterContext) -> str:
        """Fill the HTML letter, and keep it by its kind."""
        self.printed[page.kind] = super().html(page)
        return self.printed[page.kind]


def compose_issue(issue_id: str) -> tuple[Composed, ProofPress]:
    """Compose every edition of *issue_id*, from its files on."""
    publication, issue = read_site_issue(ROOT, issue_id)
    press = ProofPress()
    composition = compose(publication, issue, press)
    return Composed(publication, issue, press, composition, {}), press


@cache
def compose_specimens(issue_id: str) -> Mapping[EditionKind, Specimen]:
    """Compose every edition of *issue_id*, with its pictures, once."""
    composed, press = compose_issue(issue_id)
    pictures = {
        f"{PUBLIC_URL}/{hosted.path}": resize(hosted) for hosted in composed.composition.pictures
    }
    return {kind: _specimen(composed, kind, press.printed[kind], pictures) for kind in EditionKind}


def without_styles(html: str) -> str:
    """Take every ``<style>`` block out, as mail clients do."""
    return STYLE_BLOCK.sub("", html)


def _specimen(
    composed: Composed, kind: EditionKind, printed: str, pictures: Mapping[str, bytes]
) -> Specimen:
    strings, issue = composed.press.strings, composed.issue.id
    reader = sample_reader(composed, kind, PUBLIC_URL)
    edition = composed.composition.editions[kind]
    letter, raw = (
        CompiledLetter(one, facts_of(composed.publication), strings, PUBLIC_URL)
        for one in (edition, replace(edition, html=printed))
    )
    return Specimen(
        issue=issue,
        kind=kind,
        page=raw.html(reader),
        html=letter.html(reader),
        text=letter.text(reader),
        pictures=pictures,
        siblings={lang: f"{PUBLIC_URL}/issues/{issue}/{lang}/" for lang in Lang},
        reader=reader.name,
        unsubscribe_url=reader.unsubscribe_url,
        unsubscribe_words={lang: strings[lang]["unsubscribe"] for lang in Lang},
    )
