"""Hand letters over to an SMTP relay, one reader a transaction."""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from newsletter.delivery.addresses import wire_address
from newsletter.delivery.mail_url import MailUrl
from newsletter.delivery.provider import (
    Begun,
    Blame,
    Deferred,
    Outcome,
    Receipt,
    Refused,
    Unknown,
    Unsent,
)
from newsletter.delivery.replies import Reply, classify, one_line, read_text, speaks_of_rate
from newsletter.delivery.smtp_session import Relay, Security, open_session
from newsletter.errors import ProviderError
from newsletter.message.envelope import Envelope

DATA = b"DATA\r\n"
RSET = b"RSET\r\n"


class SmtpProvider:
    """A relay, and how patiently to talk to it."""

    recognises_repeats: timedelta | None = None

    def __init__(
        self,
        relay: Relay,
        *,
        tls: ssl.SSLContext | None = None,
        timeout_s: float = 60,
        verdict_timeout_s: float = 600,
        messages_per_connection: int = 100,
    ) -> None:
        """
        Prepare for *relay*; nothing is opened yet.

        Args:
            relay: whom to talk to.
            tls: whom to trust; what the system trusts if None.
            timeout_s: for connecting and for every answer but one:
            verdict_timeout_s: for the answer to the content. RFC 5321 §4.5.3.2.6 asks for
                10 minutes; giving up sooner makes letters unknown that were accepted.
            messages_per_connection: after as many a connection ends its iteration.
        """
        self.name = str(relay)
        self._relay = relay
        self._tls = tls
        if tls is None and relay.security is not Security.PLAIN:
            self._tls = ssl.create_default_context()
        self._timeout_s = timeout_s
        self._verdict_timeout_s = max(timeout_s, verdict_timeout_s)
        self._messages_per_connection = messages_per_connection
        self._own_name: str | None = None  # looked up by the first session that works

    def connect(self) -> "SmtpConnection":
        """
        Open a session: encrypted as asked, certificate verified, logged in.

        Raises:
            ProviderError: host, port, certificate, user or password must be corrected.
            ProviderBusy: the relay asks to come back later, or has gone since it was used.
        """
        session = open_session(
            self._relay,
            self._tls,
            self._timeout_s,
            own_name=self._own_name,
            has_worked=self._own_name is not None,
        )
        self._own_name = session.local_hostname
        return SmtpConnection(
            session, self.name, self._verdict_timeout_s, self._messages_per_connection
        )


class LostError(Exception):
    """The connection is gone, or what comes out of it is not SMTP."""


