"""A provider of notices that answers as a test says, and can end at any moment."""

from collections.abc import Callable, Iterator
from datetime import datetime

from newsletter.delivery.provider import Accepted, Begun, Capabilities, Outcome, Receipt, Unsent
from newsletter.mails.breach import Notice
from newsletter.message.envelope import Envelope


class Mailboxes:
    """Takes every notice, unless its address has another answer; *taken* is what arrived."""

    kind, name, can = "mailboxes", "mailboxes", Capabilities()

    def __init__(
        self,
        answers: "dict[str, Outcome | Unsent] | None" = None,
        step: Callable[[str], None] = lambda _word: None,
        takes: int = 1_000,
    ) -> None:
        self.answers = answers or {}
        self.taken: list[str] = []
        self.connected = 0
        self._step = step
        self._takes = takes  # mails, before it ends a connection

    def connect(self) -> "Mailboxes":
        self._step("connect")
        self.connected += 1
        return self

    def deliver(
        self, envelopes: Iterator[Envelope | None], begin: Callable[[Envelope], Begun]
    ) -> Iterator[Receipt]:
        taken = 0
        for envelope in envelopes:
            if envelope is None or not begin(envelope).wait():
                continue
            answer = self.answers.get(envelope.recipient, Accepted("250 ok"))
            self._step("before the content")
            if not isinstance(answer, Unsent):
                self.taken.append(envelope.recipient)
            self._step("after the content")
            yield Receipt(envelope, answer)
            taken += 1
            if taken >= self._takes:
                return

    def close(self) -> None:
        pass


def write(notice: Notice, now: datetime) -> Envelope:
    """Write a notice that says nothing."""
    del now
    reference = f"notice.{notice.name}@example.org"
    return Envelope(notice.id, reference, "news@example.org", notice.address, b"")
