"""Reads a month's folder into an Issue, and collects all problems before it fails."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

from newsletter.errors import UsageError
from newsletter.issue.declared import Part, fields_of, texts_of
from newsletter.issue.fields import Fields, is_web_address
from newsletter.issue.folder import Folder
from newsletter.issue.front_matter import FrontMatter
from newsletter.issue.issue import Article, ArticleText, ByLang, Issue, IssueText, Publication
from newsletter.issue.markdown import Markdown, images_of, parse_markdown
from newsletter.issue.notice import SPONSOR, read_notice
from newsletter.issue.pictures import Picture
from newsletter.issue.problems import Problems
from newsletter.issue.publication import read_publication
from newsletter.lang import Lang
from newsletter.phrases import Phrase, phrase

ISSUE_ID: Final = re.compile(
    r"((?:19|2[0-9])[0-9]{2})-(0[1-9]|1[0-2])(?:-([a-z0-9][a-z0-9-]{0,19}))?"
)
LABEL: Final = r"[^\[\]]{1,40}"  # shown in brackets, like a month
ARTICLE: Final = re.compile(r"([0-9]+)-[a-z0-9]+(-[a-z0-9]+)*")
ADVERTISING_MARK: Final = re.compile(r"[(\[（]\s*광\s*고\s*[)\]）]")
LANGUAGE_FILES: Final = {f"{lang}.md" for lang in Lang}


def read_site_issue(
    root: Path, issue_id: str, read: dict[str, str] | None = None
) -> tuple[Publication, Issue]:
    """
    Read the publication and one issue of it.

    Args:
        root: the site root, absolute.
        issue_id: year and month, 2022-08; a special issue has a word after them,
            2022-08-correction.
        read: collects the SHA-256 of each file that is read, by its place.

    Raises:
        UsageError: *issue_id* is not a valid name, or the issue does not exist.
        ContentError: all problems of the files, together.
    """
    check_issue_id(issue_id)
    problems = Problems()
    issues = Folder(root, root / "issues", problems, read)
    folder = issues.inner(issue_id)
    if not folder.exists():
        raise UsageError(_no_such_issue(root, issue_id))
    publication = read_publication(issues)
    issue = _read_issue(folder, issue_id, problems)
    problems.raise_any()
    assert publication is not None  # noqa: S101 - None always comes with a problem
    sponsor = issue.notice(SPONSOR) or publication.sponsor
    notices = tuple(notice for notice in (sponsor, publication.footer) if notice)
    return publication, replace(issue, notices=notices)


def _no_such_issue(root: Path, issue_id: str) -> Phrase:
    known = issue_ids(root) or phrase("issue.none-yet")
    if is_month(issue_id):
        return phrase("issue.no-such-month", issue=issue_id, known=known)
    return phrase("issue.no-such-special", issue=issue_id, known=known)


def read_site_publication(root: Path) -> Publication:
    """Read only the publication; raises ContentError with all its problems."""
    problems = Problems()
    publication = read_publication(Folder(root, root / "issues", problems))
    problems.raise_any()
    assert publication is not None  # noqa: S101 - None always comes with a problem
    return publication


def check_issue_id(issue_id: str) -> tuple[int, int]:
    """Return year and month of an issue's name, or raise a UsageError."""
    found = ISSUE_ID.fullmatch(issue_id)
    if not found and ISSUE_ID.match(issue_id.rstrip()) and "-" in issue_id[7:]:
        raise UsageError(phrase("issue.no-issue-name", name=issue_id))
    if not found:
        raise UsageError(phrase("issue.no-month", name=issue_id))
    return int(found[1]), int(found[2])


def is_month(issue_id: str) -> bool:
    """Whether the name is that of a month's issue, not of a special one."""
    found = ISSUE_ID.fullmatch(issue_id)
    return bool(found and found[3] is None)


def issue_ids(root: Path) -> list[str]:
    """
    Return the names of a site's issues, oldest first; a month's before its special ones.

    A folder named like a special issue is no issue without the label of a special issue.
    """
    folder = root / "issues"
    if not folder.is_dir():
        return []
    return sorted(entry.name for entry in folder.iterdir() if _is_issue(root, entry))


def _is_issue(root: Path, entry: Path) -> bool:
    if not ISSUE_ID.fullmatch(entry.name) or not entry.is_dir():
        return False
    if is_month(entry.name):
        return True
    fields = Folder(root, entry, Problems()).fields("issue.yaml")
    return bool(fields and fields.has("label"))


def _read_issue(folder: Folder, issue_id: str, problems: Problems) -> Issue:
    year, month = check_issue_id(issue_id)
    names = folder.names()
    fields = folder.fields("issue.yaml")
    day = _read_day(folder, fields, year * 12 + month, problems) if fields else None
    advertising = fields.flag("advertising") if fields else False
    sponsor = read_notice(fields, SPONSOR, f"{folder.place}/issue.yaml") if fields else None
    label = _read_label(folder, fields, issue_id) if fields else None
    if fields:
        fields.finish()
    letters = {lang: _read_letter(folder, lang, problems) for lang in Lang}
    _note_strangers(folder, names, LANGUAGE_FILES | {"issue.yaml"}, problems)
    articles = tuple(_read_articles(folder, names, problems))
    if not articles:
        problems.add(folder.place, None, phrase("issue.no-article"))
    pictures = [picture for article in articles for picture in _pictures_of(article)]
    for letter in letters.values():
        pictures += letter.greeting.pictures.values() if letter else []
    return Issue(
        id=issue_id,
        year=year,
        month=month,
        date=day,  # type: ignore[arg-type] # None only with a problem, which is raised
        advertising=advertising,
        letters={lang: letter for lang, letter in letters.items() if letter},
        articles=articles,
        pictures={picture.place: picture for picture in pictures},
        notices=(sponsor,) if sponsor else (),
        label=label,
    )


