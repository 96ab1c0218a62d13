"""A test send: like a dispatch, but without a ledger and without subscribers."""

from collections.abc import Iterator, Sequence

from newsletter.delivery.provider import Provider, Receipt
from newsletter.message.envelope import Envelope


class _Allowed:
    """A begin that records nothing: a test letter may leave at once."""

    def wait(self) -> bool:
        return True


def deliver_tests(provider: Provider, envelopes: Sequence[Envelope]) -> Iterator[Receipt]:
    """
    Deliver test letters over one connection after another; yield a receipt for each.

    An envelope that was returned unsent is not offered again.

    Raises:
        ProviderError: what a person must fix.
    """
    waiting = iter(envelopes)
    left = len(envelopes)
    while left:
        connection = provider.connect()
        before = left
        try:
            for receipt in connection.deliver(waiting, lambda _: _Allowed()):
                left -= 1
                yield receipt
        finally:
            connection.close()
        if left == before:
            return
