"""What attackers send: other sites, other hosts, scripts, statements, odd characters, too much."""

import logging
from pathlib import Path
from typing import Final

import pytest
from werkzeug.test import TestResponse

from newsletter.message.links import Purpose
from tests.stage.site import PUBLIC_URL
from tests.web.house import FORM, READER, House, links_of, parse, shows, text_of
from tests.web.running import running, send, write_request

SCRIPTS: Final = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus=alert(1) autofocus='",
    "{{ 7 * 7 }}{% for x in () %}",
    "javascript:alert(1)",
    "</title></style><svg onload=alert(1)>",
)
STATEMENTS: Final = (
    "'; DROP TABLE subscribers; --",
    "' OR '1'='1",
    "%' UNION SELECT secret FROM lasting_keys --",
    "\\'; DELETE FROM mails; --",
)


def pages_of(house: House) -> dict[str, TestResponse]:
    """Return every kind of page."""
    tab = house.ask()
    link = links_of(house.mail())[0]
    return {
        "form": house.get("/ko/subscribe"),
        "tab": house.get(tab),
        "leave": house.get(house.leaving_path()),
        "settings": house.get(f"/p/{house.token(Purpose.PREFERENCES)}"),
        "confirm": house.get(link),
        "never": house.get(f"{link}/never"),
        "damaged": house.get("/u/x"),
        "missing": house.get("/nothing"),
        "link": house.get("/en/link"),
    }


def test_no_page_needs_or_allows_a_script_and_nobody_may_keep_it(tmp_path: Path) -> None:
    house = House(tmp_path)

    for name, answer in pages_of(house).items():
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'"), name
        assert "unsafe" not in policy
        page = parse(answer.text)
        assert page.xpath("//script | //style | //@style | //@*[starts-with(name(), 'on')]") == []
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Strict-Transport-Security"]
        assert "Set-Cookie" not in answer.headers
        if name != "form":
            assert answer.headers["Cache-Control"] == "no-store", name
            assert page.xpath("//meta[@name='robots']/@content") == ["noindex"], name


def test_s7_a_scanner_that_opens_every_link_a_hundred_times_changes_nothing(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.post(house.leaving_path("r2@example.org"))
    house.ask()
    house.post(f"/p/{house.token(Purpose.PREFERENCES)}/link")
    links = [link for mail in house.mails() for link in links_of(mail)]
    links += [house.leaving_path(), f"/p/{house.token(Purpose.PREFERENCES)}"]
    before = [house.find(f"r{number}@example.org") for number in range(1, 5)]

    for link in links:
        for _ in range(50):
            house.get(link, headers={"Purpose": "prefetch", "Sec-Purpose": "prefetch;prerender"})
            house.client.head(link, base_url=PUBLIC_URL)

    assert [house.find(f"r{number}@example.org") for number in range(1, 5)] == before
    assert house.find("new@example.org") is None
    assert house.mails() == []
    confirm = next(link for link in links if shows(house.get(link), "confirm"))
    assert shows(house.post(confirm), "confirmed")
    assert shows(house.post(house.leaving_path()), "left")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example.com"},
        {"Origin": f"{PUBLIC_URL}.evil.example.com"},
    ],
)
def test_a_post_of_another_site_asks_for_nothing(tmp_path: Path, headers: dict[str, str]) -> None:
    house = House(tmp_path)
    settings = f"/p/{house.token(Purpose.PREFERENCES)}"

    answers = [
        house.post("/ko/subscribe", FORM, headers=headers),
        house.post("/ko/link", {"address": READER}, headers=headers),
        house.post(settings, {"preference": "en"}, headers=headers),
        house.post(f"{settings}/link", headers=headers),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert house.mails() == []
    assert house.reader().preference == "ko"


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "same-origin", "Origin": "null"}, {"Origin": PUBLIC_URL}, {}]
)
def test_our_own_forms_pass(tmp_path: Path, headers: dict[str, str]) -> None:
    house = House(tmp_path)

    assert house.post("/ko/subscribe", FORM, headers=headers).status_code == 303


