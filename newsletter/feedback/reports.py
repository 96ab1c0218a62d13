"""Reads reports of delivery (RFC 3464) and of abuse (RFC 5965), also where they are damaged."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message
from email.utils import parseaddr
from typing import Final

from newsletter.feedback.raw_mail import Mail, Part
from newsletter.feedback.texts import FIELD_MAX, decode, fields_of, text_of

STATUS_KINDS: Final = frozenset({"message/delivery-status", "message/global-delivery-status"})
ABUSE_KIND: Final = "message/feedback-report"
RECEIPT_KIND: Final = "message/disposition-notification"  # RFC 8098
# Where gateways and Exchange write what the other server said, or some of it.
_SAID_IN: Final = ("diagnostic-code", "x-supplementary-info", "x400-supplementary-info")
_STATUS: Final = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_FIELD: Final = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60})[ \t]*:[ \t]*(.*)")
_LOOKS_LIKE_ONE: Final = re.compile(
    r"^(?:Final|Original)-Recipient[ \t]*:", re.IGNORECASE | re.MULTILINE
)
_BRACKETS: Final = re.compile(r"<([^<>\s@]{1,128}@[^<>\s@]{1,255})>")
_ADDRESS: Final = re.compile(r"[^\s<>\"'(),;:\[\]]{1,128}@[^\s<>\"'(),;:\[\]]{1,255}")

Fields = Mapping[str, str]  # by name in lower case


@dataclass(frozen=True, slots=True)
class RecipientReport:
    """What a report says about one recipient."""

    recipient: str  # "": it names none
    action: str  # in lower case: failed, delayed, delivered, relayed, expanded; "": not said
    status: str  # RFC 3463; "": not said
    diagnostic: str


def reports_in(mail: Mail) -> Sequence[RecipientReport]:
    """Return what the reports of delivery in a mail say, in their order."""
    return [one for part in mail.parts for one in _recipients(part)]


def abuse_in(mail: Mail) -> Fields | None:
    """Return the fields of the report of abuse in a mail; None if it has none."""
    for part in mail.parts:
        if part.kind == ABUSE_KIND:
            blocks = list(_blocks(_raw_text(part)))
            return blocks[0] if blocks else {}
    return None


def envelope_id_in(mail: Mail) -> str:
    """Return the ENVID of the letter that a report is about (RFC 3461); "" if it names none."""
    for part in mail.parts:
        if part.kind in STATUS_KINDS and not part.is_enclosed:
            for fields in _blocks(_raw_text(part)):
                if "original-envelope-id" in fields:
                    return fields["original-envelope-id"]
    return ""


def address_in(text: str) -> str:
    """Return the first address in a text; "" if there is none."""
    found = _BRACKETS.search(text) or _ADDRESS.search(text)
    return "" if found is None else found[found.re.groups].strip(".,;:>")


def name_in(text: str) -> str:
    """Return the name before the first address of a header field; "" if there is none."""
    return parseaddr(text)[0]


def _recipients(part: Part) -> Iterator[RecipientReport]:
    if part.kind not in STATUS_KINDS:
        if part.kind not in {"text/plain", "text/rfc822-headers", "application/octet-stream"}:
            return
        text = text_of(part)
        if not _LOOKS_LIKE_ONE.search(text) or part.is_enclosed:
            return
    else:
        text = _raw_text(part)
    for fields in _blocks(text):
        if "final-recipient" in fields or "original-recipient" in fields:
            yield _report_of(fields)


def _report_of(fields: Fields) -> RecipientReport:
    recipient = ""
    for name in ("original-recipient", "final-recipient"):
        kind, separator, address = fields.get(name, "").partition(";")
        found = address_in(address if separator else kind)
        recipient = recipient or found
    said = [_without_kind(fields[name]) for name in _SAID_IN if name in fields]
    told = fields.get("status", "")
    status = _STATUS.search(told)
    beside = _STATUS.sub("", told).strip(" ()")  # words that no report should have there
    return RecipientReport(
        recipient=recipient,
        action=(fields.get("action", "").split() or [""])[0].lower().strip(";,."),
        status=status[0] if status else "",
        diagnostic=" ".join(one for one in (*said, beside) if one),
    )


def _without_kind(diagnostic: str) -> str:
    """Return what a server said, without the name of its protocol before it."""
    kind, separator, said = diagnostic.partition(";")
    return (said if separator and " " not in kind.strip() else diagnostic).strip()


def _blocks(text: str) -> Iterator[Fields]:
    """Yield groups of fields; a second recipient without a blank line begins a new one."""
    fields, name = dict[str, str](), ""
    for line in [*text.splitlines(), ""]:
        found = _FIELD.match(line)
        if line[:1] in {" ", "\t"} and line.strip() and name:
            if len(fields[name]) < FIELD_MAX:
                fields[name] = f"{fields[name]} {line.strip()}"[:FIELD_MAX]
        elif found is not None:
            name = found[1].lower()
            is_next = name == "final-recipient" and name in fields
            if is_next:
                yield fields
                fields = {}
            fields.setdefault(name, found[2].strip()[:FIELD_MAX])
        elif not line.strip():
            if fields:
                yield fields
            fields, name = {}, ""


def _raw_text(part: Part) -> str:
    """Return the text of a part that the parser has taken for mails."""
    inner = part.message.get_payload() if part.message.is_multipart() else None
    if not isinstance(inner, list):
        payload = part.message.get_payload(decode=True)
        return decode(payload) if isinstance(payload, bytes) else ""
    return "\n\n".join(_flat(one) for one in inner if isinstance(one, Message))


def _flat(message: Message) -> str:
    fields = "\n".join(f"{name}: {value}" for name, value in fields_of(message))
    inner = message.get_payload() if message.is_multipart() else None
    if isinstance(inner, list):
        body = "\n\n".join(_flat(one) for one in inner if isinstance(one, Message))
    else:
        payload = message.get_payload(decode=True)
        body = decode(payload) if isinstance(payload, bytes) else ""
    return f"{fields}\n\n{body}".strip("\n")
