"""
Sends letters to Postmark, which builds the message from JSON fields; one reader for each request.

Issues go by its broadcast stream, and mails that answer what somebody did by its transactional
one; Postmark's terms keep them apart. It sets its own reverse-path and DKIM signature.
"""

from datetime import datetime
from pathlib import Path
from typing import Final

from newsletter.delivery.caller import UNNAMED, Caller
from newsletter.delivery.http_answers import (
    AnswerTable,
    Fault,
    Told,
    judge,
    read_id,
    read_object,
    read_words,
    sign,
)
from newsletter.delivery.http_posting import HttpAnswer, HttpPosting, HttpVerdict, Request
from newsletter.delivery.json_request import has_specials, in_quotes, json_request, to_b64
from newsletter.delivery.letter_fields import read_fields
from newsletter.delivery.mail_url import MailUrl
from newsletter.delivery.provider import Capabilities
from newsletter.delivery.reference import NAME
from newsletter.message.envelope import Envelope

BASE_URL: Final = "https://api.postmarkapp.com"
STREAM_OF_MAILS: Final = "outbound"  # every Postmark server has it
LONGEST_VALUE: Final = 80  # characters of a value in Metadata


def _read(answer: HttpAnswer) -> Told:
    """Read an answer; the id counts only beside the code 0, or without any code."""
    is_fine = read_object(answer.body).get("ErrorCode", 0) == 0
    letter_id = read_id(answer.body, "MessageID") if is_fine else ""
    return Told(read_words(answer.body, "ErrorCode", "Message"), letter_id)


# Postmark's own codes are the first word of what is told.
ANSWERS: Final = AnswerTable(
    200,
    _read,
    (
        sign(Fault.SUPPRESSED, r"^406\b|these inactive address", 200, 422),
        sign(Fault.ADDRESS, r"^300 (invalid|error parsing) '(to|cc|bcc)'"),
        sign(Fault.SENDER, r"^(400|401)\b|^300 (invalid|error parsing) '(from|reply-?to)'"),
        sign(Fault.KEY, r"^10\b"),
        sign(Fault.ACCOUNT, r"^(405|412|413)\b"),
        sign(Fault.RATE, r"^429\b"),
        sign(Fault.OTHER, r"^12\d\d\b|message ?stream"),
    ),
)


class Postmark:
    """A server, as Postmark calls it, of an account at Postmark."""

    kind = "postmark"
    name = "Postmark"
    can = Capabilities(raw_mime=False, own_sender=False, unicode_addresses=False)

    def __init__(self, key: str, stream: str, base_url: str = BASE_URL) -> None:
        """
        Configure the server.

        Args:
            key: its API token.
            stream: the id of its stream for issues.
            base_url: without a path.
        """
        self.key = key
        self._stream = stream
        self._url = f"{base_url}/email"

    def request(self, envelope: Envelope, recipient: str) -> Request:
        """Post the letter's fields."""
        fields = read_fields(envelope.mime)
        headers = {**fields.headers, "X-PM-KeepID": "true"}  # or it replaces our Message-ID
        return json_request(
            self._url,
            {
                "From": _mailbox(fields.sender_name, fields.sender_address),
                "To": _mailbox(fields.reader_name, recipient),
                "ReplyTo": fields.reply_to,
                "Subject": fields.subject,
                "TextBody": fields.text,
                "HtmlBody": fields.html,
                "Headers": [{"Name": name, "Value": value} for name, value in headers.items()],
                "Attachments": [
                    {
                        "Name": one.name,
                        "Content": to_b64(one.content),
                        "ContentType": one.content_type,
                        "ContentID": f"cid:{one.content_id}",
                    }
                    for one in fields.pictures
                ],
                "Metadata": metadata_of(envelope.reference),
                "MessageStream": self._stream if fields.is_issue else STREAM_OF_MAILS,
                "TrackOpens": False,
                "TrackLinks": "None",
            },
            {"X-Postmark-Server-Token": self.key},
        )

    def judge(self, answer: HttpAnswer, now: datetime) -> HttpVerdict:
        """Interpret an answer."""
        return judge(answer, ANSWERS, self.name, now)


def metadata_of(reference: str) -> dict[str, str]:
    """Return *reference* as Metadata: its pieces of 80 characters, ``delivery``, ``delivery2``…"""
    starts = range(0, len(reference), LONGEST_VALUE)
    pieces = [reference[start : start + LONGEST_VALUE] for start in starts]
    return {f"{NAME}{at if at > 1 else ''}": piece for at, piece in enumerate(pieces, 1)}


def _mailbox(name: str, address: str) -> str:
    """Return a mailbox in Unicode; a name with punctuation is refused unless it is quoted."""
    shown = in_quotes(name) if has_specials(name) else name
    return f"{shown} <{address}>" if name else address


def open_provider(url: MailUrl, root: Path, caller: Caller = UNNAMED) -> HttpPosting:
    """Make the provider for the token and stream in *url*."""
    del root
    return HttpPosting(Postmark(url.user, url.options["stream"]), caller=caller)
