"""systemd's journal, written out, is read like a log."""

import json

import pytest

from newsletter.dispatch.journal import as_syslog
from newsletter.dispatch.relay_log import read_log

ID = "2022-08.0123456789abcdef@example.net"
MESSAGES = [
    ("postfix/cleanup", f"4jcDMm51sczJT3m: message-id=<{ID}>"),
    ("postfix/qmgr", "4jcDMm51sczJT3m: from=<a@example.net>, size=333, nrcpt=1 (queue active)"),
]


def entry(program: str, message: str) -> dict[str, str]:
    return {
        "__CURSOR": "s=1;i=2",
        "__REALTIME_TIMESTAMP": "1795878847000000",
        "_HOSTNAME": "relay",
        "PRIORITY": "6",
        "SYSLOG_IDENTIFIER": program,
        "MESSAGE": message,
    }


def test_json_has_an_entry_a_line() -> None:
    text = "".join(f"{json.dumps(entry(*one))}\n" for one in MESSAGES)

    reading = read_log("j", text.encode().splitlines(keepends=True), {ID})

    assert {mid: place.line for mid, place in reading.taken.items()} == {ID: 1}


@pytest.mark.parametrize("end", ["\n", ""])
def test_an_export_has_a_field_a_line(end: str) -> None:
    entries = ["".join(f"{k}={v}\n" for k, v in entry(*one).items()) for one in MESSAGES]
    text = "\n".join(entries) + end

    reading = read_log("j", text.encode().splitlines(keepends=True), {ID})

    assert {mid: place.line for mid, place in reading.taken.items()} == {ID: 6}


@pytest.mark.parametrize(
    "text", ["{", '{"MESSAGE": 1}\n[]\n{"MESSAGE"', "__CURSOR=x\nMESSAGE", "__CURSOR=\n\n\n=\n", ""]
)
def test_half_an_entry_is_no_line(text: str) -> None:
    found = [line for _, line in as_syslog(text.encode().splitlines(keepends=True))]

    assert set(found) <= {b""}


@pytest.mark.parametrize(
    "line",
    [
        *(b'{"MESSAGE":' + b"[" * 60_000, b'{"a":' * 12_000, b'{"n":' + b"9" * 60_000 + b"}"),
        *(b'{"MESSAGE":"\0', b'{"__REALTIME_TIMESTAMP":' + b"9" * 4_000 + b"}"),
    ],
)
def test_an_entry_that_nobody_can_read_is_no_line(line: bytes) -> None:
    good = json.dumps(entry(*MESSAGES[0])).encode()

    found = [line for _, line in as_syslog([good, line, good])]

    assert found[1] == b""
    assert found[0] == found[2] != b""


def test_a_plain_log_stays_as_it_is_without_its_line_ends() -> None:
    assert list(as_syslog([b"a\r\n", b"\n", b"b"])) == [(1, b"a"), (2, b""), (3, b"b")]
