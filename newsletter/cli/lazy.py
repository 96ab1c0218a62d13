"""Groups of commands whose modules are imported when they are used."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

from newsletter.cli.help import in_words


class LazyGroup(click.Group):
    """
    A group that imports a command's module only for that command, or for the group's help.

    A mail server that hands over one mail a process pays for every module.
    """

    def __init__(self, *args: Any, modules: Mapping[str, str], **kwargs: Any) -> None:
        """Take the commands: their names, and ``MODULE:OBJECT`` of each."""
        super().__init__(*args, **kwargs)
        self._modules = modules

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order of the work."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command, in the operator's language; None: no such name."""
        return in_words(self.load(cmd_name)) if cmd_name in self._modules else None

    def load_all(self) -> dict[str, click.Command]:
        """Import and return all commands, as they stand in their modules."""
        return {name: self.load(name) for name in self._modules}

    def load(self, name: str) -> click.Command:
        """Import and return a command, as it stands in its module."""
        module, _, own = self._modules[name].partition(":")
        command = getattr(import_module(module), own)
        assert isinstance(command, click.Command)  # noqa: S101 - our own object, not input
        return command
