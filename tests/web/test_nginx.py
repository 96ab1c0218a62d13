"""Readers' pages behind nginx, as docs/deploy.md puts them on the air."""

import re
import shlex
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPConnection
from pathlib import Path
from subprocess import STDOUT
from threading import Thread
from typing import Final
from urllib.parse import urljoin

import pytest
from sqlalchemy import select

from newsletter.app.site import Site
from newsletter.lang import Lang, Preference
from newsletter.message.keys import LinkKeys
from newsletter.message.links import Purpose, ReaderLinks
from newsletter.storage.mail_tables import mails
from newsletter.storage.tables import subscribers
from newsletter.subscribers.decisions import enrol
from newsletter.subscribers.reader_id import ReaderId
from newsletter.subscribers.subscriber import Standing
from newsletter.web.serving import Serving
from tests.makers import make_png, write_site
from tests.stage.clocked import NOW
from tests.stage.databases import put_empty_database
from tests.stage.site import Stage
from tests.stage.starting import Started
from tests.subscribers.makers import make_row
from tests.test_docs import fences
from tests.web.nginx import AWAY, BELOW, HOST, PAGE, Nginx, running_nginx

KEY: Final = "k" * 43
READERS: Final = 6
LIMIT: Final = 20  # mails that one network can cause in an hour
PREFIX: Final = "/newsletter"
PICTURE: Final = "issues/2022-08/pictures/map-0123456789abcdef.png"
OURS: Final = re.compile(r'action="([^"]+)"')


@dataclass(frozen=True)
class Air:
    """nginx, and the site behind it."""

    nginx: Nginx
    site: Site
    serve_port: int
    output: Path  # of `newsletter serve`

    @cached_property
    def links(self) -> ReaderLinks:
        publication = self.site.publication
        return ReaderLinks(LinkKeys(KEY.encode()), publication.list_id, self.site.public_url)

    def token(self, number: int, purpose: Purpose = Purpose.UNSUBSCRIBE) -> str:
        """Return the token of one of the readers."""
        with self.site.records.database.begin() as connection:
            named = connection.execute(
                select(subscribers.c.reader_id).where(subscribers.c.address == address_of(number))
            ).scalar_one()
        return self.links.token(purpose, ReaderId(named))

    def standing(self, number: int) -> Standing:
        reader = self.site.records.book().find(address_of(number))
        assert reader is not None
        return reader.standing

    def said(self) -> str:
        """Return what `newsletter serve` has written since it listens."""
        return self.output.read_text().partition("Mails")[2]

    def networks(self) -> list[tuple[str, str | None, str]]:
        """Return address, network and state of each mail."""
        of = mails.c
        with self.site.records.database.begin() as connection:
            rows = connection.execute(select(of.address, of.network, of.state).order_by(of.id))
            return [(row.address, row.network, row.state) for row in rows]


@pytest.fixture(scope="module")
def air(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Air]:
    """Run nginx in front of `newsletter serve`, and of pages below a path."""
    folder = tmp_path_factory.mktemp("air")
    root = write_site(folder / "site")
    put_empty_database(root)
    settings = {"NEWSLETTER_SECRET_KEY": KEY, "NEWSLETTER_TRUSTED_PROXIES": "1"}
    public = {**settings, "NEWSLETTER_PUBLIC_URL": f"https://{HOST}"}
    below = {**settings, "NEWSLETTER_PUBLIC_URL": f"https://www.example.org{PREFIX}"}
    with closing(Site(public, root)) as site, closing(Site(below, root)) as site_below:
        with site.records.book().opened() as page:
            for number in range(READERS):
                enrol(make_row(address_of(number), "", Preference.KO), page, NOW)
        serving = Serving(site_below, "127.0.0.1", 0)
        thread = Thread(target=serving.run)
        thread.start()
        stage, output = Stage(root, public), folder / "serve.log"
        with output.open("w") as file:
            command = stage.command("serve", "--port", "0")
            serve = Started(
                command, cwd=root, env=stage.environment, stdout=file, stderr=STDOUT, text=True
            )
        web = folder / "nginx"
        for place in (web / "www" / PICTURE, web / f"www{PREFIX}" / PICTURE):
            place.parent.mkdir(parents=True)
            place.write_bytes(make_png(8, 6))
        try:
            port = await_said_port(output)
            with running_nginx(web, port, serving.port) as nginx:
                yield Air(nginx, site, port, output)
        finally:
            serving.stop()
            thread.join()
            serve.terminate()
            serve.wait(20)


def address_of(number: int) -> str:
    return f"r{number}@example.org"


def test_pages_come_through_in_both_languages_and_may_be_kept_by_nobody(air: Air) -> None:
    for lang in Lang:
        form = air.nginx.ask("GET", f"/{lang}/subscribe")
        link = air.nginx.ask("GET", f"/{lang}/link")

        assert (form.status, link.status) == (200, 200)
        assert f'<html lang="{lang}"' in form.body
        assert link.headers["cache-control"] == "no-store"
        assert form.headers["strict-transport-security"].startswith("max-age=31536000")
    [stylesheet] = set(re.findall(r'href="(/assets/[^"]+)"', form.body))
    assert "immutable" in air.nginx.ask("GET", stylesheet).headers["cache-control"]