@pytest.mark.parametrize(
    "host",
    [
        "evil.example.com",
        "news.example.org.evil.example.com",
        "news.example.org@evil.example.com",
        "",
        "[::1",
        "a\tb",
    ],
)
def test_an_unknown_host_is_refused(tmp_path: Path, host: str) -> None:
    house = House(tmp_path)
    with running(house.app) as server:
        answer = send(server.port, write_request("GET", "/ko/subscribe", {"Host": host}))

    assert answer.status == 400
    assert b"evil" not in answer.body


def test_x3_no_address_of_ours_leads_away(tmp_path: Path) -> None:
    house = House(tmp_path)

    for path in ("//evil.example.com/", "/%2f%2fevil.example.com", "/\\evil.example.com"):
        answer = house.client.get(path, base_url=PUBLIC_URL)
        assert "evil" not in answer.headers.get("Location", "")
    for key in ("next", "url", "lang", "return_to"):
        answer = house.get(f"/?{key}=https://evil.example.com/")
        assert answer.headers["Location"] in ("/ko/subscribe", "/en/subscribe")


@pytest.mark.parametrize("text", SCRIPTS + STATEMENTS)
def test_hostile_texts_are_shown_and_stored_as_what_they_are(tmp_path: Path, text: str) -> None:
    house = House(tmp_path)

    refused = house.post("/en/subscribe", {**FORM, "name": text, "address": text})
    tab = house.ask("en", name=text)
    mail = house.mail()
    house.post(tab, {"code": mail["Subject"].split("]")[0].strip("[")})
    house.post(house.leaving_path("new@example.org"), {"reason": text})

    page = parse(refused.text)
    assert page.get_element_by_id("name").get("value") == text
    assert page.xpath("//script | //svg | //img | //@*[starts-with(name(), 'on')]") == []
    assert house.reader("new@example.org").name == text
    assert house.reader("new@example.org").why.because == text
    for letter in (mail, house.mail()):
        body = letter.get_body(("html",))
        assert body is not None
        assert parse(body.get_content()).xpath("//script | //svg | //img") == []
        assert "Bcc" not in letter
        assert text_of(letter)


@pytest.mark.parametrize(
    "text", ["\0", "a\0b", "\ud800", "\x1b[31m", "\u202e", "\u2028", "\r\n.\r\n"]
)
def test_odd_characters_break_nothing(tmp_path: Path, text: str) -> None:
    house = House(tmp_path)
    encoded = text.encode("utf-8", "surrogatepass")

    for path in ("/ko/subscribe", "/en/link", house.leaving_path(), "/ko/subscribe/start"):
        for field in ("address", "name", "preference", "reason", "code"):
            body = field.encode() + b"=" + b"".join(b"%%%02x" % octet for octet in encoded)
            answer = house.client.post(
                path,
                base_url=PUBLIC_URL,
                data=body,
                content_type="application/x-www-form-urlencoded",
            )
            assert answer.status_code in (200, 422), (path, field)
    for path in ("/u/", "/p/", "/c/", "/ko/subscribe/"):
        answer = house.get(path + "".join(f"%{octet:02x}" for octet in encoded))
        assert answer.status_code in (200, 404), path


def test_a_form_of_more_than_64_kb_is_refused_by_a_page(tmp_path: Path) -> None:
    house = House(tmp_path)

    answer = house.post("/en/subscribe", {**FORM, "name": "x" * 70_000})

    assert answer.status_code == 413
    assert shows(answer, "too_large")


def test_ten_megabytes_are_refused_by_their_header(tmp_path: Path) -> None:
    house = House(tmp_path)
    with running(house.app) as server:
        head = write_request("POST", "/ko/subscribe", {"Content-Length": "10000000"})
        answer = send(server.port, head + b"x" * 1_000)
        assert send(server.port, write_request("GET", "/healthz", {})).status == 200

    assert answer.status == 413


