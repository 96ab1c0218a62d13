"""The command line: finds the command, and shows faults without a traceback."""

import os
import sys
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Final

import click

from newsletter.cli.cells import wrap
from newsletter.cli.help import in_words
from newsletter.cli.language import find_language
from newsletter.cli.memory import give_back, look_seldom
from newsletter.cli.wording import _, say, use_language
from newsletter.errors import NewsletterError, UsageError
from newsletter.files import reason_of
from newsletter.phrases import LANGUAGES, catalogue, phrase

# Each command is an object of its name (with _ for -) in the module newsletter.cli.<name>.
COMMANDS: Final = {
    "init": "Start a newsletter of your own, with a first issue to fill in.",
    "new": "Write the files of a new issue to fill in.",
    "compose": "Make the emails of an issue in every edition.",
    "check": "Proofread an issue: both languages, every mail program.",
    "doctor": "Look at everything that can stop an issue; sends nothing.",
    "test": "Send an issue to yourself and colleagues, marked as a test.",
    "bounces": "Record that the address for bounces works.",
    "approve": "Approve an issue as it is now; any change voids it.",
    "dispatch": "Send an issue to every subscriber, in their language.",
    "serve": "Serve the pages where readers subscribe and unsubscribe.",
    "mails": "Send the confirmations and notices that those pages cause.",
    "pause": "Pause the dispatch of an issue until it is resumed.",
    "resume": "Allow a paused dispatch to continue.",
    "cancel": "Cancel the dispatch of an issue for good.",
    "resolve": "Settle the unknown deliveries of an issue.",
    "status": "Show the progress of dispatches.",
    "show": "Print an email as it was sent.",
    "diff": "Show what differs between an issue's folder and its kept email.",
    "feedback": "Read bounces, complaints and answers; see what waits for you.",
    "backup": "Back up readers and ledger to a file that only you can read.",
    "restore": "Restore readers and ledger from a backup.",
    "dkim-key": "Make a key that signs your emails, and print its DNS record.",
    "notices": "Show and send the notices that the law asks for.",
    "duties": "Show what the law asks of you this month.",
    "breach": "Notify everybody whose personal data has leaked.",
    "consent": "Show who agreed to what and when, and verify that record.",
    "access": "Show who looked at readers' data, and record the monthly review.",
    "suppressions": "List and change the addresses that no email is sent to.",
    "subscribers": "Import, add, list, change, remove, erase and export readers.",
}


# Commands whose arguments are files alone: a name in any encoding is one.
NAMES_FILES: Final = frozenset({("feedback", "explain")})
ALIASES: Final = {"readers": "subscribers"}  # other names that people try


class LazyGroup(click.Group):
    """Imports a command's module only when the command is used: listing commands stays fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the command names in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command, or None if the name is unknown."""
        cmd_name = ALIASES.get(cmd_name, cmd_name)
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        command = getattr(import_module(f"newsletter.cli.{name}"), name)
        assert isinstance(command, click.Command)  # noqa: S101 - our own object, not input
        return in_words(command)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, each with its description."""
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, _(line)) for name, line in COMMANDS.items()])

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command in the operator's language."""
        use_language(_choose_language())
        return click.Group.main(in_words(self), *args, **kwargs)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="newsletter")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Compose the monthly issue in Korean and English, test it, dispatch it."""
    from newsletter.app.site import Site  # noqa: PLC0415 - settings are read by commands, not by help
    from newsletter.cli.log_words import word_notices  # noqa: PLC0415 - as above

    word_notices()
    ctx.obj = Site(give_back=give_back)
    ctx.call_on_close(ctx.obj.close)  # after every exit: also after a fault, Ctrl-C and sys.exit


def main() -> None:
    """Run a command; exit with the status of the fault that stopped it."""
    look_seldom()
    _prepare_streams()
    try:
        use_language(_choose_language())
        _refuse_unreadable(sys.argv[1:])
        cli(prog_name="newsletter")
    except NewsletterError as error:
        _end(say(error.phrase), error.exit_status)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        _end(
            _(
                "{place}{fault}; free some space there, make it writable, or name another place",
                place=place,
                fault=reason_of(error),
            )
        )
    except Exception as error:  # database errors are shown to people; all others are bugs
        if type(error).__module__.startswith("sqlalchemy."):
            cause = getattr(error, "orig", None) or type(error).__name__
            _end(
                _(
                    "the database cannot be used ({cause}); repair it, then see 'newsletter "
                    "status'",
                    cause=cause,
                ),
                3,
            )
        raise


def _choose_language() -> str:
    """Return the operator's language; English if the terminal cannot show another."""
    language = find_language(os.environ, Path.cwd())
    if language == LANGUAGES[0]:
        return language
    try:
        catalogue(language).word(phrase("common.language")).encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return LANGUAGES[0]
    return language


def _end(message: str, status: int = 1) -> None:
    click.echo(_wrapped(f"newsletter: {message}"), err=True)
    sys.exit(status)


def _wrapped(message: str) -> str:
    """Wrap long lines between words on a terminal; files get unwrapped lines."""
    if not sys.stderr.isatty():
        return message
    import shutil  # noqa: PLC0415 - help does not need it

    columns = shutil.get_terminal_size().columns
    lines = []
    for line in message.split("\n"):
        indent = " " * (len(line) - len(line.lstrip()))
        lines += wrap(line, columns, "", f"{indent}  ") or [""]
    return "\n".join(lines)


def _prepare_streams() -> None:
    """Make sure that output streams exist and can encode any character."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed, for example by a daemon
            nowhere = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - till exit
            setattr(sys, name, nowhere)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _refuse_unreadable(arguments: list[str]) -> None:
    """Refuse what is not in the terminal's encoding, but for commands that only name files."""
    if tuple(arguments[:2]) in NAMES_FILES:
        return
    for argument in arguments:
        if any("\ud800" <= char <= "\udfff" for char in argument):
            raise UsageError(
                _(
                    "{argument!r} is not in your terminal's encoding; set the terminal to UTF-8",
                    argument=argument,
                )
            )
