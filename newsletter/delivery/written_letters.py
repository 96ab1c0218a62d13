"""Letters that lie in a folder: finds those to people or about them, and deletes them."""

import re
from collections.abc import Callable, Collection, Iterator
from email import policy
from email.header import Header, decode_header
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.utils import getaddresses
from pathlib import Path
from typing import Final

from newsletter.files import sync_folder

HEAD_BYTES: Final = 64_000  # of a letter, in which its header fields are
USUAL_HEAD_BYTES: Final = 8_000  # where it usually has ended: an outbox may hold many letters
_END: Final = re.compile(rb"\r?\n\r?\n")
LETTERS: Final = (".eml", ".part")  # a part is left by a process that was cut off
OWN_TYPE: Final = "multipart/alternative"  # of letters and mails to readers, one text in two forms
OWN_MAIL: Final = "<mail."  # begins the Message-ID of a mail to a reader, not of an issue's letter
_SIGNATURE: Final = re.compile(r"^-- $", re.MULTILINE)  # RFC 3676 section 4.3: the office's words
_PARSER: Final = BytesParser(policy=policy.default)
_TO: Final = ("to", "x-original-to", "delivered-to")


def delete_letters(
    folder: Path,
    is_theirs: Callable[[str], bool],
    names_them: Callable[[bytes], bool],
    has_address: Callable[[str], bool],
) -> int:
    """
    Delete the letters of *folder* that `find_letters` finds.

    Returns:
        How many; durable on return.

    Raises:
        OSError: a letter cannot be read or deleted.
    """
    deleted = 0
    for path in find_letters(folder, is_theirs, names_them, has_address):
        path.unlink(missing_ok=True)
        deleted += 1
    if deleted:
        sync_folder(folder)
    return deleted


def delete_named(folder: Path, names: Collection[str]) -> None:
    """
    Delete the letters of *folder* whose names begin with one of *names* and an ``@``.

    Raises:
        OSError: a letter cannot be deleted.
    """
    theirs = [path for path in _letters_in(folder) if path.name.partition("@")[0] in names]
    for path in theirs:
        path.unlink(missing_ok=True)
    if theirs:
        sync_folder(folder)


def find_letters(
    folder: Path,
    is_theirs: Callable[[str], bool],
    names_them: Callable[[bytes], bool],
    has_address: Callable[[str], bool],
) -> Iterator[Path]:
    """
    Yield the letters of *folder* to some people, and those to others that may quote them.

    A letter of an issue says nothing of anybody but its recipient. A mail to a reader may say where
    the reader of its address has moved to, and that address may be another reader's by now. What is
    built otherwise is looked through, such as a person's mail that was handed on.

    Args:
        folder: of letters; it may be missing.
        is_theirs: whether an address is one of theirs.
        names_them: whether the octets of a letter name one of them.
        has_address: whether a text has one of their addresses.

    Raises:
        OSError: a letter cannot be read.
    """
    for path in _letters_in(folder):
        try:
            head = _head_of(path)
            is_found = any(map(is_theirs, _recipients_in(head)))
            if not is_found and head.get_content_type() != OWN_TYPE:
                is_found = names_them(path.read_bytes())
            elif not is_found and str(head["Message-ID"]).startswith(OWN_MAIL):
                said = _said_in(path.read_bytes())
                is_found = "@" in said and has_address(said)
        except FileNotFoundError:  # another program has taken it out
            continue
        if is_found:
            yield path


def _letters_in(folder: Path) -> Iterator[Path]:
    try:
        found = list(folder.iterdir())
    except FileNotFoundError:
        return
    yield from (path for path in found if path.name.endswith(LETTERS) and path.is_file())


def _head_of(path: Path) -> Message:
    with path.open("rb") as file:
        head = file.read(USUAL_HEAD_BYTES)
        if not (end := _END.search(head)):
            head += file.read(HEAD_BYTES - USUAL_HEAD_BYTES)
    return BytesHeaderParser(policy=policy.compat32).parsebytes(head[: end and end.end()])


def _said_in(content: bytes) -> str:
    """Return what a mail to a reader says in plain text, without the office's own addresses."""
    body = _PARSER.parsebytes(content).get_body(("plain",))
    try:
        said = "" if body is None else str(body.get_content())
    except LookupError:  # somebody has changed the file: in a charset that nobody knows
        said = content.decode("utf-8", "replace")
    return _SIGNATURE.split(said, maxsplit=1)[0]


def _recipients_in(head: Message) -> list[str]:
    values = [_text_of(one) for name in _TO for one in head.get_all(name, ())]
    return [address for _, address in getaddresses(values) if address]


def _text_of(value: object) -> str:
    """Return a field in Unicode: letters to such addresses have UTF-8 in their heads (RFC 6532)."""
    if isinstance(value, Header):  # of octets that are not ASCII
        return "".join(
            piece if isinstance(piece, str) else piece.decode("utf-8", "replace")
            for piece, _ in decode_header(value)
        )
    return str(value)
