"""Delivers letters to an SMTP relay, one reader for each transaction."""

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

from newsletter.delivery.caller import UNNAMED, Caller, choose_own_name
from newsletter.delivery.mail_url import MailUrl
from newsletter.delivery.provider import Begun, Capabilities, Receipt, Unknown, Unsent
from newsletter.delivery.smtp_dialogue import Dialogue, Patience, Pipelining
from newsletter.delivery.smtp_letter import MailTransaction, begin_letter
from newsletter.delivery.smtp_session import Relay, Security, open_session
from newsletter.delivery.smtp_wire import LostError
from newsletter.delivery.trust import make_tls
from newsletter.errors import ProviderError
from newsletter.message.envelope import Envelope


class SmtpProvider:
    """An SMTP relay, with its time-outs and limits."""

    kind = "smtp"
    can = Capabilities()

    def __init__(  # noqa: PLR0913 - all except the first have a suitable default
        self,
        relay: Relay,
        *,
        tls: ssl.SSLContext | None = None,
        timeout_s: float = 60,
        verdict_timeout_s: float = 600,
        idle_s: float = 30,
        messages_per_connection: int = 500,
        caller: Caller = UNNAMED,
    ) -> None:
        """
        Prepare for *relay*; nothing is opened yet.

        Args:
            relay: the server to connect to.
            tls: decides which certificates are trusted; None: the system's and those of *caller*.
            timeout_s: for connecting, and for every complete reply except the verdict.
            verdict_timeout_s: for sending the content, and for the reply to it. RFC 5321
                §4.5.3.2.6 requires 10 minutes; a shorter time makes accepted letters unknown.
            idle_s: how long a session may be idle before it is ended. Relays hang up after
                5 minutes, some after 1.
            messages_per_connection: after this many a connection ends its iteration. A relay
                that allows fewer reports it, or hangs up, and no letter is lost.
            caller: the name of this machine in EHLO, and the sender's domain.
        """
        self.name = str(relay)
        self._relay = relay
        self._tls = tls
        if tls is None and relay.security is not Security.PLAIN:
            self._tls = make_tls(caller.certificates)
        self._patience = Patience(timeout_s, max(timeout_s, verdict_timeout_s))
        self._idle_s = idle_s
        self._messages_per_connection = messages_per_connection
        self._pipelining = Pipelining()
        self._caller = caller
        self._own_name: str | None = None  # set by the first session that succeeds

    def connect(self) -> "SmtpConnection":
        """
        Open a session: encrypted as configured, certificate verified, logged in.

        Raises:
            ProviderError: host, port, certificate, user or password must be corrected.
            ProviderBusy: the relay asks to retry later, or was reachable earlier and now is not.
        """
        return SmtpConnection(self._open, self.name, self._idle_s, self._messages_per_connection)

    def _open(self) -> Dialogue:
        session = open_session(
            self._relay,
            self._tls,
            self._patience.reply_s,
            name_for=self._name_for,
            has_worked=self._own_name is not None,
        )
        self._own_name = session.own_name
        return Dialogue(session, self.name, self._patience, self._pipelining)

    def _name_for(self, address: str) -> str:
        """Choose the name to send in EHLO from *address*."""
        if self._own_name is not None:
            return self._own_name
        system_name = "" if self._caller.helo else self._caller.read_system_name()
        return choose_own_name(self._caller, system_name, address)


