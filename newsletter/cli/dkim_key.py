"""``newsletter dkim-key``: a key that signs letters, and what DNS must say of it."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.app.site import Site
from newsletter.cli.output import shown_path
from newsletter.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from newsletter.message.dkim_key import Algorithm, SigningKey


@click.command("dkim-key")
@click.option("--ed25519", "is_ed25519", is_flag=True, help="Make an Ed25519 key, not RSA.")
@click.option("--selector", help="Name of the key in DNS.  [default: like rsa-202208]")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="PEM file to write, never overwritten.  [default: dkim-SELECTOR.pem in the site]",
)
@click.option("--show", is_flag=True, help="Make nothing; print the records of the keys in use.")
@click.pass_obj
def dkim_key(
    site: Site, is_ed25519: bool, selector: str | None, out: Path | None, show: bool
) -> None:
    """
    Make a key that signs your letters (DKIM), and print its DNS record.

    For a relay that does not sign itself. Nothing is signed before NEWSLETTER_DKIM_* are
    set; set them when DNS answers with the record.
    """
    from newsletter.message.dkim_key import Algorithm, make_key, read_key  # noqa: PLC0415

    if show:
        if is_ed25519 or selector or out:
            raise UsageError("--show makes no key; leave the other options out")
        _show_keys(site)
        return
    domain = _domain(site)
    algorithm = Algorithm.ED25519 if is_ed25519 else Algorithm.RSA
    selector = _checked(selector) if selector else _new_selector(site, algorithm)
    path = out or site.root / f"dkim-{selector}.pem"
    pem = make_key(algorithm)
    _write_once(path, pem)
    key = read_key(pem)
    _heading("Made", f"{shown_path(path.resolve())}  {_described(key)}, mode 600")
    click.echo("         Whoever has it can write as you: keep it out of git, and in a backup.")
    _print_record(domain, selector, key)
    _print_settings(site, domain, selector, path, algorithm)


def _show_keys(site: Site) -> None:
    setting = site.settings.dkim
    if setting is None:
        raise UsageError(
            "no key is in use, for NEWSLETTER_DKIM_* are not set; 'newsletter dkim-key' makes one"
        )
    for selector, key in site.dkim_keys().items():
        name = dict(setting.keys)[selector]
        _heading("In use", f"{name}  {_described(key)}")
        if not key.is_advised:
            click.echo("         Mailbox providers advise 2,048 bits; make a new one.")
        _print_record(setting.domain, selector, key)


def _domain(site: Site) -> str:
    """Name the domain that signs: the one that is set, else the sender's."""
    setting = site.settings.dkim
    return setting.domain if setting else site.publication.sender_address.rpartition("@")[2].lower()


def _new_selector(site: Site, algorithm: "Algorithm") -> str:
    today = site.clock().astimezone(site.zone())
    return f"{algorithm}-{today:%Y%m}"


def _checked(selector: str) -> str:
    from newsletter.message.dkim_setting import SELECTOR  # noqa: PLC0415

    if not SELECTOR.fullmatch(selector):
        msg = f"--selector: {selector!r} is no selector; write letters, digits and hyphens"
        raise UsageError(msg)
    return selector


def _write_once(path: Path, pem: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        msg = (
            f"{shown_path(path.resolve())} is there already, and a key is never overwritten; "
            "name another --selector or --out"
        )
        raise UsageError(msg) from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())


def _print_record(domain: str, selector: str, key: "SigningKey") -> None:
    from newsletter.message.dkim_key import split_record  # noqa: PLC0415

    name = f"{selector}._domainkey.{domain}"
    click.echo()
    _heading("DNS", "one TXT record; in a web form:")
    click.echo(f"\n{name}\n{key.record}\n")
    click.echo("         the same in a zone file:\n")
    strings = (f'    "{string}"' for string in split_record(key.record))
    click.echo(f"{name}. 3600 IN TXT (\n" + "\n".join(strings) + " )\n")


def _print_settings(
    site: Site, domain: str, selector: str, path: Path, algorithm: "Algorithm"
) -> None:
    root, whole = site.root, path.resolve()
    name = str(whole.relative_to(root) if whole.is_relative_to(root) else whole)
    keys = [*_keys_beside(site, algorithm), (selector, name)]
    _heading(".env", f"NEWSLETTER_DKIM_DOMAIN={domain}")
    click.echo(f"         NEWSLETTER_DKIM_SELECTOR={_joined(one for one, _ in keys)}")
    click.echo(f"         NEWSLETTER_DKIM_KEY={_joined(one for _, one in keys)}\n")
    _heading(
        "Next", f"publish the record; when it is there (dig TXT {selector}._domainkey.{domain}),"
    )
    click.echo("         set .env and look at a letter: newsletter test ISSUE")


def _keys_beside(site: Site, algorithm: "Algorithm") -> Iterable[tuple[str, str]]:
    """Name the keys in use that a new one of *algorithm* does not take the place of."""
    setting = site.settings.dkim
    if setting is None:
        return []
    try:
        others = {name for name, key in site.dkim_keys().items() if key.algorithm != algorithm}
    except SettingsError:  # what cannot be used is what the new key is for
        return []
    return [pair for pair in setting.keys if pair[0] in others]


def _described(key: "SigningKey") -> str:
    return f"RSA, {key.bits:,} bits" if key.algorithm == "rsa" else "Ed25519"


def _joined(words: Iterable[str]) -> str:
    return ",".join(words)


def _heading(word: str, rest: str) -> None:
    click.echo(f"{click.style(f'{word:<8}', bold=True)} {rest}")
