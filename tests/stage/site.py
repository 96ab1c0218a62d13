"""A whole site in a temporary folder, run as a person runs it: by its commands."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT
from typing import Any

from tests.stage.starting import COMMAND, Started, end

CHECKOUT = Path(__file__).resolve().parent.parent.parent
ISSUE = "2022-08"
PUBLIC_URL = "https://news.example.org"
NEXT_YEAR = f"{datetime.now(UTC).year + 1}-01-01 09:00"  # for what is appointed


@dataclass(frozen=True, slots=True)
class Stage:
    """A copy of the sample site, and the settings its commands run with."""

    root: Path
    settings: Mapping[str, str]
    starts_fresh: bool = False

    @property
    def fresh(self) -> "Stage":
        """The same, but its commands begin as for a person: with nothing loaded."""
        return replace(self, starts_fresh=True)

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of a newsletter command."""
        return [*COMMAND, *arguments]

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a command: this one's, without settings but for our own."""
        clean = {name: value for name, value in os.environ.items() if "NEWSLETTER_" not in name}
        return {**clean, **self.settings}

    def run(self, *arguments: str, status: int = 0, stdin: str = "") -> str:
        """Run a command, check its exit status, and return what it printed."""
        ended = self.run_to_its_end(*arguments, stdin=stdin)
        assert ended.returncode == status, ended.stdout + ended.stderr
        assert "Traceback" not in ended.stderr, ended.stderr
        return ended.stdout + ended.stderr

    def run_to_its_end(
        self, *arguments: str, stdin: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command, however it ends."""
        process = self._begin(*arguments, stdin=PIPE)
        output, errors = end(process, stdin)
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    def read(self, *arguments: str) -> bytes:
        """Run a command that succeeds, and return standard output as it comes."""
        process = self._begin(*arguments, stdin=DEVNULL, text=False)
        output, errors = end(process, b"")
        assert process.returncode == 0, errors
        return bytes(output)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command without waiting for it."""
        return self._begin(*arguments, stderr=STDOUT)

    def _begin(
        self, *arguments: str, stdin: int | None = None, stderr: int = PIPE, text: bool = True
    ) -> "subprocess.Popen[Any]":
        begin: type[subprocess.Popen[Any]] = subprocess.Popen if self.starts_fresh else Started
        return begin(
            self.command(*arguments),
            cwd=self.root,
            env=self.environment,
            stdin=stdin,
            stdout=PIPE,
            stderr=stderr,
            text=text,
        )

    def status(self) -> dict[str, Any]:
        """Return what `newsletter status --json` says of the sample issue."""
        shown: dict[str, Any] = json.loads(self.run("status", ISSUE, "--json"))
        return shown

    def listed(self, state: str) -> list[str]:
        """Return the addresses that `newsletter status --list` names."""
        lines = self.run("status", ISSUE, "--list", state).splitlines()
        return [line.split("\t")[0] for line in lines]


def make_stage(root: Path, **settings: str) -> Stage:
    """Copy the sample issues to *root*; settings are given without their prefix."""
    shutil.copytree(CHECKOUT / "issues", root / "issues")
    with (root / "issues" / "publication.yaml").open("a", encoding="utf-8") as file:
        file.write("\nrules: {hosted-pictures: off}\n")  # no test asks the internet
    values = {f"NEWSLETTER_{name.upper()}": value for name, value in settings.items()}
    return Stage(root, values)


def write_readers(path: Path, ko: int, en: int, both: int, none: int) -> dict[str, str]:
    """Write a CSV of invented readers; return the edition each is to get, by address."""
    expected = {}
    lines = ["email,name,language,consented_at"]
    for count, word, edition, name in (
        (ko, "ko", "ko", "김독자"),
        (en, "en", "en", "Avery Reader"),
        (both, "both", "bilingual", "이두리 Lee"),
        (none, "", "bilingual", ""),
    ):
        for number in range(count):
            address = f"{word or 'none'}.{number}@example.org"
            expected[address] = edition
            lines.append(f"{address},{name},{word},2022-07-01")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return expected