def test_a_letters_link_shows_a_button_and_the_button_unsubscribes(air: Air) -> None:
    path = f"/u/{air.token(0)}"
    shown = air.nginx.ask("GET", path)
    before = air.standing(0)
    [action] = OURS.findall(shown.body)

    pressed = air.nginx.ask("POST", urljoin(path, action), "reason=너무 많음".encode())

    assert (shown.status, before) == (200, Standing.ACTIVE)
    assert (pressed.status, air.standing(0)) == (200, Standing.UNSUBSCRIBED)


@pytest.mark.parametrize(
    ("number", "kind", "body"),
    [
        (1, "application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click"),
        (
            2,
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
            b"One-Click\r\n--x--\r\n",
        ),
        (3, "text/plain", b""),
    ],
    ids=["urlencoded", "form-data", "nothing"],
)
def test_s6_a_one_click_post_acts_behind_nginx(
    air: Air, number: int, kind: str, body: bytes
) -> None:
    """From a program without cookies, Referer or a user agent that anybody knows."""
    answer = air.nginx.ask("POST", f"/u/{air.token(number)}", body, {"Content-Type": kind})

    assert (answer.status, air.standing(number)) == (200, Standing.UNSUBSCRIBED)
    assert "location" not in answer.headers
    assert "set-cookie" not in answer.headers


def test_a_body_over_64_kb_is_refused_and_changes_nothing(air: Air) -> None:
    fits, too_large = (b"x=" + b"y" * (size - 2) for size in (64 * 1024 - 1, 64 * 1024 + 1))

    refused = air.nginx.ask("POST", f"/u/{air.token(4)}", too_large)
    before = air.standing(4)
    taken = air.nginx.ask("POST", f"/u/{air.token(4)}", fits)

    assert (refused.status, before) == (413, Standing.ACTIVE)
    assert (taken.status, air.standing(4)) == (200, Standing.UNSUBSCRIBED)


def test_pictures_are_files_and_what_is_none_is_a_page_with_a_way_on(air: Air) -> None:
    picture = air.nginx.ask("HEAD", f"/{PICTURE}")
    web_version = air.nginx.ask("GET", "/issues/2022-08/ko/")

    assert (picture.status, picture.headers["content-type"]) == (200, "image/png")
    assert web_version.status == 404
    assert "/subscribe" in web_version.body


def test_health_is_no_page_of_the_world(air: Air) -> None:
    outside = [air.nginx.ask("GET", path).status for path in ("/healthz", "/readyz")]
    inside = [ask_inside(air, path) for path in ("/healthz", "/readyz")]

    assert (outside, inside) == ([404, 404], [200, 200])


def test_another_name_is_refused(air: Air) -> None:
    assert air.nginx.ask("GET", "/ko/subscribe", host="evil.example.com").status == 400


def test_plain_http_leads_to_the_same_address_with_tls(air: Air) -> None:
    with closing(HTTPConnection("127.0.0.1", air.nginx.plain_port, timeout=10)) as connection:
        connection.request("GET", "/u/T0KEN?lang=en", headers={"Host": "evil.example.com"})
        answer = connection.getresponse()

    assert answer.status == 301
    assert answer.getheader("Location") == f"https://{HOST}/u/T0KEN?lang=en"


def test_pages_below_a_path_work_as_those_at_the_root(air: Air) -> None:
    """RFC 8058's POST too; links on pages stay below the path."""
    links = ReaderLinks(LinkKeys(KEY.encode()), air.site.publication.list_id, "")
    name = air.links.read_token(Purpose.UNSUBSCRIBE, air.token(5))
    assert name is not None
    token = links.token(Purpose.UNSUBSCRIBE, name)

    def ask(method: str, path: str) -> tuple[int, str]:
        answer = air.nginx.ask(method, path, b"", host=BELOW)
        return answer.status, answer.body

    status, form = ask("GET", f"{PREFIX}/ko/subscribe")
    left = ask("POST", f"{PREFIX}/u/{token}")[0]

    assert (status, OURS.findall(form)) == (200, [f"{PREFIX}/ko/subscribe"])
    assert (left, air.standing(5)) == (200, Standing.UNSUBSCRIBED)
    assert ask("HEAD", f"{PREFIX}/{PICTURE}")[0] == 200


@pytest.mark.parametrize("page", [PAGE, PAGE.replace("docs/", "docs/ko/")])
def test_the_form_for_other_sites_leads_to_ours_and_stores_nothing(air: Air, page: str) -> None:
    """A browser says that it comes from elsewhere."""
    forms = [block for kind, block in fences(page) if kind == "html"]

    for lang, form in zip(Lang, forms, strict=True):
        [action] = OURS.findall(form)
        [name] = re.findall(r'name="(\w+)"', form)
        path = action.removeprefix(f"https://{HOST}")
        foreign = {"Origin": "https://www.example.com", "Sec-Fetch-Site": "cross-site"}
        answer = air.nginx.ask("POST", path, f"{name}=me%40example.org".encode(), foreign)

        assert (answer.status, path) == (200, f"/{lang}/subscribe/start")
        assert 'value="me@example.org"' in answer.body
    assert "me@example.org" not in [address for address, _, _ in air.networks()]


