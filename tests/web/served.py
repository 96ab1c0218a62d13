"""The readers' pages of a sample site, served on loopback, and the mails that they cause."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import select

from newsletter.app.reader_pages import make_page_press
from newsletter.app.signing import find_link_keys
from newsletter.desk.owed_notices import ask_for_owed
from newsletter.lang import Preference
from newsletter.message.links import Purpose, ReaderLinks
from newsletter.storage import tables
from newsletter.storage.key_tables import used_keys
from newsletter.storage.used_keys import Signed, UsedKey, note_key
from newsletter.subscribers.decisions import enrol
from newsletter.subscribers.reader_id import ReaderId
from newsletter.subscribers.subscriber import Subscriber
from newsletter.web.serving import Serving
from tests.mail_sinks import RecordingServer
from tests.stage.clocked import ClockedSite
from tests.stage.databases import put_empty_database
from tests.stage.site import PUBLIC_URL, make_stage
from tests.subscribers.makers import make_row
from tests.web.caught import CaughtMail, Mailboxes, url_here

START: Final = datetime(2022, 8, 25, 1, 0, tzinfo=UTC)  # 10:00 in Seoul
APART: Final = timedelta(minutes=6)  # an address gets no two mails within 5 minutes


class ServedSite:
    """A site whose pages are served, at a time that the test sets; its mails go to a server."""

    def __init__(self, folder: Path, server: RecordingServer) -> None:
        settings = {"mail_url": server.url, "public_url": PUBLIC_URL, "trusted_proxies": "1"}
        stage = make_stage(folder, confirmations_per_hour="100000", **settings)
        put_empty_database(folder)
        self.site: Final = ClockedSite(stage.environment, stage.root)
        self.site.now = START
        self.serving: Final = Serving(self.site, "127.0.0.1", 0)
        self.url: Final = f"http://127.0.0.1:{self.serving.port}"
        self.words: Final = make_page_press(self.site).words
        self.mailboxes: Final = Mailboxes(server)
        self._people = 0

    def pass_time(self, span: timedelta = APART) -> None:
        """Let *span* pass."""
        self.site.now += span

    def new_network(self) -> str:
        """Return an IP address from which nobody has come; there is a limit for each network."""
        self._people += 1
        return f"10.{self._people >> 8}.{self._people & 255}.1"

    def mail(self, address: str, number: int = 1) -> CaughtMail:
        """Wait for the mail with this number among those to *address*, from 1, and return it."""
        return self.mailboxes.wait_for(address, number)

    def here(self, link: str) -> str:
        """Return the address on this machine of a link in a mail."""
        return url_here(self.url, link)

    def letter_link(self, purpose: Purpose, address: str) -> str:
        """Return a link as it stands in the reader's letters, at its address on this machine."""
        links, name = self._links(), self._name_of(address)
        assert name is not None, address
        leads_out = purpose is Purpose.UNSUBSCRIBE
        url = links.unsubscribe_url if leads_out else links.preferences_url
        return self.here(url(links.token(purpose, name)))

    def test_letter_link(self) -> str:
        """Return the unsubscribe link of a test letter."""
        return f"{self.url}/u/{self._links().token(Purpose.TEST, 'r' + 'a' * 16)}"

    def enrol(
        self,
        address: str,
        preference: Preference = Preference.KO,
        name: str = "",
        ago: timedelta = timedelta(),
    ) -> None:
        """Put a reader on the list, who agreed so long *ago*."""
        with self.site.records.book().opened() as page:
            row = make_row(address, name, preference, self.site.now - ago)
            enrol(row, page, self.site.now)

    def ask_for_notices(self) -> None:
        """Ask for the notices that the law asks for, as `newsletter notices send` does."""
        ask_for_owed(self.site, lambda count: None)

    def reader(self, address: str) -> Subscriber:
        """Return the reader as stored."""
        found = self.find_reader(address)
        assert found is not None, address
        return found

    def find_reader(self, address: str) -> Subscriber | None:
        """Return the reader as stored; None if there is none."""
        name = self._name_of(address)
        return None if name is None else self.site.records.reader_lookup().find_reader(name)

    @contextmanager
    def without_key(self) -> Iterator[None]:
        """Let the newest letters be signed with a key that the server does not have."""
        far = datetime(2100, 1, 1, tzinfo=UTC)  # after all that the server has sent
        with self.site.records.database.begin() as connection:
            note_key(connection, UsedKey("0" * 16, Signed.LETTERS, far))
        self.pass_time()  # the server looks now and then
        yield
        with self.site.records.database.begin() as connection:
            connection.execute(used_keys.delete().where(used_keys.c.fingerprint == "0" * 16))
        self.pass_time()

    def _links(self) -> ReaderLinks:
        keys = find_link_keys(self.site, None, were_sent=False)
        return ReaderLinks(keys, self.site.publication.list_id, PUBLIC_URL)

    def _name_of(self, address: str) -> ReaderId | None:
        of = tables.subscribers.c
        with self.site.records.database.connect() as connection:
            query = select(of.reader_id).where(of.address == address)
            found: str | None = connection.execute(query).scalar()
        return None if found is None else ReaderId(found)


@contextmanager
def serve_sample(folder: Path) -> Iterator[ServedSite]:
    """Serve a copy of the sample site in *folder* for as long as the block lasts."""
    with RecordingServer().running() as server:
        served = ServedSite(folder / "site", server)
        thread = threading.Thread(target=served.serving.run)
        thread.start()
        try:
            yield served
        finally:
            served.serving.stop()
            thread.join()
            served.site.close()
