"""A letter as it was sent, and how its folder differs from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import unified_diff
from typing import TYPE_CHECKING

from newsletter.app.site import Site
from newsletter.compose.composition import SAID_EDITIONS, changed_parts
from newsletter.desk.build_folder import SAMPLE_ADDRESS
from newsletter.desk.halting import find_appointment, require_plan
from newsletter.desk.letters import find_begun_letter
from newsletter.dispatch.ledger import Plan
from newsletter.dispatch.promise import Bond
from newsletter.errors import UsageError
from newsletter.issue.since import Since, look_since
from newsletter.lang import EditionKind
from newsletter.phrases import Phrase, Said, phrase
from newsletter.subscribers.address import address_of

if TYPE_CHECKING:
    from newsletter.dispatch.ledger import LetterId
    from newsletter.dispatch.replacement import SentLetter
    from newsletter.dispatch.writing import LetterWriter
    from newsletter.message.kept_letter import KeptLetter

CONTEXT = 1  # lines around one that differs


@dataclass(frozen=True, slots=True)
class ShownLetter:
    """A letter that was sent, written to one reader; unsigned, for a signature has its time."""

    sent: "SentLetter"
    edition: EditionKind
    subject: str
    html: str
    text: str
    mime: bytes  # CRLF line ends

    @property
    def headers(self) -> str:
        """The header fields, folded as they were sent."""
        return self.mime.partition(b"\r\n\r\n")[0].decode().replace("\r\n", "\n")


@dataclass(frozen=True, slots=True)
class Difference:
    """How an issue's folder differs from the letter that somebody has been promised."""

    bond: Bond  # what holds that letter
    at: datetime  # aware UTC; since when
    digest: str  # of that letter
    folder_digest: str
    parts: Sequence[str]  # that differ, for people; none: it is the same letter
    lines: Sequence[Said]  # of the texts, as a unified diff; none where the letter was not kept
    since: Since | None  # which files say something else; None: they were not kept
    goes_on: bool = False  # those who wait get that letter, whatever is in the folder


def find_sent_letters(
    site: Site, issue: str, *, to: str | None = None, kind: EditionKind | None = None
) -> Sequence[ShownLetter]:
    """
    Return what was sent of *issue*, each letter once, the oldest first.

    Args:
        site: where the issue is.
        issue: that was begun.
        to: an address: the letter that this reader was sent, to them; None: every letter, to
            an invented reader.
        kind: the edition; None: the reader's own, or the first that somebody was sent.

    Raises:
        UsageError: nothing was sent of it, or not to this reader, or not in this edition.
        LedgerError: a letter is damaged.
    """
    plan = require_plan(site.records.ledger(), issue)
    letters = site.records.letters()
    sent = letters.sent(issue)
    if not sent:
        raise UsageError(phrase("desk.show-nothing", issue=issue))
    if to is not None:
        return [_show_to(site, plan, to, sent)]
    return [
        _show_sample(site, one, kind or _first_edition(one), plan)
        for one in sent
        if kind is None or kind in one.got
    ] or _refuse_edition(issue, kind)


def _refuse_edition(issue: str, kind: EditionKind | None) -> Sequence[ShownLetter]:
    raise UsageError(phrase("desk.show-edition", edition=kind, issue=issue))


def _first_edition(sent: "SentLetter") -> EditionKind:
    return next(kind for kind in EditionKind if kind in sent.got)


def _show_sample(site: Site, sent: "SentLetter", kind: EditionKind, plan: Plan) -> ShownLetter:
    letter_writer = _make_letter_writer(site, sent.number, plan)
    letter = letter_writer.letter(kind)
    now = plan.planned_at
    reader = letter_writer.describe_nobody(SAMPLE_ADDRESS, kind, "shown", now)
    mime = letter.envelope(reader, now.astimezone(letter_writer.zone)).mime
    subject = letter.edition.subject
    return ShownLetter(sent, kind, subject, letter.html(reader), letter.text(reader), mime)


