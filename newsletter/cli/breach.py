"""``newsletter breach``: notify everybody whose personal data has leaked; or rehearse that."""

from pathlib import Path

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at_many, this_operator
from newsletter.cli.confirming import require_person
from newsletter.cli.output import is_terminal, shown_path
from newsletter.cli.person import name_person
from newsletter.cli.wording import _, say, tell
from newsletter.desk.accessing import Look
from newsletter.errors import UsageError
from newsletter.files import read_regular_file, reason_of
from newsletter.subscribers.access_record import AccessKind


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--new", "is_new", is_flag=True, help="Write an empty FILE to fill in, and end.")
@click.option("--dry-run", is_flag=True, help="Check FILE and show what it means; send nothing.")
@click.option(
    "--drill", is_flag=True, help="Write every email to outbox/ and say how long it took."
)
@click.option("--yes", is_flag=True, help="Send without asking for the file's name.")
@click.option(
    "--as-begun",
    is_flag=True,
    help="Go on with the words that the notice from FILE began with, although FILE has changed.",
)
@click.option(
    "--after-restore",
    is_flag=True,
    help="Go on although the restored database may not know of all sent notices.",
)
@click.option(
    "--wait/--no-wait",
    "waits",
    default=None,
    help="Wait until deferred notices were tried again.  [default: on a terminal]",
)
@click.option(
    "--unreached",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="CSV",
    help="List those whom email did not reach in a file that only you can read.",
)
@click.option("--json", "is_json", is_flag=True, help="For machines; times are UTC.")
@click.option("--by", "name", metavar="NAME", help="Who notifies.  [default: the system's user]")
@click.pass_obj
def breach(  # noqa: PLR0913 - one for each option
    site: Site,
    file: Path,
    *,
    is_new: bool,
    dry_run: bool,
    drill: bool,
    yes: bool,
    as_begun: bool,
    after_restore: bool,
    waits: bool | None,
    unreached: Path | None,
    is_json: bool,
    name: str | None,
) -> None:
    """
    Notify everybody whose personal data has leaked, by FILE, which your office fills in.

    It goes to every address that is held, whatever its standing, and says by when people and
    the authority have to be told. Run again, the command goes on where it was, and never sends
    anything twice.
    """
    from newsletter.cli.breach_report import NoticeAtTerminal, as_json, show_result  # noqa: PLC0415
    from newsletter.cli.process import this_process  # noqa: PLC0415 - slow to load, help is fast
    from newsletter.desk.breach import notify  # noqa: PLC0415
    from newsletter.desk.breach_order import NoticeOrder  # noqa: PLC0415

    if is_new:
        _write_empty(site, file)
        return
    is_harmless = dry_run or drill
    if is_json and not yes and not is_harmless:
        raise UsageError(_("--json asks nothing; add --yes to send, or --dry-run"))
    if not is_harmless:
        require_person(_("send"), yes=yes)
    if unreached:
        look_at_many(site, Look(AccessKind.UNREACHED_LISTED, file.name), None, by=name_person(name))
        _make_ready(unreached)
    operator = this_operator()
    order = NoticeOrder(
        file=file.name,
        content=None if as_begun else _read(file),
        by=name_person(name),
        account=operator.account,
        origin=operator.origin,
        is_drill=drill,
        is_dry_run=dry_run,
        waits=not drill and (is_terminal("stdin") if waits is None else waits),
        after_restore=after_restore,
    )
    person = NoticeAtTerminal(site.zone(), yes=yes or drill, is_silent=is_json)
    result = notify(site, order, person, this_process().rest)
    if unreached:
        from newsletter.desk.breach import list_unreached  # noqa: PLC0415 - as above

        with unreached.open("w", encoding="utf-8") as listed:
            listed.writelines(list_unreached(site, result.breach))
    if is_json:
        click.echo(as_json(result))
    else:
        show_result(result, site.zone(), unreached, is_dry_run=dry_run)
    if result.fault and not dry_run:
        raise result.fault


def _write_empty(site: Site, file: Path) -> None:
    from newsletter.message.breach_file import write_empty_breach_file  # noqa: PLC0415

    text = write_empty_breach_file(site.zone())
    try:
        with file.open("x", encoding="utf-8") as written:
            written.write(text)
    except FileExistsError:
        raise UsageError(_("{path} exists; name another file", path=shown_path(file))) from None
    click.echo(f"  {shown_path(file)}")
    tell("Next", _("fill it in, then: newsletter breach {file} --dry-run", file=file), cells=6)


def _read(file: Path) -> bytes:
    try:
        return read_regular_file(file)
    except OSError as error:
        fault = say(reason_of(error))
        hint = _("{path}: {fault}; an empty one is written by --new", path=file, fault=fault)
        raise UsageError(hint) from error


def _make_ready(path: Path) -> None:
    """Make the list private to its owner, before anything is sent."""
    from newsletter.rights import find_open, make_private  # noqa: PLC0415 - as above

    make_private(path)
    if told := find_open([path], _("the addresses in it")):
        click.echo(say(told), err=True)
