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
        place = self._modules.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command = getattr(import_module(module), name)
        assert isinstance(command, click.Command)  # noqa: S101 - our own object, not input
        return in_words(command)
