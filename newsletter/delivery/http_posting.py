"""
Delivery over HTTP for all such services: one request for each letter, one reader each.

A service's requests and the meaning of its answers are in a separate file (`HttpAccount`).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from time import monotonic
from typing import Final, Protocol, TypeAlias

import requests
import urllib3

from newsletter.delivery.addresses import wire_address
from newsletter.delivery.caller import UNNAMED, Caller
from newsletter.delivery.provider import (
    Begun,
    Blame,
    Capabilities,
    Deferred,
    Outcome,
    Receipt,
    Refused,
    Unknown,
    Unsent,
    WithdrawnError,
)
from newsletter.delivery.replies import one_line
from newsletter.delivery.trust import explain_tls, make_tls
from newsletter.delivery.web_session import open_web_session
from newsletter.errors import NewsletterError, ProviderBusy, ProviderError
from newsletter.message.envelope import Envelope
from newsletter.phrases import Said, phrase

LONGEST_BODY: Final = 65_536  # bytes read of an answer
MASK: Final = b"***"  # replaces a key that is repeated in an answer


@dataclass(frozen=True, slots=True)
class Request:
    """The HTTP request that posts one letter."""

    url: str  # with https
    body: bytes = field(repr=False)
    headers: Mapping[str, str | bytes] = field(repr=False)  # with the Authorization header


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A received HTTP answer, with a body of limited length and without the key."""

    status: int
    body: bytes
    retry_after: str = ""  # the header, "" if there was none
    headers: Mapping[str, str] = field(default_factory=dict)  # all of them, names in lower case


@dataclass(frozen=True, slots=True)
class HttpVerdict:
    """The outcome of a message, and whether another message may follow it."""

    outcome: Outcome | Unsent
    stop: ProviderError | None = None  # to be raised after the receipt is yielded
    per_second: float | None = None  # see `Receipt`


class UncarriedError(NewsletterError):
    """A letter has a part that the service cannot carry; it is never left out in silence."""

    def __init__(self, said: Said, blame: Blame = Blame.MESSAGE) -> None:
        """*blame* is the letter's part: `MESSAGE` if all readers have it, else `TEMPORARY`."""
        super().__init__(said)
        self.blame = blame

    @property
    def outcome(self) -> Outcome:
        """The outcome of the letter, of which nothing was sent."""
        if self.blame is Blame.MESSAGE:
            return Deferred(self.phrase, Blame.MESSAGE)
        return Refused(self.phrase, self.blame)


class UnreachedError(Exception):
    """A request that reads got no answer."""

    def __init__(self, explained: ProviderError, *, is_certain: bool) -> None:
        """*is_certain*: a letter would not get one either, as long as nobody mends it."""
        super().__init__(explained)
        self.explained = explained
        self.is_certain = is_certain


class HttpAccount(Protocol):
    """An account at a service that accepts letters over HTTP; holds no connection."""

    kind: str  # see `Provider.kind`
    name: str  # shown to the operator: no key in it
    key: str  # the secret that authorises; taken out of answers
    can: Capabilities

    def request(self, envelope: Envelope, recipient: str) -> Request:
        """
        Make the request for a letter to *recipient*, an address in wire form.

        Raises:
            UncarriedError: the service cannot carry a part of the letter.
        """

    def judge(self, answer: HttpAnswer, now: datetime) -> HttpVerdict:
        """Interpret the answer to a letter whose content was sent."""


Reader: TypeAlias = Callable[[str, Mapping[str, str | bytes]], HttpAnswer]


class HttpPosting:
    """A provider that accepts letters over HTTP."""

    def __init__(
        self,
        account: HttpAccount,
        *,
        timeout_s: float = 60,
        longest_idle_s: float = 20,
        caller: Caller = UNNAMED,
    ) -> None:
        """
        Prepare; nothing is opened yet.

        Args:
            account: makes the requests, and interprets the answers.
            timeout_s: for connecting, and for each piece of an answer.
            longest_idle_s: a kept connection that was idle longer is not used again. The server
                may close it while the next letter is sent; the outcome would then be unknown.
            caller: its certificates are trusted in addition to those that requests trusts.
        """
        self.account = account
        self.kind = account.kind
        self.name = account.name
        self.can = account.can
        self.timeout_s = timeout_s
        self.longest_idle_s = longest_idle_s
        self.has_worked = False  # an answer was received: host and port are correct
        self._tls = make_tls(caller.certificates) if caller.certificates else None

    def connect(self) -> "HttpConnection":
        """
        Make a connection; the first letter opens it.

        The key is not tested: a key for sending may permit nothing except sending.
        """
        return HttpConnection(self, self._open_session())

    @contextmanager
    def open_reader(self, patience_s: float) -> Iterator[Reader]:
        """
        Open what makes requests that only read, with *patience_s* for each piece of an answer.

        What it yields raises an `UnreachedError` if no answer comes.
        """
        with self._open_session() as session:

            def get(url: str, headers: Mapping[str, str | bytes]) -> HttpAnswer:
                try:
                    with session.get(
                        url,
                        headers=headers,
                        timeout=patience_s,
                        allow_redirects=False,
                        stream=True,
                    ) as response:
                        return read_answer(response, self.account.key)
                except (OSError, urllib3.exceptions.HTTPError) as error:
                    certain = explain_tls(error) is not None
                    raise UnreachedError(self.explain(error), is_certain=certain) from error

            yield get

    def explain(self, error: Exception) -> ProviderError:
        """Say why nothing could be sent or asked."""
        reason = _reason(error)
        if tls := explain_tls(error):
            return ProviderError(
                phrase("delivery.http-tls", provider=self.name, fault=tls[0], remedy=tls[1])
            )
        if self.has_worked:
            return ProviderBusy(
                phrase("delivery.unreachable-now", provider=self.name, reason=reason)
            )
        return ProviderError(phrase("delivery.http-unreachable", provider=self.name, reason=reason))

    def _open_session(self) -> requests.Session:
        session = open_web_session(self._tls)
        # Without this, requests would replace the key with a login from ~/.netrc.
        session.auth = lambda prepared: prepared
        return session


