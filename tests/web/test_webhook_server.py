"""Webhooks at the server: how long a body may be, what is logged, and a database that is busy."""

import json
import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from newsletter.feedback.event import Kind
from newsletter.web.serving import Serving
from newsletter.web.webhooks import PATH
from tests.feedback.hooked_site import HookedSite
from tests.feedback.webhook_services import Brevo, Post
from tests.web.running import HOST, Answer, send, write_request


@contextmanager
def served(site: HookedSite) -> Iterator[int]:
    """Serve the site on a free port of loopback."""
    serving = Serving(site.site, "127.0.0.1", 0)
    thread = threading.Thread(target=serving.run)
    thread.start()
    try:
        yield serving.port
    finally:
        serving.stop()
        thread.join(30)
        assert not thread.is_alive()


def post(port: int, one: Post) -> Answer:
    fields = {**one.headers, "Content-Length": str(len(one.body))}
    return send(port, write_request("POST", one.path, fields, one.body))


def test_a_body_of_two_megabytes_is_taken_at_webhooks_that_are_set_up_alone(
    tmp_path: Path,
) -> None:
    site, service = HookedSite(tmp_path, Brevo(), readers=40), Brevo()
    told = [site.told(Kind.COMPLAINT, at, f"event-{at}") for at in range(1, 41)]
    [whole] = service.posts(told, site.site.clock())
    events = json.loads(whole.body)
    for event in events:
        event["subject"] = "x" * 45_000
    large = service.write(json.dumps(events).encode())
    assert 1_800_000 < len(large.body) < 2_000_000

    with served(site) as port:
        assert post(port, large).status == 200
        for path in ("/webhooks/mailgun", "/webhooks/brevox", "/webhooks", "/ko/subscribe"):
            assert post(port, Post(path, large.body, {})).status == 413
        too_large = Post(large.path, large.body + b" " * 300_000, large.headers)
        assert post(port, too_large).status == 413

    assert len(site.standings()["suppressed complained"]) == 40


def test_the_secret_in_a_path_works_below_the_public_path_and_is_not_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    site, service = HookedSite(tmp_path, Brevo()), Brevo()
    [one] = service.posts([site.told(Kind.COMPLAINT)], site.site.clock())
    secret = Post(f"{PATH}brevo/{service.setting}", one.body, {})
    wrong = Post(f"{PATH}brevo/{service.other_setting}", one.body, {})

    with caplog.at_level(logging.INFO), served(site) as port:
        statuses = [post(port, each).status for each in (secret, wrong)]

    assert statuses == [200, 401]
    assert site.standings() == {"suppressed complained": ["r1@example.org"]}
    assert "POST /webhooks/<kind>/<secret> 200" in caplog.text
    for hidden in (service.setting, service.other_setting, "example.org"):
        assert hidden not in caplog.text.replace(HOST, "")


def test_a_busy_database_asks_the_service_to_come_again(tmp_path: Path) -> None:
    site, service = HookedSite(tmp_path, Brevo()), Brevo()
    [one] = service.posts([site.told(Kind.COMPLAINT)], site.site.clock())

    with served(site) as port:
        with closing(sqlite3.connect(tmp_path / "newsletter.db", timeout=20)) as other:
            other.execute("BEGIN IMMEDIATE")
            answer = post(port, one)
            other.rollback()
        assert (answer.status, "retry-after" in answer.fields) == (503, True)
        assert site.standings() == {}
        assert post(port, one).status == 200

    assert site.standings() == {"suppressed complained": ["r1@example.org"]}
