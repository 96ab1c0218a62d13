"""Plays a round from a fresh ledger to the verdict."""

import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.crash.comparison import Verdict, compare, describe, read_ledger, read_suppressed
from tests.crash.faults import KINDS, WEIGHTS, fill_disk, terminate
from tests.crash.ground import DATABASE, Ground
from tests.crash.post_office import PostOffice
from tests.crash.scene import UNKNOWN_MAX, Scene
from tests.stage.site import ISSUE

DISK = "8m"  # room for the database, its journal, and some growth
REPEATED = 0.25  # of the rounds run the finished dispatch once more


@dataclass(frozen=True, slots=True)
class Result:
    """A round that was played."""

    kind: str
    struck_at: tuple[int, ...]  # letters there were at each fault that really struck
    due: int  # letters that there are in the end
    verdict: Verdict
    wrongs: tuple[str, ...]  # every broken promise in words; none is what is hoped for
    took_s: float

    @property
    def faults(self) -> int:
        """Count the faults that really struck."""
        return len(self.struck_at)

    @property
    def faults_in_mid_run(self) -> int:
        """Count the faults that struck after the first letter and before the last."""
        return sum(0 < at < self.due for at in self.struck_at)


def kinds_in_turn() -> list[str]:
    """Name the kinds in the order they are played, the weightier ones more often."""
    weights = {kind: WEIGHTS.get(kind, 1) for kind in KINDS if kind not in _impossible()}
    return [
        kind
        for turn in range(max(weights.values()))
        for kind, weight in weights.items()
        if turn < weight
    ]


def play(kind: str, seed: str, ground: Ground, folder: Path, *, is_short: bool = False) -> Result:
    """
    Play one round, and compare person by person.

    Args:
        kind: one of KINDS.
        seed: decides every choice that is made by chance, though not how fast processes run.
        ground: what to start from.
        folder: made for the round, and removed if it went well.
        is_short: let one fault be enough, in mid-run.
    """
    began = time.monotonic()
    folder.mkdir(parents=True)
    fault = KINDS[kind]
    office = PostOffice(folder / "record", ground.marks)
    with _disk(folder / "disk", is_small=fault is fill_disk) as disk, office.open():
        database = disk / DATABASE
        stage = ground.copy(folder / "site", office.url, database)
        # A long round strikes anywhere, before the program is loaded too.
        stage = stage if is_short else stage.fresh
        chance = random.Random(f"{kind} {seed}")
        scene = Scene(ground, stage, office, chance, database, is_short)
        try:
            fault(scene)
            scene.finish()
            if not is_short and scene.chance.random() < REPEATED:
                _send_nothing_more(scene)
        finally:
            scene.clear()
        verdict = compare(
            ground,
            read_ledger(stage),
            office.read(),
            is_record_cut=scene.is_record_cut,
            suppressed=read_suppressed(stage),
        )
    most = 0 if fault is terminate else UNKNOWN_MAX * scene.faults
    if verdict.unknown > most:
        scene.wrongs.append(f"{verdict.unknown} unknown after {scene.faults} faults")
    wrongs = (*scene.wrongs, *describe(verdict))
    if not wrongs:
        shutil.rmtree(folder)
    took_s = time.monotonic() - began
    return Result(kind, tuple(scene.struck_at), scene.letters_due, verdict, wrongs, took_s)


def _send_nothing_more(scene: Scene) -> None:
    """Run a finished dispatch once more: it must send nothing."""
    before = scene.office.count()
    status, words = scene.end(scene.start())
    if scene.office.count() != before or status not in {0, 4}:
        scene.wrongs.append(f"{ISSUE} was not finished after all ({status}): {words[-500:]}")


@contextmanager
def _disk(folder: Path, *, is_small: bool) -> Iterator[Path]:
    """Make a folder for the database; a small disk of its own if asked for."""
    folder.mkdir()
    if is_small:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        if is_small:
            subprocess.run(["umount", folder], check=True)


def _impossible() -> set[str]:
    """Name the kinds that cannot be played here: a disk of one's own takes root's rights."""
    if os.geteuid() == 0 and _can_mount():
        return set()
    return {kind for kind, fault in KINDS.items() if fault is fill_disk}


def _can_mount() -> bool:
    """Try it, for root in a container may be root by name only."""
    tried = subprocess.run(
        ["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
        capture_output=True,
        check=False,
    )
    return tried.returncode == 0
