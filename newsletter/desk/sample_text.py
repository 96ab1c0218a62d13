"""Refuses mails of the program while publication.yaml says what the starter put there."""

from newsletter.app.site import Site
from newsletter.errors import ContentError, Problem
from newsletter.issue.issue import PUBLICATION
from newsletter.phrases import phrase


def refuse_sample(site: Site) -> None:
    """
    Refuse to write to readers in the name of an office that does not exist.

    Mails that stay in a folder may do so: whoever tries the program has filled in nothing yet.

    Raises:
        ContentError: every field that still has the starter's text.
    """
    from newsletter.issue.starter import read_starter_words  # noqa: PLC0415 - reads its files

    if site.settings.mail_url.is_rehearsal:
        return
    sample = read_starter_words().fields
    written = site.publication.written
    problems = [
        Problem(PUBLICATION, line, phrase("desk.sample-text", field=name, text=text))
        for name, (line, text) in written.items()
        if sample.get(name) == text
    ]
    if problems:
        raise ContentError(problems)
