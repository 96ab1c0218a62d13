"""
An older ledger is put back, and others are added: letters of before name nobody of them.

The rows of readers who were added since the backup are given to others, and their letters are
in mailboxes for years. A link or a bounce of such a letter may find its own reader or nobody.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Final

import pytest

from newsletter.app.keys import read_or_make_link_keys
from newsletter.message.bounces import BounceAddresses, ReturnPurpose
from newsletter.message.links import Purpose, ReaderLinks
from newsletter.subscribers.book import Selection
from newsletter.subscribers.reader_id import ReaderName
from tests.makers import ISSUE_ID, PUBLICATION
from tests.stage.clocked import ClockedStage
from tests.stage.site import PUBLIC_URL

LIST_ID: Final = "e-news.example.org"
BOUNCES: Final = "bounces@news.example.org"
KEPT: Final = [f"r{number}@example.org" for number in range(1, 5)]  # in the backup
LOST: Final = ["kim@example.org", "lee@example.org", "back@example.org"]  # added after it
OTHERS: Final = ["park@example.org", "back@example.org", "choi@example.org"]  # after the restore
ANSWER: Final = ("--after-restore", "--because", "the relay's log was read")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one letter, as its reader's mail program and mail server see them."""

    unsubscribe: str
    preferences: str
    bounce: str
    mailto: str


def tokens_in(letter: bytes) -> Tokens:
    message = message_from_bytes(letter)
    text = next(part for part in message.walk() if part.get_content_type() == "text/plain")
    body = text.get_payload(decode=True)
    assert isinstance(body, bytes)
    uris = str(message["List-Unsubscribe"])

    def found(pattern: str, where: str) -> str:
        [token] = {*re.findall(pattern, where)}
        return str(token)

    return Tokens(
        found(rf"<{PUBLIC_URL}/u/([^>]+)>", uris),
        found(rf"{PUBLIC_URL}/p/([\w.-]+)", body.decode()),
        found(r"bounces\+(\w+)@", str(message["Return-Path"])),
        found(r"<mailto:bounces\+(\w+)@", uris),
    )


class Reading:
    """Whom the tokens of letters name in the ledger as it is now."""

    def __init__(self, desk: ClockedStage) -> None:
        keys = read_or_make_link_keys(desk.site.settings, lambda: True)
        self._links = ReaderLinks(keys, LIST_ID, PUBLIC_URL)
        self._addresses = BounceAddresses(keys, LIST_ID, BOUNCES)
        self._book = desk.site.records.book()

    def named(self, tokens: Tokens) -> list[ReaderName]:
        """Return the readers that the tokens of a letter name; each token is valid."""
        names = [
            self._links.read_token(Purpose.UNSUBSCRIBE, tokens.unsubscribe),
            self._links.read_token(Purpose.PREFERENCES, tokens.preferences),
        ]
        for purpose, token in zip(ReturnPurpose, (tokens.bounce, tokens.mailto), strict=True):
            returned = self._addresses.read(token)
            assert returned is not None
            assert returned.purpose is purpose
            names.append(returned.reader)
        return [name for name in names if name is not None]

    def owners(self, tokens: Tokens) -> list[str | None]:
        """Return the address of whom each token of a letter finds; None: nobody."""
        found = [self._book.find_named(name) for name in self.named(tokens)]
        assert len(found) == 4
        return [one.address if one else None for one in found]


def send(desk: ClockedStage, *words: str) -> Mapping[str, Tokens]:
    """Dispatch the issue; return the tokens of the letters that were written, by reader."""
    desk.run("dispatch", ISSUE_ID, "--yes", *words)
    written = {}
    for path in (desk.root / "outbox").glob("*.eml"):
        letter = path.read_bytes()
        written[str(message_from_bytes(letter)["To"])] = tokens_in(letter)
        path.unlink()
    return written


def add(desk: ClockedStage, addresses: Sequence[str]) -> None:
    for address in addresses:
        desk.run("subscribers", "add", address, "--language", "ko")


def rows_of(desk: ClockedStage) -> dict[int, str]:
    found = {one.id: one.address for one in desk.site.records.book().select(Selection())}
    desk.site.close()
    return {int(number): address for number, address in found.items()}


@pytest.fixture
def desk(tmp_path: Path) -> ClockedStage:
    desk = ClockedStage(tmp_path / "site", readers=len(KEPT))
    text = PUBLICATION.replace("  address: news@", f"  bounces: {BOUNCES}\n  address: news@")
    (desk.root / "issues" / "publication.yaml").write_text(text, encoding="utf-8")
    desk.restart()
    return desk


def test_tokens_of_old_letters_find_their_own_reader_or_nobody(
    desk: ClockedStage, tmp_path: Path
) -> None:
    backup = str(tmp_path / "backup.db")
    desk.run("backup", backup)
    add(desk, LOST)
    before, old = rows_of(desk), send(desk)

    desk.run("restore", backup, "--yes")
    desk.restart()
    add(desk, OTHERS)
    after, new = rows_of(desk), send(desk, *ANSWER)

    assert {*old} == {*KEPT, *LOST}
    assert {*new} == {*KEPT, *OTHERS}
    reused = [row for row in before if row in after and before[row] != after[row]]
    assert len(reused) >= 2  # a token with a row's number would name somebody else
    reading = Reading(desk)
    assert {who: reading.owners(tokens) for who, tokens in old.items()} == {
        **{who: [who] * 4 for who in KEPT},
        # One of them is back, with another consent: a letter of before does not speak for it.
        **{who: [None] * 4 for who in LOST},
    }
    assert {who: reading.owners(tokens) for who, tokens in new.items()} == {
        who: [who] * 4 for who in [*KEPT, *OTHERS]
    }


def test_tokens_of_letters_that_the_restored_ledger_never_sent_are_valid_all_the_same(
    desk: ClockedStage, tmp_path: Path
) -> None:
    """An old letter's link goes on to work for who is still there, before anything is sent."""
    backup = str(tmp_path / "backup.db")
    desk.run("backup", backup)
    old = send(desk)

    desk.run("restore", backup, "--yes")
    desk.restart()

    reading = Reading(desk)
    assert {who: reading.owners(tokens) for who, tokens in old.items()} == {
        who: [who] * 4 for who in KEPT
    }
