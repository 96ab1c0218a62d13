"""The circuit breaker of a run: detects errors that would affect all readers."""

import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from newsletter.delivery.provider import Deferred, Outcome, Refused, Unknown
from newsletter.dispatch.quoting import quote
from newsletter.dispatch.refusal_window import RefusalWindow
from newsletter.dispatch.verdict import EndRun, PauseIssue
from newsletter.errors import ProviderBusy, ProviderError
from newsletter.issue.pace import REFUSALS_OF, REFUSALS_PERCENT
from newsletter.phrases import Said, phrase

REBUFFS_MAX: Final = 10  # domains in a row that rejected the sender, without an accepted letter
UNKNOWN_MAX: Final = 50  # in a row; a relay that is restarted leaves two per connection
SHOWN_MAX: Final = 3  # domains named in a message
BUSY_MAX: Final = 5  # times in a row that the provider accepted nothing, each followed by a wait


class Guard:
    """
    A circuit breaker: counts the answers of a run, over all its rounds, and judges them.

    It returns verdicts and does not act on them. None means: continue.
    """

    def __init__(
        self,
        issue: str,
        provider: str,
        refusals_percent: int = REFUSALS_PERCENT,
        *,
        is_patient: bool = False,
    ) -> None:
        """
        Begin to watch.

        Args:
            issue: the issue, for messages.
            provider: its name, for messages.
            refusals_percent: the accepted share of refusals.
            is_patient: whether the run waits until paused domains can be tried again.
        """
        self._issue = issue
        self._provider = provider
        self._percent = refusals_percent
        self._is_patient = is_patient
        self._lock = threading.Lock()
        self._window = RefusalWindow(REFUSALS_OF)
        self._rebuffs: list[str] = []  # domains in a row
        self._busy = self._unknown = 0  # in a row
        self._counts: Counter[str] = Counter()
        self._example: Said = ""

    def remember(self, refusals: Iterable[bool]) -> None:
        """Add the newest outcomes of earlier runs, oldest first; True: refused."""
        with self._lock:
            for is_refused in refusals:
                self._window.add(is_refused=is_refused)

    def note_accepted(self) -> None:
        """Count an accepted letter; resets the counters of consecutive errors."""
        with self._lock:
            self._counts["accepted"] += 1
            self._busy = self._unknown = 0
            if self._rebuffs:
                self._rebuffs = []
            self._window.add(is_refused=False)

    def note_refused(self, outcome: Refused) -> PauseIssue | None:
        """Count a refusal; pause the issue if there are too many."""
        with self._lock:
            self._count_error(outcome)
            self._window.add(is_refused=True)
            refused, latest = self._window.refused, self._window.answers
        if refused * 100 <= REFUSALS_OF * self._percent:
            return None
        return PauseIssue(
            phrase(
                "dispatch.too-many-refused",
                refused=refused,
                latest=latest,
                percent=self._percent,
                window=REFUSALS_OF,
                answer=quote(outcome.answer),
                issue=self._issue,
            )
        )

    def note_rebuff(self, domain: str, outcome: Deferred) -> EndRun | None:
        """
        Count a domain that rejects the sender and is paused from now on.

        End the run if several domains in a row do so: then the fault lies with the sender.
        """
        with self._lock:
            self._count_error(outcome)
            self._rebuffs.append(domain)
            if len(self._rebuffs) < REBUFFS_MAX:
                return None
            return _sender_is_refused(self._provider, self._rebuffs, self._example)

    def note_error(self, outcome: Outcome) -> None:
        """Count an answer that blames the sender, from a domain that is already paused."""
        with self._lock:
            self._count_error(outcome)

    def note_unknown(self, outcome: Unknown) -> PauseIssue | None:
        """
        Count a letter that left and got no answer.

        Pause the issue if letters are not answered any more: a person must settle each one.
        """
        with self._lock:
            self._count_error(outcome)
            self._unknown += 1
            unknown = self._unknown
        if unknown < UNKNOWN_MAX:
            return None
        answer, issue = quote(outcome.answer), self._issue
        because = phrase("dispatch.none-answered", unknown=unknown, answer=answer, issue=issue)
        return PauseIssue(because)

    def note_busy(self, answer: Said) -> EndRun | None:
        """Count that the provider accepted nothing; end the run if waiting does not help."""
        with self._lock:
            self._busy += 1
            if self._busy <= BUSY_MAX:
                return None
        why = phrase(
            "dispatch.provider-stays-busy",
            provider=self._provider,
            times=BUSY_MAX + 1,
            answer=quote(answer),
        )
        return EndRun(ProviderBusy(why))

    def note_bad_letter(self, outcome: Deferred | Refused) -> PauseIssue:
        """Pause the issue for an answer that blames the letter itself: all readers would get it."""
        return PauseIssue(phrase("dispatch.letter-refused", answer=quote(outcome.answer)))

    def judge_canary(self) -> PauseIssue | None:
        """Pause the issue if too many letters of the canary got an error."""
        with self._lock:
            errors = self._counts["errors"]
            answered = errors + self._counts["accepted"]
        if errors <= max(1, answered * self._percent // 100):
            return None
        return PauseIssue(
            phrase(
                "dispatch.canary-failed",
                errors=errors,
                answered=answered,
                percent=self._percent,
                answer=self._example,
                issue=self._issue,
            )
        )

    def judge_end(self) -> EndRun | None:
        """End a run with an error if all its answers rejected the sender."""
        with self._lock:
            if self._rebuffs and not self._counts["accepted"] and not self._is_patient:
                return _sender_is_refused(self._provider, self._rebuffs, self._example)
        return None

    def _count_error(self, outcome: Outcome) -> None:
        self._counts["errors"] += 1
        self._example = quote(outcome.answer)


def _sender_is_refused(provider: str, rebuffs: Sequence[str], answer: Said) -> EndRun:
    """End the run for an answer that blames the sender, at these domains."""
    domains = list(dict.fromkeys(rebuffs))
    shown = domains[:SHOWN_MAX] + (["…"] if len(domains) > SHOWN_MAX else [])
    why = phrase("dispatch.sender-refused", provider=provider, domains=shown, answer=answer)
    return EndRun(ProviderError(why))
