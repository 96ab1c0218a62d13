"""
Sends letters to Postmark, which builds the message from JSON fields; one reader for each request.

Issues go by its broadcast stream, and mails that answer what somebody did by its transactional
one; Postmark's terms keep them apart. It sets its own reverse-path and DKIM signature.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from newsletter.delivery.account_look import (
    AccountNote,
    Allowance,
    Ask,
    Standing,
    good_key,
    note_refusal,
    unseen_sender,
)
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
from newsletter.phrases import phrase

BASE_URL: Final = "https://api.postmarkapp.com"
STREAM_OF_MAILS: Final = "outbound"  # every Postmark server has it
STREAM_FAULTS: Final = range(1200, 1300)  # Postmark's codes
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
        self._base_url = base_url
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

    def look(self, ask: Ask, sender: str) -> Iterator[AccountNote | Allowance]:
        """Ask for the server, then for the stream; only the account's own token shows senders."""
        del sender
        headers = {"X-Postmark-Server-Token": self.key}
        answer = ask(f"{self._base_url}/server", headers)
        if answer.status != 200:
            yield note_refusal(answer, ANSWERS)
            return
        yield good_key()
        if read_object(answer.body).get("DeliveryType") == "Sandbox":
            sandbox = phrase("delivery.look-sandbox-server")
            yield AccountNote(Standing.WRONG, sandbox, phrase("delivery.look-live-server"))
        stream = ask(f"{self._base_url}/message-streams/{self._stream}", headers)
        yield from _read_stream(stream, self._stream)
        yield unseen_sender()


def metadata_of(reference: str) -> dict[str, str]:
    """Return *reference* as Metadata: its pieces of 80 characters, ``delivery``, ``delivery2``…"""
    starts = range(0, len(reference), LONGEST_VALUE)
    pieces = [reference[start : start + LONGEST_VALUE] for start in starts]
    return {f"{NAME}{at if at > 1 else ''}": piece for at, piece in enumerate(pieces, 1)}


def _mailbox(name: str, address: str) -> str:
    """Return a mailbox in Unicode; a name with punctuation is refused unless it is quoted."""
    shown = in_quotes(name) if has_specials(name) else name
    return f"{shown} <{address}>" if name else address


def _read_stream(answer: HttpAnswer, stream: str) -> Iterator[AccountNote]:
    """Read what GET /message-streams/STREAM tells; its codes 1200 to 1299 are about streams."""
    told = read_object(answer.body)
    is_missing = answer.status in (404, 422) and told.get("ErrorCode") in STREAM_FAULTS
    if is_missing or told.get("ArchivedAt"):
        missing = phrase("delivery.look-no-stream", stream=stream)
        yield AccountNote(Standing.WRONG, missing, phrase("delivery.look-make-stream"))
    elif answer.status != 200:
        yield note_refusal(answer, ANSWERS)
    elif told.get("MessageStreamType") != "Broadcasts":
        other = phrase("delivery.look-other-stream", stream=stream)
        yield AccountNote(Standing.WRONG, other, phrase("delivery.look-make-stream"))
    else:
        management = told.get("SubscriptionManagementConfiguration")
        handled = management.get("UnsubscribeHandlingType") if isinstance(management, dict) else ""
        if handled == "Postmark":
            two_links = phrase("delivery.look-two-links")
            yield AccountNote(Standing.DOUBTFUL, two_links, phrase("delivery.look-one-link"))


def open_provider(url: MailUrl, root: Path, caller: Caller = UNNAMED) -> HttpPosting:
    """Make the provider for the token and stream in *url*."""
    del root
    return HttpPosting(Postmark(url.user, url.options["stream"]), caller=caller)
