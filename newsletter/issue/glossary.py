"""Reads issues/glossary.yaml: the agreed forms of names and terms in each language."""

from collections.abc import Mapping
from dataclasses import dataclass

from newsletter.issue.folder import Folder
from newsletter.lang import Lang

BETWEEN = "|"  # between the accepted forms of one term


@dataclass(frozen=True, slots=True)
class Term:
    """A name or an expression, and its agreed form in each language."""

    line: int  # in issues/glossary.yaml, counted from 1
    forms: Mapping[Lang, tuple[str, ...]]  # the first form is the agreed one; others are accepted


def read_glossary(issues: Folder) -> tuple[Term, ...]:
    """Read the terms; none if the file is missing. Problems are recorded in *issues*."""
    if "glossary.yaml" not in issues.names():
        return ()
    fields = issues.fields("glossary.yaml")
    if fields is None:
        return ()
    terms = []
    for name in fields.names():
        forms = {
            lang: tuple(form.strip() for form in text.split(BETWEEN) if form.strip())
            for lang, text in fields.by_lang(name).items()
        }
        if all(forms.values()):
            terms.append(Term(fields.line_of(name), forms))
    return tuple(terms)
