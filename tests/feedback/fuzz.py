"""Mutates mails that came back, and looks whether reading one fails, or takes long: `make fuzz`."""

import argparse
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from newsletter.feedback.raw_mail import open_mail
from newsletter.feedback.understanding import understand

SAMPLES: Final = Path(__file__).parents[2] / ".samples/flufl_bounce-6.0.0/tests/data"
MAILS: Final = sorted(Path(__file__).parent.glob("mails*.txt"))
SLOW_S: Final = 2.0
CHANGES_MAX: Final = 12
LINES: Final = (
    b'Content-Type: multipart/mixed; boundary="b"\n',
    b"Content-Type: message/delivery-status\n\n",
    b"Content-Type: message/rfc822\n\n",
    b"Content-Transfer-Encoding: base64\n",
    b'charset="x-unknown"',
    b"=?utf-8?b?=A0=?=",
    b"\x1b$)C\x0e",
    b"boundary=",
    b"\n\n",
    b"\r",
    b"\x00",
)

Change = Callable[[random.Random, bytes, int, int], bytes]


def _cut(_: random.Random, mail: bytes, start: int, end: int) -> bytes:
    return mail[:start] + mail[end:]


def _repeat(chance: random.Random, mail: bytes, start: int, end: int) -> bytes:
    return mail[:start] + mail[start:end] * chance.randint(2, 20) + mail[end:]


def _insert_noise(chance: random.Random, mail: bytes, start: int, _: int) -> bytes:
    return mail[:start] + chance.randbytes(chance.randint(1, 40)) + mail[start:]


def _insert_line(chance: random.Random, mail: bytes, start: int, _: int) -> bytes:
    return mail[:start] + chance.choice(LINES) + mail[start:]


def _change_line_ends(chance: random.Random, mail: bytes, _: int, __: int) -> bytes:
    return mail.replace(b"\n", chance.choice([b"\r\n", b"\r", b"\n"]))


def _swap_bytes(chance: random.Random, mail: bytes, start: int, end: int) -> bytes:
    return mail[:start] + bytes(chance.randrange(256) for _ in mail[start:end]) + mail[end:]


CHANGES: Final[Sequence[Change]] = (
    _cut,
    _repeat,
    _insert_noise,
    _insert_line,
    _change_line_ends,
    _swap_bytes,
)


@dataclass(frozen=True, slots=True)
class Found:
    """A mail that could not be read, or took too long."""

    fault: str
    mail: bytes


def mutated(seed: int, count: int) -> Iterator[bytes]:
    """Yield *count* mails, the same ones for the same seed."""
    chance = random.Random(seed)
    samples = [file.read_bytes() for file in sorted(SAMPLES.glob("*.txt"))]
    samples += [one for file in MAILS for one in file.read_bytes().split(b"\n==== ")[1:]]
    for _ in range(count):
        mail = chance.choice(samples)
        for _ in range(chance.randint(1, CHANGES_MAX)):
            start = chance.randrange(len(mail) + 1)
            change = chance.choice(CHANGES)
            mail = change(chance, mail, start, min(len(mail), start + chance.randint(1, 200)))
        yield mail


def find_faults(seed: int, count: int, slowest: list[float] | None = None) -> Iterator[Found]:
    """Read mutated mails; yield those that fail or take longer than `SLOW_S`.

    Args:
        seed: what the mutations are drawn from.
        count: how many mails.
        slowest: the time of the slowest mail, in seconds, is kept as its one element.
    """
    for mail in mutated(seed, count):
        began_at = time.perf_counter()
        try:
            understand(open_mail(mail))
        except Exception as error:  # noqa: BLE001 - any of them is what is looked for
            yield Found(repr(error), mail)
        took_s = time.perf_counter() - began_at
        if slowest is not None:
            slowest[:] = [max(*slowest, took_s)] if slowest else [took_s]
        if took_s > SLOW_S:
            yield Found(f"{took_s:.1f} s", mail)


def main() -> int:
    """Look at many, and keep those with faults in build/fuzz/."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    chosen = parser.parse_args()
    folder, faults, slowest = Path("build/fuzz"), 0, list[float]()
    for found in find_faults(chosen.seed, chosen.count, slowest):
        faults += 1
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{chosen.seed}-{faults}.eml").write_bytes(found.mail)
        print(found.fault)
    print(f"Seed {chosen.seed}: {chosen.count:,} mails, {faults} faults", end="")
    print(f", the slowest took {max(slowest, default=0):.3f} s")
    return bool(faults)


if __name__ == "__main__":
    raise SystemExit(main())
