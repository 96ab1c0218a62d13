"""The list of commands: all there, each line whole, and shown without loading any of them."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from newsletter.cli.main import COMMANDS, cli


def test_the_list_shows_each_command_with_its_whole_line_in_80_columns() -> None:
    shown = CliRunner().invoke(cli, ["--help"], terminal_width=80).output

    for name, words in COMMANDS.items():
        assert f"  {name.ljust(11)}  {words}\n" in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_of_the_list_is_there(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)

    assert command is not None
    assert command.name == name


def test_the_list_loads_no_command() -> None:
    code = (
        "import sys; from newsletter.cli.main import cli\n"
        "try: cli(['--help'])\n"
        "except SystemExit: pass\n"
        "print(*(name for name in sys.modules if name.startswith('newsletter.')))"
    )

    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout

    loaded = set(output.splitlines()[-1].split())
    assert loaded == {"newsletter.cli", "newsletter.cli.main", "newsletter.errors"}
