"""The letter at hand of an issue: composed just now, or kept since its dispatch began."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from newsletter.app.site import Composed, Site
from newsletter.dispatch.ledger import LetterId, Plan, Plans
from newsletter.dispatch.manner import Manner
from newsletter.errors import ContentError
from newsletter.issue.reading import is_month
from newsletter.issue.since import Since, look_since

if TYPE_CHECKING:
    from newsletter.issue.issue import Publication
    from newsletter.message.kept_letter import KeptLetter


@dataclass(frozen=True, slots=True)
class LetterAtHand:
    """The letter that an issue would be sent as now, with the manner of its sending."""

    letter: "KeptLetter"
    manner: Manner
    files: Mapping[str, str]  # that were read for it: place -> SHA-256
    composed: Composed | None  # None: it was kept, and nothing was composed
    number: LetterId | None = None  # of one that was kept
    since: Since | None = None  # changes of the files of a kept letter since it was kept
    beside: Future[None] | None = None  # that makes pictures, which is waited for when kept

    @property
    def issue(self) -> str:
        """The issue's name."""
        return self.letter.issue

    @property
    def is_special(self) -> bool:
        """Say whether it is an issue beside the month's, such as a correction."""
        return not is_month(self.issue)


def compose_letter(site: Site, issue: str) -> LetterAtHand:
    """
    Compose the letter of *issue* from its folder as it is now.

    Raises:
        UsageError: there is no such issue.
        ContentError: everything that is wrong with its files, together.
    """
    composed = site.compose(issue)
    publication = composed.publication
    return LetterAtHand(composed.letter, _manner_of(publication), composed.files, composed)


def compose_for_dispatch(site: Site, issue: str) -> LetterAtHand:
    """
    Compose the letter of *issue*; reuse kept pictures, and start to make the others.

    Another thread makes them outside the interpreter's lock, so that the proof does not wait;
    one after the other, because each takes megabytes while it is made.

    Raises:
        UsageError, ContentError: see `compose_letter`.
    """
    at_hand = compose_letter(site, issue)
    letter = site.records.letters().reuse_pictures(at_hand.letter)
    unmade = [one for one in letter.pictures if one.sha256 is None]
    if not unmade:
        return replace(at_hand, letter=letter)

    def make() -> None:
        for one in unmade:
            one.read()  # what fails here fails again, and is told, where the letter is kept

    pool = ThreadPoolExecutor(1, "pictures")
    made = pool.submit(make)
    pool.shutdown(wait=False)
    return replace(at_hand, letter=letter, beside=made)


def find_begun_letter(site: Site, ledger: Plans, issue: str) -> LetterAtHand | None:
    """
    Return the letter that readers of *issue* have or may have; None where nothing was begun.

    It is the kept letter, even if folder, templates or publication have changed since; nothing
    is composed. Also None if it was begun before letters were kept: see `plan_for`.

    Raises:
        LedgerError: it is damaged.
    """
    plan = ledger.find_plan(issue)
    if plan is None or plan.letter is None or ledger.is_untouched(issue):
        return None
    return LetterAtHand(
        site.records.letters().find(plan.letter),
        _find_manner(site, plan),
        plan.files,
        None,
        plan.letter,
        look_since(site.root, issue, plan.files),
    )


def find_key(ledger: Plans, issue: str) -> str | None:
    """Return the fingerprint of the key that readers' links of *issue* are signed with so far."""
    plan = ledger.find_plan(issue)
    return plan.key if plan and not ledger.is_untouched(issue) else None


def keep_letter(site: Site, at_hand: LetterAtHand, now: datetime) -> LetterId:
    """Keep the letter, if it is not yet; durable on return."""
    if at_hand.beside:
        wait([at_hand.beside])
    return at_hand.number or site.records.letters().keep(at_hand.letter, now)


def plan_for(site: Site, at_hand: LetterAtHand, plan: Plan, now: datetime) -> Plan:
    """Return *plan* with this letter, which is kept."""
    return replace(
        plan,
        digest=at_hand.letter.digest,
        parts=at_hand.letter.parts,
        letter=keep_letter(site, at_hand, now),
        files=at_hand.files,
        manner=at_hand.manner,
    )


def _find_manner(site: Site, plan: Plan) -> Manner:
    """Read the pace from publication.yaml; if that file is broken, the plan's pace stays."""
    planned = plan.manner or Manner()
    try:
        publication = site.publication
    except ContentError:
        return planned
    return _manner_of(publication)


def _manner_of(publication: "Publication") -> Manner:
    return Manner(publication.pace, publication.default_preference, publication.bounces or "")
