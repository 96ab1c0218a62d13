"""
Finds out whose letter a mail is about: by what only that letter contained.

An address in the text proves nothing: anybody can write a bounce, and it would suppress whom they
like.
"""

import re
from collections.abc import Iterator, Sequence
from email.message import Message
from typing import Final

from newsletter.feedback.event import NOBODYS, Proof, Whose
from newsletter.feedback.raw_mail import Mail
from newsletter.feedback.reports import envelope_id_in
from newsletter.feedback.texts import headers_of
from newsletter.issue.bounce_address import TOKEN_LENGTH
from newsletter.message.bounces import BounceAddresses

# Where servers write the address that a mail was sent to, the surest first.
SENT_TO: Final = ("X-Original-To", "Delivered-To", "Envelope-To", "X-Envelope-To", "To", "Cc")
# Fields of our letters that contain the token, in the letter that a bounce sends back.
OF_LETTER: Final = ("Return-Path", "X-Envelope-From", "List-Unsubscribe")
OWN_MAIL: Final = re.compile(r"<?mail\.(m[a-z2-7]{16})@[^<>\s]{1,255}>?")
MESSAGE_ID: Final = re.compile(r"<?([A-Za-z0-9-]{1,64}\.[0-9a-f]{32})@[^<>\s]{1,255}>?")
_ADDRESS: Final = re.compile(r"[^\s<>\"'(),;:\[\]]{1,128}@[^\s<>\"'(),;:\[\]?]{1,255}")
_TOKEN: Final = re.compile(rf"(?<![a-z2-7])[a-z2-7]{{{TOKEN_LENGTH}}}(?![a-z2-7])")
ADDRESSES_MAX: Final = 200  # that are looked at in one mail


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
            for found in _read(proof, texts, addresses):
                return found
    for letter in mail.enclosed[:1]:
        if (found_id := _message_id_in(Proof.LETTER, headers_of(letter, "Message-ID"))) is not None:
            return found_id
    answered = [*headers_of(mail.head, "In-Reply-To"), *headers_of(mail.head, "References")]
    return _message_id_in(Proof.ANSWER, answered) or NOBODYS


def whose_of_reference(reference: str) -> Whose:
    """Return the letter, or the program's mail, that a service was given *reference* with."""
    found = MESSAGE_ID.fullmatch(reference)
    if found is not None:
        return Whose(Proof.SERVICE, message_id=found[1])
    own = OWN_MAIL.fullmatch(reference)
    return NOBODYS if own is None else Whose(Proof.SERVICE, mail_name=own[1])


def _places(mail: Mail, sent_to: Sequence[str]) -> Iterator[tuple[Proof, Sequence[str]]]:
    yield Proof.ADDRESS, [*sent_to, *_fields(mail.head, SENT_TO)]
    yield Proof.ENVELOPE, [envelope_id_in(mail)]
    for letter in mail.enclosed[:1]:  # those inside of it are what people have handed on
        yield Proof.LETTER, _fields(letter, OF_LETTER)


def _fields(message: Message, names: Sequence[str]) -> Sequence[str]:
    return [value for name in names for value in headers_of(message, name)]


def _read(proof: Proof, texts: Sequence[str], addresses: BounceAddresses) -> Iterator[Whose]:
    """Yield what tokens in *texts* name: alone, or in an address at the bounce mailbox."""
    for token in _tokens_in(texts, addresses):
        if (returned := addresses.read(token)) is not None:
            yield Whose(proof, returned)
        elif name := addresses.read_mail(token):
            yield Whose(proof, mail_name=name)
        elif proof is Proof.ADDRESS and addresses.is_nobodys(token):  # of a mail to the office
            yield Whose(Proof.NONE, check_token=token.lower())


def _tokens_in(texts: Sequence[str], addresses: BounceAddresses) -> Iterator[str]:
    """Yield what may be tokens: `ADDRESSES_MAX` at most."""
    looked = 0
    for text in texts:
        for word in [text.strip(), *(found[0] for found in _ADDRESS.finditer(text))]:
            looked += 1
            if looked > ADDRESSES_MAX:
                return
            yield addresses.token_in(word) or word
            # In an address of before, or one that a server on the way has rewritten (SRS).
            yield from (one[0] for one in _TOKEN.finditer(word.lower()) if one[0] != word)


def _message_id_in(proof: Proof, texts: Sequence[str]) -> Whose | None:
    """Return the letter, or the program's mail, whose Message-ID stands in *texts*."""
    for text in texts:
        if found := MESSAGE_ID.search(text):
            return Whose(proof, message_id=found[1])
        if own := OWN_MAIL.search(text):
            return Whose(proof, mail_name=own[1])
    return None
