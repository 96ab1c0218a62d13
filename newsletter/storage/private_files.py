"""The files of a SQLite database: makes them for their owner alone, and warns if they are not."""

import logging
from pathlib import Path

from newsletter.errors import SettingsError
from newsletter.files import NotAFileError, reason_of
from newsletter.phrases import Said, phrase
from newsletter.rights import explain_rights, find_open, make_private

log = logging.getLogger(__name__)


def prepare_files(database: Path) -> None:
    """
    Make the file, if it is missing, for its owner alone; SQLite's others take over its mode.

    Says once which of its files and copies others may read. An existing file's mode is never
    changed.

    Raises:
        SettingsError: what is there is no file, or it cannot be made.
    """
    try:
        make_private(database)
    except NotAFileError as error:
        fault = phrase("storage.no-file", database=database, fault=reason_of(error))
        raise SettingsError(fault) from error
    except OSError as error:
        remedy = explain_write_rights(database) or phrase("storage.name-a-file")
        raise SettingsError(
            phrase("storage.unopened", database=database, fault=reason_of(error), remedy=remedy)
        ) from error
    if told := find_open(_files_of(database), phrase("storage.readers-addresses-in-it")):
        log.warning(told)


def explain_write_rights(database: Path) -> Said:
    """Say whose files and folder stand in the way of writing; "" if none does."""
    beside = (database.with_name(f"{database.name}{end}") for end in ("-wal", "-shm"))
    return explain_rights([database, *beside, database.parent])


def _files_of(database: Path) -> list[Path]:
    """Name the file, its journal and its copies."""
    try:
        found = list(database.parent.iterdir())
    except OSError:  # a folder that may be entered and not listed
        return [database]
    return sorted(path for path in found if path.name.startswith(database.name))
