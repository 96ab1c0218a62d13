"""The command line: finds the command, shows faults without a traceback."""

import sys
from importlib import import_module
from typing import Final

import click

from newsletter.errors import NewsletterError

COMMANDS: Final = {
    "init": "newsletter.cli.init",
    "new": "newsletter.cli.new",
    "compose": "newsletter.cli.compose",
    "check": "newsletter.cli.check",
    "test": "newsletter.cli.test",
    "approve": "newsletter.cli.approve",
    "dispatch": "newsletter.cli.dispatch",
    "status": "newsletter.cli.status",
    "subscribers": "newsletter.cli.subscribers",
}


class LazyGroup(click.Group):
    """Imports a command's module when the command is asked for: help stays fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command, or None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(COMMANDS[cmd_name]), cmd_name)
        assert isinstance(command, click.Command)  # noqa: S101 - ours, not input
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="newsletter")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Compose the monthly issue in Korean and English, test it, dispatch it."""
    from newsletter.app import Site  # noqa: PLC0415 - settings are read by commands, not by help

    ctx.obj = Site()


def main() -> None:
    """Run a command; end with the exit status of the fault that stopped it."""
    try:
        cli(prog_name="newsletter")
    except NewsletterError as error:
        click.echo(f"newsletter: {error}", err=True)
        sys.exit(error.exit_status)
