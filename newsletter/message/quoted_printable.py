"""Quoted-printable (RFC 2045, section 6.7) that can be cut and joined at line ends."""

import re
from email.quoprimime import body_encode
from typing import Final

WIDTH: Final = 72  # leaves room for "=2E" in the place of a dot, within 76
SOFT_BREAK: Final = b"=\r\n"
AS_THEY_ARE: Final = re.compile(rb"[A-Za-z0-9 ,:;!?/()_+-]{0,71}[A-Za-z0-9,:;!?/()_+-]")


def encode_constant(text: str) -> bytes:
    """
    Encode a constant piece of a part; its first character starts a line of the result.

    LF becomes CRLF; no line starts with a dot (SMTP would double it) or with "From ".
    """
    octets = text.replace("\n", "\r\n").encode()
    body = body_encode(octets.decode("latin-1"), maxlinelen=WIDTH, eol="\r\n")
    lines = [_safe_start(line) for line in body.encode("ascii").split(b"\r\n")]
    return b"\r\n".join(lines)


def encode_value(text: str) -> bytes:
    """Encode what fills a slot; it starts a line, and a soft break follows it."""
    octets = text.encode()
    if AS_THEY_ARE.fullmatch(octets):
        return octets if not octets.startswith(b"From ") else b"=46" + octets[1:]
    encoded = [b"=%02X" % octet if _wants_encoding(octet) else bytes((octet,)) for octet in octets]
    lines: list[bytes] = []
    line = b""
    for piece in encoded:
        if len(line) + len(piece) > WIDTH:
            lines.append(line)
            line = b""
        line += piece
    return SOFT_BREAK.join(_safe_start(part) for part in (*lines, line))


def _wants_encoding(octet: int) -> bool:
    return octet == 0x3D or not 0x20 <= octet <= 0x7E


def _safe_start(line: bytes) -> bytes:
    if line.startswith(b"."):
        return b"=2E" + line[1:]
    if line.startswith(b"From "):
        return b"=46" + line[1:]
    return line
