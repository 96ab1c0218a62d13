"""Asks a program for a token that opens a mailbox in place of a password (XOAUTH2)."""

import os
import re
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from newsletter.errors import ProviderBusy, SettingsError
from newsletter.files import reason_of
from newsletter.phrases import phrase

SIGKILL: Final = 9  # by POSIX (kill(1p)); the module signal is for the terminal alone
PATIENCE_S: Final = 30.0
TOKEN: Final = re.compile(rb"[\x21-\x7e]{1,16384}")  # RFC 6750 §2.1 allows fewer characters


def read_token(command: Sequence[str], root: Path, patience_s: float = PATIENCE_S) -> str:
    """
    Run a program without a shell, and return the one line that it prints.

    What it prints is never logged or repeated in a message; what it says on standard error
    appears where this program's own errors do.

    Args:
        command: the program and its arguments; a name without a slash is looked for in PATH.
        root: the folder that it runs in.
        patience_s: seconds until it is killed, with all that it started in its process group.

    Raises:
        SettingsError: it cannot be started, or does not print a token.
        ProviderBusy: it ended with an exit code, or not in time; it may do better later.
    """
    name = Path(command[0]).name
    try:
        process = subprocess.Popen(  # noqa: S603 - the operator's own program, no shell
            list(command),
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        fault = phrase("feedback.token-unstarted", program=name, reason=reason_of(error))
        raise SettingsError(fault) from None
    with process:
        try:
            printed, _ = process.communicate(timeout=patience_s)
        except BaseException as error:
            # Whatever it started has its process group, and may keep the pipe open for ever.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, SIGKILL)
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
            fault = phrase("feedback.token-slow", program=name, seconds=int(patience_s))
            raise ProviderBusy(fault) from None
    if process.returncode:
        status = process.returncode
        raise ProviderBusy(phrase("feedback.token-failed", program=name, status=status))
    token = printed.strip()
    if not TOKEN.fullmatch(token):
        raise SettingsError(phrase("feedback.token-odd", program=name))
    return token.decode("ascii")
