"""The recording server as a process: started, killed, held up, and its record read."""

import json
import random
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.stage.site import CHECKOUT


@dataclass(frozen=True, slots=True)
class TakenLetter:
    """A letter whose final dot the server has seen."""

    recipient: str
    message_id: str
    to: str  # the header field, one line
    token: str  # of the unsubscribe link
    marks: int  # bit n: the n-th mark stands in it
    is_whole: bool


@dataclass(slots=True)
class Taken:
    """What the record says."""

    letters: list[TakenLetter] = field(default_factory=list)
    go_aheads: set[str] = field(default_factory=set)  # recipients whose DATA was answered 354
    answered: int = 0  # letters whose 250 was handed to the system

    @property
    def times(self) -> Counter[str]:
        """How often each recipient's letter was taken."""
        return Counter(letter.recipient for letter in self.letters)


class PostOffice:
    """A port that stays the same over all deaths of the server behind it."""

    def __init__(self, record: Path, marks: Path | None = None, *options: str) -> None:
        """
        Choose a port; nothing is started yet.

        Args:
            record: what the server appends to.
            marks: see `write_marks`.
            options: more of the server's own, such as ``--verdict-delay=1``.
        """
        self.port = _quiet_port()
        self._record = record
        self._marks = marks
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self._seen = 0  # bytes of the record that were counted
        self._count = 0

    @property
    def url(self) -> str:
        """The server's address as a setting."""
        return f"smtp://127.0.0.1:{self.port}"

    @contextmanager
    def open(self) -> Iterator["PostOffice"]:
        """Serve for as long as the block lasts."""
        self.start()
        try:
            yield self
        finally:
            self.kill()

    def start(self) -> None:
        """Start the server, and return when it takes connections."""
        marks = ["--marks", str(self._marks)] if self._marks else []
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.crash.server"),
                *("--port", str(self.port), "--record", str(self._record), *marks),
                *self._options,
            ],
            cwd=CHECKOUT,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout
        assert self._process.stdout.readline(), "the recording server did not come up"

    def kill(self) -> None:
        """Kill the server with -9."""
        if self._process:
            self._process.kill()
            self._process.communicate(timeout=30)
            self._process = None

    def hold_up(self) -> None:
        """Let the server answer nothing until `go_on`."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """End what `hold_up` began."""
        assert self._process
        self._process.send_signal(signal.SIGCONT)

    def has_unread(self) -> bool:
        """Say whether bytes lie at the port that the server has not read yet (proc(5))."""
        port = f":{self.port:04X}"
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return any(row[1].endswith(port) and int(row[4].partition(":")[2], 16) for row in rows)

    def count(self) -> int:
        """Say how many letters were taken, quickly enough to be asked all the time."""
        if self._record.exists():
            with self._record.open("rb") as file:
                file.seek(self._seen)
                news = file.read()
            self._seen += len(news)
            self._count += news.count(b'"event": "taken"')
        return self._count

    def size(self) -> int:
        """Say how long the record is, for `read` to start there."""
        return self._record.stat().st_size if self._record.exists() else 0

    def read(self, start: int = 0) -> Taken:
        """Read the record from byte *start* on; a line cut off at the end does not count."""
        taken = Taken()
        if not self._record.exists():
            return taken
        text = self._record.read_bytes()[start:]
        for line in text[: text.rfind(b"\n") + 1].splitlines():
            entry = json.loads(line)
            match entry.pop("event"):
                case "taken":
                    taken.letters.append(TakenLetter(**entry))
                case "go-ahead":
                    taken.go_aheads.add(entry["recipient"])
                case _:
                    taken.answered += entry["count"]
        return taken


def write_marks(path: Path, marks: Sequence[str]) -> None:
    """Write the marks the server shall look for."""
    path.write_text(json.dumps(list(marks)), encoding="utf-8")


def _quiet_port() -> int:
    """
    Find a free port below those that the system gives to clients.

    While the server is dead a client could otherwise be given its port, and keep it from
    coming back, or be connected to itself.
    """
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port
    raise AssertionError("no free port was found")
