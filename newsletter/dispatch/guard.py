"""The circuit breaker of a run: stops it before all readers meet what the first have met."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final, NoReturn

from newsletter.delivery.provider import Deferred, Outcome, Refused, Unknown
from newsletter.dispatch.control import PROGRAM, Act, Diary, Halt
from newsletter.dispatch.refusal_window import RefusalWindow
from newsletter.errors import ProviderBusy, ProviderError
from newsletter.issue.pace import REFUSALS_OF, REFUSALS_PERCENT
from newsletter.phrases import Phrase, Said, phrase

REBUFFS_MAX: Final = 10  # domains in a row that turned the sender away, nothing taken in between
UNKNOWN_MAX: Final = 50  # in a row; a relay that is restarted leaves two a connection
SHOWN_MAX: Final = 3  # domains that are named
BUSY_MAX: Final = 5  # times in a row that the provider took nothing, and was waited for


class Guard:
    """
    A circuit breaker: counts the answers of a run, over all its rounds, and stops it.

    Where a person has to look first, the issue is paused in the diary, so that no other
    run goes on with it by itself.
    """

    def __init__(
        self,
        issue: str,
        provider: str,
        clock: Callable[[], datetime],
        diary: Diary | None = None,
        refusals_percent: int = REFUSALS_PERCENT,
        *,
        is_patient: bool = False,
    ) -> None:
        """
        Begin to watch.

        Args:
            issue: what is sent.
            provider: its name, for people.
            clock: what time it is, aware UTC.
            diary: where a pause is noted; nowhere if None, and the run is stopped all the same.
            refusals_percent: the share of refusals that is borne.
            is_patient: whether the run stays until domains that pause can be tried again.
        """
        self._issue = issue
        self._provider = provider
        self._clock = clock
        self._diary = diary
        self._percent = refusals_percent
        self._is_patient = is_patient
        self._lock = threading.Lock()
        self._window = RefusalWindow(REFUSALS_OF)
        self._rebuffs: list[str] = []  # domains in a row
        self._busy = 0
        self._unknown = 0  # in a row
        self._counts: Counter[str] = Counter()
        self._example: Said = ""

    def remember(self, refusals: Iterable[bool]) -> None:
        """Take in the newest outcomes of earlier runs, oldest first; True: refused."""
        with self._lock:
            for is_refused in refusals:
                self._window.add(is_refused=is_refused)

    def note_accepted(self) -> None:
        """Count a letter that was taken: whatever there was before is over."""
        with self._lock:
            self._counts["accepted"] += 1
            self._busy = 0
            self._unknown = 0
            if self._rebuffs:
                self._rebuffs = []
            self._window.add(is_refused=False)

    def note_refused(self, outcome: Refused) -> Halt | None:
        """Count a refusal; return the pause, if there are too many."""
        with self._lock:
            self._counts["errors"] += 1
            self._example = outcome.answer
            self._window.add(is_refused=True)
            refused, latest = self._window.refused, self._window.answers
        if refused * 100 <= REFUSALS_OF * self._percent:
            return None
        return self._pause(
            phrase(
                "dispatch.too-many-refused",
                refused=refused,
                latest=latest,
                percent=self._percent,
                window=REFUSALS_OF,
                answer=outcome.answer,
                issue=self._issue,
            )
        )

    def note_rebuff(self, domain: str, outcome: Deferred) -> None:
        """
        Count a domain that turns the sender away, and is left alone from now on.

        Raises:
            ProviderError: one after the other does, so it lies with the sender.
        """
        with self._lock:
            self._counts["errors"] += 1
            self._example = outcome.answer
            self._rebuffs.append(domain)
            if len(self._rebuffs) >= REBUFFS_MAX:
                self._blame_sender()

    def note_error(self, outcome: Outcome) -> None:
        """Count an answer that speaks of the sender, of a domain that is left alone already."""
        with self._lock:
            self._counts["errors"] += 1
            self._example = outcome.answer

    def note_unknown(self, outcome: Unknown) -> Halt | None:
        """
        Count a letter that left and got no answer.

        Returns:
            The pause, if none is answered any more: each of them a person has to settle.
        """
        with self._lock:
            self._counts["errors"] += 1
            self._example = outcome.answer
            self._unknown += 1
            unknown = self._unknown
        if unknown < UNKNOWN_MAX:
            return None
        return self._pause(
            phrase(
                "dispatch.none-answered",
                unknown=unknown,
                answer=outcome.answer,
                issue=self._issue,
            )
        )

    def note_busy(self, answer: Said) -> None:
        """
        Count that the provider took nothing, and is waited for.

        Raises:
            ProviderBusy: it does not pass.
        """
        with self._lock:
            self._busy += 1
            if self._busy <= BUSY_MAX:
                return
        raise ProviderBusy(
            phrase(
                "dispatch.provider-stays-busy",
                provider=self._provider,
                times=BUSY_MAX + 1,
                answer=answer,
            )
        )

    def note_bad_letter(self, outcome: Deferred | Refused) -> Halt:
        """Return the pause for an answer that speaks of the letter itself: all would meet it."""
        return self._pause(phrase("dispatch.letter-refused", answer=outcome.answer))

    def judge_canary(self) -> Halt | None:
        """Let the rest follow, or return the pause: too many of the first met an error."""
        with self._lock:
            errors = self._counts["errors"]
            answered = errors + self._counts["accepted"]
        if errors <= max(1, answered * self._percent // 100):
            return None
        return self._pause(
            phrase(
                "dispatch.canary-failed",
                errors=errors,
                answered=answered,
                percent=self._percent,
                answer=self._example,
                issue=self._issue,
            )
        )

    def check_end(self) -> None:
        """
        Tell a run that reached nobody from one that only ended early.

        Raises:
            ProviderError: all that came were answers that turn the sender away.
        """
        with self._lock:
            if self._rebuffs and not self._counts["accepted"] and not self._is_patient:
                self._blame_sender()

    def _blame_sender(self) -> NoReturn:
        domains = list(dict.fromkeys(self._rebuffs))
        shown = domains[:SHOWN_MAX] + (["…"] if len(domains) > SHOWN_MAX else [])
        raise ProviderError(
            phrase(
                "dispatch.sender-refused",
                provider=self._provider,
                domains=shown,
                answer=self._example,
            )
        )

    def _pause(self, because: Phrase) -> Halt:
        """Pause the issue, unless somebody has halted it; return what holds it now."""
        halt = Halt(Act.PAUSED, PROGRAM, self._clock(), because)
        if self._diary is None:
            return halt
        self._diary.pause(self._issue, halt.by, halt.because, halt.at)
        return self._diary.find_halt(self._issue) or halt
