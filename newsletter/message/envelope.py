"""The envelope: the letter and addresses that a provider gets for one reader."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Envelope:
    """
    One message to one reader, ready to be sent.

    An envelope never has two recipients: providers get one reader for each message.
    """

    key: int  # the delivery's id in the ledger; test letters are counted from 1
    reference: str  # the Message-ID without its angle brackets, ASCII, unique
    sender: str  # the reverse-path (MAIL FROM), an ASCII address
    recipient: str  # the forward-path as the reader gave it; may be non-ASCII
    mime: bytes  # RFC 5322; 7-bit, CRLF line ends, none starts with a dot; ends in CRLF
    # The id of the letter in delivery reports (ENVID, RFC 3461, section 4.4), letters and digits;
    # "": no report is requested.
    envelope_id: str = ""
    is_dotless: bool = False  # no line starts with a dot, as already checked; otherwise SMTP checks
