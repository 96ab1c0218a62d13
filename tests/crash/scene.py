"""One round on its way: a fresh ledger, a server, and what has been done to them."""

import random
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.crash.ground import CONNECTIONS, Ground
from tests.crash.post_office import PostOffice, TakenLetter
from tests.stage.site import ISSUE, Stage

LOOK_EVERY_S = 0.0005
PATIENCE_S = 120.0  # for a dispatch to end by itself
RESTARTS_MAX = 12
QUIET_LOOKS = 4  # in a row, before a server is taken to have read all there was
UNKNOWN_MAX = 2 * CONNECTIONS  # for each fault: what one dispatch has in flight
WORD_OF_A_BUG = "Traceback (most recent call last)"


@dataclass(slots=True)
class Scene:
    """A site, its server, a seeded chance, and the book of what went wrong."""

    ground: Ground
    stage: Stage
    office: PostOffice
    chance: random.Random
    database: Path
    is_short: bool  # one fault, and no long wait
    struck_at: list[int] = field(default_factory=list)  # letters there were at each fault
    unknown: int = 0  # when last asked
    is_record_cut: bool = False  # a dispatch could not write down what it knew at the end
    wrongs: list[str] = field(default_factory=list)  # each a broken promise
    running: list["subprocess.Popen[str]"] = field(default_factory=list)

    @property
    def letters_due(self) -> int:
        """Count the letters that the server will take if all goes well."""
        return len(self.ground.expected) - len(self.ground.refused)

    @property
    def faults(self) -> int:
        """Count the faults that really struck."""
        return len(self.struck_at)

    def start(self, *options: str) -> "subprocess.Popen[str]":
        """Start a dispatch."""
        process = self.stage.start("dispatch", ISSUE, "--yes", *options)
        self.running.append(process)
        return process

    def times(self) -> int:
        """Choose how many faults in a row there shall be."""
        return 1 if self.is_short else self.chance.choice([1, 1, 2, 3])

    def moment(self, before: int | None = None) -> int:
        """
        Choose a number of letters to wait for: anywhere, with the first and last favoured.

        In a short round it lies in the middle, for its one fault shall meet a dispatch at work.

        Args:
            before: choose below this one; all letters if None.
        """
        taken = self.office.count()
        end = max(taken + 1, self.letters_due if before is None else before)
        if self.is_short:
            fifth = min(end, self.letters_due) // 5
            return self.chance.randint(fifth, 4 * fifth)
        anywhere = self.chance.randint(taken, end)
        return self.chance.choice([taken, taken + 1, anywhere, anywhere, anywhere, anywhere, end])

    def wait_for(self, count: int, *processes: "subprocess.Popen[str]") -> bool:
        """
        Wait for *count* letters, and a random instant more; say whether a process still runs.

        A count that was reached before the processes sent anything means: some time between
        their start and their first letter.
        """
        at_start = self.office.count()
        deadline = time.monotonic() + PATIENCE_S
        if count <= at_start:
            time.sleep(self.chance.uniform(0.2, 2.0))
        while self.office.count() < count and _any_runs(processes):
            if time.monotonic() > deadline:
                self.wrongs.append(f"no {count} letters came in {PATIENCE_S:.0f} s")
                break
            time.sleep(LOOK_EVERY_S)
        time.sleep(self.chance.uniform(0, 0.004))
        return _any_runs(processes)

    def end(self, process: "subprocess.Popen[str]") -> tuple[int, str]:
        """Wait for a dispatch to end by itself; return its exit status and its words."""
        try:
            words, _ = process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.wrongs.append(f"a dispatch did not end in {PATIENCE_S:.0f} s")
            process.kill()
            words, _ = process.communicate()
        self.running.remove(process)
        if WORD_OF_A_BUG in words:
            self.wrongs.append("a dispatch ended with a traceback:\n" + words[-2000:])
        return process.returncode, words

    def kill(self, process: "subprocess.Popen[str]") -> None:
        """Kill a dispatch with -9, and count it if it was alive."""
        if process.poll() is None:
            process.kill()
            self.struck_at.append(self.office.count())
            self.is_record_cut = True
        self.end(process)

    @contextmanager
    def unknown_within(self, most: int) -> Iterator[None]:
        """Demand that no more than *most* deliveries become unknown in this block."""
        yield
        before = self.unknown
        with suppress(AssertionError):  # not planned yet
            self.unknown = int(self.stage.status()["unknown"])
        if self.unknown - before > most:
            more = self.unknown - before
            self.wrongs.append(f"{more} became unknown by one fault, where {most} may")

    def let_server_finish(self) -> None:
        """Give the server time for what had reached it when its client died or stopped."""
        quiet, before = 0, -1
        while quiet < QUIET_LOOKS:
            time.sleep(0.05)
            now = self.office.count()
            is_quiet = now == before and not self.office.has_unread()
            quiet, before = (quiet + 1 if is_quiet else 0), now

    def settle_by_log(self) -> None:
        """Let a person believe the server's own record, written as a relay's log."""
        self.let_server_finish()
        log = self.database.parent / "mail.log"
        log.write_text("".join(map(_as_postfix, self.office.read().letters)))
        self.stage.run("resolve", ISSUE, "--from-log", str(log), "--because", "its log", "--yes")

    def finish(self) -> None:
        """Run dispatch again until nobody waits any more."""
        for _ in range(RESTARTS_MAX):
            status, words = self.end(self.start())
            if status not in {0, 3, 4}:
                self.wrongs.append(f"dispatch ended with status {status}: {words[-500:]}")
            state = self.stage.status()
            if not state["pending"] and not state["deferred"]:
                return
        self.wrongs.append(f"not finished after {RESTARTS_MAX} runs: {words[-500:]}")

    def clear(self) -> None:
        """End what was started here and still runs."""
        for process in self.running:
            process.kill()
            process.communicate()


def _as_postfix(letter: TakenLetter) -> str:
    head, queue = "Aug 26 08:00:01 relay postfix", letter.message_id.encode().hex()[-11:].upper()
    return (
        f"{head}/cleanup[2]: {queue}: message-id=<{letter.message_id.strip('<>')}>\n"
        f"{head}/qmgr[3]: {queue}: from=<news@example.org>, size=99, nrcpt=1 (queue active)\n"
    )


def _any_runs(processes: Sequence["subprocess.Popen[str]"]) -> bool:
    return any(process.poll() is None for process in processes)


Fault = Callable[[Scene], None]
