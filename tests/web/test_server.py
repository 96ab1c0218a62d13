"""The server: it ends well, slow clients keep nobody waiting, and machines can watch it."""

import json
import signal
import socket
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any, Final

import pytest

from newsletter.errors import SettingsError
from newsletter.storage.used_keys import Signed, UsedKey, note_key
from newsletter.web import server as serving
from newsletter.web.application import make_application
from newsletter.web.mail_thread import MailThread
from newsletter.web.server import Server
from newsletter.web.serving import make_checks
from tests.saying import raises
from tests.stage.site import make_stage
from tests.web.house import House
from tests.web.running import connect, read_answer, running, send, start_command, write_request

ANSWER: Final = b"x" * 200_000
GET: Final = write_request("GET", "/", {})
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def slow(seconds: float, begun: list[int]) -> Wsgi:
    """Make an application whose answers of 200 kB take *seconds*."""

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        del environ
        begun.append(1)
        Event().wait(seconds)
        start("200 OK", [("Content-Length", str(len(ANSWER)))])
        return [ANSWER]

    return app


def test_24_requests_on_8_threads_are_answered_whole_after_the_order_to_stop() -> None:
    begun: list[int] = []
    with running(slow(0.3, begun)) as server:
        connections = [connect(server.port) for _ in range(24)]
        for one in connections:
            one.sendall(GET)
        while len(begun) < 8:
            Event().wait(0.01)
        server.stop()
        with ThreadPoolExecutor(24) as pool:
            answers = list(pool.map(read_answer, connections))
        for one in connections:
            one.close()

    assert len(begun) == 24
    assert [answer.body for answer in answers] == [ANSWER] * 24


def test_after_the_order_to_stop_nothing_new_is_taken() -> None:
    begun: list[int] = []
    with running(slow(0.5, begun)) as server, connect(server.port) as first:
        first.sendall(GET)
        while not begun:
            Event().wait(0.01)
        server.stop()
        Event().wait(0.2)
        with pytest.raises(ConnectionError):
            send(server.port, GET)
        assert read_answer(first).status == 200

    assert len(begun) == 1


def test_clients_that_drip_bytes_are_cut_and_keep_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(serving, "REQUEST_S", 3.0)
    monkeypatch.setattr(serving, "POLL_S", 0.2)
    begun: list[int] = []
    with running(slow(0, begun)) as server:
        dripping = [connect(server.port) for _ in range(300)]
        for one in dripping:
            one.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n")
        waits = []
        for drop in range(20):
            for one in dripping[drop::20]:
                one.sendall(b"x")
            began = time.perf_counter()
            assert send(server.port, GET).status == 200
            waits.append(time.perf_counter() - began)
            Event().wait(0.05)
        assert len(begun) == 20
        ended = [_is_cut(one) for one in dripping]
        for one in dripping:
            one.close()

    assert all(ended)


def _is_cut(connection: socket.socket) -> bool:
    """Wait until the other side closes the connection."""
    connection.settimeout(10)
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


def test_an_address_that_is_in_use_is_named() -> None:
    with (
        running(slow(0, [])) as server,
        raises(SettingsError, "web.cannot-listen", port=server.port),
    ):
        Server(slow(0, []), "127.0.0.1", server.port, 1)


def test_the_command_serves_pages_and_mails_and_ends_by_a_signal(tmp_path: Path) -> None:
    stage = make_stage(tmp_path, public_url="https://news.example.org")
    process, port = start_command(stage)
    try:
        shown = send(port, write_request("GET", "/ko/subscribe", {}))
        form = (
            b"address=new%40example.org&preference=ko&consent_required=yes&consent_age=yes"
            b"&name=%EC%83%88%EB%8F%85%EC%9E%90&consent_name=yes"
        )
        fields = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Content-Length": str(len(form)),
        }
        asked = send(port, write_request("POST", "/ko/subscribe", fields, form))
        outbox = tmp_path / "outbox"
        for _ in range(100):
            if list(outbox.glob("mail.*.eml")):
                break
            Event().wait(0.1)
        ready = send(port, write_request("GET", "/readyz", {"Host": "10.0.0.1"}))
    finally:
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)

    assert (shown.status, asked.status) == (200, 303)
    assert len(list(outbox.glob("mail.*.eml"))) == 1
    assert (ready.status, json.loads(ready.body)) == (200, {"status": "ready"})
    assert process.returncode == 0, output
    assert "POST /<any(ko,en):lang>/subscribe 303" in output
    assert "Traceback" not in output
    assert "new@example.org" not in output
    assert (tmp_path / "newsletter.db").stat().st_mode & 0o077 == 0


def test_healthz_needs_no_database_and_readyz_names_what_is_wrong(tmp_path: Path) -> None:
    house = House(tmp_path)
    checks = {"database": lambda: "LedgerError", "keys": lambda: None}
    app = make_application(house.desk, house.pages, checks, None)
    house.site.close()
    with running(app) as server:
        alive = send(server.port, write_request("GET", "/healthz", {"Host": "10.1.2.3"}))
        ready = send(server.port, write_request("GET", "/readyz", {"Host": "10.1.2.3"}))

    assert alive.status == 200
    assert ready.status == 503
    assert json.loads(ready.body) == {
        "status": "not ready",
        "faults": {"database": "LedgerError"},
    }


def test_a_server_without_its_publication_does_not_start(tmp_path: Path) -> None:
    stage = make_stage(tmp_path)
    (tmp_path / "issues" / "publication.yaml").write_text("name: x\n", encoding="utf-8")

    said = stage.run("serve", "--port", "0", status=1)

    assert "publication.yaml" in said


def test_a_wrong_template_of_the_site_is_named_before_anybody_comes(tmp_path: Path) -> None:
    stage = make_stage(tmp_path, public_url="https://news.example.org")
    folder = tmp_path / "templates" / "web"
    folder.mkdir(parents=True)
    (folder / "message.html.j2").write_text("{% if %}", encoding="utf-8")
    (folder / "strings.en.yaml").write_text("leave_titel: Bye\n", encoding="utf-8")

    said = stage.run("serve", "--port", "0", status=1)

    assert "templates/web/strings.en.yaml" in said
    (folder / "strings.en.yaml").write_text("leave_title: Bye\n", encoding="utf-8")
    assert "templates/web/message.html.j2:1" in stage.run("serve", "--port", "0", status=1)


def test_readyz_names_a_database_that_does_not_answer_and_a_missing_key(tmp_path: Path) -> None:
    house = House(tmp_path)
    checks = make_checks(house.site, house.desk, MailThread(house.room))
    assert {name: check() for name, check in checks.items()} == dict.fromkeys(checks)
    used = UsedKey("f" * 16, Signed.LETTERS, house.site.now)
    with house.site.records.database.begin() as connection:
        note_key(connection, used)

    assert checks["keys"]() == "the key of the newest letters is missing"
    with house.site.records.database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE used_keys RENAME TO gone")
    assert checks["database"]() == checks["keys"]() == "LedgerError"
