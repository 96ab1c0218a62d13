"""Letters that lie in a folder: finds those to people or about them, and deletes them."""

import re
from collections.abc import Callable, Collection, Iterator
from email import policy
from email.header import Header, decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from pathlib import Path
from typing import Final

from newsletter.files import sync_folder

HEAD_BYTES: Final = 64_000  # of a letter, in which its header fields are
USUAL_HEAD_BYTES: Final = 8_000  # where it usually has ended: an outbox may hold many letters
_END: Final = re.compile(rb"\r?\n\r?\n")
LETTERS: Final = (".eml", ".part")  # a part is left by a process that was cut off
OWN_TYPE: Final = "multipart/alternative"  # of letters and mails to readers, one text in two forms
_TO: Final = ("to", "x-original-to", "delivered-to")


def delete_letters(
    folder: Path, is_theirs: Callable[[str], bool], names_them: Callable[[bytes], bool]
) -> int:
    """
    Delete the letters of *folder* that `find_letters` finds.

    Returns:
        How many; durable on return.

    Raises:
        OSError: a letter cannot be read or deleted.
    """
    deleted = 0
    for path in find_letters(folder, is_theirs, names_them):
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
    folder: Path, is_theirs: Callable[[str], bool], names_them: Callable[[bytes], bool]
) -> Iterator[Path]:
    """
    Yield the letters of *folder* to some people, and those to others that may quote them.

    A letter of an issue, or a mail to a reader, says nothing of anybody but its recipient. Only
    what is built otherwise is looked through, such as a person's mail that was handed on.

    Args:
        folder: of letters; it may be missing.
        is_theirs: whether an address is one of theirs.
        names_them: whether the octets of a letter name one of them.

    Raises:
        OSError: a letter cannot be read.
    """
    for path in _letters_in(folder):
        try:
            head = _head_of(path)
            is_found = any(map(is_theirs, _recipients_in(head))) or (
                head.get_content_type() != OWN_TYPE and names_them(path.read_bytes())
            )
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
