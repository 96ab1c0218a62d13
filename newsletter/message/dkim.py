"""DKIM (RFC 6376): a domain signs a letter, so that no part of it can be changed or added."""

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

from newsletter.message.dkim_key import SigningKey
from newsletter.message.headers import LINE_MAX
from newsletter.message.segments import Piece, Segments

# Each field is listed in h= once more than it occurs, so that none can be added (section 8.15).
# RFC 8058 requires that both List-Unsubscribe fields are signed.
SIGNED: Final = (
    *("from", "to", "reply-to", "subject", "date", "message-id"),
    *("list-id", "list-unsubscribe", "list-unsubscribe-post", "feedback-id"),
    *("mime-version", "content-type", "content-transfer-encoding"),
)
WHITE_SPACE: Final = re.compile(rb"[ \t]+")
LINE_ENDS: Final = re.compile(rb"[ \t]+(?=\r\n)")


def relaxed_field(field: bytes) -> bytes:
    """Return one header field, including CRLF, in relaxed form (section 3.4.2)."""
    name, _, value = field.partition(b":")
    value = WHITE_SPACE.sub(b" ", value.replace(b"\r\n", b"")).strip(b" ")
    return name.strip(b" \t").lower() + b":" + value + b"\r\n"


def relaxed_lines(lines: bytes) -> bytes:
    """Return body lines in relaxed form (section 3.4.4); empty lines at the end are kept."""
    return WHITE_SPACE.sub(b" ", LINE_ENDS.sub(b"", lines))


def relaxed_value(value: bytes) -> bytes:
    """Return a value of a body slot in relaxed form; its lines must not end in a space."""
    return WHITE_SPACE.sub(b" ", value) if b"  " in value or b"\t" in value else value


class DkimSigner:
    """Signs the letters of one domain with all of its keys; thread-safe."""

    def __init__(
        self, domain: str, keys: Mapping[str, SigningKey], unsigned: Sequence[str] = ()
    ) -> None:
        """
        Store the domain and the keys.

        Args:
            domain: d=, the domain of the DNS records.
            keys: by selector; each key makes its own signature.
            unsigned: fields in lower case that are left out, because the provider replaces them.
        """
        self._domain = domain
        self._keys = keys
        self._signed = tuple(name for name in SIGNED if name not in unsigned)

    def seal(self, fields: Sequence[Piece], body: Sequence[Piece], slots: Sequence[str]) -> "Seal":
        """
        Prepare the signatures of one edition's letters.

        Args:
            fields: the header, one piece for each field; a slot has the name of its field.
            body: must end in a non-empty line; a slot is at the start of a line, and no white
                space follows it.
            slots: all slots, in the order of the values.
        """
        signatures = [
            _Signature(self._domain, selector, key, self._listed(fields))
            for selector, key in self._keys.items()
        ]
        return Seal(signatures, self._signed, fields, body, slots)

    def _listed(self, fields: Sequence[Piece]) -> list[str]:
        """Return the names in h=, each once more than it occurs."""
        present = {_name_of(piece) for piece in fields}
        return [name for name in self._signed for _ in range(1 + (name in present))]


class Seal:
    """The parts of the signatures that all letters of an edition share."""

    def __init__(
        self,
        signatures: Sequence["_Signature"],
        names: Sequence[str],
        fields: Sequence[Piece],
        body: Sequence[Piece],
        slots: Sequence[str],
    ) -> None:
        """Canonicalise all constant parts of the fields *names*; see `DkimSigner.seal`."""
        by_name = {_name_of(piece): piece for piece in fields}
        signed = [by_name[name] for name in names if name in by_name]
        canonical = [relaxed_field(one) if isinstance(one, bytes) else one for one in signed]
        self._fields = Segments(canonical, slots)
        self._body = Segments(body, slots, relaxed_lines)
        # Line ends inside a value are soft: an equals sign separates them from white space.
        self._relax = [relaxed_field if slot in by_name else relaxed_value for slot in slots]
        self._signatures = signatures

    def signatures(self, values: Sequence[bytes], now: datetime) -> bytes:
        """
        Return the DKIM-Signature fields of one letter, to be placed before all other fields.

        Args:
            values: the values of the slots, in their order.
            now: an aware time.
        """
        relaxed = [relax(value) for relax, value in zip(self._relax, values, strict=True)]
        fields = self._fields.fill(relaxed)
        body_hash = b64encode(sha256(self._body.fill(relaxed)).digest()).decode()
        seconds = int(now.timestamp())
        return b"".join([one.over(fields, body_hash, seconds) for one in self._signatures])


class _Signature:
    """The signature field of one key, without time, hash and signature."""

    def __init__(self, domain: str, selector: str, key: SigningKey, names: Sequence[str]) -> None:
        self._key = key
        self._opening = (
            f"DKIM-Signature: v=1; a={key.algorithm}-sha256; c=relaxed/relaxed;\r\n"
            f" d={domain}; s={selector};\r\n"
            f" h={_folded_names(names)};\r\n"
        )

    def over(self, fields: bytes, body_hash: str, seconds: int) -> bytes:
        unsigned = f"{self._opening} t={seconds}; bh={body_hash};\r\n b=".encode()
        # Section 3.7: the field itself is hashed last, with empty b= and without its CRLF.
        octets = fields + relaxed_field(unsigned + b"\r\n")[:-2]
        written = b64encode(self._key.sign(octets))
        first = LINE_MAX - len(" b=")
        rest = range(first, len(written), LINE_MAX - 1)
        lines = [written[:first], *(written[at : at + LINE_MAX - 1] for at in rest)]
        return unsigned + b"\r\n ".join(lines) + b"\r\n"


def _name_of(piece: Piece) -> str:
    return piece if isinstance(piece, str) else piece.partition(b":")[0].decode().lower()


def _folded_names(names: Sequence[str]) -> str:
    lines = [names[0]]
    for name in names[1:]:
        if len(lines[-1]) + len(name) + len(" h=:;") > LINE_MAX:
            lines[-1] += ":"
            lines.append(name)
        else:
            lines[-1] += f":{name}"
    return "\r\n ".join(lines)
