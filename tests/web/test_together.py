"""Many at once: a crowd at the form, and a server beside a dispatch on one database file."""

import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from itertools import count
from pathlib import Path
from threading import Event
from typing import Final
from urllib.parse import urlencode

from sqlalchemy import select

from newsletter.app.signing import find_link_keys
from newsletter.app.site import Site
from newsletter.message.links import Purpose, ReaderLinks
from newsletter.storage.mail_tables import mails
from newsletter.subscribers.book import Selection
from tests.stage.site import ISSUE, make_stage, write_readers
from tests.web.house import FORM, House
from tests.web.running import running, send, start_command, write_request

HOUR: Final = timedelta(minutes=60)
URLENCODED: Final = {"Content-Type": "application/x-www-form-urlencoded"}


def post(path: str, form: dict[str, str], **fields: str) -> bytes:
    """Return the octets of a post."""
    body = urlencode(form).encode()
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    length = {"Content-Length": str(len(body))}
    return write_request("POST", path, {**URLENCODED, **length, **named}, body)


def test_2000_posts_of_500_addresses_from_50_networks_are_all_taken(tmp_path: Path) -> None:
    """Behind one trusted proxy: no fault, no window too full, and every address has its mail."""
    house = House(
        tmp_path,
        trusted_proxies="1",
        confirmations_per_hour="150",
        public_url="https://news.example.org",
    )
    posts = [
        post(
            "/ko/subscribe",
            {**FORM, "address": f"a{number % 500}@example.org"},
            X_Forwarded_For=f"203.0.{number % 50}.{number // 50}",
        )
        for number in range(2_000)
    ]
    with running(house.app) as server, ThreadPoolExecutor(16) as pool:
        statuses = Counter(pool.map(lambda one: send(server.port, one).status, posts))
    assert statuses == {303: 2_000}

    has_mail: set[str] = set()
    for _ in range(24 * 3):
        has_mail |= {str(mail["To"]) for mail in house.mails()}
        if len(has_mail) == 500:
            break
        house.move_clock(minutes=20)

    assert len(has_mail) == 500
    with house.site.records.database.connect() as connection:
        query = select(mails.c.begun_at, mails.c.network).where(mails.c.begun_at.is_not(None))
        begun = sorted((at, network) for at, network in connection.execute(query))
    times = [at for at, _ in begun]
    assert all(later - times[at] >= HOUR for at, later in enumerate(times[150:]))
    for network in {network for _, network in begun}:
        own = [at for at, one in begun if one == network]
        assert all(later - own[at] >= HOUR for at, later in enumerate(own[20:]))


def make_tokens(site: Site) -> list[str]:
    """Return the tokens of the unsubscribe links to all readers."""
    keys = find_link_keys(site, None, were_sent=False)
    links = ReaderLinks(keys, site.publication.list_id, site.public_url)
    readers = site.records.book().select(Selection())
    tokens = [links.token(Purpose.UNSUBSCRIBE, reader.names[0]) for reader in readers]
    site.close()
    return tokens


def write_events(path: Path, stop: Event) -> int:
    """Write a row in a transaction of its own, again and again, as a reader of bounces would."""
    with closing(sqlite3.connect(path, timeout=60)) as connection:
        for number in count(1):
            with connection:
                row = ("2026-11", f"event {number}", number)
                connection.execute("INSERT INTO funnel_counts VALUES (?, ?, ?)", row)
            if stop.wait(0.02):
                return number
    raise AssertionError


def leave_one_by_one(port: int, tokens: Iterator[str], stop: Event) -> Counter[int]:
    """Open pages and leave, until the order to stop; return the statuses."""
    statuses: Counter[int] = Counter()
    for token in tokens:
        statuses[send(port, write_request("GET", f"/u/{token}", {})).status] += 1
        statuses[send(port, post(f"/u/{token}", {"List-Unsubscribe": "One-Click"})).status] += 1
        if stop.wait(0.02):
            break
    return statuses


def test_a_server_a_dispatch_and_a_writer_share_one_file(tmp_path: Path) -> None:
    """No request and no letter meets a locked database; who leaves in time gets nothing."""
    stage = make_stage(tmp_path, public_url="https://news.example.org", connections="4")
    write_readers(tmp_path / "readers.csv", ko=3_000, en=0, both=0, none=0)
    stage.run("subscribers", "import", "readers.csv")
    tokens = make_tokens(Site(stage.settings, tmp_path))
    server, port = start_command(stage)
    stop = Event()
    try:
        with ThreadPoolExecutor(3) as pool:
            written = pool.submit(write_events, tmp_path / "newsletter.db", stop)
            left = pool.submit(leave_one_by_one, port, iter(reversed(tokens)), stop)
            said = stage.run("dispatch", ISSUE, "--yes")
            stop.set()
            statuses, events = left.result(), written.result()
    finally:
        stop.set()
        server.send_signal(signal.SIGTERM)
        output, _ = server.communicate(timeout=60)

    assert set(statuses) == {200}, statuses
    assert events > 10
    assert "locked" not in (said + output).lower()
    assert "Traceback" not in output
    shown = stage.status()
    assert shown["finished"]
    assert shown["accepted"] + statuses[200] / 2 >= 3_000  # two requests of each who left


def test_a_long_import_stops_no_page(tmp_path: Path) -> None:
    """Whoever leaves while a file is read and written gets an answer, and has left."""
    stage = make_stage(tmp_path, public_url="https://news.example.org")
    write_readers(tmp_path / "readers.csv", ko=400, en=0, both=0, none=0)
    stage.run("subscribers", "import", "readers.csv")
    tokens = make_tokens(Site(stage.settings, tmp_path))
    readers = (tmp_path / "readers.csv").read_text(encoding="utf-8")
    new = "".join(f"new{number}@example.org,,ko,2022-07-01\n" for number in range(60_000))
    (tmp_path / "long.csv").write_text(readers + new, encoding="utf-8")
    server, port = start_command(stage)
    stop = Event()
    try:
        with ThreadPoolExecutor(1) as pool:
            left = pool.submit(leave_one_by_one, port, iter(tokens), stop)
            stage.run("subscribers", "import", "long.csv")
            stop.set()
            statuses = left.result()
    finally:
        stop.set()
        server.send_signal(signal.SIGTERM)
        output, _ = server.communicate(timeout=60)

    assert set(statuses) == {200}, statuses
    assert statuses[200] > 50
    assert "locked" not in output.lower()
    assert "Traceback" not in output
    with closing(sqlite3.connect(tmp_path / "newsletter.db")) as database:
        query = "SELECT standing, count(*) FROM subscribers GROUP BY standing"
        standings = dict(database.execute(query).fetchall())
    assert standings == {"active": 60_400 - statuses[200] // 2, "unsubscribed": statuses[200] // 2}
