"""The texts of the program's mails: heading, paragraphs, code, button; by form and language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Final

from newsletter.mails.mail import Mail, MailForm
from newsletter.message.legal_text import LegalName, LegalText, LegalTexts
from newsletter.message.reader_words import ReaderWords
from newsletter.subscribers.renewal import Silence


@dataclass(frozen=True, slots=True)
class Link:
    """A link or a button."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class MailText:
    """What stands in a mail."""

    subject: str
    heading: str
    lead: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()  # terms and what is said of each
    after_rows: tuple[str, ...] = ()
    code: str = ""  # six digits; "": none
    before_button: tuple[str, ...] = ()
    button: Link | None = None
    notes: tuple[str, ...] = ()
    link: Link | None = None


@dataclass(frozen=True, slots=True)
class MailFacts:
    """What a text is made from."""

    mail: Mail
    words: ReaderWords
    legal: LegalTexts
    values: Mapping[str, str]  # of the publication: see `agreement.values_of`
    when: str  # of the request, in words
    url: str  # /c/TOKEN of the mail
    preferences_url: str  # of the reader it is about; "": of nobody
    unsubscribe_url: str
    silence: Silence  # what it means if a reader does not answer
    zone: tzinfo
    code: str = ""

    def fill(self, key: str) -> str:
        """Return the text of *key* for this mail."""
        address = str(self.mail.facts.get("new", self.mail.address))
        publication = self.values["publication"]
        return self.words.fill(
            key, publication=publication, when=self.when, code=self.code, address=address
        )

    def notice(self, name: LegalName, **more: str) -> LegalText:
        """Return a notice for this mail; *more* fills places of its own."""
        return self.legal[name, self.mail.lang].filled({**self.values, **more})


def write_text(form: MailForm, facts: MailFacts) -> MailText:
    """Return the text of a mail of *form*."""
    return _WRITTEN_BY[form](facts)


def _confirmation(facts: MailFacts) -> MailText:
    return MailText(
        subject=facts.fill("confirmation_subject"),
        heading=facts.fill("confirmation_heading"),
        lead=(facts.fill("confirmation_first"),),
        code=facts.code,
        before_button=(facts.fill("confirmation_link"),),
        button=Link(facts.fill("confirmation_button"), facts.url),
        notes=(facts.fill("confirmation_asked"),),
        link=Link(facts.fill("confirmation_never"), f"{facts.url}/never"),
    )


def _subscribed(facts: MailFacts) -> MailText:
    return MailText(
        subject=facts.fill("subscribed_subject"),
        heading=facts.fill("subscribed_heading"),
        lead=(facts.fill("subscribed_text"),),
        button=Link(facts.fill("subscribed_button"), facts.preferences_url),
    )


def _settings(facts: MailFacts) -> MailText:
    return MailText(
        subject=facts.fill("settings_subject"),
        heading=facts.fill("settings_heading"),
        lead=(facts.fill("settings_text"),),
        button=Link(facts.fill("settings_button"), facts.url),
        notes=(facts.fill("settings_note"),),
        link=Link(facts.fill("settings_leave"), facts.unsubscribe_url),
    )


def _new_address(facts: MailFacts) -> MailText:
    return MailText(
        subject=facts.fill("new_address_subject"),
        heading=facts.fill("new_address_heading"),
        lead=(facts.fill("new_address_text"),),
        button=Link(facts.fill("new_address_button"), facts.url),
        link=Link(facts.fill("confirmation_never"), f"{facts.url}/never"),
    )


def _moved(facts: MailFacts) -> MailText:
    return MailText(
        subject=facts.fill("moved_subject"),
        heading=facts.fill("moved_heading"),
        lead=(facts.fill("moved_text"), facts.fill("moved_note")),
        button=Link(facts.fill("moved_button"), facts.url),
    )


def _left(facts: MailFacts) -> MailText:
    since = datetime.fromisoformat(facts.mail.facts["since"])
    text = facts.notice(LegalName.LEFT, when=facts.words.declared(since, facts.zone))
    return _write_notice(text, Link(text.fields["button"], facts.url))


def _agreed(facts: MailFacts) -> MailText:
    since = datetime.fromisoformat(facts.mail.facts["since"])
    text = facts.notice(LegalName.AGREED, when=facts.words.declared(since, facts.zone))
    link = Link(text.fields["link"], facts.unsubscribe_url)
    return _write_notice(text, Link(text.fields["button"], facts.preferences_url), link)


def _renewal(facts: MailFacts) -> MailText:
    agreed = datetime.fromisoformat(facts.mail.facts["agreed"]).astimezone(facts.zone).date()
    until = date.fromisoformat(facts.mail.facts["until"])
    text = facts.notice(
        LegalName.RENEWAL,
        agreed=facts.words.date(agreed),
        until=facts.words.date(until),
        silence=facts.notice(LegalName.RENEWAL).fields[facts.silence],
    )
    link = Link(text.fields["link"], facts.unsubscribe_url)
    return _write_notice(text, Link(text.fields["button"], facts.url), link)


def _write_notice(text: LegalText, button: Link, link: Link | None = None) -> MailText:
    return MailText(
        subject=text.fields["subject"],
        heading=text.heading,
        lead=text.lead,
        rows=text.rows,
        after_rows=text.notes,
        button=button,
        link=link,
    )


_WRITTEN_BY: Final[Mapping[MailForm, Callable[[MailFacts], MailText]]] = {
    MailForm.CONFIRMATION: _confirmation,
    MailForm.SUBSCRIBED: _subscribed,
    MailForm.SETTINGS: _settings,
    MailForm.NEW_ADDRESS: _new_address,
    MailForm.LEFT: _left,
    MailForm.MOVED: _moved,
    MailForm.AGREED: _agreed,
    MailForm.RENEWAL: _renewal,
}