def _show_to(site: Site, plan: Plan, to: str, sent: Sequence["SentLetter"]) -> ShownLetter:
    found = site.records.letters().find_begun(plan.issue, address_of(to).key)
    if found is None:
        raise UsageError(phrase("desk.show-stranger", address=to, issue=plan.issue))
    delivery, began_at = found.delivery, found.began_at
    letter_writer = _make_letter_writer(site, found.letter, plan)
    letter = letter_writer.letter(delivery.edition)
    reader = letter_writer.describe(delivery)
    mime = letter_writer.write(delivery, began_at).mime
    own = next(one for one in sent if one.number == found.letter)
    subject = letter.edition.subject
    html, text = letter.html(reader), letter.text(reader)
    return ShownLetter(own, delivery.edition, subject, html, text, mime)


def _make_letter_writer(site: Site, number: "LetterId", plan: Plan) -> "LetterWriter":
    bounces = plan.manner.bounces if plan.manner else ""
    return site.letter_writer(
        site.records.letters().find(number),
        were_sent=True,
        signs=False,
        key=plan.key,
        bounces=bounces,
    )


def find_difference(site: Site, issue: str) -> Difference:
    """
    Compare the folder of *issue* with the letter that its dispatch, appointment or approval has.

    Raises:
        UsageError: nothing holds a letter of it; or there is no such folder.
        ContentError: the folder does not compose.
    """
    ledger, letters = site.records.ledger(), site.records.letters()
    plan = ledger.find_plan(issue)
    kept: KeptLetter | None = None
    since = None
    if plan:
        bond, at, digest, parts = Bond.DISPATCH, plan.planned_at, plan.digest, plan.parts
        kept = letters.find(plan.letter) if plan.letter else None
        since = look_since(site.root, issue, plan.files) if plan.files else None
    elif appointment := find_appointment(site.records.diary(), issue):
        bond, at = Bond.APPOINTMENT, appointment.made_at
        digest, parts = appointment.digest, appointment.parts
    elif approvals := site.records.approvals().approvals(issue):
        bond, at = Bond.APPROVAL, approvals[-1].at
        digest, parts = approvals[-1].digest, approvals[-1].parts
    else:
        raise UsageError(phrase("desk.nothing-to-compare", issue=issue))
    now = site.compose(issue).letter
    if digest in now.digests:
        return Difference(bond, at, digest, now.digest, (), (), since)
    kept = kept or letters.find_by_digest(issue, digest)
    lines = _compare_texts(kept, now) if kept else ()
    goes_on = find_begun_letter(site, ledger, issue) is not None
    differs = changed_parts(parts, now.parts)
    return Difference(bond, at, digest, now.digest, differs, lines, since, goes_on)


def _compare_texts(kept: "KeptLetter", now: "KeptLetter") -> Sequence[Said]:
    """Compare subjects, preheaders and texts, edition by edition; of bilingual ones they tell."""
    lines: list[Said] = []
    for kind, before in kept.editions.items():
        if len(kind.langs) > 1:
            continue  # it says again what the others say
        after = now.editions[kind]
        old = [before.subject, before.preheader, "", *before.text.splitlines()]
        new = [after.subject, after.preheader, "", *after.text.splitlines()]
        differing = [*unified_diff(old, new, lineterm="", n=CONTEXT)][2:]  # without the names
        if differing:
            lines += (
                phrase("desk.text-kept", edition=SAID_EDITIONS[kind]),
                phrase("desk.text-now", edition=SAID_EDITIONS[kind]),
            )
        lines += differing
    return lines


def describe_counts(counts: Mapping[EditionKind, int]) -> Sequence[Phrase]:
    """Say how many in each edition: 2 ko, 1 bilingual; nobody if none."""
    return [
        phrase("desk.of-edition", number=number, edition=SAID_EDITIONS[kind])
        for kind in EditionKind
        if (number := counts.get(kind, 0))
    ] or [phrase("desk.to-nobody")]
