"""The rule "stale-translation": a file was not changed without its translation."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

from newsletter.issue.issue import ArticleText, IssueText
from newsletter.issue.markdown import Markdown
from newsletter.lang import EditionKind, Lang
from newsletter.languages.known import language_of
from newsletter.phrases import Phrase, phrase
from newsletter.proof.finding import Finding, Severity
from newsletter.proof.material import History, Material

RULE: Final = "stale-translation"
Version = tuple[Lang, IssueText | ArticleText]
WHOLE: Final = 0.9  # a file with at least this share of newer lines counts as new, not as changed


def check_staleness(material: Material) -> Iterator[Finding]:
    """Find files changed after the other language's file; without a history, find nothing."""
    if material.history is None:
        return
    found = [one for pair in _pairs(material) for one in _check(material.history, *pair)]
    if not material.history.fault:  # an incomplete history allows no conclusion
        yield from found


def staleness_notes(material: Material) -> Iterator[Phrase]:
    """Return notes on the files that could not be compared, with the reason."""
    history = material.history
    if history is None:
        yield phrase("proof.history-missing", rule=RULE, reason=material.no_history)
        return
    files = dict.fromkeys(text.place for (_, text), _ in _pairs(material))
    new = [file for file in files if not history.is_committed(file)]
    unknown = [file for file in files if file not in new and history.changed_at(file) is None]
    if history.fault:
        yield phrase("proof.history-missing", rule=RULE, reason=history.fault)
        return
    if new:
        yield phrase("proof.files-uncommitted", rule=RULE, files=new)
    if unknown:
        yield phrase("proof.files-unknown", rule=RULE, files=unknown)


def _pairs(material: Material) -> Iterator[tuple[Version, Version]]:
    """Yield each text paired with each of its other languages."""
    texts: list[Mapping[Lang, IssueText | ArticleText]] = [
        dict(material.issue.letters),
        *(dict(article.texts) for article in material.issue.articles),
    ]
    for by_lang in texts:
        for newer in by_lang.items():
            yield from ((newer, older) for older in by_lang.items() if older[0] is not newer[0])


def _check(
    history: History,
    newer: Version,
    older: Version,
) -> Iterator[Finding]:
    (lang, text), (old_lang, old_text) = newer, older
    changed, translated = history.changed_at(text.place), history.changed_at(old_text.place)
    if changed is None or translated is None or changed <= translated:
        return
    lines = sorted(set(history.lines_since(text.place, translated)))
    if not lines or len(lines) >= WHOLE * _line_count(text):
        return  # this file is the translation, written after its original
    message = phrase(
        "proof.changed-later",
        count=len(lines),
        lines=_ranges(lines),
        changed=_day(changed),
        file=old_text.place,
        touched=_day(translated),
        language=language_of(old_lang).name,
    )
    edition = EditionKind(lang.value)
    yield Finding(RULE, Severity.ADVISES, text.place, lines[0], edition, message)


def _line_count(text: IssueText | ArticleText) -> int:
    body: Markdown = text.greeting if isinstance(text, IssueText) else text.body
    return body.first_line + body.source.rstrip("\n").count("\n")


def _ranges(lines: Sequence[int]) -> list[str]:
    """Format line numbers as ranges: 3, 4, 5, 9 as 3-5 and 9."""
    runs = [
        [line for _, line in run]
        for _, run in groupby(enumerate(lines), key=lambda pair: pair[1] - pair[0])
    ]
    return [f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
