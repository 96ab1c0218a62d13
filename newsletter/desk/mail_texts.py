"""The texts of the program's mails: heading, paragraphs, code, button; by form and language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from newsletter.mails.mail import Mail, MailForm
from newsletter.message.reader_words import ReaderWords


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
    publication: str  # its name
    when: str  # of the request, in words
    url: str  # /c/TOKEN of the mail
    preferences_url: str  # of the reader it is about; "": of nobody
    unsubscribe_url: str
    code: str = ""

    def fill(self, key: str) -> str:
        """Return the text of *key* for this mail."""
        address = str(self.mail.facts.get("new", self.mail.address))
        return self.words.fill(
            key, publication=self.publication, when=self.when, code=self.code, address=address
        )


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


def _with_undo(form: MailForm) -> Callable[[MailFacts], MailText]:
    def write(facts: MailFacts) -> MailText:
        return MailText(
            subject=facts.fill(f"{form}_subject"),
            heading=facts.fill(f"{form}_heading"),
            lead=(facts.fill(f"{form}_text"), facts.fill(f"{form}_note")),
            button=Link(facts.fill(f"{form}_button"), facts.url),
        )

    return write


_WRITTEN_BY: Final[Mapping[MailForm, Callable[[MailFacts], MailText]]] = {
    MailForm.CONFIRMATION: _confirmation,
    MailForm.SUBSCRIBED: _subscribed,
    MailForm.SETTINGS: _settings,
    MailForm.NEW_ADDRESS: _new_address,
    MailForm.LEFT: _with_undo(MailForm.LEFT),
    MailForm.MOVED: _with_undo(MailForm.MOVED),
}
