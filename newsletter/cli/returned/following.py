"""Reads inboxes for ever, in turns: one database serves them all, so threads would only wait."""

import time
from collections.abc import Sequence
from typing import Final

import click

from newsletter.app.site import Site
from newsletter.cli.returned.counts import say_counts, say_waiting
from newsletter.cli.wording import _, say
from newsletter.desk.feedback import FeedbackDesk
from newsletter.errors import NewsletterError
from newsletter.feedback.inbox import Inbox
from newsletter.files import reason_of
from newsletter.phrases import Said

LOOK_S: Final = 30.0  # for one turn, where nothing tells of new mails
AWAY_S: Final = 60.0  # until an inbox, or the database, is tried again after a fault
TIDY_S: Final = 24 * 60 * 60.0  # between two looks at what waits and what has to be deleted


class _StoppedError(Exception):
    """A signal came while nothing but a wait was going on."""


class Follower:
    """Reads inboxes until it is stopped; a fault of one does not delay the others."""

    def __init__(self, site: Site, inboxes: Sequence[Inbox], *, away_s: float = AWAY_S) -> None:
        """
        Prepare; nothing is opened yet.

        Args:
            site: whose mails they are.
            inboxes: where they wait.
            away_s: seconds until an inbox, or the database, is tried again after a fault.
        """
        self._site = site
        self._away_s = away_s
        self._due = dict.fromkeys(range(len(inboxes)), 0.0)  # by the monotonic clock
        self._inboxes = inboxes
        self._tidy_at = 0.0
        self._is_stopped = False
        self._is_waiting = False

    def stop(self) -> None:
        """
        Let `follow` return; called by a signal's handler, in the thread that follows.

        A wait ends at once; mails that are being read are finished first.
        """
        self._is_stopped = True
        if self._is_waiting:
            raise _StoppedError

    def follow(self) -> None:
        """Read until `stop` is called."""
        click.echo(_("Reading as mails come; Ctrl-C ends."), err=True)
        while not self._is_stopped:
            now = time.monotonic()
            turn = [number for number, due in self._due.items() if due <= now]
            for number in turn:
                self._take_turn(number, LOOK_S / len(self._inboxes))
            if not turn:
                self._rest(min(self._due.values()) - now)

    def _take_turn(self, number: int, pause_s: float) -> None:
        """Read one inbox and wait for more; after a fault it is left alone for a while."""
        if self._is_stopped:
            return
        inbox = self._inboxes[number]
        try:
            self._read(inbox)
            self._rest(pause_s, inbox)
        except NewsletterError as error:
            self._put_off(number, error.phrase)
        except OSError as error:  # a mail that is to be kept cannot be written
            self._put_off(number, reason_of(error))

    def _read(self, inbox: Inbox) -> None:
        """
        Read an inbox; the database is open meanwhile only.

        So a backup can be restored while nothing but a wait goes on, and is the database then.
        """
        desk = FeedbackDesk(self._site)
        try:
            counts = desk.read(inbox, may_go_on=lambda: not self._is_stopped)
            if counts.mails:
                say_counts(inbox.name, counts)
            self._tidy(desk)
        finally:
            self._site.close()

    def _put_off(self, number: int, fault: Said) -> None:
        click.echo(f"newsletter: {self._inboxes[number].name}: {say(fault)}", err=True)
        self._due[number] = time.monotonic() + self._away_s

    def _tidy(self, desk: FeedbackDesk) -> None:
        """Say once a day what waits for a person, and delete kept mails whose time is over."""
        now = time.monotonic()
        if now >= self._tidy_at:
            self._tidy_at = now + TIDY_S
            say_waiting(desk)

    def _rest(self, seconds: float, inbox: Inbox | None = None) -> None:
        """Wait until something may have come to *inbox*, or *seconds*; a signal ends the wait."""
        try:
            try:
                self._is_waiting = True
                if self._is_stopped:
                    return
                if inbox is None:
                    time.sleep(max(0.0, seconds))
                else:
                    inbox.wait(seconds)
            finally:
                self._is_waiting = False
        except _StoppedError:
            pass
