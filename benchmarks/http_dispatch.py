"""
``newsletter dispatch`` by a mail service over HTTP, which stands on loopback.

``python http_dispatch.py KIND PORT ISSUE`` runs the command in a site's folder, with its
settings in the environment; only the address of the service is another.
"""

import sys
from datetime import UTC, datetime

import click

from newsletter.app.site import Site
from newsletter.cli.main import cli
from newsletter.delivery.aws_signature import AwsKey
from newsletter.delivery.http_posting import HttpAccount, HttpPosting
from newsletter.delivery.provider import Provider
from newsletter.delivery.resend import Resend
from newsletter.delivery.ses import Ses

KEY = "a-key-of-the-benchmark"


def open_account(kind: str, base_url: str) -> HttpAccount:
    """Open an account at the service *kind*, which is at *base_url*."""
    if kind == "ses":
        clock = lambda: datetime.now(UTC)  # noqa: E731 - of one line
        return Ses(AwsKey("AKIAEXAMPLE", KEY), "ap-northeast-2", base_url, clock)
    return Resend(KEY, base_url)


class SiteOverHttp(Site):
    """A site whose letters leave by that service."""

    account: HttpAccount

    def provider(self, sender_address: str | None = None) -> Provider:
        """Return the service, whatever is set."""
        del sender_address
        return HttpPosting(self.account)


def main(kind: str, port: str, issue: str) -> None:
    """Dispatch *issue*, as the command does."""
    site = SiteOverHttp()
    site.account = open_account(kind, f"http://127.0.0.1:{port}")
    command = cli.get_command(click.Context(cli), "dispatch")
    assert command is not None
    try:
        command.main([issue, "--yes"], obj=site)
    finally:
        site.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
