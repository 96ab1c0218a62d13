"""Hand letters over to an SMTP relay, one reader a transaction."""

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
    """A relay, and how patiently to talk to it."""

    kind = "smtp"
    can = Capabilities()

    def __init__(  # noqa: PLR0913 - all but the first have a default that is right
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
            relay: whom to talk to.
            tls: whom to trust; what the system trusts, and *caller* beside it, if None.
            timeout_s: for connecting, and for every whole answer but one:
            verdict_timeout_s: for handing the content over, and for the answer to it. RFC 5321
                §4.5.3.2.6 asks for 10 minutes; giving up sooner makes letters unknown that
                were accepted.
            idle_s: how long a session may lie idle before it is ended. Relays hang up after
                5 minutes, some after 1.
            messages_per_connection: after as many a connection ends its iteration. A relay
                that allows fewer says so, or hangs up, and no letter is lost.
            caller: what this machine calls itself, and the sender's domain.
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
        self._own_name: str | None = None  # looked up by the first session that works

    def connect(self) -> "SmtpConnection":
        """
        Open a session: encrypted as asked, certificate verified, logged in.

        Raises:
            ProviderError: host, port, certificate, user or password must be corrected.
            ProviderBusy: the relay asks to come back later, or has gone since it was used.
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
        """Say what to call ourselves in EHLO, from *address*."""
        if self._own_name is not None:
            return self._own_name
        system_name = "" if self._caller.helo else self._caller.read_system_name()
        return choose_own_name(self._caller, system_name, address)


class SmtpConnection:
    """
    A way to a relay, opened at once.

    It never has more than two letters begun and unanswered. Left idle it says QUIT, so that
    a pause of hours holds no place at the relay, and opens a new session when it is needed.
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
        self._is_resting = False  # has ended the session itself, for a while

    def deliver(
        self,
        envelopes: Iterator[Envelope | None],
        begin: Callable[[Envelope], Begun],
    ) -> Iterator[Receipt]:
        """
        Hand envelopes over one after the other, as `Connection.deliver` promises.

        Ends early when the connection is lost or has carried as many messages as it may.

        Raises:
            ProviderError: the relay refuses the sender address, or, after a rest, the login.
            ProviderBusy: the relay has no room any more, after a rest.
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
            # If the ledger broke, or the rest is not consumed, a letter may still be announced.
            self._dialogue.hang_up_unless_at_rest()

    def close(self) -> None:
        """Say QUIT, if the state of the dialogue allows it; may be called again."""
        self._dialogue.quit()

    def _await_letter(
        self, envelopes: Iterator[Envelope | None], begin: Callable[[Envelope], Begun]
    ) -> MailTransaction | None:
        """
        Wait for a letter that follows no other; None when no more can be carried.

        It is durably begun before a relay that pipelines hears of it: behind DATA there is
        no way back but to hang up. For a follower that is worth the time saved.
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
        """Send *letter* and read its answer; return the next letter if it was begun as well."""
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
        """Open a new session after a pause; return the obstacle, if any."""
        if self._is_resting:
            self._is_resting = False
            self._messages_left = self._messages
            try:
                self._dialogue = self._open_dialogue()
            except ProviderError as fault:
                return fault
        return None


def open_provider(url: MailUrl, root: Path, caller: Caller = UNNAMED) -> SmtpProvider:
    """Make the provider for the relay *url* names."""
    relay = Relay(url.host, url.port, Security(url.scheme), url.user, url.password)
    return SmtpProvider(relay, caller=caller)
