"""``newsletter approve``: a named person approves that a letter may be sent."""

from typing import TYPE_CHECKING

import click

from newsletter.app.site import Site
from newsletter.cli.confirming import confirm as ask
from newsletter.cli.memory import spare_looking
from newsletter.cli.output import is_terminal
from newsletter.cli.person import find_account, name_person
from newsletter.cli.wording import _, tell
from newsletter.desk.words import readers
from newsletter.errors import UsageError

if TYPE_CHECKING:
    from newsletter.desk import approving


@click.command()
@click.argument("issue")
@click.option("--by", "name", required=True, help="Who approves.")
@click.option("--advertising", is_flag=True, help="Answer that it contains advertising.")
@click.option("--yes", is_flag=True, help="Approve without being asked.")
@click.pass_context
def approve(ctx: click.Context, issue: str, name: str, *, advertising: bool, yes: bool) -> None:
    """
    Approve ISSUE as it is now; any change of text, picture or template voids it.

    First shows the findings of the proof, and how many readers the approval is for. Whoever
    approves an issue with "advertising: yes" answers for that by name.
    """
    spare_looking(ctx)
    site: Site = ctx.obj
    from newsletter.cli.proof_table import show_report  # noqa: PLC0415
    from newsletter.desk import approving  # noqa: PLC0415 - slow to load, and help is fast

    by = name_person(name)

    def confirm(seen: approving.ToApprove) -> None:
        show_report(seen.report)
        answer_for_advertising(seen, by, is_said=advertising, asks=not yes)
        question = _(
            "{by} approves {issue}, {advertising}, digest {digest}, for {readers}, having seen "
            "{blocking} blocking and {advising} advising findings?",
            by=by,
            issue=issue,
            advertising=_answer(seen),
            digest=seen.composed.composition.digest[:12],
            readers=readers(seen.readers),
            blocking=seen.report.blocking,
            advising=seen.report.advising,
        )
        if not yes and not (is_terminal("stdin") and ask(question)):
            raise UsageError(_("nothing was approved; add --yes to approve without being asked"))

    approved = approving.approve(site, issue, by, find_account(), confirm)
    digest = approved.composed.composition.digest[:12]
    said = _(
        "{issue}, {advertising}, digest {digest}, by {by}",
        issue=issue,
        advertising=_answer(approved),
        digest=digest,
        by=by,
    )
    tell("Approved", said)
    count = readers(approved.readers)
    if approved.replaces:
        tell("Good for", _("{readers} who wait; the others have another email", readers=count))
        tell("Next", f"newsletter dispatch {issue} --replace-letter --because TEXT")
        return
    if approved.composed.issue.is_special:
        good_for = _("at most {readers} who would get it; its dispatch decides who", readers=count)
    else:
        good_for = _("{readers} who would get it now", readers=count)
    tell("Good for", good_for)
    tell("Next", f"newsletter dispatch {issue}")


def _answer(seen: "approving.ToApprove") -> str:
    advertises = seen.composed.issue.advertising
    return _("with advertising") if advertises else _("without advertising")


def answer_for_advertising(
    seen: "approving.ToApprove", by: str, *, is_said: bool, asks: bool
) -> None:
    """
    Let a person answer whether the letter advertises (Network Act, Article 50(4)).

    Raises:
        UsageError: the answer is not what the issue says, or there is none.
    """
    issue = seen.composed.issue
    if is_said and not issue.advertising:
        msg = _("{issue} says that it has no advertising; correct its issue.yaml", issue=issue.id)
        raise UsageError(msg)
    if is_said or not issue.advertising:
        return
    if not asks or not is_terminal("stdin"):
        msg = _("{issue} contains advertising; answer for it by --advertising", issue=issue.id)
        raise UsageError(msg)
    question = _(
        "{issue} says that it contains advertising, and its subject begins with (광고). "
        "Does {by} confirm that?",
        issue=issue.id,
        by=by,
    )
    if not ask(question):
        msg = _(
            "nothing was approved; correct advertising in issues/{issue}/issue.yaml", issue=issue.id
        )
        raise UsageError(msg)
