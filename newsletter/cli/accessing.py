"""
Which commands show personal data of readers, and the way by which each records that first.

Every command is in exactly one of the two tables below.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Final

import click

from newsletter.app.site import Site
from newsletter.cli.output import is_terminal
from newsletter.cli.person import find_account
from newsletter.cli.wording import _
from newsletter.desk.accessing import Look, record_access
from newsletter.subscribers.access_record import AccessKind, Operator
from newsletter.subscribers.why import words_in

SHOWS_PEOPLE: Final[Mapping[str, frozenset[AccessKind]]] = {
    "resolve": frozenset({AccessKind.DELIVERIES_SHOWN}),
    "status": frozenset({AccessKind.DELIVERIES_SHOWN}),  # with --list
    "show": frozenset({AccessKind.LETTER_SHOWN}),  # with --to
    "backup": frozenset({AccessKind.BACKUP_MADE}),
    "restore": frozenset({AccessKind.BACKUP_RESTORED, AccessKind.LIST_EXPORTED}),  # with --lost
    "breach": frozenset(
        {AccessKind.LEAK_NOTIFIED, AccessKind.LEAK_DRILLED, AccessKind.UNREACHED_LISTED}
    ),
    "feedback list": frozenset({AccessKind.FEEDBACK_SHOWN}),
    "feedback show": frozenset({AccessKind.FEEDBACK_SHOWN}),
    "feedback settle": frozenset({AccessKind.FEEDBACK_SHOWN}),
    "notices due": frozenset({AccessKind.NOTICES_SHOWN}),
    "notices settle": frozenset({AccessKind.NOTICES_SETTLED}),
    "consent show": frozenset({AccessKind.CONSENT_SHOWN}),
    "access list": frozenset({AccessKind.ACCESSES_SHOWN}),  # with --whose
    "suppressions list": frozenset({AccessKind.LIST_SHOWN}),
    "suppressions add": frozenset({AccessKind.SUBSCRIBER_CHANGED}),
    "suppressions remove": frozenset({AccessKind.SUBSCRIBER_CHANGED}),
    "suppressions import": frozenset({AccessKind.FILE_IMPORTED}),
    "suppressions carry-over": frozenset({AccessKind.FILE_IMPORTED}),
    "suppressions export": frozenset({AccessKind.LIST_EXPORTED}),
    "subscribers import": frozenset({AccessKind.FILE_IMPORTED}),
    "subscribers add": frozenset({AccessKind.SUBSCRIBER_CHANGED}),
    "subscribers list": frozenset({AccessKind.LIST_SHOWN}),
    "subscribers show": frozenset({AccessKind.SUBSCRIBER_SHOWN, AccessKind.SUBSCRIBER_EXPORTED}),
    "subscribers remove": frozenset({AccessKind.SUBSCRIBER_CHANGED}),
    "subscribers suppress": frozenset({AccessKind.SUBSCRIBER_CHANGED}),
    "subscribers unsuppress": frozenset({AccessKind.SUBSCRIBER_CHANGED}),
    "subscribers unblock": frozenset({AccessKind.SUBSCRIBER_CHANGED}),
    "subscribers change-address": frozenset({AccessKind.SUBSCRIBER_CHANGED}),
    "subscribers erase": frozenset({AccessKind.SUBSCRIBER_ERASED}),
    "subscribers export": frozenset({AccessKind.LIST_EXPORTED}),
}
SHOWS_NOBODY: Final = frozenset(
    {
        *(
            "init",
            "new",
            "compose",
            "check",
            "doctor",
            "test",
            "approve",
            "dispatch",
            "serve",
            "mails send",
        ),
        *(
            "bounces arrived",
            "feedback read",
            "feedback explain",  # of files that the operator has
            "notices send",
            "duties",
            "pause",
            "resume",
            "cancel",
            "diff",
            "dkim-key",
        ),
        *(
            "consent verify",
            "consent text",
            "access review",
            "subscribers funnel",
            "subscribers limits",
        ),
    }
)

why_option = click.option(
    "--because", metavar="TEXT", default="", help="Why you look; kept in the access record."
)


def look_at(site: Site, look: Look, *keys: str, by: str = "") -> None:
    """
    Record that this command shows or changes the data of the owners of some addresses.

    Call it before the command prints anything of them. For *keys* see `Address.key`; *by* is the
    name in --by.

    Raises:
        LedgerError: it was not recorded: nothing may be shown.
    """
    record_access(site, this_operator(by), look, keys)


def look_at_many(site: Site, look: Look, people: int | None, *, by: str = "") -> None:
    """
    Record that this command shows or copies the data of many; see `look_at`.

    *people*: how many; None: not known beforehand.
    """
    record_access(site, this_operator(by), look, (), people)


def look_at_each(site: Site, look: Look, keys: Sequence[str | None], *, by: str = "") -> None:
    """
    Record that this command shows what is about some people, of whom not all are known.

    Each who is known gets an entry; the others (None) are one together.
    """
    whose = list(dict.fromkeys(key for key in keys if key is not None))
    if whose:
        look_at(site, look, *whose, by=by)
    if None in keys or not keys:
        look_at_many(site, look, keys.count(None), by=by)


def this_operator(name: str = "") -> Operator:
    """Return who runs this command, and from which address the terminal is connected."""
    connection = os.environ.get("SSH_CONNECTION", "").split()  # sshd(8): the client comes first
    return Operator(find_account(), connection[0] if connection else "", name)


def ask_reason(because: str) -> str:
    """Return the reason of an export; ask for it at a terminal, if it was not given."""
    if words_in(because) or not is_terminal("stdin"):
        return because
    question = _("What is this export for? (kept in the access record)")
    return str(click.prompt(question, default="", show_default=False, err=True))
