"""
Hand letters over to Mailgun as they are: raw MIME over HTTPS, one reader a message.

Mailgun makes its own reverse-path, so `Envelope.sender` is not used here.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from time import monotonic
from typing import Final
from urllib.parse import quote

import requests
import urllib3

from newsletter.delivery.addresses import wire_address
from newsletter.delivery.caller import UNNAMED, Caller
from newsletter.delivery.mail_url import MailUrl
from newsletter.delivery.mailgun_answers import HttpAnswer, Verdict, judge
from newsletter.delivery.provider import (
    Begun,
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

BASE_URLS: Final = {"us": "https://api.mailgun.net", "eu": "https://api.eu.mailgun.net"}
LONGEST_BODY: Final = 65_536  # bytes read of an answer


class MailgunProvider:
    """A sending domain at Mailgun."""

    kind = "mailgun"
    recognises_repeats: timedelta | None = None

    def __init__(
        self,
        domain: str,
        key: str,
        *,
        base_url: str = BASE_URLS["us"],
        timeout_s: float = 60,
        longest_idle_s: float = 20,
        caller: Caller = UNNAMED,
    ) -> None:
        """
        Prepare for *domain*; nothing is opened yet.

        Args:
            domain: the sending domain.
            key: a sending key of the domain, or the account's.
            base_url: the region's, without a path.
            timeout_s: for connecting, and for each piece of an answer.
            longest_idle_s: a kept connection that idled longer is not used again. The server
                may be closing it just as the next letter leaves, which would then be unknown.
            caller: whose certificates are trusted beside those that requests trusts.
        """
        self.name = f"Mailgun {domain}"
        self.domain = domain
        self.url = f"{base_url}/v3/{quote(domain, safe='')}/messages.mime"
        self.timeout_s = timeout_s
        self.longest_idle_s = longest_idle_s
        self.has_worked = False  # an answer has come: the host, the port, the way are right
        self._key = key
        self._tls = make_tls(caller.certificates) if caller.certificates else None

    def connect(self) -> "MailgunConnection":
        """
        Make a connection; the first letter opens it.

        The key is not tried out: a sending key may do nothing but send.
        """
        session = open_web_session(self._tls)
        session.auth = ("api", self._key)
        return MailgunConnection(self, session)

    def without_key(self, text: bytes) -> bytes:
        """Take the key out of what a server says, should it repeat what it was sent."""
        return text.replace(self._key.encode(), b"***")


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


class MailgunConnection:
    """A kept HTTPS connection; one request at a time, and none is ever repeated."""

    def __init__(self, provider: MailgunProvider, session: requests.Session) -> None:
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
            ProviderError: wrong key, domain or certificate, or no way to Mailgun.
            ProviderBusy: Mailgun is out of order, or cannot be reached any more.
        """
        for envelope in envelopes:
            if envelope is None:
                continue
            begun = begin(envelope)
            recipient = wire_address(envelope.recipient)
            if not begun.wait():
                continue
            if recipient is None:
                yield Receipt(envelope, Refused("not sent: this is not an address"))
                continue
            try:
                verdict = self._post(recipient, envelope.mime, begun.wait)
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

    def _post(self, recipient: str, mime: bytes, may_go: Callable[[], bool]) -> Verdict:
        if monotonic() - self._used_at > self._provider.longest_idle_s:
            self._session.close()  # a session that is used again opens a new connection
        body, content_type = urllib3.encode_multipart_formdata(
            [
                ("to", recipient),
                ("o:tracking", "no"),  # or links are rewritten, and the signature breaks
                ("message", ("letter.eml", mime, "message/rfc822")),
            ]
        )
        content = Content(body, may_go)
        try:
            answer = self._exchange(content, content_type)
        except WithdrawnError:
            self._session.close()  # a request that has no end is not carried out
            raise
        except (OSError, urllib3.exceptions.HTTPError) as error:  # requests' are OSErrors
            self._session.close()
            if content.has_left:
                return Verdict(Unknown(f"no answer came: {_reason(error)}"))
            return Verdict(Unsent(f"not sent: {_reason(error)}"), self._explain(error))
        self._used_at = monotonic()
        self._provider.has_worked = True
        return judge(answer, self._provider.domain, datetime.now(UTC))

    def _exchange(self, content: Content, content_type: str) -> HttpAnswer:
        """Send one request, and read what comes back, no more than a sane answer has."""
        with self._session.post(
            self._provider.url,
            data=content,
            headers={"Content-Type": content_type},
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
                self._provider.without_key(body),
                response.headers.get("Retry-After", ""),
            )

    def _explain(self, error: Exception) -> ProviderError:
        """Say why nothing could be sent."""
        name, reason = self._provider.name, _reason(error)
        if tls := explain_tls(error):
            return ProviderError(f"{name}: {tls[0]}; {tls[1]}, and look for a proxy in between")
        if self._provider.has_worked:
            return ProviderBusy(f"{name}: cannot be reached just now ({reason})")
        return ProviderError(
            f"{name}: cannot be reached ({reason}); check this machine's network and firewall"
        )


def open_provider(url: MailUrl, root: Path, caller: Caller = UNNAMED) -> MailgunProvider:
    """Make the provider for the domain and region *url* names."""
    return MailgunProvider(
        url.host, url.user, base_url=BASE_URLS[url.options["region"]], caller=caller
    )


def _reason(error: Exception) -> str:
    return one_line(str(error) or type(error).__name__)
