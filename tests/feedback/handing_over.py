"""
A program that a mail server runs as another user, and that newsletter commands stand behind.

A mail server hands mails to a user of its own choice. That user may not be allowed to run the
Python of the tests, so it runs a program of the shell: it hands arguments, folder and mail over,
waits, and ends with the status of the command that this process has run.
"""

import re
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.stage.starting import COMMAND, Started, end
from tests.test_docs import fences

PAGE: Final = "docs/feedback.md"
USER: Final = "nobody"  # instead of a user of the newsletter's own
LOOK_S: Final = 0.02
PATIENCE_S: Final = 30.0

PROGRAM: Final = """\
#!/bin/sh
taken=$(mktemp -d "{folder}/XXXXXXXX") || exit 75
cat > "$taken/mail"
printf '%s\\n' "$@" > "$taken/arguments"
id -un > "$taken/user"
pwd > "$taken/folder"
mkfifo "$taken/status"
chmod -R a+rX "$taken"
mv "$taken" "$taken.ready"
read -r status < "$taken.ready/status"
cat "$taken.ready/said"
exit "$status"
"""


@dataclass(frozen=True)
class Handed:
    """One mail as the mail server handed it over, and what the command made of it."""

    mail: bytes
    arguments: list[str]
    user: str
    folder: Path
    status: int
    said: str

    @property
    def recipient(self) -> str:
        """The address that the mail server says the mail was sent to."""
        return self.arguments[self.arguments.index("--recipient") + 1]


@dataclass
class HandOver:
    """The program, and what was handed over to it."""

    place: Path  # where the program lies and its mails are
    environ: Mapping[str, str]  # of the commands
    done: list[Handed] = field(default_factory=list)

    @property
    def program(self) -> Path:
        """What the mail server runs."""
        return self.place / "newsletter"

    def carry_out(self, taken: Path) -> None:
        """Run the command of one mail, and let the program end as it ended."""
        lines = {
            name: (taken / name).read_text().splitlines()
            for name in ("arguments", "user", "folder")
        }
        folder = Path(lines["folder"][0])
        with (taken / "mail").open("rb") as mail:
            process = Started[str](
                [*COMMAND, *lines["arguments"]],
                cwd=folder,
                env=self.environ,
                stdin=mail,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            said, _ = end(process, "")
        content = (taken / "mail").read_bytes()
        self.done.append(
            Handed(content, lines["arguments"], lines["user"][0], folder, process.returncode, said)
        )
        (taken / "said").write_text(said)
        (taken / "said").chmod(0o644)
        (taken / "status").write_text(f"{process.returncode}\n")


@contextmanager
def handing_over(place: Path, environ: Mapping[str, str]) -> Iterator[HandOver]:
    """Put the program into *place*, which every user may enter, and serve it meanwhile."""
    place.mkdir()
    place.chmod(0o1777)
    hand_over, ended = HandOver(place, environ), threading.Event()
    hand_over.program.write_text(PROGRAM.format(folder=place))
    hand_over.program.chmod(0o755)
    threads: dict[Path, threading.Thread] = {}

    def serve() -> None:
        while not ended.wait(LOOK_S):
            for taken in place.glob("*.ready"):
                if taken not in threads:
                    threads[taken] = threading.Thread(
                        target=hand_over.carry_out, args=(taken,), daemon=True
                    )
                    threads[taken].start()

    server = threading.Thread(target=serve)
    server.start()
    try:
        yield hand_over
    finally:
        ended.set()
        server.join(PATIENCE_S)
        for thread in threads.values():
            thread.join(PATIENCE_S)


def shown(kind: str, first: str) -> str:
    """Return the configuration of the page that begins with *first*."""
    [found] = [block for its, block in fences(PAGE) if its == kind and block.startswith(first)]
    return found


def placed(block: str, places: Mapping[str, str]) -> str:
    """Put the test's paths, user and program in place of those of the page; each is there."""
    for there, here in places.items():
        block, count = re.subn(re.escape(there), here.replace("\\", r"\\"), block)
        assert count, there
    return block


def await_that(what: str, holds: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Return when *holds* does; *what* it is, for the error."""
    until = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < until, f"not within {patience_s} s: {what}"
        time.sleep(LOOK_S)
