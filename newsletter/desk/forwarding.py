"""Hands mails from people on to the office, where publication.yaml names an address for them."""

import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from newsletter.app.signing import find_link_keys, make_signer
from newsletter.app.site import Site
from newsletter.delivery.provider import Accepted, Outcome, Refused, Unknown
from newsletter.desk.feedback_record import open_record
from newsletter.desk.kept_feedback import open_kept
from newsletter.desk.languages import main_language
from newsletter.dispatch.test_send import deliver_tests
from newsletter.errors import ContentError, NewsletterError, SettingsError
from newsletter.feedback.book import Recorded
from newsletter.feedback.kept_mails import KeptMails
from newsletter.files import reason_of
from newsletter.issue.issue import Publication
from newsletter.message.bounces import BounceAddresses
from newsletter.message.envelope import Envelope
from newsletter.message.forwarding import SUBJECT_MAX, Forward, write_forward
from newsletter.phrases import catalogue, phrase
from newsletter.subscribers.address import address_of

MOST_A_DAY: Final = 200  # a flood of mails must not become one of ours; all of them are listed
NEW_FOR: Final = timedelta(days=7)
log = logging.getLogger(__name__)


def forward_new(site: Site) -> int:
    """
    Hand on the mails from people that were not handed on yet; return how many.

    Each is marked before it leaves: whoever is interrupted in between hands it on at most once,
    and it is listed all the same. What no server takes now is tried at the next reading; what a
    server refuses for good is not.
    """
    publication = site.publication
    if publication.forward_to is None:
        return 0
    record, now = open_record(site), site.clock()
    waiting = record.take_unforwarded(now, NEW_FOR, MOST_A_DAY)
    if not waiting:
        return 0
    outcomes = dict[int, Outcome]()
    try:
        for number, outcome in _deliver(site, publication, publication.forward_to, waiting):
            outcomes[number] = outcome
            if isinstance(outcome, Refused):
                log.warning(phrase("feedback.not-forwarded", fault=outcome.answer))
    except NewsletterError as error:
        log.warning(phrase("feedback.not-forwarded", fault=error.phrase))
    record.put_back_unforwarded([one.number for one in waiting if one.number not in outcomes])
    return sum(isinstance(one, Accepted | Unknown) for one in outcomes.values())


def _deliver(
    site: Site, publication: Publication, recipient: str, waiting: Sequence[Recorded]
) -> Iterator[tuple[int, Outcome]]:
    """
    Send mails; yield the number of each about which a server has decided, and how.

    Raises:
        SettingsError: the provider builds messages itself, and encloses no mail in one.
    """
    provider = site.provider()
    if not provider.can.raw_mime:
        raise SettingsError(phrase("feedback.forward-uncarried", provider=provider.name))
    signer = make_signer(site, publication.sender_address)
    kept, there = open_kept(site), site.clock().astimezone(publication.zone)
    lang = main_language(publication)
    sender = (publication.sender_name[lang], publication.sender_address)
    numbers = dict[str, int]()
    envelopes = list[Envelope]()
    for one in waiting:
        content = _read(kept, one)
        if content is None:
            continue
        forward = Forward(
            content=content,
            recipient=recipient,
            subject=_subject(one),
            text=catalogue(lang.value).word(
                phrase("feedback.forwarded", name=publication.name[lang], number=one.number)
            ),
            answer_to=_answer_to(one),
            return_path=_return_path(site, publication),
        )
        envelope = write_forward(forward, sender, there, signer)
        numbers[envelope.reference] = one.number
        envelopes.append(envelope)
    for receipt in deliver_tests(provider, envelopes):
        if isinstance(receipt.outcome, Accepted | Unknown | Refused):
            yield numbers[receipt.envelope.reference], receipt.outcome


def _read(kept: KeptMails, one: Recorded) -> bytes | None:
    """Return a kept mail; None if it was deleted, or cannot be read now."""
    try:
        return kept.read(one.kept_as)
    except OSError as error:
        log.warning(phrase("feedback.not-forwarded", fault=reason_of(error)))
        return None


def _subject(one: Recorded) -> str:
    words = "".join(mark if mark.isprintable() else " " for mark in one.subject[:SUBJECT_MAX])
    return f"Fwd: {words}".rstrip(": ") if words.strip() else f"Fwd: #{one.number}"


def _answer_to(one: Recorded) -> str:
    """Return the author's address, if an answer can go there."""
    try:
        address = address_of(one.sender).spelling
    except ContentError:
        return ""
    return address if address.isascii() else ""


def _return_path(site: Site, publication: Publication) -> str:
    if publication.bounces is None:
        return ""
    keys = find_link_keys(site, None, were_sent=False)
    addresses = BounceAddresses(keys, publication.list_id, publication.bounces)
    return addresses.address(addresses.token_of_nobody())
