"""``newsletter serve``: the pages for readers, until the process is stopped."""

import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Final

import click

from newsletter.app.site import Site
from newsletter.cli.log_words import InWords
from newsletter.cli.wording import _, tell

if TYPE_CHECKING:
    from newsletter.web.serving import Serving

STOPS: Final = (signal.SIGINT, signal.SIGTERM)
PORT: Final = 8080


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=PORT,
    show_default=True,
    help="Port to listen at; 0 takes any free one.",
)
@click.option(
    "--threads",
    type=click.IntRange(1, 256),
    default=8,
    show_default=True,
    help="Requests answered at the same time.",
)
@click.pass_obj
def serve(site: Site, host: str, port: int, threads: int) -> None:
    """
    Serve the pages on which readers subscribe, change their settings and unsubscribe.

    It also sends the confirmations and notices that these pages cause. Put a web server with
    TLS in front of it: see docs/deploy.md. SIGTERM ends it after the requests it has taken.
    """
    from newsletter.web.serving import Serving  # noqa: PLC0415 - Flask is slow to load

    _log_to_output()
    provider = site.provider().name  # refused before anything listens
    serving = Serving(site, host, port, threads)
    shown = f"[{host}]" if ":" in host else host
    click.echo(_("Serving readers' pages at http://{host}:{port}/", host=shown, port=serving.port))
    tell("Public", site.settings.public_url or _("(NEWSLETTER_PUBLIC_URL is not set)"), cells=8)
    tell("Mails", provider, cells=8)
    if serving.webhooks:
        tell("Webhooks", ", ".join(serving.webhooks), cells=8)
    sys.stdout.flush()
    with _stopped_by_signals(serving):
        cut_off = serving.run()
    if cut_off:
        click.echo(_("Stopped; requests that were cut off: {count}", count=cut_off))
    else:
        click.echo(_("Stopped; every request that was taken has been answered."))


@contextmanager
def _stopped_by_signals(serving: "Serving") -> Iterator[None]:
    def obey(_number: int, _frame: FrameType | None) -> None:
        serving.stop()

    before = {number: signal.signal(number, obey) for number in STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _log_to_output() -> None:
    """Write requests to standard output and warnings to standard error, each with its time."""
    form = "%(asctime)s %(message)s"
    access = logging.StreamHandler(sys.stdout)
    access.setFormatter(logging.Formatter(form))
    requests = logging.getLogger("newsletter.access")
    requests.setLevel(logging.INFO)
    requests.propagate = False
    requests.addHandler(access)
    others = logging.StreamHandler(sys.stderr)
    others.setFormatter(InWords(form))
    logging.getLogger().addHandler(others)
