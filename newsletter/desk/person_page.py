"""A page with everything that is stored about one person, to be handed over to them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from newsletter.app.reader_pages import make_page_press
from newsletter.app.site import Site
from newsletter.desk.person_record import PersonRecord
from newsletter.dispatch.states import State
from newsletter.feedback.book import Recorded
from newsletter.feedback.event import Kind
from newsletter.issue.issue import Publication
from newsletter.lang import EDITION_OF, EditionKind, Lang
from newsletter.mails.breach import ToldOfLeak
from newsletter.mails.mail import Mail, MailKind
from newsletter.message.reader_words import ReaderWords
from newsletter.phrases import Catalogue, catalogue
from newsletter.subscribers.access_record import Access
from newsletter.subscribers.address import printable
from newsletter.subscribers.book import PastDelivery
from newsletter.subscribers.consent_record import ConsentAct, ConsentEntry, ConsentWay
from newsletter.subscribers.elsewhere import HeldInCopy, HeldInRejects
from newsletter.subscribers.subscriber import Standing, Subscriber
from newsletter.subscribers.why import Cause

LANGS: Final = {lang.value: lang for lang in Lang}
STANDINGS: Final = {standing.value: standing for standing in Standing}
EDITIONS: Final = {kind: f"prefers_{preference}" for preference, kind in EDITION_OF.items()}
ACTS: Final = {
    ConsentAct.AGREED: "person_agreed",
    ConsentAct.RENEWED: "person_renewed",
    ConsentAct.ENDED: "person_ended",
}
WAYS: Final = {
    ConsentWay.CODE: "person_by_code",
    ConsentWay.LINK: "person_by_link",
    ConsentWay.READER: "person_by_reader",
    ConsentWay.MAIL: "person_by_mail",
    ConsentWay.SERVICE: "person_by_service",
    ConsentWay.UNDONE: "person_by_undoing",
    ConsentWay.MOVED: "person_by_move",
    ConsentWay.OPERATOR: "person_by_office",
    ConsentWay.SILENCE: "person_by_silence",
    ConsentWay.IMPORT: "person_by_file",
}
ASKED: Final = {
    MailKind.SUBSCRIBE: "person_asked_subscribe",
    MailKind.SETTINGS: "person_asked_settings",
    MailKind.NEW_ADDRESS: "person_asked_address",
    MailKind.LEFT: "person_told_left",
    MailKind.MOVED: "person_told_moved",
    MailKind.AGREED: "person_told_agreed",
    MailKind.RENEWAL: "person_asked_again",
}
RETURNED: Final = {
    Kind.BOUNCE: "person_returned_bounce",
    Kind.DELAY: "person_returned_delay",
    Kind.COMPLAINT: "person_returned_complaint",
    Kind.UNSUBSCRIBE: "person_returned_wish",
    Kind.AUTOREPLY: "person_returned_autoreply",
    Kind.CHALLENGE: "person_returned_challenge",
    Kind.HUMAN: "person_returned_mail",
    Kind.ACCEPTED: "person_returned_accepted",
    Kind.OTHER: "person_returned_other",
}
CAUSES: Final = {
    Cause.COMPLAINED: "person_complained",
    Cause.WITHDREW: "person_withdrew",
    Cause.MOVED: "person_moved",
    Cause.BOUNCED: "person_bounced",
    Cause.PERSON: "person_decided",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A part of the page: rows of plain text below headings."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""


def write_page(site: Site, person: PersonRecord, lang: Lang | None = None) -> str:
    """
    Return a person's record as an HTML page without scripts and without anything to be loaded.

    Args:
        site: whose page it is.
        person: whose record it is.
        lang: of the page; None: the person's own.

    Raises:
        ContentError: publication.yaml or the site's templates have faults.
    """
    publication, press = site.publication, make_page_press(site)
    lang = lang or _choose_lang(person, publication)
    page = _Page(person, press.words[lang], catalogue(lang.value), site.zone())
    words = press.words[lang]
    name = publication.name[lang]
    return press.fill(
        "person.html.j2",
        lang,
        title=words["person_title"],
        lead=words.fill(
            "person_lead", publication=name, address=person.address, when=page.when(site.clock())
        ),
        facts=list(page.facts()),
        tables=list(page.tables()),
    )


def _choose_lang(person: PersonRecord, publication: Publication) -> Lang:
    """Return the person's language, as far as it is known; else the publication's first."""
    own = person.subscriber.preference if person.subscriber else None
    asked = person.requests[-1].lang if person.requests else None
    default = publication.default_preference or ""
    return LANGS.get(own or "") or asked or LANGS.get(default) or next(iter(Lang))


@dataclass(frozen=True, slots=True)
class _Page:
    """Words everything for one person, in one language."""

    # Large because each part of the page has a short method that words one row of it.

    person: PersonRecord
    words: ReaderWords
    sentences: Catalogue
    zone: ZoneInfo

    def when(self, at: datetime | None) -> str:
        """Return a time in words; empty if there is none."""
        return "" if at is None else self.words.moment(at, self.zone)

    def declared(self, at: datetime | None) -> str:
        """Return when somebody agreed or ended it, in words; empty if that is not known."""
        return "" if at is None else self.words.declared(at, self.zone)

    def facts(self) -> Iterator[tuple[str, str]]:
        """Yield label and text of what the list says."""
        words, listed = self.words, self.person.subscriber
        yield words["field_address"], self.person.address
        if listed is None:
            yield words["person_standing"], words["person_not_listed"]
        else:
            yield words["field_name"], listed.name or words["person_unknown"]
            preferred = f"prefers_{listed.preference}" if listed.preference else "person_unknown"
            yield words["field_preference"], words[preferred]
            yield words["person_standing"], self._say_standing(listed)
            consented = self.declared(listed.consented_at) or words["person_unknown"]
            yield words["person_consented"], consented
            if listed.reconfirmed_at:
                yield words["person_reconfirmed"], self.declared(listed.reconfirmed_at)
            yield words["person_identifiers"], ", ".join(map(str, listed.names))
        if block := self.person.block:
            yield words["person_blocked"], words.fill("person_since", when=self.when(block.since))

    def tables(self) -> Iterator[Table]:
        """Yield consents, requests, deliveries, what lies beside the database, and accesses."""
        words, person = self.words, self.person
        when, what, state = words["person_when"], words["person_what"], words["person_state"]
        answer = words["person_answer"]
        yield Table(
            words["person_consents"],
            (when, what, words["person_how"], words["person_recorded"]),
            [self._consent(entry, file) for entry, file in person.consents],
        )
        yield Table(
            words["person_requests"],
            (when, what, words["person_network"], state, answer),
            [self._request(one) for one in person.requests],
        )
        yield Table(
            words["person_deliveries"],
            (words["person_issue"], words["person_edition"], state, when, answer),
            [self._delivery(one) for one in person.deliveries],
        )
        yield Table(
            words["person_returned"],
            (when, what, words["person_issue"], answer),
            [self._returned(one) for one in person.returned],
        )
        yield Table(
            words["person_leaks"],
            (when, words["person_edition"], state, answer),
            [self._leak(one) for one in person.leaks],
        )
        yield Table(
            words["person_refused"],
            (when, words["person_file"], what),
            [self._refused(one) for one in person.refused],
            words["person_refused_note"],
        )
        unread = words.fill("person_not_searched", files=", ".join(map(printable, person.unread)))
        yield Table(
            words["person_copies"],
            (words["person_file"], words["field_address"], words["field_name"], what),
            [self._copy(one) for one in person.copies],
            unread if person.unread else "",
        )
        yield Table(
            words["person_accesses"],
            (when, what, words["person_why"]),
            [self._access(one) for one in person.accesses],
            words["person_accesses_note"],
        )

    def _say_standing(self, listed: Subscriber) -> str:
        since = self.words.fill("person_since", when=self.declared(listed.standing_since))
        cause = self.words[CAUSES[listed.why.cause]] if listed.why.cause else ""
        said = printable(self.sentences.word(listed.why.because))
        parts = (self.sentences.word(listed.standing.said), since, cause, said)
        return " · ".join(filter(None, parts))

    def _consent(self, entry: ConsentEntry, file: str | None) -> Sequence[str]:
        act = ACTS.get(entry.act)
        how = " ".join(filter(None, (self.words[WAYS[entry.way]], printable(file or ""))))
        return (
            self.declared(entry.at) or self.words["person_unknown"],
            self.words[act] if act else "",
            how,
            self.when(entry.recorded_at),
        )

    def _request(self, one: Mail) -> Sequence[str]:
        return (
            self.when(one.asked_at),
            self.words[ASKED[one.kind]],
            one.network or "",
            self.sentences.word(one.state.said),
            printable(self.sentences.word(one.answer)),
        )

    def _returned(self, one: Recorded) -> Sequence[str]:
        said, mail = printable(one.words or one.subject), self.person.words.get(one.number)
        if mail is not None:
            more = self.words["person_cut_off"] if mail.is_cut else ""
            said = "\n".join(filter(None, (said, *map(printable, mail.text.splitlines()), more)))
        return (self.when(one.received_at), self.words[RETURNED[one.kind]], one.issue, said)

    def _leak(self, one: ToldOfLeak) -> Sequence[str]:
        state = self.sentences.word(one.state.said)
        return (
            self.when(one.at),
            self.words[EDITIONS[one.edition]],
            f"{state} ({self.words['person_rehearsal']})" if one.is_drill else state,
            printable(self.sentences.word(one.answer)),
        )

    def _delivery(self, one: PastDelivery) -> Sequence[str]:
        state = self.sentences.word(State(one.state).said)
        aside = self.words["person_rehearsal"]
        return (
            one.issue,
            self.words[EDITIONS[EditionKind(one.edition)]],
            f"{state} ({aside})" if one.is_rehearsal else state,
            self.when(one.answered_at),
            printable(self.sentences.word(one.answer)),
        )

    def _refused(self, one: HeldInRejects) -> Sequence[str]:
        cells = (f"{printable(name)}: {printable(cell)}" for name, cell in one.cells if cell)
        return (self.when(one.written_at), printable(one.file), "\n".join(cells))

    def _copy(self, one: HeldInCopy) -> Sequence[str]:
        consented = self.declared(one.consented_at)
        known = STANDINGS.get(one.standing or "")
        standing = self.sentences.word(known.said) if known else one.standing or ""
        at = self.declared(one.standing_since)
        since = self.words.fill("person_since", when=at) if at else ""
        said = (
            self.words[f"prefers_{one.preference}"] if one.preference else "",
            " · ".join(filter(None, (standing, since))),
            f"{self.words['person_consented']}: {consented}" if consented else "",
        )
        return (one.copy, one.address, printable(one.name), "\n".join(filter(None, said)))

    def _access(self, one: Access) -> Sequence[str]:
        return (self.when(one.at), self.sentences.word(one.kind.said), printable(one.because))
