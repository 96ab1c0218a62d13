"""The recording server: its word is what everything else is measured by."""

import re
import socket
import time
from pathlib import Path

import pytest

from tests.crash.post_office import PostOffice

LETTER = "To: {0}@example.org\r\nMessage-ID: <{0}>\r\n\r\n{1}\r\n--\r\n.\r\n"
DIALOGUE = "".join(
    [
        "EHLO here\r\n",
        "MAIL FROM:<n@example.org>\r\nRCPT TO:<a@example.org>\r\nDATA\r\n",
        LETTER.format("a", "one\r\n..\r\n. \r\ntwo"),
        "MAIL FROM:<n@example.org>\r\nRCPT TO:<refused.1@example.org>\r\nDATA\r\n",
        "MAIL FROM:<n@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n",
        LETTER.format("b", "mark " * 20_000),
        "MAIL FROM:<n@example.org>\r\nRCPT TO:<c@example.org>\r\nRSET\r\nDATA\r\n",
        "MAIL FROM:<n@example.org>\r\nRCPT TO:<d@example.org>\r\nDATA\r\n.\r\n",
        "QUIT\r\n",
    ]
)
CODES = "220 250 250 250 354 250 250 550 554 250 250 354 250 250 250 250 554 250 250 354 250 221"


def converse(office: PostOffice, pieces: list[str]) -> str:
    """Say everything at once, in pieces, and return all answers."""
    with socket.create_connection(("127.0.0.1", office.port), timeout=30) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            client.sendall(piece.encode())
        answers = b""
        while received := client.recv(4096):
            answers += received
    return answers.decode()


@pytest.mark.parametrize("size", [1 << 20, 4096, 7, 3])
def test_groups_are_answered_in_order_however_they_are_split(tmp_path: Path, size: int) -> None:
    dialogue = DIALOGUE if size > 100 else DIALOGUE.replace("mark " * 20_000, "mark " * 10)
    pieces = [dialogue[at : at + size] for at in range(0, len(dialogue), size)]

    with PostOffice(tmp_path / "record").open() as office:
        answers = converse(office, pieces)
        taken = office.read()

    assert re.findall(r"^(\d{3}) ", answers, re.MULTILINE) == CODES.split()
    assert [letter.recipient for letter in taken.letters] == [
        f"{local}@example.org" for local in "abd"
    ]
    assert [letter.to for letter in taken.letters] == ["a@example.org", "b@example.org", ""]
    assert [letter.message_id for letter in taken.letters] == ["<a>", "<b>", ""]
    assert [letter.is_whole for letter in taken.letters] == [True, True, False]
    assert taken.go_aheads == {letter.recipient for letter in taken.letters}
    assert taken.answered == 3


def test_a_server_killed_before_its_answer_has_written_down_what_it_took(tmp_path: Path) -> None:
    with (
        PostOffice(tmp_path / "record", None, "--verdict-delay=60").open() as office,
        socket.create_connection(("127.0.0.1", office.port), timeout=30) as client,
    ):
        client.sendall(DIALOGUE.encode())
        for _ in range(1000):
            if office.count():
                break
            time.sleep(0.01)
        office.kill()

        taken = office.read()

    assert [letter.recipient for letter in taken.letters] == ["a@example.org"]
    assert taken.answered == 0
