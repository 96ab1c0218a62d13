"""What a restore loses: written to a file that an import reads back."""

from collections.abc import Sequence
from pathlib import Path

from newsletter.app.site import Site
from newsletter.errors import UsageError
from newsletter.files import reason_of
from newsletter.phrases import phrase
from newsletter.rights import write_private
from newsletter.subscribers.exporting import export_lines
from newsletter.subscribers.subscriber import Subscriber


def write_lost(site: Site, lost: Sequence[Subscriber], path: Path) -> None:
    """
    Write readers to a new file of mode 600, as `newsletter subscribers export` writes them.

    Raises:
        UsageError: the file exists, or cannot be written.
    """
    try:
        write_private(path, "".join(export_lines(lost, site.zone())))
    except OSError as error:
        fault = phrase("desk.lost-not-written", file=path, fault=reason_of(error))
        raise UsageError(fault) from error
