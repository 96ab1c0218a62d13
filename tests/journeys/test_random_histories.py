"""Readers move, leave and are erased, and backups are restored: in any order nobody comes back."""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from newsletter.errors import ContentError
from newsletter.subscribers.book import Selection
from tests.stage.clocked import ClockedStage
from tests.traces import find_traces

READERS: Final = 5
STEPS: Final = 12
PLACES: Final = [f"{name}{number}@example.org" for name in "px" for number in range(READERS)]
SEEDS: Final = range(12)
Stand = tuple[str, str]  # address and standing


class History:
    """One site, and what has happened to its readers."""

    def __init__(self, folder: Path, seed: int, **settings: str) -> None:
        self.random = random.Random(seed)
        self.folder = folder
        self.desk = ClockedStage(folder / "site", readers=4, **settings)
        self.erased: set[str] = set()
        self.log: list[str] = []
        self.restores = 0
        self._backups: list[Path] = []
        for number, place in enumerate(PLACES[:READERS]):
            words = ("--name", f"Person{number} Unmistakable", "--consented-at", "2022-08-01")
            self.desk.run("subscribers", "add", place, *words)
        self.back_up()

    def readers(self) -> dict[str, Stand]:
        """Return where each reader is, and how they stand."""
        self.desk.restart()
        found = self.desk.site.records.book().select(Selection())
        stands = {
            one.name: (one.address, one.standing.value)
            for one in found
            if "Unmistakable" in one.name
        }
        self.go_on()
        return stands

    def active(self) -> Iterator[tuple[str, str]]:
        """Yield names and addresses of active readers."""
        for name, (place, standing) in self.readers().items():
            if standing == "active":
                yield name, place

    def go_on(self) -> None:
        self.desk.site.close()
        self.desk.restart()
        self.desk.site.now += timedelta(minutes=20)

    def back_up(self) -> None:
        file = self.folder / f"{len(self._backups)}.db"
        self.write_backup(file)
        self._backups.append(file)
        self.log.append(f"backup {file.name}")

    def write_backup(self, file: Path) -> None:
        self.desk.run("backup", str(file))

    def move(self) -> None:
        name, place = self.random.choice(list(self.active()))
        taken = {place for place, _ in self.readers().values()}
        to = self.random.choice([one for one in PLACES if one not in taken])
        self.log.append(f"move {name} {place} {to}")
        fault = self.desk.invoke("subscribers", "change-address", place, to).exception
        assert fault is None or isinstance(fault, ContentError)  # an erased reader's address

    def leave(self) -> None:
        name, place = self.random.choice(list(self.active()))
        self.log.append(f"leave {name}")
        self.desk.run("subscribers", "remove", place)

    def suppress(self) -> None:
        name, place = self.random.choice(list(self.active()))
        self.log.append(f"suppress {name}")
        self.desk.run("subscribers", "suppress", place, "--because", "반송")

    def erase(self) -> None:
        name, place = self.random.choice(list(self.active()))
        self.log.append(f"erase {name} {place}")
        before, told = self.readers(), "\n".join(self.log)
        self.desk.run("subscribers", "erase", place, "--yes", "--now")
        self.erased.add(name)
        del before[name]
        assert self.readers() == before, told
        assert find_traces(self.desk.root, [name]) == [], told

    def restore(self) -> None:
        before, file = self.readers(), self.random.choice(self._backups)
        self.log.append(f"restore {file.name}")
        self.desk.site.close()
        self.desk.run("restore", str(file), "--yes")
        self.restores += 1
        self.go_on()
        self.check(before)

    def check(self, before: dict[str, Stand]) -> None:
        """Check that a restore has brought nobody back, lost nobody and moved nobody."""
        after, told = self.readers(), "\n".join(self.log)
        assert self.erased.isdisjoint(after), told
        assert find_traces(self.desk.root, sorted(self.erased)) == [], told
        for name, (place, standing) in before.items():
            assert after[name][1] == standing, f"{name}\n{told}"
            if standing == "active":
                assert after[name][0] == place, f"{name}\n{told}"
        assert "all as they were recorded" in self.desk.run("consent", "verify"), told
        self.go_on()


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_happened_a_restore_brings_nobody_back(tmp_path: Path, seed: int) -> None:
    go_through(History(tmp_path, seed))


def go_through(history: History) -> None:
    """Let something happen step by step, and restore a backup at the end."""
    acts: list[Callable[[], None]] = [history.move, history.move, history.leave, history.suppress]
    acts += [history.erase, history.back_up, history.restore]
    for _ in range(STEPS):
        if any(True for _ in history.active()):
            history.random.choice(acts)()
            history.go_on()
    history.restore()
