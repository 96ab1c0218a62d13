"""
An SMTP server that writes down whom it took a letter for, before it says so.

It runs as a process of its own, ``python -m tests.crash.server``, so that it can be killed
at any moment: what it wrote to its record is with the system by then, and outlives it. It
offers PIPELINING and answers everything that has come in, in order. Nothing is parsed but
a few header fields, so that it is no brake for 2,000 letters a second.

A line of the record is a JSON object whose *event* is

- ``go-ahead``: DATA of *recipient* is about to be answered 354;
- ``taken``: the final dot of *recipient*'s letter has come; the 250 is about to leave;
- ``answered``: the 250 of as many letters (*count*) was handed to the system.
"""

import argparse
import asyncio
import json
import os
import re
import socket
from collections.abc import Sequence
from pathlib import Path

END = b"\r\n.\r\n"
CHUNK = 1 << 18
MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
TO = re.compile(rb"^To:((?:.*\r\n)(?:[ \t].*\r\n)*)", re.IGNORECASE | re.MULTILINE)
TOKEN = re.compile(rb"/u/([A-Za-z0-9_.-]+)")
ADDRESS = re.compile(rb"<([^>]*)>")
AT_FIRST = {  # what such a mailbox is answered the first time; nothing: the connection is cut
    "cut-first.": "",
    "deferred-first.": "451 4.2.0 come back later",
    "complains-first.": "450 4.7.28 too many messages from you",
    "too-big-first.": "452 4.3.4 the message is too big",
}


class Record:
    """A file that only grows; a line is whole once `note` has returned."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(self, event: str, **fields: object) -> None:
        """Append a line; it outlives this process, though not the machine."""
        os.write(self._file, json.dumps({"event": event, **fields}).encode() + b"\n")


class Wire:
    """One client's socket: lines and contents in, replies out in groups."""

    def __init__(self, client: socket.socket, record: Record) -> None:
        self._client = client
        self._record = record
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray()
        self._replies = bytearray()
        self._taken = 0  # letters whose 250 is among the replies

    async def line(self) -> bytes:
        """Return the next command without its line end."""
        while (end := self._buffer.find(b"\r\n")) < 0:
            await self._fill()
        return self._cut(end, 2)

    async def content(self) -> bytes:
        """Return a letter without its final dot, as it came over the wire."""
        seen = 0
        while True:
            if self._buffer.startswith(END[2:]):
                return self._cut(0, 3)
            end = self._buffer.find(END, seen)
            if end >= 0:
                return self._cut(end + 2, 3)
            seen = max(0, len(self._buffer) - len(END))
            await self._fill()

    def say(self, reply: str, *, takes: bool = False) -> None:
        """Answer; *takes* says that this is the 250 of a letter."""
        self._replies += f"{reply}\r\n".encode()
        self._taken += takes

    async def flush(self) -> None:
        """Hand all replies to the system."""
        if self._replies:
            replies, self._replies = bytes(self._replies), bytearray()
            await self._loop.sock_sendall(self._client, replies)
        if self._taken:
            count, self._taken = self._taken, 0
            self._record.note("answered", count=count)

    async def _fill(self) -> None:
        await self.flush()
        received = await self._loop.sock_recv(self._client, CHUNK)
        if not received:
            raise ConnectionError("the client has gone")
        self._buffer += received

    def _cut(self, end: int, behind: int) -> bytes:
        taken = bytes(self._buffer[:end])
        del self._buffer[: end + behind]
        return taken


