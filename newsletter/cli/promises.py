"""Reports appointments, approvals and started dispatches that do not fit the letter any more."""

from collections.abc import Collection, Sequence
from zoneinfo import ZoneInfo

import click

from newsletter.app.site import Site
from newsletter.cli.cells import pad
from newsletter.cli.wording import _
from newsletter.desk.moments import find_zone, show_moment
from newsletter.dispatch.promise import Bond, Promise, find_broken
from newsletter.errors import LedgerError, SettingsError


def find_outdated(site: Site, issue: str, digests: Collection[str]) -> Sequence[Promise]:
    """
    Return the promises for a different letter than the one with these *digests*.

    For commands that work without a ledger: no ledger is made or migrated, and an unreadable
    ledger causes one line on standard error.
    """
    try:
        return find_broken(site.records.look_for_promises(issue), digests)
    except (SettingsError, LedgerError) as error:
        words = _(
            "{fault}, so it is not known whether an appointment or approval of "
            "{issue} is still valid; see 'newsletter status {issue}'",
            fault=error.phrase,
            issue=issue,
        )
        click.echo(words, err=True)
        return ()


def show_outdated(site: Site, issue: str, outdated: Sequence[Promise]) -> None:
    """Print two lines for each: the outdated promise, and the remedy."""
    zone = find_zone(site)
    for one in outdated:
        for label, words in describe_outdated(issue, one, zone):
            click.echo(f"{pad(label, 10)}{words}")


def describe_outdated(issue: str, one: Promise, zone: ZoneInfo) -> list[tuple[str, str]]:
    """Return labels and texts of an outdated promise, and of its remedy."""
    digest, at = one.digest[:12], show_moment(one.at, zone)
    match one.bond:
        case Bond.APPOINTMENT:
            words = _(
                "the appointment for {when}, by {by}, is for another email (digest "
                "{digest}): it will not be carried out",
                when=show_moment(one.dispatch_at, zone) if one.dispatch_at else "",
                by=one.by,
                digest=digest,
            )
            remedy = _(
                "newsletter dispatch {issue} --at TIME appoints the email as it is now",
                issue=issue,
            )
        case Bond.APPROVAL:
            words = _(
                "the approval by {by}, {at}, is for another email (digest {digest})",
                by=one.by,
                at=at,
                digest=digest,
            )
            remedy = _("have it reviewed again: newsletter approve {issue} --by NAME", issue=issue)
        case Bond.DISPATCH if one.is_kept:
            words = _(
                "readers who wait since {at} get the kept email (digest {digest}), not this one",
                at=at,
                digest=digest,
            )
            remedy = _(
                "newsletter diff {issue} shows what differs, and how to send them this one",
                issue=issue,
            )
            return [(_("Kept"), words), ("", remedy)]
        case Bond.DISPATCH:
            words = _(
                "the dispatch started {at} is for another email (digest {digest}): it "
                "does not continue",
                at=at,
                digest=digest,
            )
            remedy = _(
                "newsletter dispatch {issue} --dry-run shows what changed, and what you can do",
                issue=issue,
            )
    return [(_("Outdated"), words), ("", remedy)]


def as_json(outdated: Sequence[Promise]) -> list[dict[str, object]]:
    """Return the promises for machines; times are ISO 8601 in UTC."""
    return [
        {
            "what": one.bond,
            "by": one.by or None,
            "at": one.at.isoformat(),
            "send_at": one.dispatch_at and one.dispatch_at.isoformat(),
            "digest": one.digest,
        }
        for one in outdated
    ]
