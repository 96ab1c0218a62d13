"""DKIM (RFC 6376): a domain vouches for a letter, and nothing in it can be changed or added."""

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

from newsletter.message.dkim_key import SigningKey
from newsletter.message.headers import LINE_MAX
from newsletter.message.segments import Piece, Segments

# Each is named once more in h= than it occurs, so that none can be added (section 8.15).
# RFC 8058 requires both List-Unsubscribe fields among them.
SIGNED: Final = (
    *("from", "to", "reply-to", "subject", "date", "message-id"),
    *("list-id", "list-unsubscribe", "list-unsubscribe-post", "feedback-id"),
    *("mime-version", "content-type", "content-transfer-encoding"),
)
WHITE_SPACE: Final = re.compile(rb"[ \t]+")
LINE_ENDS: Final = re.compile(rb"[ \t]+(?=\r\n)")


def relaxed_field(field: bytes) -> bytes:
    """Return one header field, CRLF included, in relaxed form (section 3.4.2)."""
    name, _, value = field.partition(b":")
    value = WHITE_SPACE.sub(b" ", value.replace(b"\r\n", b"")).strip(b" ")
    return name.strip(b" \t").lower() + b":" + value + b"\r\n"


def relaxed_lines(lines: bytes) -> bytes:
    """Return lines of a body in relaxed form (section 3.4.4); empty ones at its end are kept."""
    return WHITE_SPACE.sub(b" ", LINE_ENDS.sub(b"", lines))


def relaxed_value(value: bytes) -> bytes:
    """Return what fills a slot of a body in relaxed form; its lines must end in no space."""
    return WHITE_SPACE.sub(b" ", value) if b"  " in value or b"\t" in value else value


class DkimSigner:
    """Signs the letters of one domain with every key it has; safe to share between threads."""

    def __init__(self, domain: str, keys: Mapping[str, SigningKey]) -> None:
        """
        Sign with *keys*.

        Args:
            domain: d=, the domain that the DNS records belong to.
            keys: by selector; each makes a signature of its own.
        """
        self._domain = domain
        self._keys = keys

    def seal(self, fields: Sequence[Piece], body: Sequence[Piece], slots: Sequence[str]) -> "Seal":
        """
        Prepare the signatures of one edition's letters.

        Args:
            fields: the header, a piece a field; a slot is named like the field that fills it.
            body: ends in a line that is not empty; a slot starts a line, and what follows
                it is no white space.
            slots: every slot, in the order in which values are given.
        """
        return Seal(self._domain, self._keys, fields, body, slots)


class Seal:
    """What all letters of an edition have in common to be signed."""

    def __init__(
        self,
        domain: str,
        keys: Mapping[str, SigningKey],
        fields: Sequence[Piece],
        body: Sequence[Piece],
        slots: Sequence[str],
    ) -> None:
        """Bring everything constant into its canonical form; see `DkimSigner.seal`."""
        by_name = {_name_of(piece): piece for piece in fields}
        signed = [by_name[name] for name in SIGNED if name in by_name]
        canonical = [relaxed_field(one) if isinstance(one, bytes) else one for one in signed]
        self._fields = Segments(canonical, slots)
        self._body = Segments(body, slots, relaxed_lines)
        # A value's own line ends are soft: an equals sign keeps white space away from them.
        self._relax = [relaxed_field if slot in by_name else relaxed_value for slot in slots]
        names = [name for name in SIGNED for _ in range(1 + (name in by_name))]
        self._signatures = [
            _Signature(domain, selector, key, names) for selector, key in keys.items()
        ]

    def signatures(self, values: Sequence[bytes], now: datetime) -> bytes:
        """
        Return the DKIM-Signature fields of one letter, to be put before all others.

        Args:
            values: what fills the slots, in their order.
            now: an aware time.
        """
        relaxed = [relax(value) for relax, value in zip(self._relax, values, strict=True)]
        fields = self._fields.fill(relaxed)
        body_hash = b64encode(sha256(self._body.fill(relaxed)).digest()).decode()
        seconds = int(now.timestamp())
        return b"".join([one.over(fields, body_hash, seconds) for one in self._signatures])


class _Signature:
    """The signature of one key: its field without time, hash and signature."""

    def __init__(self, domain: str, selector: str, key: SigningKey, names: Sequence[str]) -> None:
        self._key = key
        self._opening = (
            f"DKIM-Signature: v=1; a={key.algorithm}-sha256; c=relaxed/relaxed;\r\n"
            f" d={domain}; s={selector};\r\n"
            f" h={_folded_names(names)};\r\n"
        )

    def over(self, fields: bytes, body_hash: str, seconds: int) -> bytes:
        unsigned = f"{self._opening} t={seconds}; bh={body_hash};\r\n b=".encode()
        # Section 3.7: the field itself comes last, with b= empty and without its CRLF.
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
