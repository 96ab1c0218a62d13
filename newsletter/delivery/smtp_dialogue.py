"""
The SMTP dialogue with a relay, one letter for each transaction.

If the relay offers PIPELINING (RFC 2920), one write holds the content of a letter, its final
dot, and MAIL, RCPT and DATA of the next letter: one round trip a letter. Replies are matched to
commands one by one, in order. Otherwise the dialogue has four separate steps.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from newsletter.delivery.provider import Unsent, WithdrawnError
from newsletter.delivery.replies import Reply, classify
from newsletter.delivery.smtp_answers import (
    dislikes_pipelining,
    explain_mail,
    explain_name,
    explain_refusal,
)
from newsletter.delivery.smtp_letter import DATA, Answer, MailTransaction
from newsletter.delivery.smtp_session import Session
from newsletter.delivery.smtp_wire import GuardedBytes, LostError
from newsletter.phrases import Said, phrase

DOT: Final = b".\r\n"
RSET: Final = b"RSET\r\n"
QUIT_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class Patience:
    """The time-outs, in seconds."""

    reply_s: float  # for a complete reply
    verdict_s: float  # for the reply to the content, and for sending the content


class Pipelining:
    """
    Whether a relay's offer of PIPELINING is trusted; shared by all connections to the relay.

    Some relays, or firewalls before them, offer PIPELINING and then lose early commands or
    hang up. After a group behind a final dot was answered completely, a later lost connection
    is no reason for doubt; before that it is. Both flags are only set, never cleared, so
    threads need no lock.
    """

    def __init__(self) -> None:
        self.is_proven = False
        self.is_refuted = False

    def doubt(self) -> None:
        """Stop using PIPELINING, unless it was seen to work."""
        self.is_refuted |= not self.is_proven


class Stage(Enum):
    """The state of the dialogue; decides which commands may be sent next."""

    REST = auto()  # no transaction, no reply outstanding
    ANNOUNCED = auto()  # MAIL, RCPT and DATA were sent, and are not answered
    OPEN = auto()  # a transaction that must be reset
    EMPTY = auto()  # 354 without a recipient: only a final dot can follow (RFC 2920 §3.1)
    CONTENT = auto()  # 354: all bytes sent now are the letter's content


class Dialogue:
    """One session with a relay, from letter to letter."""

    # Large because each step reads and sets the stage; one class shows completely which command
    # may follow which reply.

    def __init__(
        self, session: Session, relay: str, patience: Patience, pipelining: Pipelining
    ) -> None:
        self.offer = session.offer
        self.is_over = False  # no more commands can be sent
        self._stage = Stage.REST
        self._wire = session.wire
        self._relay = relay
        self._patience = patience
        self._pipelining = pipelining
        self._is_behind_a_dot = False  # whether the announced letter is
        self._why: Said = phrase("delivery.connection-lost")

    @property
    def pipelines(self) -> bool:
        """Whether a letter may be announced behind the previous one."""
        return self.offer.pipelining and not self._pipelining.is_refuted and not self.is_over

    def has_gone(self) -> bool:
        """Whether the relay, while idle, hung up or announced that it will."""
        return self._stage is Stage.REST and self._wire.has_news()

    def open(self, letter: MailTransaction) -> None:
        """
        Prepare *letter* until its content may be sent; set its answer if it may not be sent.

        Raises:
            LostError: the connection is lost; no byte of the content was sent.
        """
        self._must_not_be_over()
        if letter.is_announced or self.pipelines:
            replies = self._hear_group(letter)
        else:
            replies = self._ask_in_steps(letter)
        disliked = next(filter(dislikes_pipelining, replies), None)
        if disliked and letter.is_announced:
            self._refute(letter, disliked)
            return
        self._decide(letter, replies)
        if replies[-1].code == 421:
            self.hang_up(replies[-1].answer)

    def finish(self, letter: MailTransaction, follower: MailTransaction | None) -> None:
        """
        Send the content of *letter* and set its answer; or reset a letter that has an answer.

        If this process loses the right to send it before the last byte is sent, the session ends
        without that byte, and the letter gets no answer.

        Args:
            letter: if the connection is lost, its `has_left` shows whether any byte of the
                content can have reached the relay.
            follower: a letter announced in the same write.

        Raises:
            LostError: the connection is lost.
        """
        stage = self._stage
        ending = _ending(letter, stage)
        group = follower.group if follower else b""
        if self.is_over or not (ending or group):
            return
        # One write. Copying 74 KB takes 2 µs, less than a second system call takes.
        try:
            self._say_ending(letter, b"".join((*ending, group)), sum(map(len, ending)))
        except WithdrawnError:
            self.hang_up(phrase("delivery.letter-withdrawn"))
            return
        self._stage = Stage.ANNOUNCED if group else Stage.REST
        self._is_behind_a_dot = stage is Stage.CONTENT
        if follower:
            follower.is_announced = bool(group)
        if ending:
            try:
                reply = self._hear(2, self._patience.verdict_s)
            except LostError:
                if group:
                    self._pipelining.doubt()
                raise
            self._judge(letter, stage, reply, is_followed=bool(group))

    def withdraw(self) -> bool:
        """
        Abandon the opened letter unsent; return whether that ended the session.

        After 354 a letter cannot be withdrawn: a final dot would deliver an empty letter. The relay
        discards content without a dot when the connection ends (RFC 5321 §4.1.1.4); the cost is a
        new connection.
        """
        has_to_go = self._stage is Stage.CONTENT
        if has_to_go:
            self.hang_up(phrase("delivery.letter-withdrawn"))
        return has_to_go

    def hang_up_unless_at_rest(self) -> None:
        """End the session if a transaction is open."""
        if self._stage is not Stage.REST:
            self.hang_up(phrase("delivery.run-stopped"))

    def hang_up(self, why: Said) -> None:
        """End the session without a command: the relay discards an open transaction."""
        if not self.is_over:
            self.is_over = True
            self._why = why
            self._wire.close()

    def quit(self) -> None:
        """End the session by QUIT if its stage allows it; may be called again."""
        if not self.is_over and self._stage in {Stage.REST, Stage.OPEN}:
            with suppress(LostError):
                self._wire.say(b"QUIT\r\n", QUIT_S)
                self._wire.hear(QUIT_S)
        self.hang_up(phrase("delivery.connection-closed"))

    def _hear_group(self, letter: MailTransaction) -> list[Reply]:
        """Read the replies to MAIL, RCPT and DATA, sent in one write; after 421 no more come."""
        replies: list[Reply] = []
        try:
            if not letter.is_announced:
                self._say(letter.group)
                letter.is_announced = True
                self._is_behind_a_dot = False
            self._stage = Stage.ANNOUNCED
            for hundred in (2, 2, 3):
                replies.append(self._hear(hundred))
                if replies[-1].code == 421:
                    return replies
        except LostError:
            self._pipelining.doubt()
            raise
        self._pipelining.is_proven |= self._is_behind_a_dot
        return replies

    def _ask_in_steps(self, letter: MailTransaction) -> list[Reply]:
        """Send MAIL, RCPT and DATA one by one, and stop at the first refusal."""
        replies: list[Reply] = []
        for words, hundred in zip((*letter.commands, DATA), (2, 2, 3), strict=True):
            # Send DATA only after the letter is durably begun: before DATA, RSET can reset it.
            if words is DATA and not letter.may_go():
                break
            self._say(words)
            replies.append(self._hear(hundred))
            if replies[-1].code >= 400:
                break
        return replies

    def _decide(self, letter: MailTransaction, replies: Sequence[Reply]) -> None:
        """Interpret the replies to MAIL, RCPT and DATA, and set the answer and the stage."""
        refused = next((step for step, reply in enumerate(replies) if reply.code >= 400), None)
        if refused is not None:
            letter.answer = self._explain(refused, replies[refused])
        has_recipient = len(replies) > 1 and replies[1].code < 400
        match replies:
            case [_, _, Reply(code=354)] if refused is None:
                self._stage = Stage.CONTENT
            case [_, _, Reply(code=354)] if has_recipient:
                # MAIL was refused, but a final dot would deliver an empty letter.
                self.hang_up(phrase("delivery.takes-refused-letter"))
            case [_, _, Reply(code=354)]:
                self._stage = Stage.EMPTY
            case [mail, *_] if mail.code < 400 or has_recipient:
                self._stage = Stage.OPEN
            case _:
                self._stage = Stage.REST

    def _explain(self, step: int, reply: Reply) -> Answer:
        """Interpret a refusal of MAIL (*step* 0), RCPT or DATA."""
        about_us = explain_name(reply, self._relay)
        about_step = explain_refusal(reply) if step else explain_mail(reply, self._relay)
        return about_us or about_step

    def _judge(
        self, letter: MailTransaction, stage: Stage, reply: Reply, *, is_followed: bool
    ) -> None:
        """Interpret the reply to an ending."""
        if stage is Stage.CONTENT:
            if is_followed and dislikes_pipelining(reply):
                self._refute(letter, reply)
                return
            letter.answer = classify(reply, after_content=True)
        if reply.code == 421 or (stage is Stage.OPEN and reply.code >= 400):
            self.hang_up(reply.answer)

    def _refute(self, letter: MailTransaction, disliked: Reply) -> None:
        """The letter was rejected unread because it came early: stop PIPELINING for this relay."""
        self._pipelining.is_refuted = True
        letter.answer = Unsent(disliked.answer)
        self.hang_up(disliked.answer)

    def _say(self, words: bytes) -> None:
        self._must_not_be_over()
        self._wire.say(words, self._patience.reply_s)

    def _say_ending(self, letter: MailTransaction, words: bytes, size: int) -> None:
        """Send *words*; its first *size* bytes end the transaction of *letter*."""
        self._must_not_be_over()
        if self._stage is Stage.CONTENT and self._wire.has_news():
            # Every command has its reply. An additional reply would be read as the verdict.
            raise LostError(phrase("delivery.spoke-out-of-turn"))
        letter.has_left = self._stage is Stage.CONTENT
        guard = GuardedBytes(size, letter.may_still_go) if letter.has_left else None
        try:
            self._wire.say(words, self._patience.verdict_s, guard)
        except LostError as lost:
            # Bytes that the kernel accepted may have arrived, in part or completely.
            letter.has_left = letter.has_left and lost.sent > 0
            raise

    def _hear(self, hundred: int, patience_s: float | None = None) -> Reply:
        """Read a reply: of *hundred*'s hundred, 4xx or 5xx."""
        reply = self._wire.hear(patience_s or self._patience.reply_s)
        # RFC 5321 §4.3.2: 354 is the only 3xx. After another 3xx the next step is undefined.
        is_odd = reply.code // 100 == 3 and reply.code != 354
        if is_odd or reply.code // 100 not in {hundred, 4, 5}:
            raise LostError(phrase("delivery.answered-out-of-turn", answer=reply.answer))
        return reply

    def _must_not_be_over(self) -> None:
        if self.is_over:
            raise LostError(self._why)


def _ending(letter: MailTransaction, stage: Stage) -> tuple[bytes, ...]:
    """Return what ends the transaction of *letter* at *stage*, with one reply; may be empty."""
    match stage:
        case Stage.CONTENT:
            mime = letter.envelope.mime
            return (mime if letter.envelope.is_dotless else _stuff_dots(mime), DOT)
        case Stage.EMPTY:
            return (DOT,)
        case Stage.OPEN:
            return (RSET,)
        case _:
            return ()


def _stuff_dots(mime: bytes) -> bytes:
    """
    Double a dot at the start of a line (RFC 5321 §4.5.2).

    A compiled letter has no such line. If one existed, it would end the content early, and a
    relay would read the rest as commands.
    """
    # A search from the end takes half the time of `in`: it may skip more bytes.
    if mime.rfind(b"\r\n.") >= 0:
        mime = mime.replace(b"\r\n.", b"\r\n..")
    return b"." + mime if mime.startswith(b".") else mime
