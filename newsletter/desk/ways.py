"""Says in words why a dispatch or an appointment does not go on by the way that is set now."""

from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from newsletter.delivery.registry import SCHEMES
from newsletter.desk.moments import show_moment
from newsletter.dispatch.control import Appointment
from newsletter.dispatch.way import NO_TRACES, Verdict, Way, judge
from newsletter.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from newsletter.dispatch.ledger import Plan, Plans

SETTING: Final = "NEWSLETTER_MAIL_URL"
SOME_PROVIDER: Final = "a mail server or service (its answers are in the ledger)"
NOTHING_DONE: Final = "nothing was sent or written, and nobody was counted"


def judge_plan(ledger: "Plans", plan: "Plan", now: Way) -> Verdict:
    """Judge whether a dispatch may go on by *now*; looks into the ledger for older ones."""
    traces = NO_TRACES if plan.way else ledger.find_traces(plan.issue)
    return judge(plan.way, now, traces)


def refuse_way(plan: "Plan", verdict: Verdict, now: Way, *, may_plan_anew: bool = False) -> None:
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
    issue = plan.issue
    match verdict:
        case Verdict.GOES_ON:
            return
        case Verdict.ANEW:
            if may_plan_anew:
                return
            msg = (
                f"{issue}: what was begun by {_name(plan.way)} is a rehearsal, and {SETTING} "
                f"names {now.name} now; no timer makes a sending of a rehearsal, so nothing was "
                f"sent\n'newsletter dispatch {issue}' asks you, and then sends it to everybody; "
                f"'newsletter cancel {issue}' ends the rehearsal"
            )
        case Verdict.NO_FOLDER | Verdict.NO_REHEARSAL:
            msg = (
                f"{issue}: its dispatch was begun by {_name(plan.way)}, and its letters would now "
                f"be written to a folder ({now.name}), where nobody gets them; {NOTHING_DONE}\n"
                f"{_how_to_set(plan.way)}"
            )
        case Verdict.NOT_KNOWN:
            msg = (
                f"{issue}: its dispatch is from before the ledger kept who began one, and its "
                f"letters would now be written to a folder ({now.name}), where nobody gets them; "
                f"{NOTHING_DONE}\n{_how_to_set(None)}\nIf it was only ever written to a folder, "
                f"set that aside: newsletter dispatch {issue} --was-rehearsal --because TEXT"
            )
    raise SettingsError(msg)


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
    issue, when = appointment.issue, show_moment(appointment.send_at, zone)
    start = f"{issue}: its appointment for {when}, by {appointment.by}, "
    drop = f"'newsletter dispatch {issue} --at never' drops it"
    again = f"'newsletter dispatch {issue} --at TIME' appoints it as it is to leave now, and {drop}"
    match judge(appointment.way, now):
        case Verdict.GOES_ON:
            return
        case Verdict.ANEW:
            if may_replace_rehearsal:
                return
            msg = (
                f"{start}was made with {_name(appointment.way)}, as a rehearsal, and {SETTING} "
                f"names {now.name} now; no timer makes a sending of a rehearsal, so nothing was "
                f"sent, and the appointment stands\n{again}"
            )
        case Verdict.NO_FOLDER | Verdict.NO_REHEARSAL:
            msg = (
                f"{start}was made with {_name(appointment.way)}, and its letters would now be "
                f"written to a folder ({now.name}), where nobody gets them; {NOTHING_DONE}, and "
                f"the appointment stands\n{_how_to_set(appointment.way)}; or {drop}"
            )
        case Verdict.NOT_KNOWN:
            msg = (
                f"{start}is from before the ledger kept how one is to leave, and its letters "
                f"would now be written to a folder ({now.name}), where nobody gets them; "
                f"{NOTHING_DONE}, and the appointment stands\n{_how_to_set(None)}; or {drop}"
            )
    raise SettingsError(msg)


def refuse_rehearsal(plan: "Plan | None", appointment: Appointment | None) -> None:
    """
    Refuse to rehearse what is being sent, was sent, or is going to be.

    Raises:
        UsageError: says which, and how to look at letters all the same.
    """
    look = "'newsletter test' and 'newsletter compose' show its letters"
    if plan and not plan.is_rehearsal:
        msg = (
            f"{plan.issue} was not begun as a rehearsal, and a rehearsal would count its readers "
            f"as served; {look}"
        )
        raise UsageError(msg)
    if appointment and is_earnest(appointment.way):
        msg = (
            f"{appointment.issue} is appointed to be sent, which a rehearsal would take for done; "
            f"{look}, or drop it first: newsletter dispatch {appointment.issue} --at never"
        )
        raise UsageError(msg)


def is_earnest(way: Way | None) -> bool:
    """Say whether letters that leave by *way* reach readers, or did so before ways were kept."""
    return way is None or not way.is_rehearsal


def describe_way(now: Way, begun: Way | None) -> str:
    """Name the way that letters leave by, what that means, and what began them if another did."""
    words = now.name
    if now.is_rehearsal:
        words += " (a rehearsal: nobody gets what is written there)"
    elif now.is_folder:
        words += " (letters written there count as delivered)"
    if begun and begun.name != now.name:
        words += f" (begun by {begun.name})"
    return words


def _name(way: Way | None) -> str:
    return way.name if way else SOME_PROVIDER


def _how_to_set(way: Way | None) -> str:
    """Say what the setting may look like that leads by *way*."""
    forms = [one.form for one in SCHEMES.values() if way and one.module == way.kind]
    if way and way.is_folder:
        forms = ["outbox:FOLDER?delivers=yes"]
    example = f", as in {SETTING}={forms[min(1, len(forms) - 1)]}" if forms else ""
    return (
        f"{SETTING} is missing here, or is another than then. Set it to how the letters left, in "
        f".env or in the environment of this command or timer{example}"
    )
