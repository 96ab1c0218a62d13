"""The process of a command, as seen by the use case that runs in it."""

from newsletter.cli.memory import keep_what_was_made
from newsletter.cli.person import find_account
from newsletter.cli.watching import Onlooker
from newsletter.desk.process import Process


def this_process() -> Process:
    """Return the process of this command: its terminal, its account, its memory."""
    return Process(Onlooker(), find_account(), keep_what_was_made)
