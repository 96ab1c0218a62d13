"""Writes the notices of a leak: the words of each edition, and the letter to each person."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from jinja2 import TemplateError

from newsletter.app.reader_pages import make_page_press
from newsletter.app.signing import find_link_keys, make_signer
from newsletter.app.site import Site
from newsletter.errors import ContentError, Problem
from newsletter.lang import EditionKind
from newsletter.mails.breach import Breach, Notice, NoticeWords
from newsletter.message.bounces import BounceAddresses
from newsletter.message.breach_file import BreachFile
from newsletter.message.breach_words import notice_parts, subject_of
from newsletter.message.envelope import Envelope
from newsletter.message.mail_letter import MailLetter, MailSender, write_mail
from newsletter.phrases import phrase

TEMPLATES: Final = ("breach.txt.j2", "breach.html.j2")


def write_words(
    site: Site, file: BreachFile, *, is_drill: bool
) -> Mapping[EditionKind, NoticeWords]:
    """
    Write what each edition says.

    Raises:
        ContentError: a template or a text of the site is wrong.
    """
    press = make_page_press(site)
    words = {}
    for kind, parts in notice_parts(site.publication, press.legal, file, is_drill=is_drill).items():
        subject = subject_of(parts)
        filled = []
        for template in TEMPLATES:
            try:
                filled.append(press.fill(template, kind.langs[0], parts=parts, subject=subject))
            except TemplateError as error:
                fault = phrase("message.wrong-template", fault=error.message or str(error))
                problem = Problem(f"templates/web/{template}", None, fault)
                raise ContentError([problem]) from error
        words[kind] = NoticeWords(subject, *filled)
    return words


def make_writer(site: Site, breach: Breach) -> Callable[[Notice, datetime], Envelope]:
    """
    Return what writes the letter to a person.

    It belongs to no subscription, so it has no List-Unsubscribe, and is of no list.

    Raises:
        SettingsError: a key is lost, or the sender does not fit the signing domain.
    """
    publication = site.publication
    signer = make_signer(site, publication.sender_address)
    domain = publication.sender_address.rpartition("@")[2]
    bounces = None
    if publication.bounces:
        keys = find_link_keys(site, None, were_sent=False)
        bounces = BounceAddresses(keys, publication.list_id, publication.bounces)

    def write(notice: Notice, now: datetime) -> Envelope:
        words, (lang, *further) = breach.words[notice.edition], notice.edition.langs
        token = bounces.token_of_mail(notice.name) if bounces else ""
        letter = MailLetter(
            key=notice.id,
            recipient=notice.address,
            lang=lang,
            subject=words.subject,
            text=words.text,
            html=words.html,
            message_id=f"notice.{notice.name}@{domain}",
            return_path=bounces.address(token) if bounces else "",
            envelope_id=token,
            further=tuple(further),
        )
        sender = MailSender(
            publication.sender_name[lang], publication.sender_address, publication.reply_to
        )
        return write_mail(letter, sender, now.astimezone(publication.zone), signer)

    return write
