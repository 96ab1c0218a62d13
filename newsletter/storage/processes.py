"""Identity of this process, and whether another process of this machine has ended."""

import os
import socket
from pathlib import Path

from newsletter.dispatch.lease import Holder
from newsletter.dispatch.runs import ProcessIdentity

PROC = Path("/proc")


def this_process() -> ProcessIdentity:
    """Return the identity of the calling process."""
    return ProcessIdentity(socket.gethostname(), os.getpid(), read_start(os.getpid()))


def this_holder() -> Holder:
    """Return the calling process as the holder of a lease, for processes that wait for it."""
    return Holder(f"{socket.gethostname()}:{os.getpid()}", _is_gone)


def _is_gone(holder: str) -> bool:
    """Return whether the process named host:pid ran on this machine and has ended."""
    host, _, pid = holder.rpartition(":")
    return pid.isdigit() and has_ended(ProcessIdentity(host, int(pid), None))


def read_start(pid: int) -> str | None:
    """
    Return when the process *pid* started, in a form for comparison only.

    Clock ticks since boot (proc(5), field 22 of stat), the boot's id and the process
    namespace: in another container, or on another machine of the same name, the same pid is a
    different process.

    Returns:
        None if there is no such process, or the system has no /proc.
    """
    try:
        ticks = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        namespace = (PROC / "self/ns/pid").readlink()
    except OSError:
        return None
    # The name of the program is the second field, in brackets, and may contain any character.
    return f"{ticks.rpartition(')')[2].split()[19]} {boot} {namespace}"


def has_ended(process: ProcessIdentity) -> bool:
    """Return whether *process* is known to have ended; False if it cannot be checked from here."""
    if process.host != socket.gethostname():
        return False
    ours = read_start(os.getpid())
    if process.started and ours and process.started.split()[1:] != ours.split()[1:]:
        return False  # another container or machine, or this machine before a restart
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        pass
    found = read_start(process.pid)
    return bool(process.started and found and process.started != found)
