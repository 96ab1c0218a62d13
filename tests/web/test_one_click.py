"""One-click unsubscribing (RFC 8058) as mail programs, scanners and attackers send it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

from newsletter.message.links import Purpose
from tests.web.house import READER, House, links_of, shows
from tests.web.running import Answer, connect, read_answer, running, send, write_request

PAIR: Final = b"List-Unsubscribe=One-Click"
URLENCODED: Final = {"Content-Type": "application/x-www-form-urlencoded"}
EDGE: Final = "----edge"
PART: Final = (
    f'--{EDGE}\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
    f"One-Click\r\n--{EDGE}--\r\n"
).encode()
AGENTS: Final = {
    "a browser": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0 Safari/537.36",
    "a bot": "Googlebot/2.1 (+http://www.google.com/bot.html)",
    "a library": "python-requests/2.32",
    "nothing": "",
}

# By name: header fields and body of a POST, all of which unsubscribe.
BODIES: Final[dict[str, tuple[dict[str, str], bytes]]] = {
    "urlencoded": (URLENCODED, PAIR),
    "form-data": ({"Content-Type": f"multipart/form-data; boundary={EDGE}"}, PART),
    "form-data without boundary": ({"Content-Type": "multipart/form-data"}, PART),
    "form-data cut off": ({"Content-Type": f"multipart/form-data; boundary={EDGE}"}, PART[:40]),
    "form-data of nothing": ({"Content-Type": f"multipart/form-data; boundary={EDGE}"}, b""),
    "text": ({"Content-Type": "text/plain"}, PAIR),
    "JSON": ({"Content-Type": "application/json"}, b'{"List-Unsubscribe": "One-Click"}'),
    "broken JSON": ({"Content-Type": "application/json"}, b"{"),
    "no body": ({}, b""),
    "no body, but a type": (URLENCODED, b""),
    "a type that is none": ({"Content-Type": "nonsense"}, PAIR),
    "a type of 2,000 characters": ({"Content-Type": "a/" + "b" * 2_000}, PAIR),
    "a charset that is none": ({"Content-Type": "text/plain; charset=klingon"}, PAIR),
    "another pair": (URLENCODED, b"a=b"),
    "One-Click refused": (URLENCODED, b"List-Unsubscribe=No"),
    "octets": ({"Content-Type": "application/octet-stream"}, bytes(range(256))),
    "not UTF-8": (URLENCODED, b"reason=%FF%FE"),
    "a lone surrogate": (URLENCODED, b"reason=%ED%A0%80"),
    "NUL": (URLENCODED, b"reason=%00"),
    "60,000 octets": (URLENCODED, b"reason=" + b"x" * 60_000),
    "a thousand fields": (URLENCODED, b"&".join(b"a%d=1" % number for number in range(1_000))),
    "XML": (
        {"Content-Type": "text/xml"},
        b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>",
    ),
    "a cookie": ({**URLENCODED, "Cookie": "session=1"}, PAIR),
    "authorization": ({**URLENCODED, "Authorization": "Basic eDp5"}, PAIR),
    "another site": ({**URLENCODED, "Origin": "https://mail.example.com"}, PAIR),
    "cross-site": ({**URLENCODED, "Sec-Fetch-Site": "cross-site"}, PAIR),
    "a referrer": ({**URLENCODED, "Referer": "https://mail.example.com/"}, PAIR),
    "an expectation": ({**URLENCODED, "Expect": "100-continue"}, PAIR),
    "gzip": ({**URLENCODED, "Content-Encoding": "gzip"}, PAIR),
    **{f"agent: {name}": ({**URLENCODED, "User-Agent": a}, PAIR) for name, a in AGENTS.items()},
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("site"), readers=60, public_url="https://news.example.org")
    yield made
    made.site.close()


@pytest.fixture(scope="module")
def port(house: House) -> Iterator[int]:
    with running(house.app) as server:
        yield server.port


def post(port: int, path: str, fields: dict[str, str], body: bytes) -> Answer:
    length = {"Content-Length": str(len(body))}
    return send(port, write_request("POST", path, {**fields, **length}, body))


@pytest.mark.parametrize("number", range(len(BODIES)))
def test_s6_any_post_with_a_valid_token_unsubscribes(house: House, port: int, number: int) -> None:
    """The kind is in the message of a failure; each has a reader of its own."""
    kind, (fields, body) = list(BODIES.items())[number]
    address = f"r{number + 1}@example.org"
    path = house.leaving_path(address)

    first = post(port, path, fields, body)
    again = post(port, path, fields, body)

    assert (first.status, house.standing(address)) == (200, "unsubscribed"), kind
    assert (again.status, again.body) == (first.status, first.body)
    assert "location" not in first.fields
    assert "set-cookie" not in first.fields


@pytest.mark.parametrize("number", [41, 42])
def test_s6_a_body_may_come_in_chunks_or_without_a_length(
    house: House, port: int, number: int
) -> None:
    address = f"r{number}@example.org"
    chunked = {**URLENCODED, "Transfer-Encoding": "chunked"}
    body = b"1a\r\n" + PAIR + b"\r\n0\r\n\r\n"
    octets = {
        41: write_request("POST", house.leaving_path(address), chunked, body),
        42: write_request("POST", house.leaving_path(address), {}),
    }[number]

    answer = send(port, octets)

    assert (answer.status, house.standing(address)) == (200, "unsubscribed")


def test_s6_twenty_at_once_unsubscribe_once(house: House, port: int) -> None:
    address = "r43@example.org"
    path = house.leaving_path(address)
    house.mails()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: post(port, path, URLENCODED, PAIR), range(20)))

    assert [answer.status for answer in answers] == [200] * 20
    assert [mail["To"] for mail in house.mails()] == [address]


def test_s6_a_connection_may_carry_several_requests(house: House, port: int) -> None:
    octets = b"".join(
        write_request(
            "POST",
            house.leaving_path(f"r{number}@example.org"),
            {**URLENCODED, "Content-Length": str(len(PAIR))},
            PAIR,
        )
        for number in (44, 45)
    )
    with connect(port) as connection:
        connection.sendall(octets)
        answers = [read_answer(connection)]

    assert answers[0].status == 200
    assert house.standing("r44@example.org") == "unsubscribed"


def test_s7_nothing_but_a_post_changes_anything(house: House, port: int) -> None:
    address = "r46@example.org"
    path = house.leaving_path(address)

    for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"):
        for _ in range(5):
            answer = send(port, write_request(method, path, {"Connection": "close"}))
            assert answer.status in (200, 405), method

    assert house.standing(address) == "active"
    assert post(port, path, URLENCODED, PAIR).status == 200
    assert house.standing(address) == "unsubscribed"


def test_x1_a_token_that_was_changed_in_any_place_changes_nothing(house: House) -> None:
    address = "r47@example.org"
    token = house.token(Purpose.UNSUBSCRIBE, address)
    other = {at: "A" if char != "A" else "B" for at, char in enumerate(token)}
    changed = [token[:at] + char + token[at + 1 :] for at, char in other.items()]
    cut = [token[:at] for at in range(1, len(token), 7)]
    others = [house.token(purpose, address) for purpose in (Purpose.PREFERENCES, Purpose.MAIL)]
    odd = [token + "A", token.upper(), token + "%00", f"{token}/x", "0", "." * 10, "x" * 3_000]

    for wrong in [*changed, *cut, *others, *odd]:
        answer = house.post(f"/u/{wrong}")
        assert answer.status_code in (200, 404), wrong  # 404: another path, as by a slash
        assert "수신 거부가 처리되었습니다" not in answer.text

    assert house.standing(address) == "active"


def test_a_damaged_link_never_claims_success_and_leads_to_a_new_one(tmp_path: Path) -> None:
    house = House(tmp_path)
    path = house.leaving_path()

    answer = house.post(path[:-4])

    assert answer.status_code == 200
    assert "링크가 온전하지 않습니다" in answer.text
    house.post("/ko/link", {"address": READER})
    settings, leaving = links_of(house.mail())
    assert shows(house.get(settings), "own")
    assert shows(house.post(leaving), "left")
