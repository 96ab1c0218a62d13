"""Looks for traces of a person in the bytes of files, however they are written."""

import base64
import quopri
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from urllib.parse import quote


def find_traces(folder: Path, words: Sequence[str]) -> list[tuple[str, str]]:
    """Return each file below *folder* with the word that is in it."""
    return [
        (str(path.relative_to(folder)), word)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for word in words
        if _is_in(word, path)
    ]


def _is_in(word: str, path: Path) -> bool:
    octets = path.read_bytes()
    seen = [octets.lower(), octets.lower().replace(b"=\r\n", b"").replace(b"=\n", b"")]
    if any(form.lower() in one for form in _plain_forms(word) for one in seen):
        return True
    joined = b"".join(octets.split())
    if any(form in joined for form in _base64_forms(word)):
        return True
    return path.suffix == ".eml" and word.casefold() in _read_letter(octets).casefold()


def _plain_forms(word: str) -> Iterator[bytes]:
    for one in (word, word.upper(), word.lower()):
        yield one.encode()
        yield one.encode("utf-16-le")
        yield quote(one).encode()
        yield quopri.encodestring(one.encode()).rstrip()
        yield one.encode("ascii", "backslashreplace")


def _base64_forms(word: str) -> Iterator[bytes]:
    """Yield what a word becomes in base64, whatever stands before it."""
    for one in (word, word.upper(), word.lower()):
        for before in range(3):
            coded = base64.b64encode(b"\0" * before + one.encode() + b"\0\0")
            yield coded[(before * 8 + 5) // 6 + (before > 0) : -4]


def _read_letter(octets: bytes) -> str:
    letter = message_from_bytes(octets, policy=default)
    parts = [part for part in letter.walk() if part.get_content_maintype() == "text"]
    heads = [str(value) for value in letter.values()]
    return "\n".join([*heads, *(str(part.get_content()) for part in parts)])
