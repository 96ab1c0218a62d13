"""Says what reading has done, and what waits."""

from newsletter.cli.returned.naming import name_action
from newsletter.cli.wording import _, say, tell
from newsletter.desk.feedback import FeedbackDesk, ReadCounts
from newsletter.feedback.effects import FOR_PEOPLE
from newsletter.files import reason_of
from newsletter.subscribers.address import printable


def say_counts(name: str, counts: ReadCounts) -> None:
    """Say what was done with the mails of the inbox *name*."""
    words = _("{count:,} mails from {inbox}", count=counts.mails, inbox=name)
    tell("Read", words)
    if counts.known:
        tell("", _("{count:,} had been read before: nothing was changed", count=counts.known))
    if counts.checks:
        tell("", _("a test mail to this mailbox has arrived"))
    if counts.forwarded:
        tell("", _("{count:,} were handed on to the office", count=counts.forwarded))
    for action, count in sorted(counts.actions.items()):
        tell("", _("{count:,} × {what}", count=count, what=name_action(action)))


def say_waiting(desk: FeedbackDesk) -> None:
    """Say what waits for a person, and which kept mails will be deleted; deletes the old ones."""
    waiting = sum(count for action, count in desk.count_open().items() if action in FOR_PEOPLE)
    if waiting:
        words = _("{count:,} for you to look at: newsletter feedback list", count=waiting)
        tell("Waiting", words)
    room = desk.look_around()
    if room.soon or room.is_nearly_full:
        words = _(
            "kept mails take {size:.0f} of {limit:.0f} MB; {soon:,} are deleted within a week",
            size=room.size / 1_000_000,
            limit=room.limit / 1_000_000,
            soon=room.soon,
        )
        tell("Kept", words)


def name_os_fault(error: OSError) -> str:
    """Return what is wrong with a file or folder, behind its name."""
    place = f"{printable(str(error.filename))}: " if error.filename else ""
    return f"{place}{say(reason_of(error))}"
