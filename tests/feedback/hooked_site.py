"""A site with webhooks, whose letters have left; requests reach it without a socket."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from werkzeug.test import Client, TestResponse

from newsletter.app.reader_pages import make_page_press
from newsletter.desk.reader_desk import open_reader_desk
from newsletter.desk.webhooks import WebhookDesk
from newsletter.feedback.event import Kind
from newsletter.web.application import make_application
from newsletter.web.pages import Pages
from tests.feedback.returning import ReturningStage, Sent
from tests.feedback.webhook_services import CERTIFICATE, Hooked, Post, Told, sns_key
from tests.stage.site import PUBLIC_URL


class HookedSite(ReturningStage):
    """See above; its settings name one service, or none."""

    def __init__(self, folder: Path, service: Hooked | None, readers: int = 4) -> None:
        settings = {} if service is None else {f"webhook_{service.kind}": service.setting}
        super().__init__(folder, readers, **settings)
        self.fetched: Final[list[str]] = []
        self.woken = 0
        self._service = service
        self.letters = self.send_issue()
        self.open()

    def open(self) -> None:
        """Open the pages, as a server does when it starts."""
        site = self.site
        self.desk = WebhookDesk(site, self._wake, self._fetch)
        pages = Pages(make_page_press(site), site.publication)
        desk = open_reader_desk(site)
        self.client = Client(make_application(desk, pages, {}, PUBLIC_URL, 0, self.desk))

    def post(self, post: Post) -> TestResponse:
        """Send a request of a service."""
        return self.client.post(
            post.path, base_url=PUBLIC_URL, data=post.body, headers=dict(post.headers)
        )

    def tell(self, *told: Told) -> list[int]:
        """Let the service tell something; return the statuses of the answers."""
        assert self._service is not None
        posts = self._service.posts(told, self.site.clock())
        return [self.post(one).status_code for one in posts]

    def told(self, kind: Kind | str, reader: int = 1, name: str = "event-1") -> Told:
        """Return what is to be told of the letter to a reader."""
        return told_of(self.letters[f"r{reader}@example.org"], kind, name)

    def _wake(self) -> None:
        self.woken += 1

    def _fetch(self, url: str) -> bytes:
        self.fetched.append(url)
        if url == CERTIFICATE:
            return sns_key()[1]
        if "Action=ConfirmSubscription" in url:
            return b"<ConfirmSubscriptionResponse/>"
        return b"no certificate"


def told_of(letter: Sent, kind: Kind | str, name: str) -> Told:
    """Return what is to be told of a letter."""
    reference = str(letter.head["Message-ID"]).strip("<>")
    return Told(kind, reference, str(letter.head["To"]), name)


def without_reference(told: Told) -> Told:
    """Return the same of a letter that is none of ours."""
    return replace(told, reference="2022-08.0@example.com")
