"""The values of an issue and its publication after reading, without their files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from newsletter.issue.glossary import Term
from newsletter.issue.markdown import Markdown
from newsletter.issue.notice import Notice
from newsletter.issue.pace import Pace
from newsletter.issue.pictures import Picture
from newsletter.lang import Lang, Preference

PUBLICATION: Final = "issues/publication.yaml"  # relative to the site root
IMAGES: Final = ("hosted", "embedded")  # on the web, or inside the letter
APPROVALS: Final = ("none", "required", "two-person", "two-person-two-accounts")
RULE_SETTINGS: Final = ("off", "advise", "block")
ByLang = Mapping[Lang, str]
# The five notices before data goes abroad: Personal Information Protection Act, Article 28-8(2).
CROSS_BORDER: Final = ("items", "country", "recipient", "purpose", "refusal")


@dataclass(frozen=True, slots=True)
class Publication:
    """The settings that all issues share (issues/publication.yaml)."""

    name: ByLang
    sender_name: ByLang  # the From display name
    sender_address: str  # an ASCII address
    reply_to: str | None
    organisation: ByLang  # the organisation responsible for the letter
    postal_address: ByLang
    phone: str
    email: str  # shown to readers
    website: ByLang  # absolute URLs
    author: ByLang
    accent: str  # "#rrggbb"
    list_id: str  # RFC 2919 identifier, such as e-news.example.org
    sender_id: str  # Feedback-ID's last field, 5 to 15 characters
    zone: ZoneInfo
    default_preference: Preference | None  # of readers without a preference; None: bilingual
    logo: Picture | None  # in issues/; None: the masthead is text only
    images: str  # one of IMAGES: the place of the letters' pictures
    approval: str  # one of APPROVALS: what a dispatch requires
    rules: Mapping[str, str]  # rule of a proof -> one of RULE_SETTINGS
    terms: Sequence[Term] = ()  # issues/glossary.yaml
    pace: Pace = field(default_factory=Pace)  # sending rate; not part of the digest
    footer: Notice | None = None  # the publication's own text at the foot of every letter
    sponsor: Notice | None = None  # the default sponsor of issues
    bounces: str | None = None  # the address for bounces; not part of the digest
    forward_to: str | None = None  # who gets mails that people send back; not part of the digest
    cross_border: Mapping[str, ByLang] = field(default_factory=dict)  # see `CROSS_BORDER`
    written: Mapping[str, tuple[int, str]] = field(default_factory=dict)  # by field: line, text


@dataclass(frozen=True, slots=True)
class IssueText:
    """The issue's own text in one language: the text around the articles."""

    place: str
    texts: Mapping[str, str]  # of issue/declared.py, by field
    greeting: Markdown
    lines: Mapping[str, int] = field(default_factory=dict)  # line of each field, by name

    @property
    def subject(self) -> str:
        """The part of the subject after the month."""
        return self.texts["subject"]

    @property
    def preheader(self) -> str:
        """The preview text that an inbox shows after the subject."""
        return self.texts["preheader"]


@dataclass(frozen=True, slots=True)
class ArticleText:
    """An article in one language."""

    place: str
    texts: Mapping[str, str]  # of issue/declared.py, by field; missing ones are empty
    image: Picture | None
    link: str | None  # absolute URL of the button under the text
    facts: tuple[tuple[str, str], ...]  # (label, value) rows
    body: Markdown
    lines: Mapping[str, int] = field(default_factory=dict)  # by field; facts.LABEL for a row

    @property
    def title(self) -> str:
        """The heading."""
        return self.texts["title"]

    @property
    def kicker(self) -> str:
        """A word or two above the heading; may be empty."""
        return self.texts["kicker"]

    @property
    def alt(self) -> str:
        """The alt text of the lead picture; empty if there is none."""
        return self.texts["alt"]

    @property
    def caption(self) -> str:
        """The caption of the lead picture; may be empty."""
        return self.texts["caption"]

    @property
    def link_label(self) -> str:
        """The label of the button; if empty, the program's default is used."""
        return self.texts["link_label"]


@dataclass(frozen=True, slots=True)
class Article:
    """An article in every language."""

    slug: str  # the folder's name: 01-mongolia-conference
    texts: Mapping[Lang, ArticleText]


@dataclass(frozen=True, slots=True)
class Issue:
    """A month's issue, or a special one, in every language."""

    id: str  # 2022-08; of a special issue 2022-08-SLUG
    year: int
    month: int  # 1 to 12
    date: date  # the day of publication, in the publication's zone
    advertising: bool
    letters: Mapping[Lang, IssueText]
    articles: tuple[Article, ...]
    pictures: Mapping[str, Picture]  # by place; every picture that an edition shows
    notices: tuple[Notice, ...] = ()  # at the foot of the letter: footer and sponsor, if given
    label: ByLang | None = None  # of a special issue: replaces the month

    def notice(self, name: str) -> Notice | None:
        """Return the notice called *name*, if there is one."""
        return next((notice for notice in self.notices if notice.name == name), None)

    @property
    def is_special(self) -> bool:
        """Whether it is an additional issue beside the month's, such as a correction."""
        return self.label is not None