class HttpConnection:
    """A persistent HTTPS connection; one request at a time; no request is repeated."""

    def __init__(self, provider: HttpPosting, session: requests.Session) -> None:
        self._provider = provider
        self._session = session
        self._used_at = monotonic()

    def deliver(
        self,
        envelopes: Iterator[Envelope | None],
        begin: Callable[[Envelope], Begun],
    ) -> Iterator[Receipt]:
        """
        Post envelopes one after the other, as `Connection.deliver` promises.

        Ends early after an unknown outcome: its cause would affect the next letter too.

        Raises:
            ProviderError: the key, domain or certificate is wrong, or the service is unreachable.
            ProviderBusy: the service is out of order, or is no longer reachable.
        """
        for envelope in envelopes:
            if envelope is None:
                continue
            begun = begin(envelope)
            prepared = self._prepare(envelope)  # while the ledger writes
            if not begun.wait():
                continue
            if not isinstance(prepared, Request):
                yield Receipt(envelope, prepared)
                continue
            try:
                verdict = self._post(prepared, begun.wait)
            except WithdrawnError:
                continue
            yield Receipt(envelope, verdict.outcome, verdict.per_second)
            if verdict.stop:
                raise verdict.stop
            if isinstance(verdict.outcome, Unsent | Unknown):
                return

    def close(self) -> None:
        """Close the persistent connection."""
        self._session.close()

    def _prepare(self, envelope: Envelope) -> Request | Outcome:
        """Make the request for a letter, or say why it cannot be carried."""
        recipient = wire_address(envelope.recipient)
        if recipient is None:
            return Refused(phrase("delivery.no-address"))
        if not (recipient.isascii() or self._provider.can.unicode_addresses):
            refusal = phrase("delivery.ascii-addresses", provider=self._provider.name)
            return Refused(refusal, Blame.TEMPORARY)
        try:
            return self._provider.account.request(envelope, recipient)
        except UncarriedError as error:
            return error.outcome

    def _post(self, request: Request, may_go: Callable[[], bool]) -> HttpVerdict:
        if monotonic() - self._used_at > self._provider.longest_idle_s:
            self._session.close()  # a session that is used again opens a new connection
        content = Content(request.body, may_go)
        try:
            answer = self._exchange(request, content)
        except WithdrawnError:
            self._session.close()  # the service does not execute an incomplete request
            raise
        except (OSError, urllib3.exceptions.HTTPError) as error:  # requests' are OSErrors
            self._session.close()
            if content.has_left:
                return HttpVerdict(Unknown(phrase("delivery.no-answer", reason=_reason(error))))
            unsent = Unsent(phrase("delivery.not-sent", reason=_reason(error)))
            return HttpVerdict(unsent, self._provider.explain(error))
        self._used_at = monotonic()
        self._provider.has_worked = True
        return self._provider.account.judge(answer, datetime.now(UTC))

    def _exchange(self, request: Request, content: "Content") -> HttpAnswer:
        """Send one request, and read the answer up to `LONGEST_BODY`."""
        with self._session.post(
            request.url,
            data=content,
            headers=request.headers,
            timeout=self._provider.timeout_s,
            allow_redirects=False,
            stream=True,
        ) as response:
            return read_answer(response, self._provider.account.key)


def read_answer(response: requests.Response, key: str) -> HttpAnswer:
    """Read an answer up to `LONGEST_BODY`, and mask *key* in it."""
    body = b""
    for piece in response.iter_content(LONGEST_BODY):
        body += piece
        if len(body) >= LONGEST_BODY:
            break
    return HttpAnswer(
        response.status_code,
        body.replace(key.encode(), MASK),
        response.headers.get("Retry-After", ""),
        {
            name.lower(): value.replace(key, MASK.decode())
            for name, value in response.headers.items()
        },
    )


class Content(BytesIO):
    """A request's body that records whether any of it was read in order to be sent."""

    def __init__(self, body: bytes, may_go: Callable[[], bool]) -> None:
        super().__init__(body)
        self.has_left = False
        self._size = len(body)
        self._may_go = may_go

    def read(self, size: int | None = -1, /) -> bytes:
        """
        Return the next bytes; http.client calls this only after the head was sent.

        http.client calls it once more after the last byte: then the service has the whole letter,
        and nothing can be withdrawn.

        Raises:
            WithdrawnError: the letter may no longer be sent; its last bytes are not returned.
        """
        if self.tell() == self._size:
            return b""
        if not self._may_go():
            raise WithdrawnError
        self.has_left = True
        return super().read(size)


def _reason(error: Exception) -> str:
    return one_line(str(error) or type(error).__name__)