def test_the_limit_of_a_network_counts_readers_computers_and_not_nginx(air: Air) -> None:
    """What a client writes into X-Forwarded-For itself counts for nothing."""
    crowd = [f"crowd{number}@example.org" for number in range(LIMIT + 1)]

    def ask(number: int) -> None:
        forged = {"X-Forwarded-For": f"203.0.{number}.1"}
        ask_to_subscribe(air, crowd[number], "127.0.7.9", forged)

    with ThreadPoolExecutor(8) as together:
        list(together.map(ask, range(len(crowd))))
    ask_to_subscribe(air, "elsewhere@example.org", "127.0.8.9", {})

    states = await_sent(air, LIMIT + 1)
    assert {network for address, network, _ in states if address in crowd} == {"127.0.7.0/24"}
    crowd_states = Counter(state for address, _, state in states if address in crowd)
    assert crowd_states == {"accepted": LIMIT, "pending": 1}
    assert ("elsewhere@example.org", "127.0.8.0/24", "accepted") in states


@pytest.mark.parametrize("page", [PAGE, PAGE.replace("docs/", "docs/ko/")])
def test_what_the_page_says_to_check_shows_what_it_says(air: Air, page: str) -> None:
    blocks = fences(page)
    [at] = [at for at, (_, block) in enumerate(blocks) if block.startswith("curl")]
    commands, shown = blocks[at][1].splitlines(), blocks[at + 1][1].splitlines()
    ports = {443: air.nginx.port, 80: air.nginx.plain_port}
    pattern = "|".join(map(re.escape, shown)).replace("…", ".+")

    for command in commands:
        arrange = [] if ":8080" in command else ["-k", *connect_to(command, ports)]
        line = f"{command} ".replace("curl ", f"curl {shlex.join(arrange)} ", 1)
        ended = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", line.replace(":8080", f":{air.serve_port}")],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
        assert re.fullmatch(pattern, ended.stdout.strip()), (command, ended.stdout)
    assert len(commands) == len(shown)


def test_no_log_holds_a_token_whatever_happens_to_the_request(air: Air) -> None:
    tokens = [air.token(0, purpose) for purpose in (Purpose.UNSUBSCRIBE, Purpose.PREFERENCES)]
    tab = ask_to_subscribe(air, "tab@example.org", "127.0.9.9", {})
    paths = [f"/u/{tokens[0]}", f"/p/{tokens[1]}", f"/c/{tokens[0]}", tab]
    asked = [air.nginx.ask("GET", path).status for path in paths]
    asked += [air.nginx.ask("POST", paths[0], b"x" * 100_000).status]
    asked += [air.nginx.ask("GET", paths[0], headers={"Cookie": "c" * 40_000}).status]

    away = air.nginx.ask("POST", paths[0], b"List-Unsubscribe=One-Click", host=AWAY)

    assert asked == [200, 200, 404, 200, 413, 400]
    assert (away.status, away.headers["retry-after"]) == (503, "5")
    assert "Please try again" in away.body
    logs, said = air.nginx.logs(), air.said()
    for secret in (*tokens, tab.rpartition("/")[2], "tab@", "T0KEN", "127.0.9"):
        assert secret not in said
    for secret in (*tokens, tab.rpartition("/")[2], "tab@", "T0KEN"):
        assert secret not in logs
    assert "GET 200 " in logs
    assert "GET /u/<token> 200" in said


def await_said_port(output: Path) -> int:
    """Return the port that `newsletter serve` says it listens at."""
    for _ in range(400):
        if found := re.search(r"http://127\.0\.0\.1:(\d+)/\n", output.read_text()):
            return int(found[1])
        time.sleep(0.025)
    raise AssertionError(output.read_text())


def ask_inside(air: Air, path: str) -> int:
    with closing(HTTPConnection("127.0.0.1", air.serve_port, timeout=10)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status


def ask_to_subscribe(air: Air, address: str, source: str, headers: dict[str, str]) -> str:
    """Send the form from a computer; return the path of the page that follows."""
    form = f"address={address}&preference=ko&consent_required=yes&consent_age=yes"
    answer = air.nginx.ask("POST", "/ko/subscribe", form.encode(), headers, source=source)
    assert answer.status == 303, answer.body
    return answer.headers["location"]


def await_sent(air: Air, count: int) -> list[tuple[str, str | None, str]]:
    """Return the mails to people who asked, once *count* of them were accepted."""
    for _ in range(100):
        states = [row for row in air.networks() if not row[0].startswith("r")]
        if sum(state == "accepted" for _, _, state in states) >= count:
            return states
        time.sleep(0.05)
    raise AssertionError(states)


def connect_to(command: str, ports: dict[int, int]) -> list[str]:
    """Lead curl to the ports of the test."""
    of = 443 if "https://" in command else 80
    return ["--connect-to", f"{HOST}:{of}:127.0.0.1:{ports[of]}"]
