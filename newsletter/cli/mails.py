"""``newsletter mails``: send the program's own mails by a timer, where no server runs."""

from collections import Counter
from threading import Event
from typing import TYPE_CHECKING

import click

from newsletter.app.site import Site
from newsletter.cli.stopping import stopping
from newsletter.cli.wording import _, tell
from newsletter.dispatch.states import State

if TYPE_CHECKING:
    from newsletter.desk.mails import MailRoom


@click.group()
def mails() -> None:
    """Send the confirmations and notices that readers' pages have caused."""


@mails.command()
@click.pass_obj
def send(site: Site) -> None:
    """Send the mails that are due now; 'newsletter serve' does this by itself."""
    from newsletter.desk.mails import MailRoom  # noqa: PLC0415

    room, stopped = MailRoom(site), Event()
    room.keep_up()
    with stopping(stopped.set):
        sent = send_due(room, stopped)
        room.delete_old()
    tell("Sent", say_sent(sent))


def send_due(room: "MailRoom", stopped: Event) -> Counter[State]:
    """Send the mails that are due, until none is left or *stopped* is set; count how each ended."""
    from newsletter.mails.sending import may_be_more  # noqa: PLC0415

    total = Counter[State]()
    while sent := room.deliver_due(lambda: not stopped.is_set()):
        total += sent
        if not may_be_more(sent) or stopped.is_set():
            break
    return total


def say_sent(sent: Counter[State]) -> str:
    """Return what came of mails, for people."""
    return _(
        "{accepted:,}; to be tried again: {waiting:,}; not accepted: {failed:,}",
        accepted=sent[State.ACCEPTED],
        waiting=sent[State.DEFERRED] + sent[State.PENDING],
        failed=sent[State.REFUSED] + sent[State.UNKNOWN],
    )
