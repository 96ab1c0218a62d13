"""Mails of the program itself: what a reader asked for, and the mail that it becomes."""

import re
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from secrets import token_bytes
from typing import Any, Final, NewType

from newsletter.dispatch.states import State
from newsletter.lang import Lang
from newsletter.phrases import Said
from newsletter.subscribers.subscriber import SubscriberId

MailName = NewType("MailName", str)  # like "mr4kq2mzt7hw3xn5c": random, in links and return paths

MAIL_NAME: Final = re.compile(r"m[a-z2-7]{16}")
NAME_BYTES: Final = 10  # 80 bits, 16 characters


def draw_mail_name() -> MailName:
    """Draw a name of 80 random bits; it may become a mailbox name, so it is in lower case."""
    return MailName("m" + b32encode(token_bytes(NAME_BYTES)).decode().lower())


class MailKind(StrEnum):
    """What was asked for; stored, so never renamed."""

    SUBSCRIBE = "subscribe"  # by the form; facts: name, preference, text, boxes
    SETTINGS = "settings"  # a fresh link to one's own data; by a page or by an address
    NEW_ADDRESS = "new address"  # to the new address; facts: old_key
    # Notices that were begun have one fact more, further: languages that they are written in, too.
    LEFT = "left"  # the result of leaving; facts: since
    MOVED = "moved"  # to the old address, after the change; facts: new, until that is erased
    AGREED = "agreed"  # the result of consent; facts: since
    # Consent is to be confirmed again; facts: agreed, due, silence; since it was begun: until.
    RENEWAL = "renewal"


class MailForm(StrEnum):
    """The mail that is sent; the texts in templates/web/strings.*.yaml have these names."""

    CONFIRMATION = "confirmation"
    SUBSCRIBED = "subscribed"  # somebody asked for a subscription that exists
    SETTINGS = "settings"
    NEW_ADDRESS = "new_address"
    LEFT = "left"
    MOVED = "moved"
    AGREED = "agreed"
    RENEWAL = "renewal"


class Skip(StrEnum):
    """Why no mail is sent; stored."""

    BLOCKED = "blocked"  # the address never wants mail again, or complained
    NOT_ASKED_BY_A_READER = "no reader"  # settings of an address without a subscription
    TOLD_TODAY = "told today"  # that the subscription exists
    ANSWERED = "answered"  # a mail that left after this request answers it too
    TOO_OLD = "too old"  # it waited for a week
    IN_DOUBT = "in doubt"  # the database was restored after the request: it may have been sent
    TAKEN = "taken"  # the new address is another reader's
    # The reader has left, come back, moved, or agreed anew, before the notice was sent; or a mail
    # that its server had put off would be another one by now.
    OVERTAKEN = "overtaken"
    SETTLED = "settled"  # a person has told the reader by another way, or need not


class Door(StrEnum):
    """How a reader confirmed."""

    CODE = "code"
    LINK = "link"


# What readers declared was done.
RESULTS: Final = frozenset({MailKind.LEFT, MailKind.AGREED})
# Notices that the law asks for.
NOTICES: Final = RESULTS | {MailKind.RENEWAL}
# Anybody can ask for these by a form, so they are limited.
LIMITED: Final = frozenset({MailKind.SUBSCRIBE, MailKind.SETTINGS, MailKind.NEW_ADDRESS})
# Nobody asks for these again if they are not sent.
OWED: Final = frozenset(MailKind) - LIMITED


@dataclass(frozen=True, slots=True)
class Request:
    """What a page stores: a new mail, not yet decided on."""

    kind: MailKind
    lang: Lang  # of the page, and so of the mail
    address: str
    address_key: str
    asked_at: datetime  # aware UTC
    reader: SubscriberId | None = None  # whom it is about; None: not known
    facts: Mapping[str, Any] = field(default_factory=dict)  # of the kind: see `MailKind`
    network: str | None = None  # where it came from; None: the program
    name: MailName = field(default_factory=draw_mail_name)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it is stored."""

    id: int
    name: MailName
    kind: MailKind
    lang: Lang
    address: str
    address_key: str
    reader: SubscriberId | None
    facts: Mapping[str, Any]
    network: str | None
    asked_at: datetime  # aware UTC, like all times here
    state: State
    form: MailForm | None
    attempts: int
    begun_at: datetime | None
    answered_at: datetime | None
    due_at: datetime | None
    answer: Said
    tries: int  # wrong codes
    used_at: datetime | None
    door: Door | None

    @property
    def langs(self) -> tuple[Lang, ...]:
        """The languages that it is written in, in their order."""
        return (self.lang, *map(Lang, self.facts.get("further", ())))

    @property
    def declared_at(self) -> datetime:
        """When the reader declared what the mail is about; without that, when it was asked for."""
        said = self.facts.get("since") or self.facts.get("agreed")
        return datetime.fromisoformat(said) if said else self.asked_at


def mail_name_in(text: str) -> MailName | None:
    """Parse a mail's name; None if it is none."""
    return MailName(text) if MAIL_NAME.fullmatch(text) else None
