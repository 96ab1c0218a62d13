"""Pictures that are not on the web stop a first run; what cannot be seen from here stops none."""

import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from newsletter.app.proofing import proof_issue, proofread
from newsletter.app.site import Composed, Site
from newsletter.cli.dispatch_report import show_passed
from newsletter.cli.proof_table import show_report
from newsletter.delivery.link_probe import IpAddress, LinkProbe
from newsletter.desk.preflight import BlockedError, Preflight
from newsletter.proof.approval import Sender
from tests.makers import ISSUE_ID, PUBLICATION, write_site
from tests.saying import raises

HOSTED = PUBLICATION.replace("rules: {hosted-pictures: off}\n", "")
Answers = Callable[[str], int]


class Pictures(BaseHTTPRequestHandler):
    answers: Answers = staticmethod(lambda _: 200)
    asked: list[str]

    def do_HEAD(self) -> None:
        self.asked.append(self.path)
        self.send_response(type(self).answers(self.path))
        self.end_headers()

    def do_GET(self) -> None:
        self.do_HEAD()

    def log_request(self, code: object = "-", size: object = "-") -> None:
        pass


@pytest.fixture
def web() -> Iterator[tuple[str, type[Pictures]]]:
    handler = type("Handler", (Pictures,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", handler
    server.shutdown()
    thread.join()
    server.server_close()


class Near(Site):
    """A site whose pictures may be asked for on this machine."""

    def link_probe(self) -> LinkProbe:
        def anywhere(_: IpAddress) -> bool:
            return True

        return LinkProbe(anywhere)


def composed_at(
    root: Path, url: str, kind: type[Site] = Near, publication: str = HOSTED, **settings: str
) -> tuple[Site, Composed]:
    write_site(root, {"issues/publication.yaml": publication})
    values = {"MAIL_URL": "smtp://127.0.0.1:9", "PUBLIC_URL": url, **settings}
    site = kind({f"NEWSLETTER_{name}": value for name, value in values.items()}, root)
    return site, site.compose(ISSUE_ID)


def said(site: Site, composed: Composed, capsys: pytest.CaptureFixture[str]) -> str:
    gate = Preflight(site, composed, Sender("kim"), is_rehearsal=False)
    show_passed(gate.check((), None, is_first=True))
    return capsys.readouterr().out


@pytest.mark.parametrize("status", [404, 410])
def test_a_picture_that_is_gone_stops_the_first_run_and_is_named(
    tmp_path: Path, web: tuple[str, type[Pictures]], capsys: pytest.CaptureFixture[str], status: int
) -> None:
    url, handler = web
    handler.answers = staticmethod(lambda _: status)
    site, composed = composed_at(tmp_path, url)
    [hosted] = composed.composition.pictures

    with raises(BlockedError, "desk.proof-blocks", rule="hosted-pictures") as blocked:
        said(site, composed, capsys)

    show_report(blocked.value.report)
    out = " ".join(capsys.readouterr().out.split())  # cells break between words
    assert f"{url}/{hosted.path} answers {status}; upload the contents of build/{ISSUE_ID}/" in out
    assert handler.asked[0] == f"/{hosted.path}"
    gate = Preflight(site, composed, Sender("kim"), is_rehearsal=False)
    [override] = gate.check(["hosted-pictures"], "soon", is_first=True).overrides
    assert (override.rule, override.findings, override.because) == ("hosted-pictures", 1, "soon")


def test_a_picture_that_is_there_costs_no_word(
    tmp_path: Path, web: tuple[str, type[Pictures]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert "Pictures" not in said(*composed_at(tmp_path, web[0]), capsys)


@pytest.mark.parametrize("status", [401, 403, 405, 500, 503])
def test_a_server_in_the_way_costs_a_line_and_stops_nothing(
    tmp_path: Path, web: tuple[str, type[Pictures]], capsys: pytest.CaptureFixture[str], status: int
) -> None:
    web[1].answers = staticmethod(lambda _: status)

    out = said(*composed_at(tmp_path, web[0]), capsys)

    line = f"Pictures 1 picture of 1 cannot be seen from here (answers {status}); look at"
    assert line in out


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://nowhere.invalid", "does not answer"),
        ("http://127.0.0.1:9", "leads to an address inside a private network"),
        ("http://10.0.0.1", "leads to an address inside a private network"),
    ],
)
def test_no_network_and_a_private_address_cost_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], url: str, words: str
) -> None:
    out = said(*composed_at(tmp_path, url, Site), capsys)

    assert f"cannot be seen from here ({words}" in out


def test_nobody_is_asked_for_a_rehearsal_a_later_run_or_pictures_sent_along(
    tmp_path: Path, web: tuple[str, type[Pictures]]
) -> None:
    url, handler = web
    for name, made in (
        ("outbox", composed_at(tmp_path / "a", url, MAIL_URL="outbox:outbox")),
        ("embedded", composed_at(tmp_path / "b", url, Near, HOSTED + "images: embedded\n")),
        ("off", composed_at(tmp_path / "c", url, Near, PUBLICATION)),
    ):
        gate = Preflight(*made, Sender("kim"), is_rehearsal=name == "outbox")
        gate.check((), None, is_first=True)
        assert handler.asked == [], name

    Preflight(*composed_at(tmp_path / "d", url), Sender("kim"), is_rehearsal=False).check((), None)
    site, composed = composed_at(tmp_path / "e", url)
    proofread(site, composed)
    proof_issue(site, ISSUE_ID)
    assert handler.asked == []


def test_all_are_asked_together_and_none_for_longer_than_ten_seconds(
    web: tuple[str, type[Pictures]],
) -> None:
    url, handler = web

    def answer(path: str) -> int:
        time.sleep(30 if "slow" in path else 0.3)
        return 404 if "gone" in path else 200

    handler.answers = staticmethod(answer)
    names = [f"{url}/{name}" for name in ("slow", "gone", *map(str, range(14)))]
    began = time.monotonic()

    seen = LinkProbe(lambda _: True).look(names)

    assert time.monotonic() - began < 11
    assert {name for name in names if seen[name].is_gone} == {f"{url}/gone"}
    assert [name for name in names if seen[name].words and not seen[name].is_gone] == names[:1]
