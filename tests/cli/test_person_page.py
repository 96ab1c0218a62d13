"""One person's data, as JSON and as a page: complete, and safe to hand over."""

import json
import re
import stat
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from newsletter.errors import ContentError, UsageError
from newsletter.lang import Lang
from newsletter.mails.mail import MailKind, Request
from newsletter.storage.blocking import block
from newsletter.storage.mail_rows import add_request
from newsletter.subscribers.access_record import AccessKind
from tests.makers import ISSUE_ID
from tests.stage.clocked import NOW, ClockedStage

A = "r1@example.org"
STRANGER = "nobody@example.org"
HOSTILE = "<script>alert(1)</script> & 김"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ClockedStage:
    """A reader with something of everything: sent an issue, asked for a link, looked at."""
    monkeypatch.chdir(tmp_path)
    desk = ClockedStage(tmp_path)
    desk.run("subscribers", "add", A, "--name", HOSTILE, "--consented-at", "2022-07-01")
    desk.run("dispatch", ISSUE_ID, "--yes")
    ask(desk, A, MailKind.SETTINGS)
    desk.run("subscribers", "show", A, "--because", "전화 문의")
    return desk


def ask(desk: ClockedStage, address: str, kind: MailKind) -> None:
    request = Request(kind, Lang.KO, address, address, NOW, network="203.0.113.0/24")
    with desk.site.records.database.begin() as connection:
        add_request(connection, request)


def told(desk: ClockedStage, address: str = A) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(
        desk.run("subscribers", "show", address, "--json", "--because", "민원")
    )
    return shown


def page(desk: ClockedStage, *words: str, address: str = A) -> str:
    desk.run("subscribers", "show", address, "--page", "page.html", "--because", "x", *words)
    return (desk.root / "page.html").read_text(encoding="utf-8")


def test_s11_the_json_contains_everything_that_is_stored(desk: ClockedStage) -> None:
    shown = told(desk)

    assert (shown["address"], shown["name"], shown["standing"]) == (A, HOSTILE, "active")
    assert [one["act"] for one in shown["consents"]] == ["agreed", "agreed"]
    assert [(one["kind"], one["network"]) for one in shown["requests"]] == [
        ("settings", "203.0.113.0/24")
    ]
    assert [(one["issue"], one["state"]) for one in shown["deliveries"]] == [(ISSUE_ID, "accepted")]
    assert shown["blocked"] is None
    assert [(one["what"], one["because"]) for one in shown["accesses"]] == [
        ("subscriber-changed", None),
        ("subscriber-shown", "전화 문의"),
        ("subscriber-exported", "민원"),
    ]
    assert all(one["account"] for one in shown["accesses"])


def test_s11_who_is_not_on_the_list_is_told_what_is_on_record(desk: ClockedStage) -> None:
    desk.run("subscribers", "change-address", A, "new@example.org")
    ask(desk, "asked@example.org", MailKind.SUBSCRIBE)
    with desk.site.records.database.begin() as connection:
        block(connection, "blocked@example.org", NOW, "reader")

    asked, blocked = told(desk, "asked@example.org"), told(desk, "blocked@example.org")

    assert (asked["standing"], asked["requests"][0]["kind"]) == (None, "subscribe")
    assert blocked["blocked"] == {
        "since": NOW.isoformat(),
        "by": "reader",
        "because": "",
    }
    assert "asked@example.org" in page(desk, address="asked@example.org")
    result = desk.invoke("subscribers", "show", "asked@example.org")
    assert "--json or --page shows what else is on record" in str(result.exception)


@pytest.mark.parametrize("words", [("--json",), ("--page", "page.html")])
@pytest.mark.parametrize("because", [(), ("--because", " \t")])
def test_s12_what_is_kept_of_a_person_is_exported_with_a_reason_alone(
    desk: ClockedStage, words: tuple[str, ...], because: tuple[str, ...]
) -> None:
    before = desk.site.records.accesses().find()

    result = desk.invoke("subscribers", "show", A, *words, *because)

    assert isinstance(result.exception, UsageError)
    assert "--because is missing" in str(result.exception)
    assert A not in result.output
    assert not (desk.root / "page.html").exists()
    assert desk.site.records.accesses().find() == before
    assert A in desk.run("subscribers", "show", A)


def test_s12_at_a_terminal_the_reason_of_an_export_is_asked_for(desk: ClockedStage) -> None:
    asked = {"What is this export for?": "열람 청구\n"}

    assert A in desk.type("subscribers", "show", A, "--json", dialogue=asked)

    access = desk.site.records.accesses().find()[-1]
    assert (access.kind, access.because) == (AccessKind.SUBSCRIBER_EXPORTED, "열람 청구")


@pytest.mark.parametrize(
    "words",
    [(), *((one, "--because", "x") for one in ("--json", "--page=page.html"))],
)
def test_of_a_stranger_nothing_is_shown_or_written(
    desk: ClockedStage, words: tuple[str, ...]
) -> None:
    result = desk.invoke("subscribers", "show", STRANGER, *words)

    assert isinstance(result.exception, ContentError)
    assert "is not on the list" in str(result.exception)
    assert not (desk.root / "page.html").exists()


@pytest.mark.parametrize(("lang", "title"), [("ko", "개인정보 열람 결과"), ("en", "Your personal")])
def test_s11_the_page_shows_all_of_it_in_either_language(
    desk: ClockedStage, lang: str, title: str
) -> None:
    shown = page(desk, "--lang", lang)

    assert f'<html lang="{lang}">' in shown
    for part in (title, A, ISSUE_ID, "203.0.113.0/24", "전화 문의"):
        assert part in shown
    account = desk.site.records.accesses().find()[0].operator.account
    assert account not in shown


def test_s11_the_page_is_in_the_language_of_its_reader(desk: ClockedStage) -> None:
    desk.run("subscribers", "add", "en@example.org", "--language", "en")

    assert '<html lang="en">' in page(desk, address="en@example.org")


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_s11_the_page_runs_nothing_loads_nothing_and_escapes_what_people_wrote(
    desk: ClockedStage,
) -> None:
    shown = page(desk)

    elements = _Elements()
    elements.feed(shown)
    tags = {tag for tag, _ in elements.found}
    assert tags.isdisjoint({"script", "link", "img", "iframe", "object", "form", "a"})
    assert not any(name.startswith("on") for _, some in elements.found for name in some)
    assert not re.search(r"url\(|@import|https?://", shown)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; 김" in shown


def test_s11_the_page_is_its_writers_alone_and_never_overwrites(desk: ClockedStage) -> None:
    page(desk)

    file = desk.root / "page.html"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    result = desk.invoke("subscribers", "show", A, "--page", "page.html", "--because", "x")
    assert isinstance(result.exception, UsageError)
    assert "exists already" in str(result.exception)


@pytest.mark.parametrize("words", [("--page", "x.html", "--json"), ("--lang", "ko")])
def test_options_that_do_not_go_together_are_refused(
    desk: ClockedStage, words: tuple[str, ...]
) -> None:
    result = desk.invoke("subscribers", "show", A, *words)

    assert isinstance(result.exception, UsageError)
