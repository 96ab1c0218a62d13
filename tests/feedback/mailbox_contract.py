"""What every inbox keeps: mails of the tests, and how one is read to its end."""

from collections.abc import Iterable

from newsletter.feedback.inbox import Arrived, Inbox


def make_mail(number: int, length: int = 0) -> bytes:
    """Make a mail that differs from all others, at least *length* octets long."""
    head = f"From: <postmaster@example.org>\r\nSubject: mail {number}\r\n\r\n".encode()
    return head + b"0123456789abcd\r\n" * (max(0, length - len(head)) // 16 + 1)


def subjects_of(arrived: Iterable[Arrived]) -> list[int]:
    """Return the numbers that mails of `make_mail` have."""
    lines = [one.content.splitlines()[1] for one in arrived]
    return [int(line.removeprefix(b"Subject: mail ")) for line in lines]


def read_all(inbox: Inbox) -> list[int]:
    """Read what waits and put it away, and return the numbers."""
    arrived = [*inbox.waiting()]
    inbox.put_away(arrived)
    return subjects_of(arrived)
