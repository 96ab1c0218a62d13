"""Says in words why a dispatch or an appointment does not go on by the way that is set now."""

from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from newsletter.delivery.registry import SCHEMES
from newsletter.desk.moments import show_moment
from newsletter.dispatch.control import Appointment
from newsletter.dispatch.way import NO_TRACES, Way, WayVerdict, judge
from newsletter.errors import SettingsError, UsageError
from newsletter.phrases import Phrase, Said, phrase

if TYPE_CHECKING:
    from newsletter.dispatch.ledger import Plan, Plans

SETTING: Final = "NEWSLETTER_MAIL_URL"


def judge_plan(ledger: "Plans", plan: "Plan", now: Way) -> WayVerdict:
    """Judge whether a dispatch may go on by *now*; looks into the ledger for older ones."""
    traces = NO_TRACES if plan.way else ledger.find_traces(plan.issue)
    return judge(plan.way, now, traces)


def refuse_way(plan: "Plan", verdict: WayVerdict, now: Way, *, may_plan_anew: bool = False) -> None:
    """
    Refuse to go on with a dispatch by *now*, where that would count people who get nothing.

    Args:
        plan: of the dispatch.
        verdict: of `judge_plan`.
        now: what is set now.
        may_plan_anew: a person is there who can say that a rehearsal becomes a sending.

    Raises:
        SettingsError: names what began it, what is set now, and how to go on.
    """
    issue, begun, set_now = plan.issue, _name(plan.way), now.name
    match verdict:
        case WayVerdict.GOES_ON:
            return
        case WayVerdict.ANEW:
            if may_plan_anew:
                return
            fault = phrase("desk.begun-as-rehearsal", issue=issue, begun=begun, now=set_now)
        case WayVerdict.NO_FOLDER | WayVerdict.NO_REHEARSAL:
            fault = phrase(
                "desk.begun-otherwise",
                issue=issue,
                begun=begun,
                now=set_now,
                remedy=_how_to_set(plan.way),
            )
        case WayVerdict.NOT_KNOWN:
            fault = phrase(
                "desk.begun-long-ago", issue=issue, now=set_now, remedy=_how_to_set(None)
            )
    raise SettingsError(fault)


def refuse_appointment(
    appointment: Appointment, now: Way, zone: ZoneInfo, *, may_replace_rehearsal: bool = False
) -> None:
    """
    Refuse to send by *now* what was appointed to leave by another kind of way.

    Args:
        appointment: that stands; it stands afterwards too.
        now: what is set now.
        zone: in which its time is shown.
        may_replace_rehearsal: a person is there who sends it in earnest.

    Raises:
        SettingsError: names what it was made with, what is set now, and how to go on.
    """
    issue, by, set_now = appointment.issue, appointment.by, now.name
    when = show_moment(appointment.dispatch_at, zone)
    made_with = _name(appointment.way)
    match judge(appointment.way, now):
        case WayVerdict.GOES_ON:
            return
        case WayVerdict.ANEW:
            if may_replace_rehearsal:
                return
            fault = phrase(
                "desk.appointed-as-rehearsal",
                issue=issue,
                when=when,
                by=by,
                made_with=made_with,
                now=set_now,
            )
        case WayVerdict.NO_FOLDER | WayVerdict.NO_REHEARSAL:
            fault = phrase(
                "desk.appointed-otherwise",
                issue=issue,
                when=when,
                by=by,
                made_with=made_with,
                now=set_now,
                remedy=_how_to_set(appointment.way),
            )
        case WayVerdict.NOT_KNOWN:
            fault = phrase(
                "desk.appointed-long-ago",
                issue=issue,
                when=when,
                by=by,
                now=set_now,
                remedy=_how_to_set(None),
            )
    raise SettingsError(fault)


def refuse_rehearsal(plan: "Plan | None", appointment: Appointment | None) -> None:
    """
    Refuse to rehearse what is being sent, was sent, or is going to be.

    Raises:
        UsageError: says which, and how to look at letters all the same.
    """
    if plan and not plan.is_rehearsal:
        raise UsageError(phrase("desk.rehearse-begun", issue=plan.issue))
    if appointment and is_earnest(appointment.way):
        raise UsageError(phrase("desk.rehearse-appointed", issue=appointment.issue))


def is_earnest(way: Way | None) -> bool:
    """Say whether letters that leave by *way* reach readers, or did so before ways were kept."""
    return way is None or not way.is_rehearsal


def describe_way(now: Way, begun: Way | None) -> Said:
    """Name the way that letters leave by, what that means, and what began them if another did."""
    words: Said = now.name
    if now.is_rehearsal:
        words = phrase("desk.way-of-rehearsal", way=now.name)
    elif now.is_folder:
        words = phrase("desk.way-of-folder", way=now.name)
    if begun and begun.name != now.name:
        return phrase("desk.way-since-begun", way=words, begun=begun.name)
    return words


def _name(way: Way | None) -> Said:
    return way.name if way else phrase("desk.some-provider")


def _how_to_set(way: Way | None) -> Phrase:
    """Say what the setting may look like that leads by *way*."""
    forms = [one.form for one in SCHEMES.values() if way and one.module == way.kind]
    if way and way.is_folder:
        forms = ["outbox:FOLDER?delivers=yes"]
    if not forms:
        return phrase("desk.set-way")
    example = f"{SETTING}={forms[min(1, len(forms) - 1)]}"
    return phrase("desk.set-way-like", example=example)
