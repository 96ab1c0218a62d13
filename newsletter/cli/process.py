"""The process of a command, as the use case that runs in it sees it."""

from newsletter.cli.memory import keep_what_was_made
from newsletter.cli.person import find_account
from newsletter.cli.watching import Onlooker
from newsletter.desk.process import Process


def this_process() -> Process:
    """Describe the process of this command: its terminal, its account, its memory."""
    return Process(Onlooker(), find_account(), keep_what_was_made)
