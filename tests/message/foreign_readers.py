"""Three programs that read letters and know nothing of ours: CPython, Perl, npm's mailparser."""

import json
import subprocess
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
NODE: Final = HERE.parent.parent / ".node"


@dataclass(frozen=True, slots=True)
class Read:
    """What a letter says, as somebody else's program reads it."""

    subject: str
    sender: tuple[str, str]  # name, address
    recipient: tuple[str, str]
    list_id: tuple[str, str]  # phrase, identifier
    list_unsubscribe: str  # unfolded
    text: str  # LF
    html: str  # LF


def read_by_python(letters: Sequence[bytes]) -> list[Read]:
    """Read by CPython's older parser; 3.11's newer one puts spaces between encoded-words."""
    return [_read_by_python(message_from_bytes(letter)) for letter in letters]


def read_by_perl(letters: Sequence[bytes]) -> list[Read]:
    """Read by MIME::Parser and Encode, in one process."""
    return _read_by(["perl", str(HERE / "read_letters.pl")], letters)


def read_by_mailparser(letters: Sequence[bytes]) -> list[Read]:
    """Read by npm's mailparser, in one process."""
    assert (NODE / "node_modules" / "mailparser").is_dir(), "mailparser is missing; run: make unit"
    return _read_by(["node", str(HERE / "read_letters.mjs"), str(NODE)], letters)


READERS: Final[Mapping[str, Callable[[Sequence[bytes]], list[Read]]]] = {
    "CPython": read_by_python,
    "Perl": read_by_perl,
    "mailparser": read_by_mailparser,
}


def _read_by(command: Sequence[str], letters: Sequence[bytes]) -> list[Read]:
    ended = subprocess.run(
        command,
        input=json.dumps([b64encode(letter).decode() for letter in letters]).encode(),
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr.decode()
    return [
        Read(
            one["subject"],
            tuple(one["from"]),
            tuple(one["to"]),
            tuple(one["list_id"]),
            one["list_unsubscribe"],
            one["text"],
            one["html"],
        )
        for one in json.loads(ended.stdout)
    ]


def _read_by_python(letter: "Message[str, str]") -> Read:
    def words(kind: str) -> str:
        [part] = [one for one in letter.walk() if one.get_content_type() == kind]
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        return payload.decode().replace("\r\n", "\n")

    def mailbox(name: str) -> tuple[str, str]:
        # As it came: `letter[name]` shows octets beyond ASCII (RFC 6532) as U+FFFD.
        [raw] = [value for field, value in letter.raw_items() if field == name]
        value = raw.encode("ascii", "surrogateescape").decode()
        shown, address = parseaddr(value.replace("\r\n", ""))
        return _decoded(shown), address

    return Read(
        _decoded(str(letter["Subject"]).replace("\r\n", "")),
        mailbox("From"),
        mailbox("To"),
        mailbox("List-Id"),
        str(letter["List-Unsubscribe"]).replace("\r\n", ""),
        words("text/plain"),
        words("text/html"),
    )


def _decoded(value: str) -> str:
    return str(make_header(decode_header(value)))
