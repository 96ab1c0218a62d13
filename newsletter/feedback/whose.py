"""
Finds out whose letter a mail is about: by what only that letter contained.

An address in the text proves nothing: anybody can write a bounce, and it would suppress whom they
like.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from enum import StrEnum
from typing import Final

from newsletter.feedback.raw_mail import Mail
from newsletter.feedback.reports import envelope_id_in
from newsletter.feedback.texts import headers_of
from newsletter.message.bounces import BounceAddresses, Returned

# Where servers write the address that a mail was sent to, the surest first.
SENT_TO: Final = ("X-Original-To", "Delivered-To", "Envelope-To", "X-Envelope-To", "To", "Cc")
# Fields of our letters that contain the token, in the letter that a bounce sends back.
OF_LETTER: Final = ("Return-Path", "X-Envelope-From", "List-Unsubscribe")
MESSAGE_ID: Final = re.compile(r"<?([A-Za-z0-9-]{1,64}\.[0-9a-f]{32})@[^<>\s]{1,255}>?")
_ADDRESS: Final = re.compile(r"[^\s<>\"'(),;:\[\]]{1,128}@[^\s<>\"'(),;:\[\]?]{1,255}")
ADDRESSES_MAX: Final = 200  # that are looked at in one mail


class Proof(StrEnum):
    """By what the letter was found; stored."""

    ADDRESS = "address"  # the token in the address that the mail was sent to
    ENVELOPE = "envelope"  # Original-Envelope-Id, which our letter gave to the server
    LETTER = "letter"  # the letter that was sent back
    ANSWER = "answer"  # In-Reply-To or References of a person's answer
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Whose:
    """What a mail is about."""

    proof: Proof
    returned: Returned | None = None  # the reader, and the mark of the issue
    message_id: str = ""  # of one of our letters, without its domain; its tag is yet to be checked


NOBODYS: Final = Whose(Proof.NONE)


def find_whose(mail: Mail, sent_to: Sequence[str], addresses: BounceAddresses | None) -> Whose:
    """
    Return whose letter a mail is about.

    Args:
        mail: what came back.
        sent_to: the addresses that the mail server says it was sent to.
        addresses: reads the tokens of the publication; None: letters have no address of their own.
    """
    if addresses is not None:
        for proof, texts in _places(mail, sent_to):
            for returned in _read(texts, addresses):
                return Whose(proof, returned)
    for letter in mail.enclosed:
        if found := _message_id_in(headers_of(letter, "Message-ID")):
            return Whose(Proof.LETTER, message_id=found)
    answered = [*headers_of(mail.head, "In-Reply-To"), *headers_of(mail.head, "References")]
    if found := _message_id_in(answered):
        return Whose(Proof.ANSWER, message_id=found)
    return NOBODYS


def _places(mail: Mail, sent_to: Sequence[str]) -> Iterator[tuple[Proof, Sequence[str]]]:
    yield Proof.ADDRESS, [*sent_to, *_fields(mail.head, SENT_TO)]
    yield Proof.ENVELOPE, [envelope_id_in(mail)]
    for letter in mail.enclosed:
        yield Proof.LETTER, _fields(letter, OF_LETTER)


def _fields(message: Message, names: Sequence[str]) -> Sequence[str]:
    return [value for name in names for value in headers_of(message, name)]


def _read(texts: Sequence[str], addresses: BounceAddresses) -> Iterator[Returned]:
    """Yield what tokens in *texts* name: alone, or in an address at the bounce mailbox."""
    looked = 0
    for text in texts:
        for word in [text.strip(), *(found[0] for found in _ADDRESS.finditer(text))]:
            looked += 1
            if looked > ADDRESSES_MAX:
                return
            token = addresses.token_in(word) or word
            if (returned := addresses.read(token)) is not None:
                yield returned


def _message_id_in(texts: Sequence[str]) -> str:
    for text in texts:
        for found in MESSAGE_ID.finditer(text):
            return found[1]
    return ""