class SmtpConnection:
    """
    A session with a relay, in the plain dialogue: MAIL, RCPT, DATA, content.

    DATA is not sent before the delivery is durably begun. A letter that must not go after
    all therefore costs one RSET, and no half-opened content ever stands in the way.
    """

    def __init__(
        self, session: smtplib.SMTP, relay: str, verdict_timeout_s: float, messages: int
    ) -> None:
        self._session = session
        self._relay = relay
        self._verdict_timeout_s = verdict_timeout_s
        self._messages_left = messages
        self._is_open = True
        self._in_transaction = False

    def deliver(
        self,
        envelopes: Iterator[Envelope | None],
        begin: Callable[[Envelope], Begun],
    ) -> Iterator[Receipt]:
        """
        Hand envelopes over one after the other, as `Connection.deliver` promises.

        Ends early when the connection is lost or has carried as many messages as it may.

        Raises:
            ProviderError: the relay refuses the sender address.
        """
        while self._is_open and self._messages_left:
            try:
                envelope = next(envelopes)
            except StopIteration:
                return
            if envelope is None:
                continue
            self._messages_left -= 1
            begun = begin(envelope)
            answer = self._announce(envelope)
            if begun.wait():
                answer = answer or self._send_content(envelope.mime)
                if isinstance(answer, ProviderError):
                    yield Receipt(envelope, Unsent(str(answer)))
                else:
                    yield Receipt(envelope, answer)
            if isinstance(answer, ProviderError):
                raise answer
            self._end_transaction()

    def close(self) -> None:
        """Say QUIT, if there is still somebody to say it to; may be called again."""
        if self._is_open:
            self._is_open = False
            with suppress(OSError):
                self._set_timeout(5)
                self._session.quit()
        self._session.close()

    def _announce(self, envelope: Envelope) -> Outcome | Unsent | ProviderError | None:
        """Send MAIL and RCPT; None when the relay will take the content."""
        recipient = wire_address(envelope.recipient)
        if recipient is None:
            return Refused("not sent: this is not an address that SMTP can carry")
        if not recipient.isascii() and not self._session.has_extn("smtputf8"):
            return Refused(
                f"not sent: {self._relay} offers no SMTPUTF8 (RFC 6531), so it takes no "
                "address with such letters before the @",
                Blame.TEMPORARY,
            )
        if wire_address(envelope.sender) is None or not envelope.sender.isascii():
            return ProviderError(
                f"{self._relay}: was not asked, for the sender address is not a plain ASCII "
                "address; correct it in the publication"
            )
        try:
            mail = self._ask(self._mail_command(envelope, recipient))
            if mail.code >= 400:
                return self._explain_mail(mail)
            self._in_transaction = True
            rcpt = self._ask(f"RCPT TO:<{recipient}>\r\n".encode())
            return None if rcpt.code < 400 else self._explain(rcpt)
        except LostError as lost:
            return Unsent(str(lost))

    def _mail_command(self, envelope: Envelope, recipient: str) -> bytes:
        size = f" SIZE={len(envelope.mime)}" if self._session.has_extn("size") else ""
        utf8 = "" if recipient.isascii() else " SMTPUTF8"
        return f"MAIL FROM:<{envelope.sender}>{size}{utf8}\r\n".encode()

    def _send_content(self, mime: bytes) -> Outcome | Unsent:
        """Send DATA and the content, and wait for the relay's verdict."""
        try:
            go_ahead = self._ask(DATA, expected=354)
        except LostError as lost:
            return Unsent(str(lost))
        if go_ahead.code != 354:
            return self._explain(go_ahead)
        try:
            self._set_timeout(self._verdict_timeout_s)
            verdict = self._ask(_stuff_dots(mime) + b".\r\n")
            self._set_timeout(self._session.timeout)
        except LostError as lost:
            return Unknown(str(lost))
        self._in_transaction = False
        return classify(verdict, after_content=True)

    def _explain_mail(self, mail: Reply) -> Outcome | Unsent | ProviderError:
        """Say what a refused MAIL means: nothing in it is about the reader."""
        outcome = self._explain(mail)
        match outcome:
            case Deferred(blame=Blame.MESSAGE) | Unsent():
                return outcome
            case _ if mail.code < 500 or speaks_of_rate(mail):
                return Deferred(mail.answer, Blame.SENDER)
            case _ if mail.code == 530:
                remedy = "write user and password (smtp+starttls://) in NEWSLETTER_MAIL_URL"
            case _:
                remedy = "correct the sender address, or ask the relay's operator to allow it"
        return ProviderError(f"{self._relay}: refuses the sender: {mail.answer}; {remedy}")

    def _explain(self, reply: Reply) -> Outcome | Unsent:
        """Say what a refusal before the content means; after 421 the relay hangs up."""
        outcome = classify(reply)
        if reply.code != 421 or outcome == Deferred(reply.answer, Blame.SENDER):
            return outcome
        return Unsent(reply.answer)

    def _end_transaction(self) -> None:
        """Take back what was announced but not sent."""
        if self._is_open and self._in_transaction:
            self._in_transaction = False
            with suppress(LostError):
                if self._ask(RSET).code >= 400:
                    self._hang_up()

    def _ask(self, command: bytes, expected: int = 250) -> Reply:
        """Send *command*, read its reply: of *expected*'s hundred, 4xx or 5xx."""
        try:
            self._session.send(command)
            code, text = self._session.getreply()
        except OSError as error:
            self._hang_up()
            raise LostError(one_line(f"connection lost: {error}")) from error
        reply = Reply(code, read_text(text))
        if code == 421:
            self._hang_up()
        elif code // 100 not in {expected // 100, 4, 5}:
            self._hang_up()
            raise LostError(one_line(f"the relay answered out of turn: {reply.answer}"))
        return reply

    def _hang_up(self) -> None:
        self._is_open = False
        self._session.close()

    def _set_timeout(self, seconds: float) -> None:
        if self._session.sock is not None:
            self._session.sock.settimeout(seconds)


def open_provider(url: MailUrl, root: Path) -> SmtpProvider:
    """Make the provider for the relay *url* names."""
    return SmtpProvider(Relay(url.host, url.port, Security(url.scheme), url.user, url.password))


def _stuff_dots(mime: bytes) -> bytes:
    """
    Double a dot at the start of a line (RFC 5321 §4.5.2).

    A compiled letter has none. If one came in all the same, it would end the content
    early, and a relay would read the rest as commands.
    """
    stuffed = mime.replace(b"\r\n.", b"\r\n..")
    return b"." + stuffed if stuffed.startswith(b".") else stuffed
