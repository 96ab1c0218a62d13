"""The records of a site: opens each part of its database on demand."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.app.site_database import SiteDatabase

if TYPE_CHECKING:
    from newsletter.dispatch.promise import Promise
    from newsletter.lang import Lang, Preference
    from newsletter.storage.accesses import SqlAccesses
    from newsletter.storage.approvals import SqlApprovals
    from newsletter.storage.bounce_checks import SqlBounceChecks
    from newsletter.storage.breaches import SqlBreaches
    from newsletter.storage.consent_reading import SqlConsents
    from newsletter.storage.consent_texts import SqlConsentTexts
    from newsletter.storage.crowds import SqlCrowds
    from newsletter.storage.diary import SqlDiary
    from newsletter.storage.doubts import SqlDoubts
    from newsletter.storage.drills import SqlDrills
    from newsletter.storage.erasing import SqlErasing
    from newsletter.storage.feedback_book import SqlFeedback
    from newsletter.storage.feedback_record import SqlFeedbackRecord
    from newsletter.storage.group_commit import GroupCommit
    from newsletter.storage.ledger import SqlLedger
    from newsletter.storage.letters import SqlLetters
    from newsletter.storage.mails import SqlMailBook
    from newsletter.storage.notices import SqlNotices
    from newsletter.storage.old_proofs import SqlOldProofs
    from newsletter.storage.reader_acts import SqlReaderActs
    from newsletter.storage.reader_lookup import SqlReaderLookup
    from newsletter.storage.returned_letters import LetterMarks
    from newsletter.storage.settling import SqlSettling
    from newsletter.storage.subscribers import SqlSubscriberBook
    from newsletter.subscribers.elsewhere import InCopies
    from newsletter.subscribers.erasing import (
        CarriedOver,
        Ended,
        ErasureOrder,
        KeptCopy,
        RejectsFile,
        Remains,
        Remembered,
    )
    from newsletter.subscribers.traces import Sought


class Records(SiteDatabase):
    """The ledger of dispatches, the list of readers, and the decisions of people."""

    # Large because it has one short method for each kind of record that a site stores, all in one
    # list.

    @cached_property
    def commits(self) -> "GroupCommit":
        """The common commits of all threads that write what readers do."""
        from newsletter.storage.group_commit import GroupCommit  # noqa: PLC0415

        return GroupCommit(self.database)

    def reader_acts(self, zone: tzinfo) -> "SqlReaderActs":
        """Open the part that records what readers do on the pages; *zone* of its months."""
        from newsletter.storage.reader_acts import SqlReaderActs  # noqa: PLC0415

        return SqlReaderActs(self.commits, zone)

    def crowds(self) -> "SqlCrowds":
        """Open what operators see of requests: networks that wait, limits, the funnel."""
        from newsletter.storage.crowds import SqlCrowds  # noqa: PLC0415

        return SqlCrowds(self.database, self.commits)

    def unblock(self, address_key: str, now: datetime) -> bool:
        """Lift the block of an address, also of one that was erased; False if there was none."""
        from newsletter.storage.blocking import unblock  # noqa: PLC0415
        from newsletter.storage.erased import lift_suppression  # noqa: PLC0415

        was_suppressed = self.commits.run(
            lambda connection: lift_suppression(connection, address_key, now)
        )
        was_blocked = self.commits.run(lambda connection: unblock(connection, address_key, now))
        return was_blocked or was_suppressed

    def note_key(self, fingerprint: str, now: datetime) -> None:
        """Note that a key signs the links of mails; durable on return."""
        from newsletter.storage.used_keys import Signed, UsedKey, note_key  # noqa: PLC0415

        used = UsedKey(fingerprint, Signed.MAILS, now)
        self.commits.run(lambda connection: note_key(connection, used))

    def reader_lookup(self) -> "SqlReaderLookup":
        """Open the part that pages look readers and mails up in."""
        from newsletter.storage.reader_lookup import SqlReaderLookup  # noqa: PLC0415

        return SqlReaderLookup(self.database)

    def mails(self, zone: tzinfo, default: "Preference | None" = None) -> "SqlMailBook":
        """
        Open the mails of the program.

        *zone* of the months of the funnel; *default* of readers who named no language.
        """
        from newsletter.storage.mails import SqlMailBook  # noqa: PLC0415

        delivers = not self._settings.mail_url.is_rehearsal
        return SqlMailBook(self.database, self.commits, zone, default, delivers=delivers)

    def notices(self, zone: tzinfo, otherwise: "Lang") -> "SqlNotices":
        """Open the notices that the law asks for; *otherwise* is the publication's language."""
        from newsletter.storage.notices import SqlNotices  # noqa: PLC0415

        silence = self._settings.renewal_silence
        leave_by = self._settings.mail_url
        return SqlNotices(self.database, self.commits, zone, otherwise, silence, leave_by)

    def breaches(self) -> "SqlBreaches":
        """Open the ledger of notices of a leak."""
        from newsletter.storage.breaches import SqlBreaches  # noqa: PLC0415

        return SqlBreaches(self.database, self.commits)

    def drills(self) -> "SqlDrills":
        """Open what drills of a notice have written."""
        from newsletter.storage.drills import SqlDrills  # noqa: PLC0415

        return SqlDrills(self.database, self.commits)

    def ledger(self) -> "SqlLedger":
        """Open the ledger of dispatches."""
        from newsletter.storage.ledger import SqlLedger  # noqa: PLC0415

        ledger = SqlLedger(self.database)
        self._ledgers.append(ledger)
        return ledger

    def diary(self) -> "SqlDiary":
        """Open the record of people's decisions about dispatches."""
        from newsletter.storage.diary import SqlDiary  # noqa: PLC0415

        return SqlDiary(self.database)

    def book(self) -> "SqlSubscriberBook":
        """Open the list of subscribers."""
        from newsletter.storage.subscribers import SqlSubscriberBook  # noqa: PLC0415

        return SqlSubscriberBook(self.database)

    def consents(self) -> "SqlConsents":
        """Open the consent record, to read it."""
        from newsletter.storage.consent_reading import SqlConsents  # noqa: PLC0415

        return SqlConsents(self.database)

    def consent_texts(self) -> "SqlConsentTexts":
        """Open the texts that people agreed to."""
        from newsletter.storage.consent_texts import SqlConsentTexts  # noqa: PLC0415

        return SqlConsentTexts(self.database)

    def feedback(self, marks: "LetterMarks", lang: "Lang") -> "SqlFeedback":
        """
        Open the record of what came back.

        Args:
            marks: recognise the site's letters.
            lang: of notices to readers without a language of their own.
        """
        from newsletter.storage.feedback_book import SqlFeedback  # noqa: PLC0415
        from newsletter.storage.returned_letters import ReturnedLetters  # noqa: PLC0415

        return SqlFeedback(self.database, self.commits, ReturnedLetters(marks), lang)

    def feedback_record(self, lang: "Lang") -> "SqlFeedbackRecord":
        """Open the recorded events, to read and settle them; *lang* as in `feedback`."""
        from newsletter.storage.feedback_record import SqlFeedbackRecord  # noqa: PLC0415

        return SqlFeedbackRecord(self.database, self.commits, lang)

    def old_proofs(self) -> "SqlOldProofs":
        """Open the record of webhooks that are signed in a way that is refused."""
        from newsletter.storage.old_proofs import SqlOldProofs  # noqa: PLC0415

        return SqlOldProofs(self.database)

    def accesses(self) -> "SqlAccesses":
        """Open the record of what operators did with personal data."""
        from newsletter.storage.accesses import SqlAccesses  # noqa: PLC0415

        return SqlAccesses(self.database)

    def erasing(self) -> "SqlErasing":
        """Open the part that erases readers."""
        from newsletter.storage.erasing import SqlErasing  # noqa: PLC0415

        return SqlErasing(self.database)

    def find_elsewhere(
        self, keys: "Collection[str]", order: "ErasureOrder"
    ) -> "Mapping[str, Remembered]":
        """Find people in copies; see `storage.people_elsewhere.find_elsewhere`."""
        from newsletter.storage.people_elsewhere import find_elsewhere  # noqa: PLC0415

        return find_elsewhere(self.database, keys, order)

    def find_in_copies(self, key: str, ids: "Collection[str]") -> "InCopies":
        """Return what copies say of a person; see `storage.person_in_copies.find_about`."""
        from newsletter.storage.person_in_copies import find_about  # noqa: PLC0415

        return find_about(self.database, key, ids)

    def carry_over(self, file: Path, now: datetime) -> "CarriedOver":
        """Take over hashes of an earlier ledger; see `storage.carrying_over.carry_over`."""
        from newsletter.storage.carrying_over import carry_over  # noqa: PLC0415

        return carry_over(self.database, file, now)

    def kept_copies(self) -> "Sequence[KeptCopy]":
        """Return the copies beside the database, or that of before a move; unfinished ones, too."""
        from newsletter.storage.kept_copies import find_kept_copies  # noqa: PLC0415

        return find_kept_copies(self._ledger_file())

    def destroy_copy(self, copy: "KeptCopy") -> None:
        """Delete one of `kept_copies`; see `storage.kept_copies.destroy`."""
        from newsletter.storage.kept_copies import destroy  # noqa: PLC0415

        destroy(self._ledger_file(), copy)

    def seek(self, keys: "Collection[str]", now: datetime) -> "Sought":
        """Return how the owners of addresses are found in files."""
        from newsletter.storage.people_elsewhere import seek  # noqa: PLC0415

        return seek(self.database, keys, now)

    def note_rejects(self, file: Path, now: datetime) -> None:
        """Note a file that refused rows are written to, so that an erasure reaches it."""
        from newsletter.storage.rejected_files import note_file  # noqa: PLC0415

        note_file(self.database, file, self._settings.root, now)

    def rejects(self) -> "Sequence[RejectsFile]":
        """Return the files that refused rows were written to; they may be missing."""
        from newsletter.storage.rejected_files import find_files  # noqa: PLC0415

        return find_files(self.database, self._settings.root)

    def forget_rejects(self, file: Path) -> None:
        """Forget a file that refused rows were written to: it has another name, or is gone."""
        from newsletter.storage.rejected_files import forget_file  # noqa: PLC0415

        forget_file(self.database, file, self._settings.root)

    def end_erasures(
        self,
        sought: "Sought",
        now: datetime,
        left: "Collection[Remains]",
        addresses: "Collection[str]",
    ) -> "Ended":
        """Erase people from the database's files; see `storage.erasure_end.end_erasures`."""
        from newsletter.storage.erasure_end import end_erasures  # noqa: PLC0415

        return end_erasures(self.database, sought, now, left, addresses)

    def finish_erasures(self, now: datetime, *, has_files: bool) -> None:
        """Finish erasures that others delayed; see `storage.erasure_end.finish_open`."""
        from newsletter.storage.erasure_end import finish_open  # noqa: PLC0415

        finish_open(self.database, now, has_files=has_files)

    def delete_left(self) -> None:
        """Delete what killed processes left of copies; see `storage.erasure_end.delete_left`."""
        from newsletter.storage.erasure_end import delete_left  # noqa: PLC0415

        delete_left(self.database)

    def approvals(self) -> "SqlApprovals":
        """Open the record of approvals and overrides."""
        from newsletter.storage.approvals import SqlApprovals  # noqa: PLC0415

        return SqlApprovals(self.database)

    def bounce_checks(self) -> "SqlBounceChecks":
        """Open the record of mails to the bounce mailbox."""
        from newsletter.storage.bounce_checks import SqlBounceChecks  # noqa: PLC0415

        return SqlBounceChecks(self.database)

    def letters(self) -> "SqlLetters":
        """Open the store of kept letters."""
        from newsletter.storage.letters import SqlLetters  # noqa: PLC0415

        return SqlLetters(self.database, self._settings.keep_letters)

    def doubts(self) -> "SqlDoubts":
        """Open the record of doubts about the ledger."""
        from newsletter.storage.doubts import SqlDoubts  # noqa: PLC0415

        return SqlDoubts(self.database)

    def settling(self) -> "SqlSettling":
        """Open the part that settles deliveries by evidence."""
        from newsletter.storage.settling import SqlSettling  # noqa: PLC0415

        return SqlSettling(self.database)

    def look_for_promises(self, issue: str) -> "Sequence[Promise]":
        """Return the promises that bind *issue* to a letter; creates no ledger."""
        from newsletter.storage.looking import look_for_promises  # noqa: PLC0415

        return look_for_promises(self._settings.database_url, self._settings.root, issue)
