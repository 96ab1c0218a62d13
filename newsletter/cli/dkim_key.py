"""``newsletter dkim-key``: make a key that signs letters, and print its DNS record."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from newsletter.app.signing import read_signing_keys
from newsletter.app.site import Site
from newsletter.cli.cells import pad
from newsletter.cli.output import shown_path
from newsletter.cli.wording import LABEL, _, tell
from newsletter.errors import UsageError

if TYPE_CHECKING:
    from newsletter.desk.signing_keys import MadeKey
    from newsletter.message.dkim_key import SigningKey


@click.command("dkim-key")
@click.option("--ed25519", "is_ed25519", is_flag=True, help="Make an Ed25519 key, not RSA.")
@click.option("--selector", help="Name of the key in DNS.  [default: like rsa-202208]")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="PEM file to write, never overwritten.  [default: dkim-SELECTOR.pem in the site]",
)
@click.option("--show", is_flag=True, help="Make no key; print the records of the keys in use.")
@click.pass_obj
def dkim_key(
    site: Site, is_ed25519: bool, selector: str | None, out: Path | None, show: bool
) -> None:
    """
    Make a key that signs your emails (DKIM), and print its DNS record.

    For a relay that does not sign itself. Nothing is signed before NEWSLETTER_DKIM_* are
    set; set them when DNS answers with the record.
    """
    from newsletter.desk.signing_keys import make_signing_key  # noqa: PLC0415
    from newsletter.message.dkim_key import Algorithm  # noqa: PLC0415

    if show:
        if is_ed25519 or selector or out:
            raise UsageError(_("--show makes no key; leave the other options out"))
        _show_keys(site)
        return
    algorithm = Algorithm.ED25519 if is_ed25519 else Algorithm.RSA
    made = make_signing_key(site, algorithm, selector, out)
    path, kind = shown_path(made.path), _described(made.key)
    _heading(_("Made"), _("{path}  {kind}, mode 600", path=path, kind=kind))
    tell(
        "",
        _(
            "Anyone who has this file can send email in your name: keep it out of "
            "git, but back it up."
        ),
    )
    _print_record(made.domain, made.selector, made.key)
    _print_settings(made)


def _show_keys(site: Site) -> None:
    setting = site.settings.dkim
    if setting is None:
        raise UsageError(
            _(
                "no key is in use, because NEWSLETTER_DKIM_* are not set; 'newsletter "
                "dkim-key' makes one"
            )
        )
    for selector, key in read_signing_keys(site).items():
        name = dict(setting.keys)[selector]
        _heading(_("In use"), f"{name}  {_described(key)}")
        if not key.is_advised:
            tell("", _("Mailbox providers advise 2,048 bits; make a new one."))
        _print_record(setting.domain, selector, key)


def _print_record(domain: str, selector: str, key: "SigningKey") -> None:
    from newsletter.message.dkim_key import split_record  # noqa: PLC0415

    name = f"{selector}._domainkey.{domain}"
    click.echo()
    _heading("DNS", _("one TXT record; in a web form:"))
    click.echo(f"\n{name}\n{key.record}\n")
    tell("", _("the same in a zone file:"))
    click.echo()
    strings = (f'    "{string}"' for string in split_record(key.record))
    click.echo(f"{name}. 3600 IN TXT (\n" + "\n".join(strings) + " )\n")


def _print_settings(made: "MadeKey") -> None:
    _heading(".env", f"NEWSLETTER_DKIM_DOMAIN={made.domain}")
    tell(
        "",
        f"NEWSLETTER_DKIM_SELECTOR={','.join(selector for selector, _path in made.all_keys)}",
        f"NEWSLETTER_DKIM_KEY={','.join(path for _selector, path in made.all_keys)}",
    )
    click.echo()
    record = f"{made.selector}._domainkey.{made.domain}"
    publish = _("publish the record; when DNS shows it (dig TXT {record}),", record=record)
    _heading(_("Next"), publish)
    tell("", _("set .env and look at an email: newsletter test ISSUE"))


def _described(key: "SigningKey") -> str:
    return _("RSA, {bits:,} bits", bits=key.bits) if key.algorithm == "rsa" else "Ed25519"


def _heading(label: str, rest: str) -> None:
    """Print *rest* after its label, which is highlighted on a terminal."""
    bold = click.style(pad(label, LABEL).removesuffix(" "), bold=True)
    click.echo(f"{bold} {rest}")
