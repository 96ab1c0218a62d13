"""Which process this is, and whether another one of this machine has ended."""

import os
import socket
from pathlib import Path

from newsletter.dispatch.lease import Holder
from newsletter.dispatch.runs import ProcessIdentity

PROC = Path("/proc")


def this_process() -> ProcessIdentity:
    """Describe the process that asks."""
    return ProcessIdentity(socket.gethostname(), os.getpid(), read_start(os.getpid()))


def this_holder() -> Holder:
    """Describe the process that asks to those who wait for it."""
    return Holder(f"{socket.gethostname()}:{os.getpid()}", _is_gone)


def _is_gone(holder: str) -> bool:
    """Say whether the process named host:pid ran on this machine and has ended."""
    host, _, pid = holder.rpartition(":")
    return pid.isdigit() and has_ended(ProcessIdentity(host, int(pid), None))


def read_start(pid: int) -> str | None:
    """
    Say when the process *pid* started, in a form that is compared and never shown.

    Clock ticks since boot (proc(5), field 22 of stat), the boot's id and the process
    namespace: in another container, or on another machine of the same name, the same number
    is another process.

    Returns:
        None if there is no such process, or the system has no /proc.
    """
    try:
        ticks = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        namespace = (PROC / "self/ns/pid").readlink()
    except OSError:
        return None
    # The name of the program comes second, in brackets, and may hold anything.
    return f"{ticks.rpartition(')')[2].split()[19]} {boot} {namespace}"


def has_ended(process: ProcessIdentity) -> bool:
    """Say whether *process* is known to have ended; False if it cannot be looked at from here."""
    if process.host != socket.gethostname():
        return False
    ours = read_start(os.getpid())
    if process.started and ours and process.started.split()[1:] != ours.split()[1:]:
        return False  # another container or machine; or this one before it was started anew
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        pass
    found = read_start(process.pid)
    return bool(process.started and found and process.started != found)
