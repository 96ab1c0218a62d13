"""Who writes the letters of a run: each delivery's own, where an issue has several."""

from datetime import datetime
from threading import Lock

from newsletter.app.site import Site
from newsletter.dispatch.ledger import Delivery, LetterId
from newsletter.dispatch.writing import Scribe
from newsletter.message.envelope import Envelope


class Scribes:
    """The writers of an issue's letters, made when a delivery first needs one; for all threads."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._made: dict[LetterId, Scribe] = {}
        self._lock = Lock()

    def add(self, number: LetterId, scribe: Scribe) -> None:
        """Let *scribe* write the letter with that number, which it was made for."""
        self._made[number] = scribe

    def write(self, delivery: Delivery, now: datetime) -> Envelope:
        """
        Write to a reader the letter that the ledger says is theirs.

        Raises:
            LedgerError: it is damaged.
        """
        assert delivery.letter is not None  # noqa: S101 - a run gives its plan one, if none has
        scribe = self._made.get(delivery.letter) or self._make(delivery.letter)
        return scribe.write(delivery, now)

    def _make(self, number: LetterId) -> Scribe:
        with self._lock:
            if number not in self._made:
                letter = self._site.records.letters().find(number)
                self._made[number] = self._site.scribe(letter)
            return self._made[number]
