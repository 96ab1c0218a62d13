"""The first dispatch of a site: the doctor looks before anything is sent to readers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from newsletter.desk.outlook import Outlook
from newsletter.desk.witness import Confirm
from newsletter.errors import SettingsError, UsageError
from newsletter.phrases import phrase
from newsletter.proof.approval import Override, Sender
from newsletter.subscribers.why import words_in

if TYPE_CHECKING:
    from newsletter.doctor.examination import Order

# Of no dispatch by itself: the room is an estimate, and a disk that gets full stops a run and loses
# nobody; files that others can read hurt no letter.
LEFT_OUT: Final = frozenset({"disk", "private-files"})
DOCTOR: Final = "doctor"  # stands for the doctor's faults where rules are overridden


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person has said about faults before they were known."""

    rules: Sequence[str]  # that are overridden
    because: str | None
    sender: Sender

    @property
    def other_rules(self) -> Sequence[str]:
        """Return the rules of the proof among them."""
        return [one for one in self.rules if one != DOCTOR]


def examine_first(outlook: Outlook, wish: Wish, confirm: Confirm) -> Override | None:
    """
    Let the doctor look, because no issue was ever sent to readers from here; see `is_first`.

    Only what would fail stops the dispatch. What cannot be seen from here never does.

    Returns:
        What is to be recorded, if a person answers for faults; once it is agreed to.

    Raises:
        SettingsError: something would fail, and nobody answers for it.
        UsageError: an override without a reason, or of no fault.
    """
    from newsletter.doctor.checks import CHECKS  # noqa: PLC0415 - needed once in a site's life
    from newsletter.doctor.examination import examine  # noqa: PLC0415

    certain = [one for one in CHECKS if one.name not in LEFT_OUT]
    with confirm.watch_doctor() as tell:
        examination = examine(outlook.site, certain, _order(outlook), tell)
    confirm.hear_doctor(examination)
    is_overridden = DOCTOR in wish.rules
    if not examination.fails:
        if is_overridden:
            raise UsageError(phrase("desk.override-idle", rules=[DOCTOR]))
        return None
    if is_overridden:
        return _answer_for(outlook, wish, examination.count_wrong())
    if _was_answered(outlook):
        return None
    stops = phrase("desk.doctor-stops", issue=outlook.issue, count=examination.count_wrong())
    raise SettingsError(stops)


def is_first(outlook: Outlook) -> bool:
    """Whether this would be the first issue that readers get from here; a rehearsal is none."""
    return not outlook.way.is_rehearsal and not outlook.site.records.has_dispatched()


def _order(outlook: Outlook) -> "Order":
    """
    Order what can stop a dispatch.

    Letters that are handed over on this machine need no DNS and no pages on the web, and their
    relay is about to be connected to anyway. Whoever empties a folder sends by a way of its own.
    """
    from newsletter.doctor.check import Section  # noqa: PLC0415 - as above
    from newsletter.doctor.examination import Order  # noqa: PLC0415
    from newsletter.doctor.patient import stays_at_home  # noqa: PLC0415

    url = outlook.site.settings.mail_url
    if url.folder or stays_at_home(url):
        return Order({Section.SITE})
    return Order({Section.SITE, Section.DNS, Section.PROVIDER, Section.PUBLIC})


def _answer_for(outlook: Outlook, wish: Wish, faults: int) -> Override:
    because = words_in(wish.because)
    if not because:
        raise UsageError(phrase("desk.override-reason"))
    now: datetime = outlook.site.clock()
    sender = wish.sender
    digest = outlook.letter.digest
    account = sender.account or ""
    return Override(outlook.issue, digest, DOCTOR, faults, because, sender.name, now, account)


def _was_answered(outlook: Outlook) -> bool:
    """Whether a person has answered for the doctor's faults, for this letter."""
    return any(
        one.rule == DOCTOR and one.digest in outlook.letter.digests
        for one in outlook.site.records.approvals().overrides(outlook.issue)
    )
