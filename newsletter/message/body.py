"""The MIME body of an edition's letters, cut at its slots."""

import hashlib
from base64 import encodebytes
from collections.abc import Iterator, Sequence
from typing import Final

from newsletter.compose.edition import Edition
from newsletter.compose.slots import split_at_slots
from newsletter.message.enclosure import Enclosure
from newsletter.message.quoted_printable import SOFT_BREAK, encode_constant
from newsletter.message.segments import Piece


class Body:
    """The multipart body of one edition: text first, then HTML with its enclosed pictures."""

    def __init__(self, edition: Edition, enclosures: Sequence[Enclosure]) -> None:
        """
        Assign content ids to the pictures.

        Args:
            edition: the edition, with unfilled slots.
            enclosures: pictures to enclose; pictures that the edition does not show are
                omitted.
        """
        self._text = edition.text
        self._html = edition.html
        self._enclosures = [one for one in enclosures if one.url in edition.html]
        for one in self._enclosures:
            self._html = self._html.replace(one.url, f"cid:{one.content_id}")
        both = hashlib.sha256(f"{self._text}\0{self._html}".encode()).hexdigest()
        # "=_" never occurs in quoted-printable or base64, so no part can hold a boundary.
        self._outer, self._inner = f"=_{both[:32]}", f"=_{both[32:]}"
        self.content_type: Final = _lines(
            f'Content-Type: multipart/alternative;\n boundary="{self._outer}"'
        )

    def pieces(self) -> Iterator[Piece]:
        """
        Yield the pieces of the body.

        A slot is at the start of a line, and a soft line break follows it, so that constants and
        values can be processed separately, line by line.
        """
        yield _lines(f"--{self._outer}")
        yield from _text_part("plain", self._text, "text")
        yield _lines("", f"--{self._outer}")
        if self._enclosures:
            related = 'Content-Type: multipart/related; type="text/html";\n boundary='
            yield _lines(f'{related}"{self._inner}"', "", f"--{self._inner}")
        yield from _text_part("html", self._html, "html")
        for one in self._enclosures:
            yield from _picture_part(one, self._inner)
        if self._enclosures:
            yield _lines("", f"--{self._inner}--")
        yield _lines("", f"--{self._outer}--")


def _lines(*lines: str) -> bytes:
    return ("\n".join(lines) + "\n").replace("\n", "\r\n").encode()


def _text_part(kind: str, content: str, place: str) -> Iterator[Piece]:
    yield _lines(
        f"Content-Type: text/{kind}; charset=utf-8",
        "Content-Transfer-Encoding: quoted-printable",
        "",
    )
    parts = split_at_slots(content)
    for at, part in enumerate(parts):
        if at % 2:
            yield f"{place} {part}"
            yield SOFT_BREAK
        elif part:
            yield encode_constant(part)
            if at < len(parts) - 1 and not part.endswith("\n"):
                yield SOFT_BREAK


def _picture_part(enclosure: Enclosure, boundary: str) -> Iterator[Piece]:
    kind = "jpeg" if enclosure.name.endswith(".jpg") else "png"
    yield _lines(
        "",
        f"--{boundary}",
        f"Content-Type: image/{kind}",
        "Content-Transfer-Encoding: base64",
        f"Content-ID: <{enclosure.content_id}>",
        f'Content-Disposition: inline; filename="{enclosure.name}"',
        "",
    )
    yield encodebytes(enclosure.data).replace(b"\n", b"\r\n")
