"""The list of commands: all there, each line whole, and shown without loading any of them."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from newsletter.cli.main import COMMANDS, cli


def test_the_list_shows_each_command_with_its_whole_line_in_80_columns() -> None:
    shown = CliRunner().invoke(cli, ["--help"], terminal_width=80).output

    column = max(map(len, COMMANDS))
    for name, words in COMMANDS.items():
        assert f"  {name.ljust(column)}  {words}\n" in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_of_the_list_is_there(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)

    assert command is not None
    assert command.name == name


def loaded_by(code: str) -> set[str]:
    """Run *code* in a process of its own; return the names of all modules that it loads."""
    code = f"import sys\n{code}\nprint(*sys.modules)"
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    return set(output.splitlines()[-1].split())


def test_the_list_loads_no_command() -> None:
    loaded = loaded_by(
        "from newsletter.cli.main import cli\ncli(['--help'], standalone_mode=False)"
    )

    ours = {name for name in loaded if name.startswith("newsletter.")}
    assert ours == {
        "newsletter.cli",
        "newsletter.cli.cells",
        "newsletter.cli.help",
        "newsletter.cli.language",
        "newsletter.cli.main",
        "newsletter.cli.memory",
        "newsletter.cli.wording",
        "newsletter.errors",
        "newsletter.files",
        "newsletter.particles",
        "newsletter.phrases",
        "newsletter.system_words",
    }


def test_a_dispatch_by_a_mail_server_loads_no_client_for_the_web() -> None:
    loaded = loaded_by("import newsletter.cli.dispatch, newsletter.delivery.smtp")

    assert "requests" not in loaded
