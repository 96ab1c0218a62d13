"""The list of readers as CSV, which an import reads back."""

from collections.abc import Iterator

from newsletter.desk.importing import ImportSite
from newsletter.subscribers.book import Selection
from newsletter.subscribers.exporting import export_lines


def export(site: ImportSite, chosen: Selection) -> Iterator[str]:
    """Yield the heading and a line for each reader, with line ends; days in the site's zone."""
    yield from export_lines(site.records.book().select(chosen), site.zone())
