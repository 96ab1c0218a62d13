"""The process of a command: its terminal, its account, and what it wants of the memory."""

import gc

from newsletter.cli.person import find_account
from newsletter.cli.watching import Onlooker
from newsletter.desk.process import Process


def this_process() -> Process:
    """Describe the process of this command to the use case that runs in it."""
    return Process(Onlooker(), find_account(), _keep_what_was_made)


def _keep_what_was_made() -> None:
    """Let no collection look at what was composed, letter by letter: it stays to the end."""
    gc.collect()
    gc.freeze()
