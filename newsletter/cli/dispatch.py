"""``newsletter dispatch``: send an issue to every subscriber once; now, or at a set time."""

import click

from newsletter.app.site import Site
from newsletter.cli.confirming import require_person
from newsletter.cli.memory import spare_looking
from newsletter.cli.output import is_terminal
from newsletter.cli.person import name_person
from newsletter.cli.wording import _, tell
from newsletter.desk.moments import read_moment
from newsletter.errors import UsageError

NEVER = "never"  # value of an option instead of a time


@click.command()
@click.argument("issue", required=False)
@click.option("--yes", is_flag=True, help="Send without asking for the issue's name.")
@click.option("--dry-run", is_flag=True, help="Do everything except planning and sending.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Send to at most N readers.")
@click.option(
    "--canary",
    type=click.IntRange(min=0),
    metavar="N",
    help=("Send to N readers first, and continue if few are refused.  [default: publication.yaml]"),
)
@click.option("--add-new", is_flag=True, help="Also send to readers who were added after the plan.")
@click.option("--to-all", is_flag=True, help="Send a special issue to every active reader.")
@click.option(
    "--only-recipients-of",
    "recipients_of",
    metavar="ISSUE",
    help="Send a special issue to the active readers who have ISSUE, or may have it.",
)
@click.option(
    "--wait/--no-wait",
    "waits",
    default=None,
    help=(
        "Wait until deferred readers have it; with --at, until that time.  [default: on a terminal]"
    ),
)
@click.option(
    "--at",
    metavar="TIME",
    help='Send at a time in the publication\'s zone: "2022-08-26 09:00"; or never.',
)
@click.option(
    "--rehearse",
    is_flag=True,
    help="Write to outbox/ instead, regardless of the settings; no reader gets it.",
)
@click.option(
    "--replace-letter",
    is_flag=True,
    help=("Send the email as it is now to those who wait, although others have the first one."),
)
@click.option(
    "--was-rehearsal",
    is_flag=True,
    help=("Set a rehearsal written to an outbox aside, so that the issue can still be sent."),
)
@click.option("--due", is_flag=True, help="Send all due issues; for cron and systemd.")
@click.option(
    "--override",
    "rules",
    multiple=True,
    metavar="RULE",
    help="Send although RULE blocks.",
)
@click.option(
    "--after-restore",
    is_flag=True,
    help=("Send although the ledger may not know of all sent emails; needs --because."),
)
@click.option("--because", metavar="TEXT", help="Why; kept in the ledger with every override.")
@click.option("--by", "name", metavar="NAME", help="Who dispatches.  [default: the system's user]")
@click.pass_context
def dispatch(  # noqa: PLR0913 - one for each option
    ctx: click.Context,
    issue: str | None,
    *,
    yes: bool,
    dry_run: bool,
    limit: int | None,
    canary: int | None,
    add_new: bool,
    to_all: bool,
    recipients_of: str | None,
    waits: bool | None,
    at: str | None,
    rehearse: bool,
    replace_letter: bool,
    was_rehearsal: bool,
    due: bool,
    rules: tuple[str, ...],
    after_restore: bool,
    because: str | None,
    name: str | None,
) -> None:
    """
    Send ISSUE to every subscriber, in the language each has chosen.

    The first run decides who gets it. Run again, the command continues with those who do not
    have it yet, and never sends anything twice. With --at you confirm it now, and it is sent
    at that time if it is still the same email.
    """
    from newsletter.cli.due import report_due  # noqa: PLC0415 - slow to load, and help is fast
    from newsletter.cli.ordering import carry_out  # noqa: PLC0415
    from newsletter.desk.audience import Audience  # noqa: PLC0415
    from newsletter.desk.order import Order, drop_appointment  # noqa: PLC0415
    from newsletter.dispatch.rounds import RunOptions  # noqa: PLC0415

    spare_looking(ctx)
    site: Site = ctx.obj
    if due:
        _refuse_others(ctx, "--due", {"due", "waits"})
        report_due(site, RunOptions(waits=bool(waits)))
        return
    if issue is None:
        raise UsageError(
            _("name the issue: newsletter dispatch 2022-08; or send all due issues with --due")
        )
    by = name_person(name)
    if was_rehearsal:
        from newsletter.cli.rehearsed import set_rehearsal_aside  # noqa: PLC0415

        _refuse_others(ctx, "--was-rehearsal", {"issue", "was_rehearsal", "because", "name", "yes"})
        set_rehearsal_aside(site, issue, by, because, yes=yes)
        return
    if at == NEVER:
        _refuse_others(ctx, "--at never", {"issue", "at", "name"})
        drop_appointment(site, issue, by)
        tell("Dropped", _("the appointment of {issue}, by {by}", issue=issue, by=by), cells=10)
        return
    if at:
        fitting = {"issue", "at", "name", "yes", "dry_run", "waits", "rules", "because"}
        also = {"after_restore", "to_all", "recipients_of"}
        _refuse_others(ctx, "--at", {*fitting, *also})
    if replace_letter:
        fitting = {"issue", "replace_letter", "because", "name", "yes", "dry_run", "rules"}
        also = {"limit", "canary", "waits", "after_restore"}
        _refuse_others(ctx, "--replace-letter", {*fitting, *also})
    dispatch_at = read_moment(at, site.zone(), site.clock()) if at else None
    if not dry_run:
        require_person(_("send"), yes=yes)
    order = Order(
        issue=issue,
        by=by,
        options=RunOptions(limit, canary, is_terminal("stdin") if waits is None else waits),
        add_new=add_new,
        is_dry_run=dry_run,
        rehearses=rehearse,
        rules=rules,
        because=because,
        dispatch_at=dispatch_at,
        audience=Audience(to_all, recipients_of),
        replaces_letter=replace_letter,
        after_restore=after_restore,
    )
    carry_out(site, order, yes=yes, waits=waits is not False)


def _refuse_others(ctx: click.Context, option: str, fitting: set[str]) -> None:
    """Refuse arguments that cannot be combined with *option*."""
    for parameter in ctx.command.params:
        source = ctx.get_parameter_source(parameter.name or "")
        is_given = source is click.core.ParameterSource.COMMANDLINE
        if is_given and parameter.name not in fitting:
            what = parameter.opts[0] if parameter.opts[0].startswith("-") else _("an issue")
            raise UsageError(
                _(
                    "{option} and {other} cannot be used together; leave one of them out",
                    option=option,
                    other=what,
                )
            )
