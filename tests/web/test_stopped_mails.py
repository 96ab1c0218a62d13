"""Mails while the process that sends them is told to stop."""

import asyncio
import signal
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from aiosmtpd.smtp import SMTP, Session
from aiosmtpd.smtp import Envelope as SmtpEnvelope
from sqlalchemy import select

from newsletter.dispatch.states import State
from newsletter.storage.mail_tables import mails
from tests.delivery.benches import Mailroom, aiosmtpd_relay
from tests.web.house import House

DUE: Final = 12
ANSWER_S: Final = 0.25  # how long the relay thinks about each mail
PATIENCE_S: Final = 15


@dataclass
class SlowMailroom(Mailroom):
    """Takes its time to answer."""

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: SmtpEnvelope
    ) -> str:
        await asyncio.sleep(ANSWER_S)
        return await super().handle_DATA(server, session, envelope)


def test_no_more_mails_begin_after_the_order_to_stop(tmp_path: Path) -> None:
    house = House(tmp_path)
    ask_many(house)
    looks = iter([True, True, False])

    sent = house.room.deliver_due(lambda: next(looks))

    assert sent == {State.ACCEPTED: 2}
    assert states_of(house) == {State.ACCEPTED: 2, State.PENDING: DUE - 2}


@pytest.mark.parametrize("words", [("serve", "--port", "0"), ("mails", "send")], ids=" ".join)
def test_a_process_that_is_stopped_waits_for_answers_and_not_for_all_that_is_due(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    mailroom = SlowMailroom()
    with aiosmtpd_relay(mailroom) as relay:
        house = House(tmp_path, mail_url=f"smtp://127.0.0.1:{relay.port}")
        house.site.now = datetime.now(UTC)  # as the process will see it
        ask_many(house)

        process = house.stage.apart.start(*words)
        try:
            await_letters(mailroom, 2)
            process.send_signal(signal.SIGTERM)
            output, _ = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
            process.communicate()

    states = states_of(house)
    assert process.returncode == 0, output
    assert states == {
        State.ACCEPTED: len(mailroom.letters),
        State.PENDING: DUE - len(mailroom.letters),
    }
    assert len(mailroom.letters) < DUE


def ask_many(house: House) -> None:
    """Ask for as many mails as are due, each from a network of its own."""
    for number in range(DUE):
        house.ask(peer=f"192.0.{number}.1", address=f"new{number}@example.org")


def states_of(house: House) -> Counter[State]:
    with house.site.records.database.begin() as connection:
        return Counter(
            State(state) for state in connection.execute(select(mails.c.state)).scalars()
        )


def await_letters(mailroom: Mailroom, count: int) -> None:
    until = time.monotonic() + PATIENCE_S
    while len(mailroom.letters) < count and time.monotonic() < until:
        time.sleep(0.01)
    assert len(mailroom.letters) >= count
