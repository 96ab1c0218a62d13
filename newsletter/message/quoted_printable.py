"""Quoted-printable (RFC 2045, section 6.7) whose output can be split and joined at line ends."""

from email.quoprimime import body_encode
from typing import Final

WIDTH: Final = 72  # leaves space within 76 for "=2E" in place of a dot
SOFT_BREAK: Final = b"=\r\n"
UNSAFE_STARTS: Final = (".", "From ")
SPELLINGS: Final = [
    chr(octet) if 0x20 <= octet <= 0x7E and octet != 0x3D else f"={octet:02X}"
    for octet in range(256)
]


def encode_constant(text: str) -> bytes:
    """
    Encode a constant piece of a part; its first character is at the start of a line.

    LF becomes CRLF; no line starts with a dot (SMTP would double it) or with "From ".
    """
    octets = text.replace("\n", "\r\n").encode()
    body = body_encode(octets.decode("latin-1"), maxlinelen=WIDTH, eol="\r\n")
    return "\r\n".join(map(_safe_start, body.split("\r\n"))).encode("ascii")


def encode_value(text: str) -> bytes:
    """Encode a slot's value; it is at the start of a line, and a soft line break follows it."""
    if not (text.isascii() and text.isprintable()) or "=" in text:
        return _encode_octets(text.encode())
    if len(text) <= WIDTH and not text.startswith(UNSAFE_STARTS):
        return text.encode()
    lines = [_safe_start(text[at : at + WIDTH]) for at in range(0, len(text), WIDTH)]
    return "=\r\n".join(lines).encode()


def _encode_octets(octets: bytes) -> bytes:
    spelt = [SPELLINGS[octet] for octet in octets]
    encoded = "".join(spelt)
    if len(encoded) <= WIDTH and not encoded.startswith(UNSAFE_STARTS):
        return encoded.encode()
    lines = [""]
    for piece in spelt:
        if len(lines[-1]) + len(piece) > WIDTH:
            lines.append("")
        lines[-1] += piece
    return "=\r\n".join(map(_safe_start, lines)).encode()


def _safe_start(line: str) -> str:
    if line.startswith(UNSAFE_STARTS):
        return f"={ord(line[0]):02X}{line[1:]}"
    return line