class Server:
    """Takes letters, one recipient each."""

    def __init__(self, record: Record, marks: Sequence[bytes], options: argparse.Namespace) -> None:
        self._record = record
        self._marks = marks
        self._options = options
        self._padding = " as was asked" * options.long_answers
        self._known: set[str] = set()  # recipients of AT_FIRST that were answered
        self._taken: set[tuple[str, str]] = set()  # by recipient and Message-ID

    async def listen(self, port: int) -> None:
        """Serve for ever."""
        loop = asyncio.get_running_loop()
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", port))
            listener.listen(100)
            listener.setblocking(False)
            print("listening", flush=True)
            sessions = set()
            while True:
                client, _ = await loop.sock_accept(listener)
                session = loop.create_task(self._serve(client))
                sessions.add(session)
                session.add_done_callback(sessions.discard)

    async def _serve(self, client: socket.socket) -> None:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with client:
            try:
                await self._converse(Wire(client, self._record))
            except ConnectionError:
                return

    async def _converse(self, wire: Wire) -> None:
        recipient: str | None = None
        wire.say("220 recorder.example.net ESMTP")
        while True:
            command = await wire.line()
            if self._options.answer_delay:
                await wire.flush()
                await asyncio.sleep(self._options.answer_delay)
            match command[:4].upper():
                case b"EHLO":
                    wire.say("250-recorder.example.net\r\n250-PIPELINING\r\n250 SIZE 10000000")
                case b"RCPT":
                    recipient = await self._answer_rcpt(wire, command) or recipient
                case b"DATA" if recipient:
                    await self._take(wire, recipient)
                    recipient = None
                case b"DATA":
                    wire.say("554 5.5.1 no valid recipient")
                case b"QUIT":
                    wire.say("221 2.0.0 bye")
                    await wire.flush()
                    return
                case _:  # HELO, MAIL, RSET, NOOP
                    recipient = None
                    wire.say("250 2.0.0 ok")

    async def _answer_rcpt(self, wire: Wire, command: bytes) -> str | None:
        found = ADDRESS.search(command)
        recipient = found[1].decode() if found else ""
        if recipient.startswith("refused."):
            wire.say("550 5.1.1 no such mailbox")
        elif recipient.startswith("deferred."):
            wire.say("451 4.2.0 come back later")
        elif recipient not in self._known and (kind := _kind_at_first(recipient)):
            self._known.add(recipient)
            if not AT_FIRST[kind]:
                await wire.flush()
                raise ConnectionError("cut, as was asked")
            wire.say(AT_FIRST[kind])
        else:
            wire.say("250 2.1.5 ok")
            return recipient
        return None

    async def _take(self, wire: Wire, recipient: str) -> None:
        self._record.note("go-ahead", recipient=recipient)
        wire.say("354 go on")
        content = await wire.content()
        fields = self._read(content)
        key = (recipient, str(fields["message_id"]))
        if not self._options.drops_repeats or key not in self._taken:
            self._record.note("taken", recipient=recipient, **fields)
        self._taken.add(key)
        if self._options.verdict_delay:
            await wire.flush()
            await asyncio.sleep(self._options.verdict_delay)
        wire.say(f"250 2.0.0 taken{self._padding}", takes=True)

    def _read(self, content: bytes) -> dict[str, object]:
        """Note what tells whose letter this is, which edition, and whether it is whole."""
        head = content[: content.find(b"\r\n\r\n") + 2]
        message_id, to, token = (pattern.search(head) for pattern in (MESSAGE_ID, TO, TOKEN))
        found = (number for number, mark in enumerate(self._marks) if mark in content)
        return {
            "message_id": message_id[1].decode() if message_id else "",
            "to": " ".join(to[1].decode("latin-1").split()) if to else "",
            "token": token[1].decode() if token else "",
            "marks": sum(1 << number for number in found),
            "is_whole": content.endswith(b"--\r\n"),  # the last line ends a multipart
        }


def _kind_at_first(recipient: str) -> str | None:
    return next((kind for kind in AT_FIRST if recipient.startswith(kind)), None)


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description="An SMTP server that records what it takes.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--record", type=Path, required=True, help="appended to")
    parser.add_argument("--marks", type=Path, help="JSON: texts to look for in each letter")
    parser.add_argument("--answer-delay", type=float, default=0.0, help="seconds, each command")
    parser.add_argument("--verdict-delay", type=float, default=0.0, help="seconds, each letter")
    parser.add_argument("--long-answers", type=int, default=0, help="words to each 250, times")
    parser.add_argument("--drops-repeats", action="store_true", help="told by their Message-ID")
    options = parser.parse_args()
    texts = json.loads(options.marks.read_text(encoding="utf-8")) if options.marks else []
    server = Server(Record(options.record), [text.encode() for text in texts], options)
    asyncio.run(server.listen(options.port))


if __name__ == "__main__":
    main()
