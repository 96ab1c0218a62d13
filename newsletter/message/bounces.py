"""
The reverse-path of each letter (VERP): a unique address that receives the letter's bounces.

The local part contains a token of 50 characters in lower-case base32, because servers may change
the case of local parts: the reader's opaque id (10 bytes), four bytes that identify the issue,
one that identifies the key, and a tag of 16 bytes (BLAKE2b with a key, RFC 7693). So the letter
is found without a search, and after the restore of an older database a token never identifies
another reader: ids are random, and the token contains no row number.
"""

import hashlib
from base64 import b32encode
from dataclasses import dataclass
from functools import lru_cache
from hmac import compare_digest
from secrets import token_bytes
from typing import Final

from newsletter.issue.bounce_address import PLACE, TOKEN_LENGTH, token_template
from newsletter.message.keys import LinkKeys
from newsletter.subscribers.reader_id import ReaderId

READER_LENGTH: Final = 16  # characters of an opaque id after its r
ISSUE_LENGTH: Final = 8  # characters of five bytes: four of the issue, one of the key
TAG_BYTES: Final = 16
TAG_LENGTH: Final = 26  # characters
ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz234567"  # RFC 4648, section 6, in lower case
PAIRS: Final = [first + second for first in ALPHABET for second in ALPHABET]
SHIFTS: Final = range(TAG_LENGTH * 5 - 10, -1, -10)  # bit shifts of the character pairs of a tag
SPARE_BITS: Final = TAG_LENGTH * 5 - TAG_BYTES * 8


@dataclass(frozen=True, slots=True)
class Bounced:
    """The reader and the issue of a bounce address."""

    reader: ReaderId
    issue_mark: str  # see `BounceAddresses.is_of`


class BounceAddresses:
    """Makes and reads the reverse-paths of one publication; thread-safe."""

    def __init__(self, keys: LinkKeys, list_id: str, address: str) -> None:
        """
        Prepare the keys.

        Args:
            keys: the newest key makes addresses; all keys read them.
            list_id: the publication's List-Id.
            address: ``sender.bounces`` of publication.yaml.
        """
        self._signers = [_Signer(key, list_id) for key in keys]
        self._before, self._after = token_template(address).split(PLACE)

    def token(self, issue: str, reader: ReaderId) -> str:
        """Return the token of the letter of *issue* to *reader*."""
        signer = self._signers[0]
        return signer.sign(reader[1:] + signer.mark_of(issue))

    def token_of_nobody(self) -> str:
        """Return a token without a reader, for test letters."""
        drawn = b32encode(token_bytes(READER_LENGTH * 5 // 8)).decode().lower()
        signer = self._signers[0]
        return signer.sign(drawn + signer.mark_of(""), b"test")

    def token_of_mail(self, name: str) -> str:
        """Return the token of a mail of the program: *name* is its 17 characters."""
        signer = self._signers[0]
        return signer.sign(name[1:] + signer.mark_of(""), b"mail")

    def address(self, token: str) -> str:
        """Return the reverse-path that contains *token*."""
        return f"{self._before}{token}{self._after}"

    def read(self, token: str) -> Bounced | None:
        """Return reader and issue of *token*, in any letter case; None if it is not valid."""
        token = token.lower()
        name = token[:-TAG_LENGTH]
        if len(token) != TOKEN_LENGTH or not token.isascii():
            return None
        if not any(compare_digest(signer.sign(name), token) for signer in self._signers):
            return None
        reader = f"r{name[:READER_LENGTH]}"
        return Bounced(ReaderId(reader), name[READER_LENGTH:])

    def is_of(self, bounced: Bounced, issue: str) -> bool:
        """Whether the letter belongs to *issue*."""
        return any(signer.mark_of(issue) == bounced.issue_mark for signer in self._signers)


class _Signer:
    """Makes tags and marks with one key."""

    def __init__(self, key: bytes, list_id: str) -> None:
        salted = hashlib.sha256(f"newsletter {list_id} bounce ".encode() + key).digest()
        self._keyed_tag = hashlib.blake2b(key=salted, digest_size=TAG_BYTES, person=b"tag")
        self._keyed_issue = hashlib.blake2b(key=salted, digest_size=4, person=b"issue")
        self._key_id = hashlib.blake2b(key=salted, digest_size=1, person=b"key").digest()
        self.mark_of = lru_cache(maxsize=256)(self._mark)

    def sign(self, name: str, purpose: bytes = b"") -> str:
        """Return *name* with its tag."""
        keyed = self._keyed_tag.copy()
        keyed.update(purpose + name.encode())
        bits = int.from_bytes(keyed.digest()) << SPARE_BITS
        return name + "".join([PAIRS[bits >> shift & 1023] for shift in SHIFTS])

    def _mark(self, issue: str) -> str:
        """Return the mark of *issue* and this key: 8 characters."""
        keyed = self._keyed_issue.copy()
        keyed.update(issue.encode())
        return b32encode(keyed.digest() + self._key_id).decode().lower()
