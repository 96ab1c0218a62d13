"""Shared by commands on readers: options, selection of readers, and output."""

import sys
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, Final

import click

from newsletter.cli.wording import _, say
from newsletter.desk.importing import ImportSite
from newsletter.errors import ContentError
from newsletter.lang import Preference
from newsletter.subscribers.book import Selection
from newsletter.subscribers.renewal import LOOK_BACK
from newsletter.subscribers.subscriber import Consent, Standing, consent_in
from newsletter.subscribers.why import words_in

NO_PREFERENCE: Final = "none"
LANGUAGES: Final = (*(preference.value for preference in Preference), NO_PREFERENCE)

language_option = click.option(
    "--language",
    "languages",
    type=click.Choice(LANGUAGES),
    multiple=True,
    help="Only readers who prefer this; none: no preference. May be given again.",
)
standing_option = click.option(
    "--standing",
    "standings",
    type=click.Choice([standing.value for standing in Standing]),
    multiple=True,
    help="Only readers of this standing. May be given again.",
)
undated_option = click.option(
    "--undated", is_flag=True, help="Only readers whose date of consent is not on record."
)

by_option = click.option(
    "--by", "name", metavar="NAME", help="Who decides.  [default: the system's user]"
)


def because_option(*, required: bool) -> Callable[[Any], Any]:
    """Return the option for the reason."""
    note = "" if required else " May be left out."
    return click.option(
        "--because",
        metavar="TEXT",
        default="",
        required=required,
        callback=_refuse_empty if required else None,
        help=f"Why; it is kept.{note}",
    )


def _refuse_empty(_context: click.Context, _option: click.Parameter, because: str) -> str:
    if not words_in(because):
        raise click.UsageError(_("--because: the reason is empty; say why"))
    return because


consented_at_option = click.option(
    "--consented-at",
    metavar="DATE",
    default="",
    help="When they consented: 2022-07-01, or with time and offset.",
)


def say_result_is_told(ago: timedelta = timedelta()) -> None:
    """Say whether a reader gets a notice of what they declared so long ago, and why not."""
    if ago <= LOOK_BACK:
        said = _(
            "They are told the result by email: by newsletter serve, or newsletter notices send."
        )
    else:
        said = _(
            "They are not told the result: they consented more than 14 days ago, and it has to be "
            "told within 14 days (Network Act, Article 50(7)). If nobody has told them, tell them "
            "yourself."
        )
    click.echo(said)


def consent_of(site: ImportSite, consented_at: str) -> Consent:
    """Return how to read dates of consent, and the date for rows without one."""
    consent = Consent(site.zone(), site.clock())
    try:
        return Consent(consent.zone, consent.now, consent_in(consented_at, consent))
    except ContentError as error:
        raise click.BadParameter(say(error.phrase), param_hint="--consented-at") from None


def selection(
    languages: tuple[str, ...], standings: tuple[str, ...], *, undated: bool
) -> Selection:
    """Return the selection of readers."""
    preferences = (None if word == NO_PREFERENCE else Preference(word) for word in languages)
    return Selection(
        preferences=frozenset(preferences) if languages else None,
        standings=frozenset(map(Standing, standings)) if standings else None,
        is_undated=undated,
    )


def write_out(lines: Iterable[str]) -> None:
    """Write to standard output in UTF-8, independent of the terminal's encoding."""
    sys.stdout.flush()
    sys.stdout.buffer.writelines(line.encode() for line in lines)
    sys.stdout.buffer.flush()
