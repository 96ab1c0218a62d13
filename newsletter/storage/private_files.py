"""Makes the files of a SQLite database private to their owner, and warns if they are not."""

import logging
from pathlib import Path

from newsletter.errors import SettingsError
from newsletter.files import NotAFileError, reason_of
from newsletter.phrases import Said, phrase
from newsletter.rights import explain_rights, find_open, make_private

log = logging.getLogger(__name__)


def prepare_files(database: Path) -> None:
    """
    Create a missing file, private to its owner; SQLite's other files copy its mode.

    Warns once about files and copies that other users may read. An existing file's mode is
    never changed.

    Raises:
        SettingsError: the path is not a regular file, or the file cannot be created.
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
    """Return which files or folder are not writable, and whose they are; "" if none."""
    beside = (database.with_name(f"{database.name}{end}") for end in ("-wal", "-shm"))
    return explain_rights([database, *beside, database.parent])


def _files_of(database: Path) -> list[Path]:
    """Return the paths of the file, its journal and its copies."""
    try:
        found = list(database.parent.iterdir())
    except OSError:  # a folder with permission to enter but not to list
        return [database]
    return sorted(path for path in found if path.name.startswith(database.name))
