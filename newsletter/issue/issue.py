"""What an issue and its publication are, once read: values without a file behind them."""

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
IMAGES: Final = ("hosted", "embedded")  # on the web, or sent along
APPROVALS: Final = ("none", "required", "two-person", "two-person-two-accounts")
RULE_SETTINGS: Final = ("off", "advise", "block")
ByLang = Mapping[Lang, str]


@dataclass(frozen=True, slots=True)
class Publication:
    """What is the same in every issue (issues/publication.yaml)."""

    name: ByLang
    sender_name: ByLang  # the From display name
    sender_address: str  # an ASCII address
    reply_to: str | None
    organisation: ByLang  # who answers for the letter
    postal_address: ByLang
    phone: str
    email: str  # shown to readers
    website: ByLang  # absolute URLs
    author: ByLang
    accent: str  # "#rrggbb"
    list_id: str  # RFC 2919 identifier, such as e-news.example.org
    sender_id: str  # Feedback-ID's last field, 5 to 15 characters
    zone: ZoneInfo
    default_preference: Preference | None  # for readers without one; None: bilingual
    logo: Picture | None  # in issues/; None: the masthead is type alone
    images: str  # one of IMAGES: where the letters' pictures are
    approval: str  # one of APPROVALS: what a dispatch demands
    rules: Mapping[str, str]  # a proof's rule -> one of RULE_SETTINGS
    terms: Sequence[Term] = ()  # issues/glossary.yaml
    pace: Pace = field(default_factory=Pace)  # how fast it goes out; no part of the digest
    footer: Notice | None = None  # the publication's own words at the foot of every letter
    sponsor: Notice | None = None  # of every issue that names no other
    bounces: str | None = None  # where bounces come back to; no part of the digest
    written: Mapping[str, tuple[int, str]] = field(default_factory=dict)  # by field: line, text


@dataclass(frozen=True, slots=True)
class IssueText:
    """The issue's own text in one language: what stands around the articles."""

    place: str
    texts: Mapping[str, str]  # of issue/declared.py, by field
    greeting: Markdown
    lines: Mapping[str, int] = field(default_factory=dict)  # where its fields stand, by name

    @property
    def subject(self) -> str:
        """What is put behind the month."""
        return self.texts["subject"]

    @property
    def preheader(self) -> str:
        """What an inbox shows behind the subject."""
        return self.texts["preheader"]


@dataclass(frozen=True, slots=True)
class ArticleText:
    """An article in one language."""

    place: str
    texts: Mapping[str, str]  # of issue/declared.py, by field; those left out are empty
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
        """What the lead picture shows; empty where there is none."""
        return self.texts["alt"]

    @property
    def caption(self) -> str:
        """A line under the lead picture; may be empty."""
        return self.texts["caption"]

    @property
    def link_label(self) -> str:
        """The words on the button; may be empty: the program's own are used."""
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
    notices: tuple[Notice, ...] = ()  # what stands at its foot: footer and sponsor, where given
    label: ByLang | None = None  # of a special issue: stands for the month's

    def notice(self, name: str) -> Notice | None:
        """Return the notice of that name, if there is one."""
        return next((notice for notice in self.notices if notice.name == name), None)

    @property
    def is_special(self) -> bool:
        """Say whether it is an issue beside the month's, such as a correction."""
        return self.label is not None
