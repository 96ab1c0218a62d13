"""Who gives an order: the name that is kept with every decision."""

import platform

from newsletter.dispatch.control import PROGRAM
from newsletter.errors import UsageError


def name_person(name: str | None) -> str:
    """
    Return who gives an order: *name*, or the system's user.

    The program signs its own pauses with PROGRAM, so nobody else may; a user of that name,
    as a server may have, gets the machine's beside it.

    Raises:
        UsageError: *name* is blank or the program's, or the system has no name for its user.
    """
    if name is None:
        user = _system_user()
        return f"{user}@{platform.node()}" if user == PROGRAM else user
    written = " ".join(name.split())
    if not written:
        raise UsageError("--by: the name is empty; say who gives the order")
    if written == PROGRAM:
        msg = f"--by {PROGRAM}: so the program signs what it does itself; name the person"
        raise UsageError(msg)
    return written


def _system_user() -> str:
    import getpass  # noqa: PLC0415 - slow to load, and help is fast

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user may have no name
        raise UsageError("--by: the system has no name for you; say who it is") from None


def find_account() -> str:
    """
    Return the account of the system that a command runs in: USER@HOST.

    It is asked of the system, not of the environment, where anybody can write a name.
    """
    import os  # noqa: PLC0415 - few commands ask

    try:
        import pwd  # noqa: PLC0415 - not everywhere

        user = pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):  # a container's user may have no name
        user = str(os.getuid()) if hasattr(os, "getuid") else _system_user()
    return f"{user}@{platform.node()}"
