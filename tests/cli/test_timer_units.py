"""The unit files in docs/systemd name what there is."""

import re
from configparser import ConfigParser
from pathlib import Path

import click
import pytest

from newsletter.cli.main import cli
from newsletter.errors import UnfinishedError
from newsletter.feedback.imap_login import ANSWER_S
from newsletter.web.server import ENDING_S

UNITS = Path(__file__).parents[2] / "docs" / "systemd"


SERVICES = ("dispatch", "mails", "serve", "duties", "feedback")
TIMERS = ("dispatch", "mails")


class Unit(ConfigParser):
    """A unit file; its names have capitals that matter."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def read_unit(name: str, kind: str) -> Unit:
    unit = Unit(interpolation=None, delimiters="=", comment_prefixes="#")
    unit.read_string((UNITS / f"newsletter-{name}.{kind}").read_text())
    return unit


@pytest.mark.parametrize("name", SERVICES)
def test_the_service_runs_a_command_that_there_is(name: str) -> None:
    program, *words = read_unit(name, "service")["Service"]["ExecStart"].split()

    command: click.Command = cli
    context = click.Context(cli)
    while isinstance(command, click.Group):
        found = command.get_command(context, words.pop(0))
        assert found is not None
        command = found
    command.make_context("newsletter", words)
    assert Path(program).name == "newsletter"


def test_readers_who_are_left_are_no_failure_of_the_service() -> None:
    service = read_unit("dispatch", "service")["Service"]

    assert int(service["SuccessExitStatus"]) == UnfinishedError.exit_status


@pytest.mark.parametrize("name", SERVICES)
def test_the_service_may_write_to_its_own_folder_and_nowhere_else(name: str) -> None:
    """But for a Maildir, from which mails are moved; it need not be there."""
    service = read_unit(name, "service")["Service"]

    assert service["User"] == "newsletter"
    assert service["ProtectSystem"] == "strict"
    own, *others = service["ReadWritePaths"].split()
    assert own == service["WorkingDirectory"]
    assert others == (["-/var/mail/bounces"] if name == "feedback" else [])


def test_all_services_are_shut_in_alike() -> None:
    sandboxes = {name: sandbox_of(read_unit(name, "service")) for name in SERVICES}

    sandboxes["feedback"]["ReadWritePaths"] = sandboxes["serve"]["ReadWritePaths"]
    assert len({str(one) for one in sandboxes.values()}) == 1
    assert len(sandboxes["serve"]) >= 20


def test_the_pages_come_back_by_themselves_and_are_given_time_to_finish() -> None:
    unit = read_unit("serve", "service")
    service = unit["Service"]

    assert service["Restart"] == "always"
    assert unit["Unit"]["StartLimitIntervalSec"] == "0"
    assert int(service["TimeoutStopSec"]) > ENDING_S
    assert service["KillMode"] == "mixed"


def test_reading_goes_on_for_ever_and_is_given_time_to_finish() -> None:
    unit = read_unit("feedback", "service")
    service = unit["Service"]

    assert service["ExecStart"].endswith(" feedback read --follow")
    assert service["Restart"] == "always"
    assert unit["Unit"]["StartLimitIntervalSec"] == "0"
    assert int(service["TimeoutStopSec"]) > ANSWER_S  # of an IMAP server that is slow
    assert service["KillMode"] == "mixed"
    assert unit["Install"]["WantedBy"] == "multi-user.target"


def test_the_duties_are_looked_at_every_day_and_a_day_off_is_made_up_for() -> None:
    timer = read_unit("duties", "timer")["Timer"]

    assert timer["OnCalendar"].startswith("*-*-* ")
    assert timer["Persistent"] == "true"


@pytest.mark.parametrize("name", TIMERS)
def test_the_timer_is_not_late_by_more_than_a_second(name: str) -> None:
    timer = read_unit(name, "timer")["Timer"]

    assert (timer["OnCalendar"], timer["AccuracySec"]) == ("minutely", "1s")


def sandbox_of(unit: Unit) -> dict[str, str]:
    """Return what keeps a service from the rest of the machine."""
    pattern = re.compile(
        "UMask|Protect|Read|Private|NoNew|Capability|Restrict[A-Z]|Lock|SystemCall"
    )
    return {name: value for name, value in unit["Service"].items() if pattern.match(name)}
