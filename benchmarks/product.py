"""The newsletter as it is measured: a site in a scratch folder, run by its public commands."""

import atexit
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Final

from benchmarks.processes import ROOT, Command, Ended, run

ISSUE: Final = "2022-08"  # the sample issue; its bilingual letter has some 70 KB
CONNECTIONS: Final = 10
NEWSLETTER: Final = str(Path(sys.executable).with_name("newsletter"))
SCATTER: Final = 2_654_435_761  # odd, so that no two numbers meet modulo a power of two
SLOT_NAME: Final = "김독자아무개"
DATABASE: Final = "newsletter.db"


@dataclass(frozen=True, slots=True)
class MeasuredLetter:
    """The letter that all senders send: ours as a reader gets it, with places to be filled."""

    wire_bytes: int
    sender_domain: str
    file: Path  # JSON for the peers: sender, subject, html, text, headers, marks


def newsletter(*arguments: str, mail_url: str = "outbox:outbox", **settings: str) -> Command:
    """Return a command of ours, to be run in the scratch site; settings without their prefix."""
    values = {
        "public_url": "https://news.example.org",
        "connections": str(CONNECTIONS),
        "mail_url": mail_url,
        "secret_key": "a key of the benchmark, long enough for HMAC-SHA256",
        **settings,
    }
    named = {f"NEWSLETTER_{name.upper()}": value for name, value in values.items()}
    return Command([NEWSLETTER, *arguments], site(), named)


def entry_point(name: str, *arguments: str, **settings: str) -> dict[str, float]:
    """Run an entry point of the package in a process of its own; see `benchmarks.entry`."""
    command = newsletter(**settings)
    python = [sys.executable, str(ROOT / "benchmarks" / "entry.py"), name, ISSUE, *arguments]
    measured: dict[str, float] = json.loads(
        run(Command(python, command.folder, command.settings)).output.splitlines()[-1]
    )
    return measured


@cache
def site() -> Path:
    """Make the scratch site: the sample issues, no readers, no ledger; it goes at the end."""
    build = ROOT / "build"
    build.mkdir(exist_ok=True)
    # Not in /tmp: where that is kept in memory, making the ledger durable would cost nothing.
    scratch = tempfile.TemporaryDirectory(prefix="benchmarks-", dir=build)
    atexit.register(scratch.cleanup)
    folder = Path(scratch.name) / "site"
    shutil.copytree(ROOT / "issues", folder / "issues")
    with (folder / "issues" / "publication.yaml").open("a", encoding="utf-8") as file:
        file.write("\nrules: {hosted-pictures: off}\n")  # a benchmark asks no web server
    return folder


def write_readers(readers: int) -> Path:
    """Write a CSV of invented readers who want both languages."""
    path = site().parent / f"readers-{readers}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("email,name,language,consented_at\n")
        for number in range(readers):
            # In no order, as real lists are: sorted addresses would be kind to the index.
            mailbox = f"reader.{number * SCATTER % 2**32:08x}"
            domain = ("example.org", "example.com", "mail.example.net")[number % 3]
            file.write(f"{mailbox}@{domain},김독자{number},both,2022-07-01\n")
    return path


def import_readers(readers: int) -> Ended:
    """Import that many readers into an empty list, by the command."""
    _remove_database()
    path = write_readers(readers)
    ended = run(newsletter("subscribers", "import", str(path)))
    path.unlink()
    shutil.copyfile(site() / DATABASE, _kept(readers))
    return ended


def set_stage(readers: int) -> None:
    """Bring the site to where it stands after importing *readers*: nothing is planned."""
    if not _kept(readers).exists():
        import_readers(readers)
    _remove_database()
    database = site() / DATABASE
    shutil.copyfile(_kept(readers), database)
    database.chmod(0o600)  # or the doctor stops the first dispatch
    with database.open("rb") as file:  # or our first commit would wait for the copy as well
        os.fsync(file.fileno())


def forget(readers: int) -> None:
    """Make room: a list of a million readers takes hundreds of megabytes."""
    _kept(readers).unlink(missing_ok=True)
    _remove_database()


def dispatch(port: int, **settings: str) -> Command:
    """Return the command that sends the issue to everyone on the list."""
    return newsletter("dispatch", ISSUE, "--yes", mail_url=f"smtp://127.0.0.1:{port}", **settings)


@cache
def letter() -> MeasuredLetter:
    """Dispatch to one reader's outbox, and take what they got apart for the peers."""
    path = site().parent / "one.csv"
    path.write_text(
        f"email,name,language,consented_at\nslot@example.org,{SLOT_NAME},both,2022-07-01\n"
    )
    _remove_database()
    run(newsletter("subscribers", "import", str(path)))
    run(newsletter("dispatch", ISSUE, "--yes"))
    _remove_database()
    [written] = (site() / "outbox").glob("*.eml")
    content = written.read_bytes()
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    file = site().parent / "letter.json"
    file.write_text(json.dumps(_for_peers(message), ensure_ascii=False), encoding="utf-8")
    domain = str(message["From"]).rpartition("@")[2].strip("> ")
    return MeasuredLetter(len(content), domain, file)


@cache
def dkim_settings() -> Mapping[str, str] | None:
    """Make an RSA key by the command; None if the product has no such command."""
    key = site().parent / "dkim.pem"
    try:
        run(newsletter("dkim-key", "--out", str(key)))
    except RuntimeError as error:
        if "No such command" in str(error):
            return None
        raise
    return {
        "dkim_domain": letter().sender_domain,
        "dkim_selector": "benchmark",
        "dkim_key": str(key),
    }


def version() -> str:
    """Return the version that is measured, with the commit where there is one."""
    printed = run(newsletter("--version")).output.strip()
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return f"{printed} ({commit})" if commit else printed


def _for_peers(message: EmailMessage) -> dict[str, object]:
    html, text = (_content(message, kind) for kind in ("html", "plain"))
    unsubscribe = str(message["List-Unsubscribe"]).strip("<>")
    marks = {
        "name": SLOT_NAME,
        "unsubscribe": unsubscribe.rpartition("/")[2],
        "preferences": re.findall(r"/p/([\w.-]+)", text)[0],
    }
    return {
        "sender": str(message["From"]),
        "subject": str(message["Subject"]),
        "html": html,
        "text": text,
        "unsubscribe_url": unsubscribe,
        "marks": marks,
    }


def _content(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def _kept(readers: int) -> Path:
    return site().parent / f"{readers}.db"


def _remove_database() -> None:
    for path in site().glob(f"{DATABASE}*"):
        path.unlink()
