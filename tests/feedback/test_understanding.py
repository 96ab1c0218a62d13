"""Mails as servers and people of many kinds and languages write them: what each is, and why."""

import re
from pathlib import Path
from typing import Final

import pytest

from newsletter.feedback.raw_mail import open_mail
from newsletter.feedback.understanding import understand

FILES: Final = (
    "mails.txt",
    "mails_of_servers.txt",
    "mails_of_providers.txt",
    "mails_of_countries.txt",
    "mails_of_shapes.txt",
    "mails_of_transcripts.txt",
    "mails_of_small_servers.txt",
)
BEGINNING: Final = "\n==== "
CHARSET: Final = re.compile(r"charset=(iso-2022-jp|euc-kr|gb18030)")
MAILS: Final = [
    (*head.split(), mail)
    for file in FILES
    for block in Path(__file__).with_name(file).read_text(encoding="utf-8").split(BEGINNING)[1:]
    for head, _, mail in [block.partition("\n")]
]


def encoded(mail: str) -> bytes:
    """Return a mail in the character set that it names for its text; UTF-8 if it names none."""
    charset = CHARSET.search(mail)
    return mail.encode(charset[1] if charset else "utf-8")


@pytest.mark.parametrize(
    ("kind", "bounce_class", "reason", "name", "mail"), MAILS, ids=[one[3] for one in MAILS]
)
def test_a_mail_is_understood(
    kind: str, bounce_class: str, reason: str, name: str, mail: str
) -> None:
    found = understand(open_mail(encoded(mail)))

    said = found.diagnosis
    told = ("-", "-") if said is None else (said.bounce_class, said.reason)
    assert (found.kind, *told) == (kind, bounce_class, reason), name


@pytest.mark.parametrize("mail", [one[4] for one in MAILS], ids=[one[3] for one in MAILS])
@pytest.mark.parametrize("words", ["550 5.1.1 user unknown", "552 5.2.2 mailbox full"])
def test_the_letter_that_is_sent_back_decides_nothing(mail: str, words: str) -> None:
    """What stands behind the mark of the letter may be anything, a bounce among it."""
    mark = "\n------ This is a copy of the message, including all the headers. ------\n"
    before = understand(open_mail(encoded(mail)))

    after = understand(open_mail(encoded(mail.replace("--b--", "") + mark + words)))

    if before.diagnosis is not None:
        assert after == before
