"""Writes and sends the mails of the program: confirmations, results, links."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final

from jinja2 import TemplateError

from newsletter.app.reader_pages import make_page_press
from newsletter.app.signing import find_link_keys, make_signer
from newsletter.app.site import Site
from newsletter.desk.languages import main_language
from newsletter.desk.mail_parts import FILLED_BY, MailPart, fill_html, fill_text
from newsletter.desk.mail_texts import MailFacts, write_text
from newsletter.desk.sample_text import refuse_sample
from newsletter.dispatch.states import State
from newsletter.errors import ContentError, Problem
from newsletter.lang import Lang
from newsletter.mails.limits import Limits
from newsletter.mails.mail import Mail, MailForm, MailKind, MailName
from newsletter.mails.sending import MailRun, send_due
from newsletter.message.agreement import values_of
from newsletter.message.bounces import BounceAddresses
from newsletter.message.envelope import Envelope
from newsletter.message.links import Purpose, ReaderLinks
from newsletter.message.mail_letter import MailLetter, MailSender, write_mail
from newsletter.phrases import phrase
from newsletter.subscribers.renewal import Silence

if TYPE_CHECKING:
    from newsletter.message.dkim import DkimSigner
    from newsletter.message.page_press import PagePress


SAMPLE: Final = Mail(
    id=0,
    name=MailName("msample"),
    kind=MailKind.SUBSCRIBE,
    lang=Lang.KO,
    address="sample@example.org",
    address_key="sample@example.org",
    reader=None,
    facts={
        "since": "2022-08-26",
        "agreed": "2022-08-26",
        "due": "2022-08-26",
        "until": "2022-08-26",
    },
    network=None,
    asked_at=datetime(2022, 8, 26, tzinfo=UTC),
    state=State.PENDING,
    form=None,
    attempts=0,
    begun_at=None,
    answered_at=None,
    due_at=None,
    answer="",
    tries=0,
    used_at=None,
    door=None,
)


class MailRoom:
    """Writes and sends the mails of one site; used by one thread at a time."""

    def __init__(self, site: Site, press: "PagePress | None" = None) -> None:
        """
        Prepare what every mail needs.

        Args:
            site: the site.
            press: its templates and words; None: they are read.

        Raises:
            SettingsError: mails cannot leave by what is set, or a key is lost.
            ContentError: publication.yaml or a template is wrong, or it still is the sample.
        """
        refuse_sample(site)
        publication = site.publication
        self._site = site
        self._publication = publication
        self._press: PagePress = press or make_page_press(site)
        keys = find_link_keys(site, None, were_sent=False)
        self._links = ReaderLinks(keys, publication.list_id, site.public_url)
        self._has_noted_key = False
        self._signer: DkimSigner | None = make_signer(site, publication.sender_address)
        bounces = publication.bounces
        self._bounces = BounceAddresses(keys, publication.list_id, bounces) if bounces else None
        self._acts = site.records.reader_acts(publication.zone)
        self._lookup = site.records.reader_lookup()
        self._book = site.records.mails(publication.zone, publication.default_preference)
        self._crowds = site.records.crowds()
        self._notices = site.records.notices(publication.zone, main_language(publication))
        self._fill_all()

    @cached_property
    def _run(self) -> MailRun:
        return MailRun(
            book=self._book,
            provider=self._site.provider(),
            write=self.write,
            limits=Limits(self._site.settings.confirmations_per_hour),
            clock=self._site.clock,
        )

    def deliver_due(self, may_begin: Callable[[], bool] = lambda: True) -> Counter[State]:
        """Deliver the mails that are due; see `mails.sending.send_due`."""
        return send_due(self._run, may_begin)

    def count_crowded(self) -> int:
        """Return how many requests wait for the window of a network or of all."""
        return sum(crowd.waiting for crowd in self._crowds.find_crowds(self._site.clock()))

    def keep_up(self) -> None:
        """
        Do what is due without being asked for: once an hour, or before other mails are sent.

        Results of declarations that nobody asked for yet are asked for; whoever did not confirm a
        consent in time is removed, where the mail said so.
        """
        now = self._site.clock()
        self._notices.ask_for(self._notices.find_results(now), now, lambda _count: None)
        self._notices.end_unanswered(now)

    def delete_old(self) -> int:
        """Delete requests of a week ago that nobody confirmed; return how many."""
        return self._book.delete_old(self._site.clock())

    def write(self, mail: Mail, now: datetime) -> Envelope:
        """Write a mail that was begun; its key is noted before it leaves."""
        if not self._has_noted_key:
            self._site.records.note_key(self._links.key_fingerprint, now)
            self._has_noted_key = True
        publication, lang = self._publication, mail.lang
        assert mail.form is not None  # noqa: S101 - decided when it was begun
        domain = publication.sender_address.rpartition("@")[2]
        parts = [
            MailPart(one, write_text(mail.form, self._facts(replace(mail, lang=one), now)))
            for one in mail.langs
        ]
        bounce_token = self._bounces.token_of_mail(mail.name) if self._bounces else ""
        letter = MailLetter(
            key=mail.id,
            recipient=mail.address,
            lang=lang,
            subject=" / ".join(part.text.subject for part in parts),
            text=fill_text(self._press, parts),
            html=fill_html(self._press, parts),
            further=mail.langs[1:],
            message_id=f"mail.{mail.name}@{domain}",
            return_path=self._bounces.address(bounce_token) if self._bounces else "",
            envelope_id=bounce_token,
        )
        sender = MailSender(
            publication.sender_name[lang], publication.sender_address, publication.reply_to
        )
        return write_mail(letter, sender, now.astimezone(publication.zone), self._signer)

    def _fill_all(self) -> None:
        """
        Fill the templates of every form, so that a site's own template fails before a mail does.

        Raises:
            ContentError: a template cannot be filled.
        """
        for form in MailForm:
            for lang, words in self._press.words.items():
                sample = replace(SAMPLE, form=form, lang=lang)
                values = values_of(self._publication, lang)
                facts = MailFacts(
                    sample,
                    words,
                    self._press.legal,
                    values,
                    when="sample",
                    url="sample",
                    preferences_url="sample",
                    unsubscribe_url="sample",
                    code="sample",
                    silence=Silence.KEPT,
                    zone=self._publication.zone,
                )
                parts = [MailPart(lang, write_text(form, facts))]
                for template, fill in FILLED_BY.items():
                    try:
                        fill(self._press, parts)
                    except TemplateError as error:
                        fault = phrase("message.wrong-template", fault=error.message or str(error))
                        problem = Problem(f"templates/web/{template}", None, fault)
                        raise ContentError([problem]) from error

    def _facts(self, mail: Mail, now: datetime) -> MailFacts:
        links, words = self._links, self._press.words[mail.lang]
        is_confirmation = mail.form is MailForm.CONFIRMATION
        reader = self._lookup.find_reader_id(mail)
        return MailFacts(
            mail=mail,
            words=words,
            legal=self._press.legal,
            values=values_of(self._publication, mail.lang),
            when=words.moment(mail.asked_at, self._publication.zone),
            url=links.mail_url(links.token(Purpose.MAIL, mail.name)),
            preferences_url=_reader_url(links, Purpose.PREFERENCES, reader),
            unsubscribe_url=_reader_url(links, Purpose.UNSUBSCRIBE, reader),
            silence=Silence(mail.facts.get("silence", Silence.KEPT)),
            zone=self._publication.zone,
            code=self._acts.code_of(mail, now) if is_confirmation else "",
        )


def _reader_url(links: ReaderLinks, purpose: Purpose, reader: str | None) -> str:
    if reader is None:
        return ""
    token = links.token(purpose, reader)
    is_leaving = purpose is Purpose.UNSUBSCRIBE
    return links.unsubscribe_url(token) if is_leaving else links.preferences_url(token)
