"""A stand-in for Mailgun on loopback: its success, and its forms."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Final

from tests.delivery.http_recorder import Answer, HttpRecorder, Recorded

__all__ = ["Answer", "MailgunServer", "Post", "read_form"]

SUCCESS: Final = Answer(
    body=json.dumps({"id": "<1@mg.example.org>", "message": "Queued. Thank you."}).encode()
)


@dataclass(frozen=True)
class Post:
    """A request as it came in."""

    path: str
    headers: Message
    fields: Mapping[str, bytes]  # the parts of the form, by name
    files: frozenset[str]  # the names of those sent as a file


class MailgunServer(HttpRecorder):
    """Answers each POST with the next of *answers*, then with success."""

    def __init__(self, *answers: Answer) -> None:
        super().__init__(SUCCESS, *answers)

    @property
    def posts(self) -> list[Post]:
        return [read_form(one) for one in self.requests]


def read_form(recorded: Recorded) -> Post:
    """Take a multipart form apart without touching a byte of its parts."""
    boundary = recorded.headers.get_param("boundary")
    assert isinstance(boundary, str)
    fields: dict[str, bytes] = {}
    files = set()
    for part in recorded.body.split(b"--" + boundary.encode())[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = head.split(b'name="', 1)[1].split(b'"', 1)[0].decode()
        assert name not in fields, "a field came twice: that would be two recipients"
        fields[name] = content.removesuffix(b"\r\n")
        if b"filename=" in head:
            files.add(name)
    return Post(recorded.path, recorded.headers, fields, frozenset(files))
