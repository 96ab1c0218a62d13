"""TLS in memory: encrypted bytes are sent only when the owner sends them."""

import ssl
from contextlib import suppress
from typing import Final

PIECE: Final = 1 << 14  # bytes: the maximum of a TLS record


class Seal:
    """
    One side of a TLS connection; its owner does the sending and receiving.

    A socket of ssl encrypts and sends in one call, lets other threads run meanwhile, and does
    not report how much of a failed write was sent. This class sends nothing itself.
    """

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        self._received, self._sealed = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._received, self._sealed, server_hostname=host)

    def shake_hands(self) -> bool:
        """
        Continue the handshake; return False if the other side must send next.

        Raises:
            ssl.SSLError: the other side is not trusted, or supports no current version of TLS.
        """
        with suppress(ssl.SSLWantReadError):
            self._tls.do_handshake()
            return True
        return False

    def certificate(self) -> bytes:
        """Return the other side's certificate (DER), after the handshake."""
        return self._tls.getpeercert(binary_form=True) or b""

    def receive(self, sealed: bytes) -> None:
        """Accept the bytes received from the other side."""
        self._received.write(sealed)

    def sealed(self) -> bytes:
        """Return the bytes to be sent next, and remove them from the buffer."""
        return self._sealed.read()

    def seal(self, words: bytes) -> bytes:
        """
        Encrypt *words*, and return all bytes to be sent; never fewer than in *words*.

        Raises:
            ssl.SSLError: the connection has ended.
        """
        left = memoryview(words)
        while left:
            left = left[self._tls.write(left) :]
        return self.sealed()

    def opened(self) -> bytes:
        """
        Decrypt the complete records that were received.

        Raises:
            ssl.SSLError: the bytes were not encrypted by the other side.
        """
        parts = []
        with suppress(ssl.SSLWantReadError):
            while part := self._tls.read(PIECE):
                parts.append(part)
        return b"".join(parts)
