"""TLS over bytes in memory: what is sealed leaves when it is sent, and not before."""

import ssl
from contextlib import suppress
from typing import Final

PIECE: Final = 1 << 14  # bytes: a record of TLS holds no more


class Seal:
    """
    One side of a TLS connection that leaves sending and receiving to its owner.

    A socket of ssl encrypts and sends in one call, lets other threads run meanwhile, and does
    not tell how much of a write that failed has left. Here nothing leaves by itself.
    """

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        self._received, self._sealed = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._received, self._sealed, server_hostname=host)

    def shake_hands(self) -> bool:
        """
        Go on with the handshake; False where the other side must speak next.

        Raises:
            ssl.SSLError: the other side is not to be trusted, or speaks no TLS of today.
        """
        with suppress(ssl.SSLWantReadError):
            self._tls.do_handshake()
            return True
        return False

    def receive(self, sealed: bytes) -> None:
        """Take what came from the other side."""
        self._received.write(sealed)

    def sealed(self) -> bytes:
        """Return what is to be sent next, and forget it."""
        return self._sealed.read()

    def seal(self, words: bytes) -> bytes:
        """
        Encrypt *words*, and return all that is to be sent; never shorter than they are.

        Raises:
            ssl.SSLError: the connection has ended.
        """
        left = memoryview(words)
        while left:
            left = left[self._tls.write(left) :]
        return self.sealed()

    def opened(self) -> bytes:
        """
        Decrypt what was received, as far as it is whole.

        Raises:
            ssl.SSLError: it is not what the other side has sealed.
        """
        parts = []
        with suppress(ssl.SSLWantReadError):
            while part := self._tls.read(PIECE):
                parts.append(part)
        return b"".join(parts)
