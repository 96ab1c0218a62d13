"""What a reader should get of a letter, in one form: from its bytes, or from a service's JSON."""

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from email.utils import parseaddr
from typing import Any

from newsletter.message.envelope import Envelope
from tests.delivery.http_recorder import Recorded

ANEW = {"date", "mime-version", "content-type", "content-transfer-encoding"}
TOLD = {"from", "to", "reply-to", "subject"}


@dataclass(frozen=True)
class Arrived:
    """A letter's parts; a service may change no part."""

    sender: tuple[str, str]  # display name, address
    reader: tuple[str, str]
    reply_to: str
    subject: str
    text: str
    html: str
    headers: Mapping[str, str]
    pictures: tuple[tuple[str, str, str, str], ...]  # content id, type, file name, base64
    reference: str

    def form(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode()


def form_of_mime(envelope: Envelope) -> bytes:
    """Read a letter by the standard library's parser, which the program does not use here."""
    message = message_from_bytes(envelope.mime, policy=SMTP)
    assert isinstance(message, EmailMessage)
    plain, html = message.get_body(["plain"]), message.get_body(["html"])
    pictures = [part for part in message.walk() if part.get_content_maintype() == "image"]
    raw = {
        name: " ".join(line.strip() for line in str(value).splitlines())
        for name, value in message.raw_items()
        if name.lower() not in ANEW | TOLD
    }
    return Arrived(
        _mailbox(str(message["From"])),
        (_mailbox(str(message["To"]))[0], envelope.recipient),
        str(message["Reply-To"] or ""),
        str(message["Subject"]),
        _text(plain),
        _text(html),
        raw,
        tuple(
            (
                str(part["Content-ID"])[1:-1],
                part.get_content_type(),
                str(part.get_filename()),
                base64.b64encode(_content(part)).decode(),
            )
            for part in pictures
        ),
        envelope.reference,
    ).form()


def _text(part: MIMEPart | None) -> str:
    return "" if part is None else str(part.get_content()).replace("\r\n", "\n")


def _content(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


def _mailbox(written: str) -> tuple[str, str]:
    name, address = parseaddr(written)
    return _decoded(name), address


def _decoded(name: str) -> str:
    return str(make_header(decode_header(name)))


def _without(headers: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in set(names)}


def fields_of(recorded: Recorded) -> Any:
    assert recorded.headers["Content-Type"] == "application/json"
    return json.loads(recorded.body)


def _named(mailbox: Mapping[str, str]) -> tuple[str, str]:
    return _decoded(mailbox.get("name", "")), mailbox["email"]


def form_at_resend(recorded: Recorded) -> bytes:
    fields = fields_of(recorded)
    [to], [tag] = fields["to"], fields["tags"]
    assert tag["name"] == "delivery"
    name, _, address = fields["from"].rpartition(" <")
    return Arrived(
        (name, address.removesuffix(">")) if name else ("", fields["from"]),
        _mailbox(to),
        fields.get("reply_to", ""),
        fields["subject"],
        fields.get("text", ""),
        fields.get("html", ""),
        fields.get("headers", {}),
        tuple(
            (one["content_id"], one["content_type"], one["filename"], one["content"])
            for one in fields.get("attachments", [])
        ),
        base64.urlsafe_b64decode(tag["value"] + "==").decode(),
    ).form()


def form_at_postmark(recorded: Recorded) -> bytes:
    fields = fields_of(recorded)
    headers = {one["Name"]: one["Value"] for one in fields["Headers"]}
    assert len(headers) == len(fields["Headers"])
    assert headers["X-PM-KeepID"] == "true"
    assert (fields["TrackOpens"], fields["TrackLinks"]) == (False, "None")
    assert all(len(value) <= 80 for value in fields["Metadata"].values())
    return Arrived(
        _mailbox(fields["From"]),
        _mailbox(fields["To"]),
        fields.get("ReplyTo", ""),
        fields["Subject"],
        fields.get("TextBody", ""),
        fields.get("HtmlBody", ""),
        _without(headers, ["X-PM-KeepID"]),
        tuple(
            (
                one["ContentID"].removeprefix("cid:"),
                *(one["ContentType"], one["Name"], one["Content"]),
            )
            for one in fields.get("Attachments", [])
        ),
        "".join(fields["Metadata"].values()),
    ).form()


def form_at_sendgrid(recorded: Recorded) -> bytes:
    fields = fields_of(recorded)
    [person] = fields["personalizations"]
    [to] = person["to"]
    contents = {one["type"]: one["value"] for one in fields["content"]}
    assert [one["type"] for one in fields["content"]] == sorted(contents, reverse=True)
    assert not any(one["enable"] for one in fields["tracking_settings"].values())
    assert {one["disposition"] for one in fields.get("attachments", [])} <= {"inline"}
    name, address = _named(to)
    is_quoted = name.startswith('"') and name.endswith('"')
    return Arrived(
        _named(fields["from"]),
        (parseaddr(f"{name} <{address}>") if is_quoted else (name, address)),
        fields.get("reply_to", {}).get("email", ""),
        fields["subject"],
        contents.get("text/plain", ""),
        contents.get("text/html", ""),
        fields.get("headers", {}),
        tuple(
            (one["content_id"], one["type"], one["filename"], one["content"])
            for one in fields.get("attachments", [])
        ),
        person["custom_args"]["delivery"],
    ).form()


def form_at_brevo(recorded: Recorded) -> bytes:
    fields = fields_of(recorded)
    [to] = fields["to"]
    headers = fields["headers"]
    assert all(value.isascii() for value in headers.values())
    return Arrived(
        _named(fields["sender"]),
        _named(to),
        fields.get("replyTo", {}).get("email", ""),
        fields["subject"],
        fields.get("textContent", ""),
        fields.get("htmlContent", ""),
        _without(headers, ["X-Mailin-custom", "idempotencyKey"]),
        (),
        headers["X-Mailin-custom"],
    ).form()


def mime_at_ses(recorded: Recorded) -> bytes:
    fields = fields_of(recorded)
    assert len(fields["Destination"]["ToAddresses"]) == 1
    return base64.b64decode(fields["Content"]["Raw"]["Data"], validate=True)
