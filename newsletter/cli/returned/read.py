"""newsletter feedback read: read the mails that came back, and apply them."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from threading import Event
from typing import Final

import click

from newsletter.app.site import Site
from newsletter.cli.output import is_terminal
from newsletter.cli.returned.counts import name_os_fault, say_counts, say_waiting
from newsletter.cli.returned.following import Follower
from newsletter.cli.stopping import stopping
from newsletter.cli.wording import _, say
from newsletter.desk.faults import name_fault
from newsletter.desk.feedback import FeedbackDesk
from newsletter.desk.inboxes import find_inboxes
from newsletter.desk.kept_feedback import delete_old_at_times
from newsletter.errors import LedgerError, NewsletterError, UsageError
from newsletter.feedback.inbox import Inbox
from newsletter.feedback.piped import read_piped

TRY_AGAIN: Final = 75  # EX_TEMPFAIL of sysexits.h: Postfix and Exim keep the mail and try again


@click.command()
@click.argument("inboxes", metavar="[INBOX...]", nargs=-1)
@click.option("--follow", is_flag=True, help="Go on, and read mails as they come; Ctrl-C ends.")
@click.option(
    "--recipient",
    "recipients",
    metavar="ADDRESS",
    multiple=True,
    help="For a mail on standard input: the address that it was sent to.",
)
@click.pass_context
def read(
    ctx: click.Context, inboxes: tuple[str, ...], follow: bool, recipients: tuple[str, ...]
) -> None:
    """
    Read the mails that came back: bounces, complaints, wishes to unsubscribe, answers.

    INBOX is 'maildir:PATH', 'imaps://USER:PASSWORD@HOST/FOLDER', or '-' for one mail on standard
    input, as Postfix and Exim hand it over. Without INBOX those in NEWSLETTER_INBOXES are read.
    A mail is put away when its effect is recorded; reading it twice changes nothing.
    """
    site: Site = ctx.obj
    if "-" in inboxes:
        if len(inboxes) > 1 or follow:
            raise UsageError(
                _("'-' reads one mail; do not combine it with other inboxes or --follow")
            )
        ctx.exit(_read_piped(site, recipients))
    if recipients:
        raise UsageError(_("--recipient goes with '-'"))
    with ExitStack() as opened:
        found = [opened.enter_context(closing(one)) for one in find_inboxes(site, inboxes)]
        words = _("Stopping: the mails at hand are finished first …")
        if follow:
            follower = Follower(site, found)
            opened.enter_context(stopping(follower.stop, words))
            follower.follow()
        else:
            stopped = Event()
            opened.enter_context(stopping(stopped.set, words))
            _read_all(FeedbackDesk(site), found, stopped)


def _read_piped(site: Site, recipients: Sequence[str]) -> int:
    """Read the mail that a mail server hands over; whatever goes wrong, it keeps the mail."""
    try:
        piped = read_piped(sys.stdin.buffer, recipients)
        counts = FeedbackDesk(site).read(piped)
    except NewsletterError as error:
        click.echo(f"newsletter: {say(error.phrase)}", err=True)
        return TRY_AGAIN
    except OSError as error:
        click.echo(f"newsletter: {name_os_fault(error)}", err=True)
        return TRY_AGAIN
    except Exception as error:  # noqa: BLE001 - whatever it is, the mail server keeps the mail
        fault = _("the mail could not be read ({fault}); try again", fault=name_fault(error))
        click.echo(f"newsletter: {fault}", err=True)
        return TRY_AGAIN
    _tidy(site)
    if is_terminal("stdout"):
        say_counts("-", counts)
    return 0


def _tidy(site: Site) -> None:
    """Delete old kept mails now and then; the mail at hand is read, whatever becomes of that."""
    try:
        delete_old_at_times(site)
    except NewsletterError as error:
        click.echo(f"newsletter: {say(error.phrase)}", err=True)
    except OSError as error:
        click.echo(f"newsletter: {name_os_fault(error)}", err=True)


def _read_all(desk: FeedbackDesk, inboxes: Sequence[Inbox], stopped: Event) -> None:
    """Read each inbox once; a fault of one does not keep the others from being read."""
    faults: list[NewsletterError] = []
    for inbox in inboxes:
        try:
            counts = desk.read(inbox, may_go_on=lambda: not stopped.is_set())
        except LedgerError:
            raise
        except NewsletterError as error:
            faults.append(error)
            continue
        say_counts(inbox.name, counts)
    say_waiting(desk)
    for fault in faults[1:]:
        click.echo(f"newsletter: {say(fault.phrase)}", err=True)
    if faults:
        raise faults[0]
