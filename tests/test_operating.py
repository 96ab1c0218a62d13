"""docs/operating.md is followed: its commands are known, and its sequences are played."""

import csv
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import click
import pytest

from newsletter.cli.main import cli
from newsletter.storage.database import HEAD
from tests.makers import ISSUE_ID, write_site
from tests.postgresql import postgresql
from tests.stage.site import PUBLIC_URL
from tests.storage.test_migrating import make_older, revision
from tests.test_docs import ROOT, fences, read, table_rows, without_comments, without_fences

PAGES = ("docs/operating.md", "docs/ko/operating.md")
BACKUPS = "/var/backups/newsletter"
READERS = "email,name,language,standing,consented_at\n" + "".join(
    f"r{number}@example.org,독자 {number},{language},{standing},2022-07-01\n"
    for number, (language, standing) in enumerate(
        [("ko", "active"), ("en", "active"), ("both", "active"), ("ko", "unsubscribed")]
    )
)
OTHERS = ("sudo ", "cd /srv/", "umask", "exit", "systemctl", "journalctl", "newsletter init")


def shell_lines(page: str) -> Iterator[str]:
    for kind, block in fences(page):
        if kind == "sh":
            yield from without_comments(block).strip().splitlines()


@pytest.mark.parametrize(
    ("page", "least"),
    [*((page, 15) for page in PAGES), ("docs/deploy.md", 3), ("docs/ko/deploy.md", 3)],
)
def test_every_command_on_the_page_is_one_of_the_program(
    page: str, least: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parsed as click would; files that are named have to be there."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "readers.csv").touch()
    commands = [line for line in shell_lines(page) if line.startswith("newsletter ")]

    for line in commands:
        _, *words = shlex.split(line.partition(" > ")[0].replace(f"{BACKUPS}/readers", "readers"))
        command: click.Command = cli
        context = click.Context(cli)
        while isinstance(command, click.Group) and words[0] != "--version":
            name = words.pop(0)
            found = command.get_command(context, name)
            assert found is not None, line
            command = found
        if command is not cli:
            command.make_context("newsletter", words)
    assert len(commands) >= least


def test_both_pages_have_the_same_commands_headings_and_tables() -> None:
    english, korean = (
        (
            [(kind, without_comments(block)) for kind, block in fences(page)],
            re.findall(r"^#+(?= )", without_fences(page), re.MULTILINE),
            [row[0] for row in table_rows(page)],
            len(re.findall(r"^- ", without_fences(page), re.MULTILINE)),
        )
        for page in PAGES
    )

    assert korean == english


@pytest.mark.parametrize("name", ["dispatch", "feedback", "mails", "serve"])
def test_what_the_page_installs_is_where_the_unit_files_look_for_it(name: str) -> None:
    unit = read(f"docs/systemd/newsletter-{name}.service")

    assert "User=newsletter\n" in unit
    for path in ("WorkingDirectory=/srv/newsletter\n", "ExecStart=/opt/newsletter/bin/newsletter "):
        assert path in unit
        assert path.partition("=")[2].strip().removesuffix("/bin/newsletter") in read(PAGES[0])


def test_there_are_no_other_unit_files() -> None:
    assert sorted(path.name for path in (ROOT / "docs/systemd").iterdir()) == [
        "newsletter-dispatch.service",
        "newsletter-dispatch.timer",
        "newsletter-duties.service",
        "newsletter-duties.timer",
        "newsletter-feedback.service",
        "newsletter-mails.service",
        "newsletter-mails.timer",
        "newsletter-serve.service",
    ]


class Server:
    """The site on a server, where an operator types what stands on the page."""

    def __init__(self, folder: Path) -> None:
        self.root = write_site(folder / "srv")
        self.backups = folder / "backups"
        self.backups.mkdir()
        (self.root / ".env").write_text(
            f"NEWSLETTER_MAIL_URL=outbox:outbox?delivers=yes\nNEWSLETTER_PUBLIC_URL={PUBLIC_URL}\n"
        )

    def type(self, script: str, status: int = 0, settings: Mapping[str, str] | None = None) -> str:
        """Run a script of the shell as the page's user would; return what it printed."""
        own = {name: value for name, value in os.environ.items() if "NEWSLETTER_" not in name}
        path = f"{Path(sys.executable).parent}{os.pathsep}{own.get('PATH', '')}"
        ended = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script.replace(BACKUPS, str(self.backups))],
            cwd=self.root,
            env={**own, "PATH": path, **(settings or {})},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ended.returncode == status, ended.stdout + ended.stderr
        return ended.stdout + ended.stderr

    def follow(self, heading: str, part: int = 0, settings: Mapping[str, str] | None = None) -> str:
        """Type what stands below *heading*, but for what is the system's."""
        section = read(PAGES[0]).partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
        block = re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)[part]
        lines = [line for line in block.splitlines() if not line.startswith(OTHERS)]
        assert lines, heading
        return self.type("\n".join(lines), settings=settings)


@pytest.fixture
def server(tmp_path: Path) -> Server:
    server = Server(tmp_path)
    (server.root / "first.csv").write_text(READERS)
    server.type("newsletter subscribers import first.csv")
    return server


def test_a_backup_that_is_restored_as_the_page_says_sends_nothing_by_itself(
    server: Server,
) -> None:
    server.type(f"newsletter dispatch {ISSUE_ID} --yes --limit 1", status=4)
    server.follow("Back up")
    key = (server.root / ".secret-key").read_bytes()
    server.type(f"newsletter dispatch {ISSUE_ID} --yes")
    (server.root / ".secret-key").unlink()

    shown = server.follow("Restore")

    assert "Doubt" in shown
    assert (server.root / ".secret-key").read_bytes() == key
    assert (server.backups / "issues" / ISSUE_ID / "ko.md").is_file()
    assert (server.backups / "newsletter.db").stat().st_mode & 0o777 == 0o600
    letters = len(list((server.root / "outbox").glob("*.eml")))
    server.type(f"newsletter dispatch {ISSUE_ID} --yes --no-wait", status=4)
    assert len(list((server.root / "outbox").glob("*.eml"))) == letters


def test_an_upgrade_as_the_page_says_leaves_two_ways_back(server: Server, tmp_path: Path) -> None:
    for path in server.root.glob("newsletter.db*"):
        path.unlink()
    (tmp_path / "old").mkdir()
    shutil.copy(make_older(tmp_path / "old", "0003"), server.root / "newsletter.db")

    server.follow("Upgrade")

    assert revision(server.root / "newsletter.db") == HEAD
    assert revision(server.backups / "before-upgrade.db") == "0003"
    assert revision(server.root / f"newsletter.db.before-{HEAD}") == "0003"


def test_readers_move_to_postgresql_as_the_page_says_with_all_that_is_kept_of_them(
    server: Server,
) -> None:
    with postgresql() as url:
        moved = {"NEWSLETTER_DATABASE_URL": url}
        server.follow("Move to PostgreSQL", 0)
        listed = server.follow("Move to PostgreSQL", 1, moved)
        server.type("newsletter subscribers export --because moved > after.csv", settings=moved)

    before = readers_in(server.backups / "readers.csv")
    assert "r3@example.org" in listed
    assert readers_in(server.root / "after.csv") == before
    assert len(before) == 4
    with closing(sqlite3.connect(server.backups / "before-postgresql.db")) as connection:
        assert connection.execute("SELECT count(*) FROM subscribers").fetchone() == (4,)


def readers_in(exported: Path) -> list[dict[str, str]]:
    with exported.open(encoding="utf-8-sig", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: row["email"])
