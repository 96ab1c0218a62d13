"""Thousands of forged requests at once change nothing, and a genuine one is answered meanwhile."""

import threading
import time
from collections import Counter
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Final

from newsletter.app.reader_pages import make_page_press
from newsletter.desk.reader_desk import open_reader_desk
from newsletter.feedback.event import Kind
from newsletter.web.application import make_application
from newsletter.web.pages import Pages
from newsletter.web.server import LongBodies
from tests.feedback.hooked_site import HookedSite
from tests.feedback.webhook_services import SERVICES, Post, Ses
from tests.stage.site import PUBLIC_URL
from tests.web.running import connect, read_answer, running, write_request

FORGED: Final = 3_000  # `make bench` sends ten times as many
CONNECTIONS: Final = 64
SOON_S: Final = 10.0  # on a machine that runs other tests; the goal of `make bench` is one second


def write(post: Post) -> bytes:
    fields = {**post.headers, "Content-Length": str(len(post.body))}
    return write_request("POST", post.path, fields, post.body)


def test_a_flood_changes_nothing_and_a_genuine_event_is_answered_meanwhile(tmp_path: Path) -> None:
    services = [make() for make in SERVICES]
    site = HookedSite(tmp_path, None)
    site.environ |= {f"NEWSLETTER_WEBHOOK_{one.kind.upper()}": one.setting for one in services}
    site.restart()
    site.open()
    press = make_page_press(site.site)
    pages, desk = Pages(press, site.site.publication), open_reader_desk(site.site)
    app = make_application(desk, pages, {}, PUBLIC_URL, 0, site.desk)
    now, ses = site.site.clock(), Ses()
    [known] = ses.posts([site.told("strange", 4, "first")], now)  # its certificate is fetched
    assert site.post(known).status_code == 200
    forged = [
        write(Post(post.path, post.body, post.headers if one.signs_time else {}))
        for one in services
        for post in one.posts([site.told(Kind.COMPLAINT)], now - timedelta(days=3))
    ]
    forged += [write(Post(f"/webhooks/{one.kind}/x", b"[]", {})) for one in services]
    forged.append(write(Post("/webhooks/other", b"{}", {})))
    [changed] = ses.posts([site.told(Kind.COMPLAINT)], now)
    forged.append(write(Post(changed.path, changed.body.replace(b"abuse", b"fraud"), {})))
    before = site.contents()
    waiting, lock, answers = islice(cycle(forged), FORGED), threading.Lock(), Counter[int]()

    def send(port: int) -> None:
        with connect(port) as connection:
            while True:
                with lock:
                    request = next(waiting, None)
                if request is None:
                    return
                connection.sendall(request)
                answers[read_answer(connection).status] += 1

    paths = tuple(f"/webhooks/{one.kind}" for one in services)
    with running(app, long_bodies=LongBodies(paths)) as server:
        threads = [threading.Thread(target=send, args=(server.port,)) for _ in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        statuses, slowest = [], 0.0
        for one in services:
            [post] = one.posts([site.told(Kind.UNSUBSCRIBE, 3, one.kind)], now)
            began_at = time.monotonic()
            with connect(server.port) as connection:
                connection.sendall(write(post))
                statuses.append(read_answer(connection).status)
            slowest = max(slowest, time.monotonic() - began_at)
        for thread in threads:
            thread.join()

    assert statuses == [200] * len(services)
    assert slowest < SOON_S
    assert sum(answers.values()) == FORGED
    assert set(answers) <= {400, 401, 404}
    assert site.standings() == {"unsubscribed withdrew": ["r3@example.org"]}
    assert len(site.fetched) == 1
    unchanged = [row for row in before if row in site.contents()]
    assert len(before) - len(unchanged) == 1  # the reader who left