def test_x7_the_access_log_holds_no_address_no_name_and_no_token(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    house = House(tmp_path)
    with caplog.at_level(logging.DEBUG):
        pages_of(house)
        house.post(house.leaving_path(), {"reason": "secret reason"})
        house.post("/ko/subscribe", {**FORM, "address": "none"}, headers={"X": "y"})
        house.get("/nowhere/secret-path?secret=1")

    said = "\n".join(record.getMessage() for record in caplog.records)
    assert "POST /u/<token> 200" in said
    for secret in ("new@example.org", "r1@", "새독자", "secret", "192.0.2", "127.0.0"):
        assert secret not in said
    for token in (house.leaving_path(), house.token(Purpose.PREFERENCES)):
        assert token.rpartition("/")[2] not in said


def test_errors_are_pages_in_the_readers_language_with_a_way_on(tmp_path: Path) -> None:
    house = House(tmp_path)

    for path, language, lang in (
        ("/ko/nothing", "en", "ko"),
        ("/en/nothing", "ko", "en"),
        ("/nothing", "ko,en;q=0.5", "ko"),
        ("/nothing", "en-GB,en", "en"),
        ("/nothing", "fr", "ko"),
    ):
        answer = house.get(path, headers={"Accept-Language": language})
        assert (answer.status_code, shows(answer, "missing")) == (404, True)
        assert parse(answer.text).get("lang") == lang
        assert parse(answer.text).xpath("//p[@class='onward']/a/@href")
    wrong = house.client.put("/ko/subscribe", base_url=PUBLIC_URL)
    assert (wrong.status_code, shows(wrong, "wrong")) == (405, True)


def test_a_fault_of_the_program_shows_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(tmp_path)
    monkeypatch.setattr(house.desk.letters, "find", None)  # a bug, as it were

    answer = house.get(house.leaving_path())

    assert (answer.status_code, shows(answer, "broken")) == (500, True)
    assert "Traceback" not in answer.text


def test_a_database_that_is_held_is_a_503_within_seconds(tmp_path: Path) -> None:
    house = House(tmp_path)
    with house.site.records.database.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        answer = house.post(house.leaving_path())
        other.rollback()

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert shows(answer, "busy")
    assert house.standing() == "active"
    assert house.post(house.leaving_path()).status_code == 200


def test_the_languages_lead_to_each_other(tmp_path: Path) -> None:
    house = House(tmp_path)

    for name, answer in pages_of(house).items():
        page = parse(answer.text)
        [link] = page.xpath("//link[@rel='alternate']")
        assert page.get("lang") != link.get("hreflang"), name
        assert link.get("href") in page.xpath("//nav/a/@href")


def test_the_pages_work_below_a_path(tmp_path: Path) -> None:
    house = House(tmp_path, public_url="https://www.example.org/e-news")

    base_url = "https://www.example.org"

    def get(path: str) -> TestResponse:
        return house.client.get(path, base_url=base_url)

    page = parse(get("/e-news/ko/subscribe").text)
    assert page.xpath("//form/@action") == ["/e-news/ko/subscribe"]
    assert get(page.xpath("//link[@rel='stylesheet']/@href")[0]).status_code == 200
    answer = house.client.post(
        "/e-news/ko/subscribe", base_url="https://www.example.org", data=FORM
    )
    assert get(answer.headers["Location"]).status_code == 200
    assert all("https://www.example.org/e-news/c/" in link for link in links_of(house.mail()))


def test_x5_a_formula_from_the_form_is_none_in_an_export(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.subscribe(name='=HYPERLINK("https://evil.example.com","x")')

    exported = house.stage.apart.run("subscribers", "export", "--because", "test")

    assert "HYPERLINK" in exported
    assert '"=HYPERLINK' not in exported
    assert ",=HYPERLINK" not in exported
