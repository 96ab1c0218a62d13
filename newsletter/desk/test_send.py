"""
A test send: the letters as readers will get them, to a few named people.

One more mail goes to the bounce mailbox, if there is one, because the first bounces of a
dispatch would be lost in silence if none arrived there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from newsletter.app.proofing import proofread
from newsletter.app.signing import write_bounce_check
from newsletter.app.site import Composed, Site
from newsletter.delivery.provider import Outcome, Provider, Unsent
from newsletter.dispatch.carriage import refuse_uncarried
from newsletter.dispatch.test_send import deliver_tests
from newsletter.dispatch.way import way_of
from newsletter.errors import ContentError, UsageError
from newsletter.lang import EditionKind
from newsletter.phrases import phrase
from newsletter.subscribers.address import address_of

if TYPE_CHECKING:
    from newsletter.message.bounce_check import BounceCheck
    from newsletter.message.envelope import Envelope
    from newsletter.proof.report import Report


@dataclass(frozen=True, slots=True)
class Recipients:
    """The recipients of a test."""

    chosen: Sequence[str]  # addresses, each once
    strangers: Sequence[str]  # those of them that NEWSLETTER_TEST_RECIPIENTS does not name


@dataclass(frozen=True, slots=True)
class Tested:
    """The result of one test mail."""

    address: str
    kind: EditionKind | None  # None: the mail to the bounce mailbox
    outcome: Outcome | Unsent | None  # None: the connection ended before


@dataclass(frozen=True, slots=True)
class TestSend:
    """Test letters that are ready to leave."""

    composed: Composed
    report: "Report"  # of the proof
    provider: Provider
    results: Iterator[Tested]  # sends as it is walked through; a mail each
    count: int  # mails
    check: "BounceCheck | None"  # the mail to the bounce mailbox; None: there is none to check


def choose_recipients(site: Site, addresses: Sequence[str]) -> Recipients:
    """
    Take the addresses named, or the settings' own.

    Raises:
        UsageError: there are none, or one is no address.
    """
    allowed = site.settings.test_recipients
    if not addresses and not allowed:
        raise UsageError(phrase("desk.no-test-recipient"))
    try:
        chosen = {
            (address := address_of(text)).key: address.spelling for text in addresses or allowed
        }
    except ContentError as error:
        raise UsageError(phrase("desk.wrong-test-recipient", fault=error.phrase)) from error
    known = {address_of(text).key for text in allowed}
    return Recipients(
        list(chosen.values()), [text for key, text in chosen.items() if key not in known]
    )


def prepare_test_send(
    site: Site, issue: str, recipients: Sequence[str], kinds: Sequence[EditionKind]
) -> TestSend:
    """
    Write the test letters of *issue*; nothing is sent before `TestSend.results` is walked through.

    Raises:
        UsageError: there is no such issue.
        ContentError: it does not compose.
        SettingsError: letters cannot leave by what is set, or the provider cannot carry this one.
    """
    composed = site.compose(issue)
    provider = site.provider()
    letter = composed.letter
    bounces = composed.publication.bounces or ""
    refuse_uncarried(provider, letter, bounces)
    letter_writer = site.letter_writer(letter, is_test=True, bounces=bounces)
    now = site.clock()
    mails: list[tuple[Envelope, EditionKind | None]] = [
        (letter_writer.write_test(address, kind, uuid4().hex, now), kind)
        for address in recipients
        for kind in kinds
    ]
    check = None
    if bounces and not way_of(provider).is_folder:
        check, mail = write_bounce_check(site, letter, bounces, now)
        mails.append((mail, None))
    report = proofread(site, composed)

    def results() -> Iterator[Tested]:
        site.records.letters().keep(letter, now)
        if check:
            site.records.bounce_checks().record_sent(check)
        waiting = {envelope.reference: kind for envelope, kind in mails}
        for receipt in deliver_tests(provider, [envelope for envelope, _ in mails]):
            kind = waiting.pop(receipt.envelope.reference)
            yield Tested(receipt.envelope.recipient, kind, receipt.outcome)
        for envelope, kind in mails:
            if envelope.reference in waiting:
                yield Tested(envelope.recipient, kind, None)

    return TestSend(composed, report, provider, results(), len(mails), check)
