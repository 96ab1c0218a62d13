"""The unit files in docs/systemd name what there is."""

from configparser import ConfigParser
from pathlib import Path

import click

from newsletter.cli.main import cli
from newsletter.errors import UnfinishedError

UNITS = Path(__file__).parents[2] / "docs" / "systemd"


class Unit(ConfigParser):
    """A unit file; its names have capitals that matter."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def read_unit(kind: str) -> Unit:
    unit = Unit(interpolation=None, delimiters="=", comment_prefixes="#")
    unit.read_string((UNITS / f"newsletter-dispatch.{kind}").read_text())
    return unit


def test_the_service_runs_a_command_that_there_is() -> None:
    program, command, option = read_unit("service")["Service"]["ExecStart"].split()

    dispatch = cli.get_command(click.Context(cli), command)
    assert Path(program).name == "newsletter"
    assert dispatch is not None
    assert option in [name for one in dispatch.params for name in one.opts]


def test_readers_who_are_left_are_no_failure_of_the_service() -> None:
    service = read_unit("service")["Service"]

    assert int(service["SuccessExitStatus"]) == UnfinishedError.exit_status


def test_the_service_may_write_to_its_own_folder_and_nowhere_else() -> None:
    service = read_unit("service")["Service"]

    assert service["ProtectSystem"] == "strict"
    assert service["ReadWritePaths"] == service["WorkingDirectory"]


def test_the_timer_is_not_late_by_more_than_a_second() -> None:
    timer = read_unit("timer")["Timer"]

    assert (timer["OnCalendar"], timer["AccuracySec"]) == ("minutely", "1s")
