"""Asks SpamAssassin for a letter's score, without network and without anything it has learned."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes
from typing import Final

PROGRAM: Final = "spamassassin"
LONGEST_S: Final = 60.0  # for one letter: the first one after an update compiles rules
HEADER: Final = "X-Spam-Newsletter"  # SpamAssassin puts X-Spam- before a name of ours
# Nothing of this computer counts but the program's own rules, and each rule is told with its score.
SETTINGS: Final = (
    "use_bayes 0",
    "report_safe 0",
    "add_header all Newsletter score=_SCORE_ required=_REQD_ tests=_TESTSSCORES(,)_",
)
SAID: Final = re.compile(r"score=(-?[0-9.]+)\s+required=(-?[0-9.]+)\s+tests=(.*)", re.DOTALL)
RULE: Final = re.compile(r"([A-Z][A-Z0-9_]*)=(-?[0-9]+(?:\.[0-9]+)?)")


@dataclass(frozen=True, slots=True)
class SpamScore:
    """What SpamAssassin says of a letter."""

    score: float
    required: float  # from which on it is called spam
    rules: Mapping[str, float]  # that hit, each with its part of the score


def find_program() -> str | None:
    """Return the path of SpamAssassin; None if it is not installed."""
    return shutil.which(PROGRAM)


def score_letter(program: str, mime: bytes, longest_s: float = LONGEST_S) -> SpamScore | None:
    """
    Return the score of a letter; None if the program says nothing that can be understood.

    Args:
        program: the path of SpamAssassin.
        mime: the letter, with CRLF line ends.
        longest_s: the program is ended then.

    Raises:
        OSError: it cannot be run.
        subprocess.TimeoutExpired: it took too long.
    """
    options = [part for setting in SETTINGS for part in ("--cf", setting)]
    with tempfile.TemporaryDirectory() as home:  # in which it may write what it likes
        done = subprocess.run(  # noqa: S603 - no shell, and no word of a person
            [program, "-L", "-x", *options],
            input=mime.replace(b"\r\n", b"\n"),
            capture_output=True,
            timeout=longest_s,
            check=False,
            env={
                "HOME": home,
                "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            },
        )
    return read_score(done.stdout)


def read_score(marked: bytes) -> SpamScore | None:
    """Read the score from a letter that SpamAssassin has marked; None if there is none."""
    said = SAID.search(str(message_from_bytes(marked)[HEADER] or ""))
    if said is None:
        return None
    rules = {name: float(part) for name, part in RULE.findall(re.sub(r"\s", "", said[3]))}
    return SpamScore(float(said[1]), float(said[2]), rules)
