"""How much a run of the benchmark measures: all of it, or a few minutes' worth."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Scale:
    """How many letters, readers and repetitions each part takes."""

    letters: int  # of a dispatch on loopback, and of smtp-source beside it
    repetitions: int  # of that pair, in quiet; the median counts
    repetitions_max: int  # if it does not get quiet
    nodemailer_letters: int
    smtplib_letters: int
    distant_letters: int  # ours, over the long way
    distant_peer_letters: int  # of every peer there
    sizes: tuple[int, ...]  # readers imported and planned, smallest first
    remembered: tuple[int, int]  # readers of the two dispatches whose memory is compared
    written: int  # letters written, and signed, without being sent
    starts: int  # of a command whose median counts
    patience_s: float  # that a measurement waits for quiet


FULL: Final = Scale(
    letters=20_000,
    repetitions=3,
    repetitions_max=8,
    nodemailer_letters=2_000,
    smtplib_letters=1_000,
    distant_letters=2_000,
    distant_peer_letters=600,
    sizes=(10_000, 100_000, 1_000_000),
    remembered=(10_000, 1_000_000),
    written=500,
    starts=10,
    patience_s=15,
)
QUICK: Final = Scale(
    letters=2_000,
    repetitions=1,
    repetitions_max=1,
    nodemailer_letters=400,
    smtplib_letters=200,
    distant_letters=500,
    distant_peer_letters=150,
    sizes=(1_000, 10_000, 50_000),
    remembered=(1_000, 10_000),
    written=500,
    starts=3,
    patience_s=1,
)
TINY: Final = Scale(
    letters=20,
    repetitions=1,
    repetitions_max=1,
    nodemailer_letters=20,
    smtplib_letters=20,
    distant_letters=20,
    distant_peer_letters=20,
    sizes=(20, 40),
    remembered=(20, 40),
    written=20,
    starts=1,
    patience_s=0,
)
SCALES: Final = {"full": FULL, "quick": QUICK, "tiny": TINY}
