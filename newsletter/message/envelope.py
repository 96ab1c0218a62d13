"""Addressed bytes: what a provider is handed for one reader."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Envelope:
    """
    One message to one reader, ready for the wire.

    An envelope never holds two recipients: providers are given one reader a message.
    """

    key: int  # the delivery's id in the ledger; a test send counts from 1
    reference: str  # the Message-ID without its angle brackets, ASCII, unique
    sender: str  # the reverse-path (MAIL FROM), an ASCII address
    recipient: str  # the forward-path as the reader gave it; may be non-ASCII
    mime: bytes  # RFC 5322; 7-bit, CRLF line ends, none starts with a dot; ends in CRLF
    # What a report of its delivery names it by (ENVID, RFC 3461, section 4.4), letters and digits;
    # "": no report is asked for.
    envelope_id: str = ""
    is_dotless: bool = False  # its maker has made sure of that; else SMTP looks for itself
