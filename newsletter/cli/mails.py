"""``newsletter mails``: send the program's own mails by a timer, where no server runs."""

from threading import Event

import click

from newsletter.app.site import Site
from newsletter.cli.stopping import stopping
from newsletter.cli.wording import _
from newsletter.dispatch.states import State


@click.group()
def mails() -> None:
    """Send the confirmations and notices that readers' pages have caused."""


@mails.command()
@click.pass_obj
def send(site: Site) -> None:
    """Send the mails that are due now; 'newsletter serve' does this by itself."""
    from newsletter.desk.mails import MailRoom  # noqa: PLC0415
    from newsletter.mails.sending import may_be_more  # noqa: PLC0415

    room = MailRoom(site)
    accepted = waiting = failed = 0
    stopped = Event()
    room.keep_up()
    with stopping(stopped.set):
        while sent := room.deliver_due(lambda: not stopped.is_set()):
            accepted += sent[State.ACCEPTED]
            failed += sent[State.REFUSED] + sent[State.UNKNOWN]
            waiting += sent[State.DEFERRED]
            if not may_be_more(sent) or stopped.is_set():
                waiting += sent[State.PENDING]
                break
        room.delete_old()
    click.echo(
        _(
            "Mails sent: {accepted}, to be tried again: {waiting}, not accepted: {failed}",
            accepted=accepted,
            waiting=waiting,
            failed=failed,
        )
    )
