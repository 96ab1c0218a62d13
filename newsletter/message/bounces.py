"""
The addresses of one letter at the bounce mailbox: its reverse-path (VERP), and its mailto link.

The local part contains a token of 50 characters in lower-case base32, because servers may change
the case of local parts: the reader's opaque id (10 bytes), four bytes that identify the issue,
one that identifies the key, and a tag of 26 characters. So the letter is found without a search,
and after the restore of an older database a token never identifies another reader: ids are
random, and the token contains no row number.

The two tokens of a letter differ in their tags only, so that a bounce or an out-of-office reply
is never taken for an unsubscription. Both tags come from one hash (BLAKE2b with a key, RFC 7693),
from parts of it that do not overlap: whoever sees one tag cannot compute the other. Tags are
compared and never decoded. So each character is made from six bits of the hash, of which it keeps
five: 130 bits a tag, in a third of the time that base32 takes.
"""

import hashlib
from base64 import b32encode
from binascii import b2a_base64
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from hmac import compare_digest
from secrets import token_bytes
from typing import Final
from urllib.parse import quote

from newsletter.issue.bounce_address import PLACE, TOKEN_LENGTH, token_template
from newsletter.message.keys import LinkKeys
from newsletter.subscribers.reader_id import ReaderId

READER_LENGTH: Final = 16  # characters of an opaque id after its r
ISSUE_LENGTH: Final = 8  # characters of five bytes: four of the issue, one of the key
TAG_LENGTH: Final = 26  # characters, five bits each
TAGS_BYTES: Final = 40  # of the hash: base64 of it has the characters of two tags
ALPHABET: Final = b"abcdefghijklmnopqrstuvwxyz234567"  # RFC 4648, section 6, in lower case
BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
FOLD: Final = bytes.maketrans(BASE64, ALPHABET * 2)  # each letter replaces two of base64
# RFC 6068, section 2: what a mailto URI may contain unencoded of a local part.
IN_MAILTO: Final = "!$'*+"
SUBJECT: Final = "unsubscribe"  # for a person who reads the mailbox


class ReturnPurpose(StrEnum):
    """The purpose of a token in an address at the bounce mailbox."""

    BOUNCE = "bounce"
    UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True, slots=True)
class Returned:
    """The reader and the issue of an address at the bounce mailbox, and the address's purpose."""

    purpose: ReturnPurpose
    reader: ReaderId
    issue_mark: str  # see `BounceAddresses.is_of`


class BounceAddresses:
    """Makes and reads the addresses at the bounce mailbox of one publication; thread-safe."""

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
        self._mailto_before = f"mailto:{quote(self._before, safe=IN_MAILTO)}"
        local, _, domain = self._after.rpartition("@")
        self._mailto_after = f"{quote(local, safe=IN_MAILTO)}@{domain}?subject={SUBJECT}"

    def tokens(self, issue: str, reader: ReaderId) -> tuple[str, str]:
        """Return the tokens of the letter of *issue* to *reader*, in the order of the purposes."""
        signer = self._signers[0]
        return signer.sign(reader[1:] + signer.mark_of(issue))

    def token_of_nobody(self) -> str:
        """Return a token without a reader, for test letters; it is valid for no purpose."""
        drawn = b32encode(token_bytes(READER_LENGTH * 5 // 8)).decode().lower()
        signer = self._signers[0]
        return signer.sign(drawn + signer.mark_of(""), b"test")[0]

    def token_of_mail(self, name: str) -> str:
        """Return the token of a mail of the program: *name* is its 17 characters."""
        signer = self._signers[0]
        return signer.sign(name[1:] + signer.mark_of(""), b"mail")[0]

    def address(self, token: str) -> str:
        """Return the address that contains *token*: the reverse-path, if it is for bounces."""
        return f"{self._before}{token}{self._after}"

    def mailto(self, token: str) -> str:
        """Return the URI by which mail programs write to the address of *token* (RFC 6068)."""
        return f"{self._mailto_before}{token}{self._mailto_after}"

    def token_in(self, address: str) -> str | None:
        """Return what stands in an address where its token would; None: it is another address."""
        folded, before, after = address.lower(), self._before.lower(), self._after.lower()
        token = folded.removeprefix(before).removesuffix(after)
        return token if folded == f"{before}{token}{after}" else None

    def read(self, token: str) -> Returned | None:
        """Return what *token* identifies, in any letter case; None if it is not valid."""
        token = token.lower()
        name = token[:-TAG_LENGTH]
        if len(token) != TOKEN_LENGTH or not token.isascii():
            return None
        found = None
        for signer in self._signers:  # to the end, so that the time does not tell what matched
            for purpose, made in zip(ReturnPurpose, signer.sign(name), strict=True):
                if compare_digest(made, token):
                    found = purpose
        if found is None:
            return None
        reader = f"r{name[:READER_LENGTH]}"
        return Returned(found, ReaderId(reader), name[READER_LENGTH:])

    def read_mail(self, token: str) -> str | None:
        """Return the name of the program's mail that *token* is of; None: of none."""
        token = token.lower()
        name = token[:-TAG_LENGTH]
        if len(token) != TOKEN_LENGTH or not token.isascii():
            return None
        is_its = False
        for signer in self._signers:  # to the end, as above
            is_its |= compare_digest(signer.sign(name, b"mail")[0], token)
        return f"m{name[:READER_LENGTH]}" if is_its else None

    def is_nobodys(self, token: str) -> bool:
        """Return whether *token* is one of `token_of_nobody`."""
        token = token.lower()
        if len(token) != TOKEN_LENGTH or not token.isascii():
            return False
        is_its = False
        for signer in self._signers:  # to the end, as above
            is_its |= compare_digest(signer.sign(token[:-TAG_LENGTH], b"test")[0], token)
        return is_its

    def is_of(self, returned: Returned, issue: str) -> bool:
        """Whether the letter belongs to *issue*."""
        return any(signer.mark_of(issue) == returned.issue_mark for signer in self._signers)


class _Signer:
    """Makes tags and marks with one key."""

    def __init__(self, key: bytes, list_id: str) -> None:
        salted = hashlib.sha256(f"newsletter {list_id} bounce ".encode() + key).digest()
        self._keyed_tags = hashlib.blake2b(key=salted, digest_size=TAGS_BYTES, person=b"tags")
        self._keyed_issue = hashlib.blake2b(key=salted, digest_size=4, person=b"issue")
        self._key_id = hashlib.blake2b(key=salted, digest_size=1, person=b"key").digest()
        self.mark_of = lru_cache(maxsize=256)(self._mark)

    def sign(self, name: str, salt: bytes = b"") -> tuple[str, str]:
        """Return *name* with the tag of each purpose, in their order."""
        keyed = self._keyed_tags.copy()
        keyed.update(salt + name.encode())
        tags = b2a_base64(keyed.digest(), newline=False).translate(FOLD).decode()
        return name + tags[:TAG_LENGTH], name + tags[TAG_LENGTH : 2 * TAG_LENGTH]

    def _mark(self, issue: str) -> str:
        """Return the mark of *issue* and this key: 8 characters."""
        keyed = self._keyed_issue.copy()
        keyed.update(issue.encode())
        return b32encode(keyed.digest() + self._key_id).decode().lower()
