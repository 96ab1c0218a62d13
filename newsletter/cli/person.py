"""The person who gives an order: the name kept with every decision."""

import platform
from pathlib import Path
from typing import Final

from newsletter.cli.wording import _
from newsletter.dispatch.control import PROGRAM
from newsletter.errors import UsageError
from newsletter.subscribers.why import words_in

LOGIN: Final = Path("/proc/self/loginuid")  # Linux; audit_setloginuid(3)
NO_LOGIN: Final = 2**32 - 1  # no logged-in user: a timer, or a container


def name_person(name: str | None) -> str:
    """
    Return the person who gives an order: *name*, or the system's user.

    PROGRAM is the signature of the program's own pauses, so a person may not use it. If the
    system's user has that name, the name of the machine is added.

    Raises:
        UsageError: *name* is blank or the program's, or the system has no name for its user.
    """
    if name is None:
        user = _system_user()
        return f"{user}@{platform.node()}" if user == PROGRAM else user
    written = words_in(name)
    if not written:
        raise UsageError(_("--by: the name is empty; write the name of the person who decides"))
    if written == PROGRAM:
        raise UsageError(
            _(
                "--by {name}: the program uses this name for its own decisions; write "
                "the name of a person",
                name=PROGRAM,
            )
        )
    return written


def _system_user() -> str:
    import getpass  # noqa: PLC0415 - slow to load, and help is fast

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user may have no name
        raise UsageError(_("--by: the system does not know your name; write your name")) from None


def find_account(login: Path = LOGIN) -> str:
    """
    Return the system account that runs a command: USER@HOST.

    The account comes from the system, not from the environment, where anyone can write any
    name. If a person logged in and switched to the service's user, the login account counts.
    """
    import os  # noqa: PLC0415 - few commands need it

    try:
        import pwd  # noqa: PLC0415 - not on every system
    except ImportError:
        return f"{_system_user()}@{platform.node()}"
    number = _find_login(login)
    number = os.getuid() if number is None else number
    try:
        user = pwd.getpwuid(number).pw_name
    except KeyError:  # a container's user may have no name
        user = str(number)
    return f"{user}@{platform.node()}"


def _find_login(login: Path) -> int | None:
    """Return the number of the user that logged in; sudo and su do not change it."""
    try:
        number = int(login.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return None if number == NO_LOGIN else number
