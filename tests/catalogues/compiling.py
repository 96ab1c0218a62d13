"""Makes newsletter/locale/LANGUAGE/LC_MESSAGES/newsletter.mo of the .po files beside it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from newsletter.phrases import DOMAIN, LANGUAGES, LOCALE

NO_TIME: Final = datetime(2022, 8, 26, tzinfo=UTC)


def read_sources(language: str) -> Mapping[Path, Catalog]:
    """Read every .po file of *language*."""
    found = {}
    for path in sorted((LOCALE / language).glob("*.po")):
        with path.open("rb") as file:
            found[path] = read_po(file, locale=language, abort_invalid=True)
    return found


def merge(sources: Mapping[Path, Catalog]) -> Catalog:
    """
    Put the sentences of all files into one catalogue.

    Raises:
        ValueError: two files have a sentence by the same code.
    """
    catalogs = list(sources.values())
    merged = Catalog(
        locale=catalogs[0].locale,
        domain=DOMAIN,
        creation_date=NO_TIME,
        revision_date=NO_TIME,
        fuzzy=False,
    )
    owners: dict[object, Path] = {}
    for path, catalog in sources.items():
        for message in catalog:
            if not message.id:
                continue
            key = message.id if isinstance(message.id, str) else message.id[0]
            if key in owners:
                msg = f"{path}: {key!r} stands in {owners[key].name} too"
                raise ValueError(msg)
            owners[key] = path
            merged[message.id] = message
    return merged


def compile_catalogue(language: str) -> bytes:
    """Return the .mo of *language*; the version of Babel stands in it, but no time."""
    written = BytesIO()
    write_mo(written, merge(read_sources(language)))
    return written.getvalue()


def compiled_path(language: str) -> Path:
    """Return where the .mo of *language* lies."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.mo"


def compile_all() -> None:
    """Write the .mo of each language."""
    for language in LANGUAGES:
        path = compiled_path(language)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(compile_catalogue(language))
