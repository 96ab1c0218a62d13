"""Sending mails: none is sent twice, and none keeps the others waiting."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter.delivery.provider import (
    Accepted,
    Begun,
    Capabilities,
    Outcome,
    Receipt,
    Refused,
    Unknown,
    Unsent,
)
from newsletter.dispatch.states import State
from newsletter.errors import LedgerError, ProviderError
from newsletter.mails.limits import Limits
from newsletter.mails.mail import Mail
from newsletter.mails.sending import MailRun, send_due
from newsletter.message.envelope import Envelope
from newsletter.storage.mail_tables import mails
from tests.web.house import House

NOW = datetime(2022, 8, 25, 23, tzinfo=UTC)


class Scripted:
    """A provider that answers as the test says, and ends its connection after some letters."""

    kind, name, can = "scripted", "scripted", Capabilities()

    def __init__(self, answer: "Outcome | Unsent", takes: int = 1_000) -> None:
        self.answer, self.takes = answer, takes
        self.sent: list[str] = []

    def connect(self) -> "Scripted":
        return self

    def deliver(
        self, envelopes: Iterator[Envelope | None], begin: Callable[[Envelope], Begun]
    ) -> Iterator[Receipt]:
        for envelope in islice(envelopes, self.takes):
            if envelope is not None and begin(envelope).wait():
                self.sent.append(envelope.recipient)
                yield Receipt(envelope, self.answer)

    def close(self) -> None:
        pass


class Broken(Scripted):
    """A provider whose connection fails with a letter under way."""

    def deliver(
        self, envelopes: Iterator[Envelope | None], begin: Callable[[Envelope], Begun]
    ) -> Iterator[Receipt]:
        envelope = next(envelopes)
        assert envelope is not None
        begin(envelope)
        yield Receipt(envelope, Unknown("cut off"))
        next(envelopes)
        raise ProviderError("the password is wrong")


def run_of(house: House, provider: Scripted) -> MailRun:
    book = house.site.records.mails(house.site.zone())
    return MailRun(book, provider, house.room.write, Limits(100), house.site.clock)


def states(house: House) -> dict[str, str]:
    with house.site.records.database.connect() as connection:
        rows = connection.execute(select(mails.c.address, mails.c.state)).all()
    return dict(rows)


def ask(house: House, count: int) -> list[str]:
    addresses = [f"a{number}@example.org" for number in range(count)]
    for address in addresses:
        house.ask(address=address)
    return addresses


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Accepted("250 ok"), State.ACCEPTED),
        (Refused("550 no"), State.REFUSED),
        (Unknown("cut off"), State.UNKNOWN),
        (Unsent("closed"), State.PENDING),
    ],
)
def test_the_counts_are_of_the_states_that_result(
    tmp_path: Path, answer: "Outcome | Unsent", state: State
) -> None:
    house = House(tmp_path)
    addresses = ask(house, 3)

    counts = send_due(run_of(house, Scripted(answer)))

    assert counts == {state: 3}
    assert states(house) == dict.fromkeys(addresses, state.value)


def test_an_unknown_mail_is_never_sent_again_by_itself(tmp_path: Path) -> None:
    house = House(tmp_path)
    ask(house, 2)
    provider = Scripted(Unknown("cut off"))
    send_due(run_of(house, provider))
    house.move_clock(days=2)

    send_due(run_of(house, provider))

    assert len(provider.sent) == 2


def test_what_a_connection_leaves_waits_for_the_next(tmp_path: Path) -> None:
    house = House(tmp_path)
    ask(house, 5)
    provider = Scripted(Accepted("250 ok"), takes=2)

    send_due(run_of(house, provider))
    assert sorted(states(house).values()) == ["accepted"] * 2 + ["pending"] * 3
    send_due(run_of(house, provider))
    send_due(run_of(house, provider))

    assert sorted(provider.sent) == sorted(states(house))
    assert set(states(house).values()) == {"accepted"}


def test_a_fault_of_the_provider_leaves_every_mail_in_an_honest_state(tmp_path: Path) -> None:
    house = House(tmp_path)
    ask(house, 3)

    with pytest.raises(ProviderError):
        send_due(run_of(house, Broken(Accepted(""))))

    assert sorted(states(house).values()) == ["pending", "pending", "unknown"]


def test_a_mail_that_cannot_be_written_keeps_no_other_waiting(tmp_path: Path) -> None:
    house = House(tmp_path)
    addresses = ask(house, 3)
    run = run_of(house, Scripted(Accepted("250 ok")))

    def write(mail: Mail, now: datetime) -> Envelope:
        if mail.address == addresses[1]:
            raise ValueError("U+000A may not stand in a header field")
        return run.write(mail, now)

    send_due(MailRun(run.book, run.provider, write, run.limits, run.clock))

    assert states(house) == {
        addresses[0]: "accepted",
        addresses[1]: "refused",
        addresses[2]: "accepted",
    }


class Interrupted(Scripted):
    """A provider that an interrupt meets with the content of a mail under way."""

    def deliver(
        self, envelopes: Iterator[Envelope | None], begin: Callable[[Envelope], Begun]
    ) -> Iterator[Receipt]:
        first, _second = next(envelopes), next(envelopes)
        assert first is not None
        begin(first).wait()
        self.sent.append(first.recipient)
        raise KeyboardInterrupt
        yield  # makes this a generator


def test_an_interrupt_leaves_what_may_have_left_unknown(tmp_path: Path) -> None:
    house = House(tmp_path)
    ask(house, 3)
    provider = Interrupted(Accepted("250 ok"))

    with pytest.raises(KeyboardInterrupt):
        send_due(run_of(house, provider))

    assert sorted(states(house).values()) == ["pending", "pending", "unknown"]
    assert states(house)[provider.sent[0]] == "unknown"


def test_a_database_that_is_held_is_no_fault_of_the_mail(tmp_path: Path) -> None:
    house = House(tmp_path)
    ask(house, 2)
    run = run_of(house, Scripted(Accepted("250 ok")))

    def write(mail: Mail, now: datetime) -> Envelope:
        raise LedgerError("held")

    with pytest.raises(LedgerError):
        send_due(MailRun(run.book, run.provider, write, run.limits, run.clock))

    assert set(states(house).values()) == {"pending"}