def _read_label(folder: Folder, fields: Fields, issue_id: str) -> ByLang | None:
    """Read the label that replaces the month in the subjects of a special issue."""
    if not is_month(issue_id):
        if not fields.has("label"):
            fields.note("label", phrase("issue.special-without-label", folder=folder.place))
            fields.inner("label", required=False)
            return None
        return fields.by_lang("label", LABEL, phrase("issue.write-label"))
    if fields.has("label"):
        fields.inner("label")
        fields.note("label", phrase("issue.label-of-month", issue=issue_id))
    return None


def _read_day(folder: Folder, fields: Fields, months: int, problems: Problems) -> date:
    day = fields.day("date")
    if day.year > 1970 and abs(day.year * 12 + day.month - months) > 1:
        problems.add(
            f"{folder.place}/issue.yaml",
            fields.line_of("date"),
            phrase("issue.day-far-off", day=day.isoformat()),
        )
    return day


def _read_letter(folder: Folder, lang: Lang, problems: Problems) -> IssueText | None:
    found = folder.front_matter(f"{lang}.md")
    if found is None:
        return None
    letter = IssueText(
        place=found.place,
        texts=_read_texts(found.fields, Part.LETTER),
        greeting=_body(folder, found, problems),
        lines=found.fields.lines(),
    )
    if ADVERTISING_MARK.search(letter.subject):
        problems.add(
            found.place,
            found.fields.line_of("subject"),
            phrase("issue.advertising-mark"),
        )
    found.fields.finish()
    return letter


def _read_articles(folder: Folder, names: list[str], problems: Problems) -> Iterator[Article]:
    numbered: dict[int, str] = {}
    for name in filter(folder.has_folder, names):
        place = folder.inner(name).place
        found = ARTICLE.fullmatch(name)
        if not found:
            problems.add(place, None, phrase("issue.folder-name"))
        elif (other := numbered.setdefault(int(found[1]), name)) != name:
            problems.add(place, None, phrase("issue.number-twice", other=other))
    for _, name in sorted(numbered.items()):
        inner = folder.inner(name)
        texts = {lang: _read_article_text(inner, lang, problems) for lang in Lang}
        _note_strangers(inner, inner.names(), LANGUAGE_FILES, problems)
        yield Article(name, {lang: text for lang, text in texts.items() if text})


def _read_article_text(folder: Folder, lang: Lang, problems: Problems) -> ArticleText | None:
    found = folder.front_matter(f"{lang}.md")
    if found is None:
        return None
    fields = found.fields
    texts = _read_texts(fields, Part.ARTICLE)
    text = ArticleText(
        place=found.place,
        texts=texts,
        image=_lead_image(folder, found, texts["alt"], problems),
        link=fields.url("link", required=False) or None,
        facts=fields.rows("facts"),
        body=_body(folder, found, problems),
        lines=fields.lines(),
    )
    _note_alone(fields, found.place, problems)
    fields.finish()
    if not found.body.strip():
        problems.add(found.place, found.body_line, phrase("issue.article-empty"))
    return text


def _note_alone(fields: Fields, place: str, problems: Problems) -> None:
    """Record fields that are not shown because another field is missing."""
    for field in fields_of(Part.ARTICLE):
        if field.needs and fields.has(field.name) and not fields.has(field.needs):
            message = phrase("issue.shows-nothing", key=field.name, other=field.needs)
            problems.add(place, fields.line_of(field.name), message)


def _read_texts(fields: Fields, part: Part) -> dict[str, str]:
    """Read every text that readers see."""
    return {
        field.name: fields.text(field.name, required=field.is_required) for field in texts_of(part)
    }


def _lead_image(folder: Folder, found: FrontMatter, alt: str, problems: Problems) -> Picture | None:
    fields = found.fields
    name = fields.text("image", required=False, prose=False)
    if not name:
        return None
    line = fields.line_of("image")
    if not alt:
        problems.add(found.place, line, phrase("issue.image-without-alt", name=name))
    return folder.picture(name, (found.place, line))


def _body(folder: Folder, found: FrontMatter, problems: Problems) -> Markdown:
    parsed = parse_markdown(found.body, found.place, found.body_line, problems)
    pictures: dict[str, Picture] = {}
    for use in images_of(parsed):
        if not use.alt:
            message = phrase("issue.inner-image-without-alt", name=use.name)
            problems.add(found.place, use.line, message)
        if is_web_address(use.name):
            problems.add(found.place, use.line, phrase("issue.image-elsewhere", name=use.name))
            continue
        picture = folder.picture(use.name, (found.place, use.line))
        if picture:
            pictures[use.src] = picture
    return Markdown(parsed.source, parsed.first_line, parsed.tokens, pictures)


def _pictures_of(article: Article) -> Iterator[Picture]:
    for text in article.texts.values():
        if text.image:
            yield text.image
        yield from text.body.pictures.values()


def _note_strangers(folder: Folder, names: list[str], known: set[str], problems: Problems) -> None:
    """Report text files whose names are not read: most are misspelt languages."""
    for name in names:
        if name.endswith((".md", ".yaml", ".yml", ".markdown")) and name not in known:
            message = phrase("issue.unread-file", known=sorted(known))
            problems.add(f"{folder.place}/{name}", None, message)
