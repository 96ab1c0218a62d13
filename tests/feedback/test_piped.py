"""A mail on standard input."""

import tracemalloc
from io import BufferedReader, BytesIO, RawIOBase
from typing import TYPE_CHECKING

import pytest

from newsletter.feedback.inbox import READ_MAX
from newsletter.feedback.piped import Piped, read_piped

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


@pytest.mark.parametrize(
    ("length", "kept"),
    [
        (0, 0),
        (1, 1),
        (READ_MAX - 1, READ_MAX - 1),
        (READ_MAX, READ_MAX),
        (READ_MAX + 1, READ_MAX),
        (3 * READ_MAX + 5, READ_MAX),
    ],
)
def test_a_mail_is_read_to_its_end_and_kept_in_part(length: int, kept: int) -> None:
    stream = BytesIO(bytes(range(251)) * (length // 251 + 1))
    stream.truncate(length)
    whole = stream.getvalue()

    [arrived] = read_piped(stream).waiting()

    assert arrived.content == whole[:kept]
    assert arrived.size == length
    assert stream.read() == b""


class Endless(RawIOBase):
    """A mail of 100 MB that lies nowhere."""

    left = 100_000_000

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        count = min(len(memoryview(buffer)), self.left)
        self.left -= count
        return count


def test_a_mail_without_end_costs_no_more_memory_than_another() -> None:
    tracemalloc.start()
    [arrived] = read_piped(BufferedReader(Endless())).waiting()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert arrived.size == 100_000_000
    assert peak < 4 * READ_MAX


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((), ()),
        (("b+x@example.org",), ("b+x@example.org",)),
        ((" <b+x@example.org> ", "", "<>", "c@example.org"), ("b+x@example.org", "c@example.org")),
    ],
)
def test_recipients_of_the_envelope_lose_their_brackets(
    given: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    [arrived] = Piped(b"Subject: x\n\n", sent_to=given).waiting()

    assert arrived.sent_to == expected
    assert arrived.size == len(arrived.content) == 12


def test_a_mail_waits_until_it_is_put_away() -> None:
    piped = Piped(b"Subject: x\n\n")
    [arrived] = piped.waiting()
    assert [*piped.waiting()] == [arrived]

    piped.put_away([arrived])

    assert [*piped.waiting()] == []
    piped.wait(3600)
    piped.close()
