"""Pauses a dispatch under way when too much of it comes back; once for each reason."""

from newsletter.app.site import Site
from newsletter.dispatch.control import PROGRAM, Act
from newsletter.feedback.rates import Alarm, Returns, find_alarms
from newsletter.phrases import Phrase, phrase


def describe_alarm(alarm: Alarm, returns: Returns) -> Phrase:
    """Return what is wrong with an issue, in words."""
    match alarm:
        case Alarm.COMPLAINTS_WARN:
            return phrase(
                "feedback.alarm-complaints-warn",
                count=returns.complained,
                share=returns.complaint_rate * 100,
            )
        case Alarm.COMPLAINTS:
            return phrase(
                "feedback.alarm-complaints",
                count=returns.complained,
                share=returns.complaint_rate * 100,
            )
        case Alarm.BOUNCES:
            return phrase(
                "feedback.alarm-bounces", count=returns.bounced, share=returns.bounce_rate * 100
            )
        case Alarm.MESSAGE:
            return phrase("feedback.alarm-message", count=returns.message_domains)


def pause_if_alarming(site: Site, issue: str, returns: Returns) -> Phrase | None:
    """
    Pause the dispatch of *issue* if it is under way and too much of it comes back.

    A person may resume it: it is not paused again for the same reason.

    Returns:
        Why it is paused now; None: it is not.
    """
    alarms = [one for one in find_alarms(returns) if one.stops]
    ledger, diary = site.records.ledger(), site.records.diary()
    if not alarms or ledger.find_plan(issue) is None or ledger.tally(issue).is_finished:
        return None
    known = {
        note.words.code
        for note in diary.notes(issue)
        if note.act is Act.PAUSED and note.by == PROGRAM and isinstance(note.words, Phrase)
    }
    for alarm in alarms:
        because = describe_alarm(alarm, returns)
        if because.code not in known and diary.pause(issue, PROGRAM, because, site.clock()):
            return phrase("feedback.paused", issue=issue, because=because)
    return None
