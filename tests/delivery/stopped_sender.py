"""
Sends letters over sockets it was given, to be stopped at any instant.

``python -m tests.delivery.stopped_sender LOG FD… [--trusted CERTIFICATE]``: each letter starts with
its number, and the log has a line whenever a letter was asked for, with its number and when.
"""

import argparse
import os
import random
import socket
import ssl
import threading
from pathlib import Path

from newsletter.delivery import smtp_wire
from newsletter.delivery.smtp_wire import GuardedBytes, Wire
from newsletter.delivery.ticks import ticks

AT_ONCE_S = 0.05  # instead of half a second: a stop need not last longer
SIZE = 20_000


def _send(wire: Wire, name: int, log: int) -> None:
    number = 0
    while True:
        number += 1
        letter = (b"%d %d " % (name, number)).ljust(SIZE, b"x")

        def may_go(line: str = f"{name} {number}") -> bool:
            os.write(log, f"{line} {ticks()}\n".encode())
            return True

        sum(range(random.randrange(40_000)))  # writing the next letter takes the interpreter
        wire.say(letter, 60, GuardedBytes(len(letter), may_go))
        wire.hear(60)


def main() -> None:
    """Send until somebody ends it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("log", type=Path)
    parser.add_argument("sockets", type=int, nargs="+")
    parser.add_argument("--trusted", type=Path)
    options = parser.parse_args()
    smtp_wire.AT_ONCE_S = AT_ONCE_S  # type: ignore[misc] # a constant elsewhere
    log = os.open(options.log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    threads = []
    for number in options.sockets:
        wire = Wire(socket.socket(fileno=number))
        if options.trusted:
            context = ssl.create_default_context(cafile=str(options.trusted))
            wire.encrypt(context, "127.0.0.1", 10)
        threads.append(threading.Thread(target=_send, args=(wire, number, log)))
    for thread in threads:
        thread.start()


if __name__ == "__main__":
    main()