class SmtpConnection:
    """
    A connection to a relay, opened at once.

    It never has more than two letters begun and unanswered. When idle it sends QUIT, so that
    a long pause occupies no connection at the relay, and it opens a new session when needed.
    """

    def __init__(
        self, open_dialogue: Callable[[], Dialogue], relay: str, idle_s: float, messages: int
    ) -> None:
        self._open_dialogue = open_dialogue
        self._relay = relay
        self._idle_s = idle_s
        self._messages = self._messages_left = messages
        self._dialogue = open_dialogue()
        self._used_at = monotonic()
        self._is_resting = False  # it ended the session itself because of idle time

    def deliver(
        self,
        envelopes: Iterator[Envelope | None],
        begin: Callable[[Envelope], Begun],
    ) -> Iterator[Receipt]:
        """
        Send envelopes one after the other, as `Connection.deliver` promises.

        Ends early when the connection is lost or has sent its maximum number of messages.

        Raises:
            ProviderError: the relay refuses the sender address, or, after an idle time, the login.
            ProviderBusy: the relay accepts no new session after an idle time.
        """
        letter: MailTransaction | None = None
        try:
            while letter := letter or self._await_letter(envelopes, begin):
                follower = self._carry(letter, envelopes, begin)
                yield from letter.receipts()
                if isinstance(letter.answer, ProviderError):
                    raise letter.answer
                letter = follower
        finally:
            # If the ledger failed, or the caller stopped iterating, a letter may be announced.
            self._dialogue.hang_up_unless_at_rest()

    def close(self) -> None:
        """Send QUIT, if the state of the dialogue allows it; may be called again."""
        self._dialogue.quit()

    def _await_letter(
        self, envelopes: Iterator[Envelope | None], begin: Callable[[Envelope], Begun]
    ) -> MailTransaction | None:
        """
        Wait for a letter that has no predecessor in flight; None: no more can be sent.

        The letter is durably begun before a relay with PIPELINING is told of it: after DATA the
        only way to withdraw is to hang up. For a follower the saved time justifies this risk.
        """
        has_idled = False
        while self._messages_left and (self._is_resting or not self._dialogue.is_over):
            try:
                envelope = next(envelopes)
            except StopIteration:
                return None
            is_late = monotonic() - self._used_at > self._idle_s
            if is_late or (has_idled and envelope and self._dialogue.has_gone()):
                self._rest()
            if envelope is None:
                has_idled = True
                continue
            fault = self._wake()
            letter = self._begin(envelope, begin)
            letter.answer = fault or letter.answer
            if not self._dialogue.pipelines or letter.may_go():
                return letter
        return None

    def _carry(
        self,
        letter: MailTransaction,
        envelopes: Iterator[Envelope | None],
        begin: Callable[[Envelope], Begun],
    ) -> MailTransaction | None:
        """Send *letter* and read its answer; return the next letter if it was begun too."""
        follower: MailTransaction | None = None
        try:
            if letter.answer is None:
                self._dialogue.open(letter)
            if not letter.may_go() and self._dialogue.withdraw():
                self._is_resting = True  # the next letter gets a new session
            if self._may_follow(letter) and (envelope := next(envelopes, None)):
                follower = self._begin(envelope, begin)
            self._dialogue.finish(letter, follower)
        except LostError as lost:
            self._dialogue.hang_up(lost.said)
            lost_letter = Unknown(lost.said) if letter.has_left else Unsent(lost.said)
            letter.answer = letter.answer or lost_letter
        self._used_at = monotonic()
        return follower

    def _may_follow(self, letter: MailTransaction) -> bool:
        may_go_on = self._messages_left and not isinstance(letter.answer, ProviderError)
        return bool(may_go_on) and self._dialogue.pipelines

    def _begin(self, envelope: Envelope, begin: Callable[[Envelope], Begun]) -> MailTransaction:
        self._messages_left -= 1
        return begin_letter(envelope, begin, self._dialogue.offer, self._relay)

    def _rest(self) -> None:
        self._dialogue.quit()
        self._is_resting = True

    def _wake(self) -> ProviderError | None:
        """Open a new session after an idle time; return the error, if any."""
        if self._is_resting:
            self._is_resting = False
            self._messages_left = self._messages
            try:
                self._dialogue = self._open_dialogue()
            except ProviderError as fault:
                return fault
        return None


def open_provider(url: MailUrl, root: Path, caller: Caller = UNNAMED) -> SmtpProvider:
    """Make the provider for the relay that *url* names."""
    relay = Relay(url.host, url.port, Security(url.scheme), url.user, url.password)
    return SmtpProvider(relay, caller=caller)
