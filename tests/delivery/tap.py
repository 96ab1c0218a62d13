"""A tap on the way to a mail server: it passes all bytes on, and remembers who spoke when."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from select import select

IDLE_S = 30  # nobody in a test is silent for longer


@dataclass
class Tap:
    """What went through: of each connection, what was said by turns."""

    port: int
    turns: list[list[tuple[str, bytes]]] = field(default_factory=list)

    def said_in_one_go(self, words: bytes) -> int:
        """Count how often clients said *words* without the server speaking between."""
        return sum(
            said.count(words) for turns in self.turns for who, said in turns if who == "client"
        )


@contextmanager
def tapped(port: int) -> Iterator[Tap]:
    """Listen before the server on *port* of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        tap = Tap(listener.getsockname()[1])
        accepting = threading.Thread(target=_accept, args=(listener, port, tap))
        accepting.start()
        try:
            yield tap
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join()


def _accept(listener: socket.socket, port: int, tap: Tap) -> None:
    passing: list[threading.Thread] = []
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            break
        turns: list[tuple[str, bytes]] = []
        tap.turns.append(turns)
        passing.append(threading.Thread(target=_pass_on, args=(client, port, turns)))
        passing[-1].start()
    for thread in passing:
        thread.join()


def _pass_on(client: socket.socket, port: int, turns: list[tuple[str, bytes]]) -> None:
    with client, socket.create_connection(("127.0.0.1", port)) as server:
        for sock in (client, server):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        said = bytearray()
        speaker = "server"
        while ready := select([client, server], [], [], IDLE_S)[0]:
            who, heard_from, to = (
                ("client", client, server) if client in ready else ("server", server, client)
            )
            words = heard_from.recv(1 << 16)
            if not words:
                break
            if who != speaker:
                turns.append((speaker, bytes(said)))
                speaker = who
                said.clear()
            said += words
            to.sendall(words)
        turns.append((speaker, bytes(said)))
