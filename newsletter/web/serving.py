"""Puts the parts of a web server of one site together."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from newsletter.app.reader_pages import make_page_press
from newsletter.app.site import Site
from newsletter.desk.erasing import erase_due, finish_erasures
from newsletter.desk.mails import MailRoom
from newsletter.desk.reader_desk import ReaderDesk, open_reader_desk
from newsletter.desk.webhooks import WebhookDesk
from newsletter.errors import NewsletterError
from newsletter.feedback.webhook import BODY_MAX
from newsletter.web.application import make_application
from newsletter.web.health import Check
from newsletter.web.mail_thread import CLEAN_EVERY, Chore, MailThread
from newsletter.web.pages import Pages
from newsletter.web.server import LongBodies, Server
from newsletter.web.webhooks import PATH

THREADS: Final = 8
KEEP_UP_EVERY: Final = timedelta(minutes=1)  # with what webhooks have reported
FINISH_EVERY: Final = timedelta(minutes=20)  # erasures that another process has delayed
ERASE_EVERY: Final = timedelta(days=1)  # readers who withdrew long enough ago
log = logging.getLogger(__name__)


class Serving:
    """The server of one site, with the thread that sends its mails."""

    def __init__(self, site: Site, host: str, port: int, threads: int = THREADS) -> None:
        """
        Listen; nothing is answered before `run`.

        Raises:
            NewsletterError: what a person must mend before readers may come.
        """
        press = make_page_press(site)
        room = MailRoom(site, press)
        self._webhooks = WebhookDesk(site, self._wake)
        chores = (
            Chore(KEEP_UP_EVERY, self._webhooks.keep_up),
            Chore(CLEAN_EVERY, room.keep_up),
            Chore(FINISH_EVERY, partial(finish_erasures, site)),
        )
        # After the mails: whoever is erased cannot be told any more what they are owed.
        last = (Chore(ERASE_EVERY, partial(erase_due, site)),)
        self._mails = MailThread(room, chores, last)
        desk = open_reader_desk(site, self._mails.wake)
        pages = Pages(press, site.publication)
        settings = site.settings
        app = make_application(
            desk,
            pages,
            make_checks(site, desk, self._mails),
            settings.public_url,
            settings.trusted_proxies,
            self._webhooks,
        )
        path = urlsplit(settings.public_url or "").path
        long = [f"{at}{PATH}{kind}" for at in {"", path} for kind in self._webhooks.kinds]
        self._server = Server(app, host, port, threads, LongBodies(tuple(long), BODY_MAX))

    @property
    def webhooks(self) -> Sequence[str]:
        """The mail services whose webhooks are set up."""
        return self._webhooks.kinds

    @property
    def port(self) -> int:
        """The port that is listened at."""
        return self._server.port

    def run(self) -> int:
        """
        Serve in this thread until `stop`; then finish requests and mails that were begun.

        Returns:
            The number of requests that were cut off.
        """
        self._mails.start()
        try:
            return self._server.run()
        finally:
            self._mails.stop()

    def _wake(self) -> None:
        self._mails.wake()

    def stop(self) -> None:
        """Order the end; for signal handlers."""
        self._server.stop()


def make_checks(site: Site, desk: ReaderDesk, mails: MailThread) -> dict[str, Check]:
    """Make the checks of /readyz: the database, the keys, and the way that mails leave."""

    def keys() -> str | None:
        try:
            lacks = desk.keyring.lacks_newest_key()
        except NewsletterError as error:
            return type(error).__name__
        return "the key of the newest letters is missing" if lacks else None

    def database() -> str | None:
        try:
            site.records.reader_lookup().newest_keys()
        except NewsletterError as error:
            return type(error).__name__
        return None

    def provider() -> str | None:
        try:
            site.provider()
        except NewsletterError as error:
            return type(error).__name__
        return None if mails.fault is None else f"mails do not leave: {mails.fault}"

    return {"database": database, "keys": keys, "provider": provider}
