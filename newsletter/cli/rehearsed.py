"""``newsletter dispatch --was-rehearsal``: set a dispatch into an outbox aside."""

from newsletter.app.site import Site
from newsletter.cli.confirming import confirm_by_name, require_person
from newsletter.cli.wording import _, tell
from newsletter.desk import rehearsing
from newsletter.desk.words import rehearsed_letters
from newsletter.subscribers.why import words_in


def set_rehearsal_aside(site: Site, issue: str, by: str, because: str | None, *, yes: bool) -> None:
    """Ask, and set the dispatch of *issue* aside; `desk.rehearsing` lists the exceptions."""

    def confirm(old: rehearsing.OldRehearsal) -> None:
        require_person(_("set it aside"), yes=yes)
        tell(
            "Rehearsal",
            _(
                "{issue}, started {day}: {letters}, by {name};",
                issue=issue,
                day=f"{old.plan.planned_at.astimezone(site.zone()):%Y-%m-%d}",
                letters=rehearsed_letters(old.written),
                name=old.plan.way.name if old.plan.way else _("a folder"),
            ),
            _("they are kept separately and no longer count as sent"),
            cells=10,
        )
        risk = _("anyone who was given one of these files gets the email again.")
        tell("Risk", risk, cells=10)
        question = _("After this, the next dispatch sends the issue to all readers.")
        confirm_by_name(question, issue, _("nothing was set aside"), yes=yes)

    reason = words_in(because)
    letters = rehearsing.set_rehearsal_aside(site, issue, by, reason, confirm)
    count = rehearsed_letters(letters)
    done = _("{letters} of {issue}, by {by}", letters=count, issue=issue, by=by)
    tell("Set aside", done, cells=10)
    tell("Next", f"newsletter dispatch {issue}", cells=10)
