"""newsletter consent: the record of who agreed, when and how, and the proof that it is whole."""

import json
from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

import click

from newsletter.app.site import Site
from newsletter.cli.accessing import look_at, why_option
from newsletter.cli.cells import pad
from newsletter.cli.consent_words import act_in_words, way_in_words
from newsletter.cli.output import progress
from newsletter.cli.wording import _, tell
from newsletter.desk.accessing import Look
from newsletter.desk.moments import find_zone, show_declared, show_moment
from newsletter.desk.person_record import describe_consent
from newsletter.desk.words import readers
from newsletter.errors import ContentError
from newsletter.subscribers.access_record import AccessKind
from newsletter.subscribers.address import address_of, printable
from newsletter.subscribers.consent_proof import Proof
from newsletter.subscribers.consent_record import OWN_CHAIN, Break, Found, Whose
from newsletter.subscribers.subscriber import Subscriber

LONG: Final = 100_000  # entries; to look at more takes seconds
WAY: Final = 32  # cells
HASH_SHOWN: Final = 16  # of 64 digits, for people


@click.group()
def consent() -> None:
    """Show who agreed to what and when, and verify that record."""


@consent.command()
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="For machines; times are UTC.")
@why_option
@click.pass_obj
def show(site: Site, address: str, as_json: bool, because: str) -> None:
    """
    Show when the owner of ADDRESS agreed, and how, and when that ended.

    Also at the addresses that they had before. Entries of somebody who had ADDRESS before and has
    moved since are marked.

    The record names nobody: it keeps a hash of the address, which is computed for this. It also
    answers for people who are not on the list any more.
    """
    wanted = address_of(address)
    look_at(site, Look(AccessKind.CONSENT_SHOWN, because), wanted.key)
    with site.records.at_one_moment():
        found = site.records.consents().find_owned(wanted.key)
        listed = site.records.book().find(wanted.key)
    if not found and listed is None:
        msg = _("{address} is neither in the record nor on the list", address=wanted.spelling)
        raise ContentError(msg)
    if as_json:
        click.echo(
            json.dumps(
                [
                    {**describe_consent(one.entry, one.file), "whose": one.whose.value}
                    for one in found
                ],
                ensure_ascii=False,
                indent=2,
            )
        )
        return
    for one in found:
        click.echo(_say_entry(one, find_zone(site)))
    if not found and listed is not None:
        click.echo(_say_before(listed, find_zone(site)))


@consent.command()
@click.pass_obj
def verify(site: Site) -> None:
    """
    Look whether every entry of the record is still what was recorded.

    Each entry contains a hash of the one before, and what the list says of readers must agree with
    their last entries. The last link that is printed here names the whole record: written down
    elsewhere, it proves later that nothing was cut off at the end.
    """
    consents = site.records.consents()
    total = consents.count()
    if total >= LONG:
        with progress(_("Verifying the consent record"), total) as bar:
            proof = consents.verify(lambda done: bar.show(done, ""))
    else:
        proof = consents.verify(lambda _done: None)
    if faults := list(_say_faults(proof, find_zone(site))):
        raise ContentError("\n".join(faults))
    tell("Verified", _("{count:,} entries, all as they were recorded", count=proof.entries))
    tell("Last link", proof.head.hex())
    for file in proof.unfinished:
        tell("Import", _("{file} is not finished", file=printable(file)))


@consent.command("text")
@click.argument("start", metavar="[HASH]", default="")
@click.pass_obj
def text_of(site: Site, start: str) -> None:
    """
    Print the text that people agreed to, named by the first digits of its HASH.

    Without HASH it lists the texts that were ever shown. The text is printed byte by byte as it
    was shown: its SHA-256 is HASH.
    """
    found = site.records.consent_texts().find(start.strip().lower())
    if start and len(found) == 1:
        click.echo(found[0].words, nl=False)
        return
    if start and not found:
        raise ContentError(_("no text that was shown has the hash {hash}", hash=printable(start)))
    for text in found:
        when = show_moment(text.kept_at, find_zone(site))
        words = [pad(text.hash[:HASH_SHOWN], HASH_SHOWN), text.lang, pad(when, 20)]
        click.echo("  ".join([*words, printable(text.version)]))
    if not found:
        click.echo(_("No text was shown yet; newsletter serve keeps what its form shows."))


def _say_faults(proof: Proof, zone: ZoneInfo) -> Iterator[str]:
    yield from (_say_break(one, zone) for one in proof.broken)
    for one in proof.texts:
        shown = printable(one[:HASH_SHOWN])
        yield _("the text {hash} was changed or removed afterwards", hash=shown)
    for file in proof.unsealed:
        yield _("the entries of {file} have no end that proves them", file=printable(file))
    for file in proof.unlisted:
        shown = printable(file) or _("a file whose name was erased")
        yield _("{file} was removed from the list of imported files afterwards", file=shown)
    for file in proof.redated:
        yield _("the time of the import of {file} was changed afterwards", file=printable(file))
    for file in proof.renamed:
        yield _("{file} was another file when it was imported", file=printable(file))
    if count := proof.strangers:
        yield _("{count:,} entries belong to no file: they were added afterwards", count=count)
    if count := proof.bared:
        yield _("{count:,} entries have lost their details, and nobody was erased", count=count)
    if missing := proof.missing:
        yield _(
            "the list, or an erasure, says of {readers} what no entry does, the first of {when}: "
            "entries were removed, or the list was changed by hand",
            readers=readers(missing.count),
            when=show_moment(missing.since, zone),
        )


def _say_entry(found: Found, zone: ZoneInfo) -> str:
    entry, file, whose = found
    when = _("date unknown") if entry.at is None else show_declared(entry.at, zone)
    act = act_in_words(entry)
    words = [pad(when, 20), pad(act, 15), pad(way_in_words(entry, file), WAY)]
    if (recorded := show_moment(entry.recorded_at, zone)) != when:
        words.append(_("recorded {when}", when=recorded))
    if entry.text is not None and entry.lang is not None:
        words.append(_("text {hash} ({lang})", hash=entry.text[:HASH_SHOWN], lang=entry.lang))
    match whose:
        case Whose.READERS_BEFORE:
            words.append(_("at an address of theirs from before"))
        case Whose.ANOTHERS:
            words.append(_("by whoever had this address before"))
        case Whose.READERS:
            pass
    return "  ".join(words).rstrip()


def _say_before(listed: Subscriber, zone: ZoneInfo) -> str:
    if listed.consented_at is None:
        return _("From before the record began; when they consented is not on record.")
    when = show_declared(listed.consented_at, zone)
    return _("From before the record began; the list says: consented {when}", when=when)


def _say_break(broken: Break, zone: ZoneInfo) -> str:
    where = (
        _("entry {place} of the record", place=broken.place)
        if broken.chain == OWN_CHAIN
        else _("entry {place} of import {chain}", place=broken.place, chain=broken.chain)
    )
    if broken.recorded_at is None:
        return _("{where} is missing or unreadable; nothing after it is proven", where=where)
    when = show_moment(broken.recorded_at, zone)
    return _(
        "{where}, recorded {when}, was changed afterwards; nothing after it is proven",
        where=where,
        when=when,
    )
