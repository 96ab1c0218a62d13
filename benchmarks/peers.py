"""The programs that are measured beside ours, and how they come onto the machine."""

import getpass
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.processes import ROOT

NODEMAILER: Final = "10.6.1"
PY_SPY: Final = "0.4.3"
# Of its own, for npm removes from a folder what it was not asked for this time.
NODE_FOLDER: Final = ROOT / ".node" / "benchmarks"  # ignored by git
PATH: Final = f"{os.environ.get('PATH', '')}:/usr/sbin"
DEBIAN: Final = {"smtp-sink": "postfix", "smtp-source": "postfix", "node": "nodejs", "npm": "npm"}


def tool(name: str) -> str:
    """Return where a program is; `install` has seen to it that it is."""
    found = shutil.which(name, path=PATH)
    if found is None:
        msg = f"{name} is missing; install Debian's {DEBIAN.get(name, name)}"
        raise RuntimeError(msg)
    return found


def install() -> None:
    """Install what is missing: Postfix's test programs, Node and nodemailer."""
    missing = sorted(
        {package for name, package in DEBIAN.items() if not shutil.which(name, path=PATH)}
    )
    if missing:
        _install_packages(missing)
    if _nodemailer_version() != NODEMAILER:
        print(f"Installing nodemailer {NODEMAILER} into .node/benchmarks/ (once)", file=sys.stderr)
        subprocess.run(
            [
                *(tool("npm"), "install", "--prefix", str(NODE_FOLDER)),
                *("--no-package-lock", "--no-save", "--no-audit", "--no-fund", "--silent"),
                f"nodemailer@{NODEMAILER}",
            ],
            check=True,
        )


def install_py_spy() -> str:
    """Install the sampling profiler beside this Python, and return where it is."""
    program = Path(sys.executable).with_name("py-spy")
    if not program.exists():
        print(f"Installing py-spy {PY_SPY} (once)", file=sys.stderr)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", f"py-spy=={PY_SPY}"]
        subprocess.run(pip, check=True, stderr=subprocess.DEVNULL)
    return str(program)


def run_as() -> list[str]:
    """Return the option by which smtp-sink wants to be told whom to run as when root starts it."""
    return ["-u", getpass.getuser()] if os.geteuid() == 0 else []


def versions() -> dict[str, str]:
    """Return the versions of the peers that are installed, by name."""
    return {
        "Postfix": _printed([tool("postconf"), "-d", "-h", "mail_version"]),
        "Node": _printed([tool("node"), "--version"]).removeprefix("v"),
        "nodemailer": _nodemailer_version(),
    }


def _install_packages(packages: Sequence[str]) -> None:
    names = " ".join(packages)
    if os.geteuid() != 0:
        msg = (
            f"the benchmark needs {names}. Run this once, then the benchmark again:\n"
            f"  sudo apt-get update && sudo apt-get install --no-install-recommends -y {names}"
        )
        raise RuntimeError(msg)
    print(f"Installing {names}", file=sys.stderr)
    answer = "postfix postfix/main_mailer_type select No configuration\n"
    subprocess.run(["debconf-set-selections"], input=answer, text=True, check=True)
    subprocess.run(["apt-get", "update", "-qq"], check=True)
    subprocess.run(
        ["apt-get", "install", "-qq", "-y", "--no-install-recommends", *packages],
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def _nodemailer_version() -> str:
    package = NODE_FOLDER / "node_modules" / "nodemailer" / "package.json"
    if not package.is_file():
        return ""
    return _printed([tool("node"), "-p", f"require({str(package)!r}).version"])


def _printed(command: Sequence[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
