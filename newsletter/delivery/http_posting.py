"""
The one road for providers over HTTP: a request a letter, one reader a request.

A service's requests and the meaning of its answers are in a separate file (`HttpAccount`).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from time import monotonic
from typing import Final, Protocol

import requests
import urllib3

from newsletter.delivery.addresses import wire_address
from newsletter.delivery.caller import UNNAMED, Caller
from newsletter.delivery.provider import (
    Begun,
    Capabilities,
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
from newsletter.errors import ProviderBusy, ProviderError
from newsletter.message.envelope import Envelope
from newsletter.phrases import phrase

LONGEST_BODY: Final = 65_536  # bytes read of an answer
MASK: Final = b"***"  # for a key that an answer repeats


@dataclass(frozen=True, slots=True)
class Request:
    """What is posted for one letter."""

    url: str  # with https
    body: bytes = field(repr=False)
    headers: Mapping[str, str | bytes] = field(repr=False)  # the one that authorises too


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """An answer that came in; no more of its body than a sane one has, and no key in it."""

    status: int
    body: bytes
    retry_after: str = ""  # the header, "" if there was none


@dataclass(frozen=True, slots=True)
class HttpVerdict:
    """What became of a message, and whether anything else may follow it."""

    outcome: Outcome | Unsent
    stop: ProviderError | None = None  # to be raised once the receipt is out


class HttpAccount(Protocol):
    """An account at a service that takes letters over HTTP; holds no connection."""

    kind: str  # see `Provider.kind`
    name: str  # shown to the operator: no key in it
    key: str  # the secret that authorises; taken out of answers
    can: Capabilities

    def request(self, envelope: Envelope, recipient: str) -> Request:
        """Make the request for a letter to *recipient*, an address in wire form."""

    def judge(self, answer: HttpAnswer, now: datetime) -> HttpVerdict:
        """Say what an answer means that came to a letter whose content has left."""


class HttpPosting:
    """A provider over HTTP."""

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
            account: what is asked, and what its answers mean.
            timeout_s: for connecting, and for each piece of an answer.
            longest_idle_s: a kept connection that idled longer is not used again. The server
                may be closing it just as the next letter leaves, which would then be unknown.
            caller: whose certificates are trusted beside those that requests trusts.
        """
        self.account = account
        self.kind = account.kind
        self.name = account.name
        self.can = account.can
        self.timeout_s = timeout_s
        self.longest_idle_s = longest_idle_s
        self.has_worked = False  # an answer has come: the host, the port, the way are right
        self._tls = make_tls(caller.certificates) if caller.certificates else None

    def connect(self) -> "HttpConnection":
        """
        Make a connection; the first letter opens it.

        The key is not tried out: one for sending may do nothing else.
        """
        session = open_web_session(self._tls)
        # Without this, requests would put a login from ~/.netrc in the place of the key.
        session.auth = lambda prepared: prepared
        return HttpConnection(self, session)


class HttpConnection:
    """A kept HTTPS connection; one request at a time, and none is ever repeated."""

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

        Ends early after an unknown one: whatever caused it would meet the next one too.

        Raises:
            ProviderError: wrong key, domain or certificate, or no way to the service.
            ProviderBusy: the service is out of order, or cannot be reached any more.
        """
        for envelope in envelopes:
            if envelope is None:
                continue
            begun = begin(envelope)
            recipient = wire_address(envelope.recipient)
            if not begun.wait():
                continue
            if recipient is None:
                yield Receipt(envelope, Refused(phrase("delivery.no-address")))
                continue
            request = self._provider.account.request(envelope, recipient)
            try:
                verdict = self._post(request, begun.wait)
            except WithdrawnError:
                continue
            yield Receipt(envelope, verdict.outcome)
            if verdict.stop:
                raise verdict.stop
            if isinstance(verdict.outcome, Unsent | Unknown):
                return

    def close(self) -> None:
        """Let go of the kept connection."""
        self._session.close()

    def _post(self, request: Request, may_go: Callable[[], bool]) -> HttpVerdict:
        if monotonic() - self._used_at > self._provider.longest_idle_s:
            self._session.close()  # a session that is used again opens a new connection
        content = Content(request.body, may_go)
        try:
            answer = self._exchange(request, content)
        except WithdrawnError:
            self._session.close()  # a request that has no end is not carried out
            raise
        except (OSError, urllib3.exceptions.HTTPError) as error:  # requests' are OSErrors
            self._session.close()
            if content.has_left:
                return HttpVerdict(Unknown(phrase("delivery.no-answer", reason=_reason(error))))
            unsent = Unsent(phrase("delivery.not-sent", reason=_reason(error)))
            return HttpVerdict(unsent, self._explain(error))
        self._used_at = monotonic()
        self._provider.has_worked = True
        return self._provider.account.judge(answer, datetime.now(UTC))

    def _exchange(self, request: Request, content: "Content") -> HttpAnswer:
        """Send one request, and read what comes back, no more than a sane answer has."""
        with self._session.post(
            request.url,
            data=content,
            headers=request.headers,
            timeout=self._provider.timeout_s,
            allow_redirects=False,
            stream=True,
        ) as response:
            body = b""
            for piece in response.iter_content(LONGEST_BODY):
                body += piece
                if len(body) >= LONGEST_BODY:
                    break
            return HttpAnswer(
                response.status_code,
                body.replace(self._provider.account.key.encode(), MASK),
                response.headers.get("Retry-After", ""),
            )

    def _explain(self, error: Exception) -> ProviderError:
        """Say why nothing could be sent."""
        name, reason = self._provider.name, _reason(error)
        if tls := explain_tls(error):
            return ProviderError(
                phrase("delivery.http-tls", provider=name, fault=tls[0], remedy=tls[1])
            )
        if self._provider.has_worked:
            return ProviderBusy(phrase("delivery.unreachable-now", provider=name, reason=reason))
        return ProviderError(phrase("delivery.http-unreachable", provider=name, reason=reason))


class Content(BytesIO):
    """A request's body that knows whether any of it was taken to be sent."""

    def __init__(self, body: bytes, may_go: Callable[[], bool]) -> None:
        super().__init__(body)
        self.has_left = False
        self._size = len(body)
        self._may_go = may_go

    def read(self, size: int | None = -1, /) -> bytes:
        """
        Give out the next bytes; http.client asks only once the head has been sent.

        It asks once more when it has them all: the letter is whole with the service then, and
        nothing can be taken back.

        Raises:
            WithdrawnError: the letter may not go any more; its last bytes stay here.
        """
        if self.tell() == self._size:
            return b""
        if not self._may_go():
            raise WithdrawnError
        self.has_left = True
        return super().read(size)


def _reason(error: Exception) -> str:
    return one_line(str(error) or type(error).__name__)
