"""The database of a site: opened on demand, looked at, backed up and restored."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy import Engine

    from newsletter.database_url import DatabaseLocation
    from newsletter.dispatch.health import LedgerHealth
    from newsletter.dispatch.lease import Holder
    from newsletter.mails.restored import Restored
    from newsletter.settings import Settings
    from newsletter.storage.backups import Contents
    from newsletter.storage.group_commit import GroupCommit
    from newsletter.storage.ledger import SqlLedger
    from newsletter.subscribers.access_record import Access
    from newsletter.subscribers.subscriber import Subscriber


class SiteDatabase:
    """The database of a site, and the files that it is kept in."""

    # Large because it has one short method for each look at the database as a whole.

    def __init__(
        self,
        settings: "Settings",
        require_site: Callable[[], None],
        give_back: Callable[[], None] | None = None,
    ) -> None:
        """
        Prepare; nothing is opened yet.

        Args:
            settings: the site's settings.
            require_site: raises a SettingsError if there is no site; then no file is created.
            give_back: called after much memory was freed, so that the process can return it.
        """
        self._settings = settings
        self._require_site = require_site
        self._give_back = give_back
        self._ledgers: list[SqlLedger] = []  # opened ledgers, which `close` closes

    @cached_property
    def database(self) -> "Engine":
        """The open database, with the current schema."""
        from newsletter.storage.opening import open_ledger  # noqa: PLC0415

        self._require_site()
        return open_ledger(self._settings.database_url, self._settings.root, self._give_back)

    def close(self) -> None:
        """
        Write pending data and close the database, so that its file is complete.

        The records may be used again: then the database is opened again.
        """
        database: Engine | None = self.__dict__.pop("database", None)
        if database is None:
            return
        from newsletter.storage.opening import close_ledger  # noqa: PLC0415

        commits: GroupCommit | None = self.__dict__.pop("commits", None)
        if commits is not None:
            commits.close()
        ledgers, self._ledgers = self._ledgers, []
        for ledger in ledgers:
            ledger.close()
        close_ledger(database)

    def at_one_moment(self) -> "AbstractContextManager[None]":
        """Let all that this thread reads inside be of one moment; change nothing inside."""
        from newsletter.storage.transactions import at_one_moment  # noqa: PLC0415

        return at_one_moment(self.database)

    def has_tables(self) -> bool:
        """Return whether there is a ledger; an empty file is none. Creates and migrates nothing."""
        from newsletter.storage.looking import has_tables  # noqa: PLC0415 - as above

        return has_tables(self._settings.database_url, self._settings.root)

    def look_at_health(self) -> "LedgerHealth | None":
        """Return the ledger's health; creates no ledger. See `storage.health.look_at_health`."""
        from newsletter.storage.health import look_at_health  # noqa: PLC0415 - as above

        return look_at_health(self._settings.database_url, self._settings.root)

    def find_old_proofs(self, now: datetime) -> "Sequence[str]":
        """Return what mail services sign in a refused way; see `storage.old_proofs`."""
        from newsletter.storage.old_proofs import look_for_old_proofs  # noqa: PLC0415 - as above

        return look_for_old_proofs(self._settings.database_url, self._settings.root, now)

    def holder(self) -> "Holder":
        """Describe this process, for other processes that ask which one holds an issue."""
        from newsletter.storage.processes import this_holder  # noqa: PLC0415

        return this_holder()

    def has_sent(self) -> bool:
        """Whether this ledger ever sent letters; creates no ledger."""
        from newsletter.storage.sent import has_sent  # noqa: PLC0415 - a database is slow to load

        return has_sent(self._settings.database_url, self._settings.root)

    def has_dispatched(self) -> bool:
        """Whether this ledger ever sent an issue to readers; creates no ledger."""
        from newsletter.storage.sent import has_dispatched  # noqa: PLC0415 - as above

        return has_dispatched(self._settings.database_url, self._settings.root)

    def file(self) -> Path | None:
        """Return the SQLite file of the ledger, existing or not; None for PostgreSQL."""
        place = self._location().place
        return place if isinstance(place, Path) else None

    def _ledger_file(self) -> Path:
        """Return the SQLite file of the ledger, or that of before a move to a server."""
        from newsletter.database_url import FILE  # noqa: PLC0415

        return self.file() or self._settings.root / FILE

    def shown(self) -> str:
        """Return the database's URL for people, without a password."""
        from newsletter.database_url import read_database_url  # noqa: PLC0415

        return read_database_url(self._settings.database_url, self._settings.root).shown

    def back_up(self, target: Path, record: Callable[[], None]) -> int:
        """Copy the whole ledger file to *target*; see `storage.backups.back_up`."""
        from newsletter.storage.backups import back_up  # noqa: PLC0415

        return back_up(self._sqlite_file(), target, record)

    def read_backup(self, file: Path) -> "Contents":
        """Describe the contents of a backup; see `storage.backups.read_backup`."""
        from newsletter.storage.backups import read_backup  # noqa: PLC0415

        return read_backup(file)

    def find_lost(self, file: Path) -> "Sequence[Subscriber] | None":
        """Return whom a restore would lose; see `storage.lost_readers.find_lost`."""
        from newsletter.storage.lost_readers import find_lost  # noqa: PLC0415

        return find_lost(self._sqlite_file().resolve(), file)

    def restore(
        self, file: Path, access: "Access", *, despite_other_keys: bool = False
    ) -> "Restored":
        """Replace the ledger by a backup; see `storage.backups.restore`."""
        from newsletter.storage.backups import restore  # noqa: PLC0415

        ledger = self._sqlite_file()
        return restore(file, ledger, access, despite_other_keys=despite_other_keys)

    def check_dump(self, file: Path) -> None:
        """Check a backup of a server's database; see `storage.dumps.check_dump`."""
        from newsletter.storage.dumps import check_dump  # noqa: PLC0415

        check_dump(self._location(), file)

    def restore_dump(self, file: Path, access: "Access") -> "Restored":
        """Put a server's database back; see `storage.server_restores.restore_server`."""
        from newsletter.storage.dumps import put_back  # noqa: PLC0415
        from newsletter.storage.server_restores import ServerDesk, restore_server  # noqa: PLC0415

        self._require_site()
        setting, root = self._settings.database_url, self._settings.root
        desk = ServerDesk(setting, root, lambda: put_back(setting, root, file))
        return restore_server(desk, file.name, access)

    def keep_server(self, now: datetime) -> Path:
        """Keep what a server's database knows; see `storage.server_copies.keep_copy`."""
        from newsletter.storage.server_copies import keep_copy  # noqa: PLC0415

        return keep_copy(self.database, self._ledger_file(), now)

    def find_only_kept(self) -> "tuple[Path, Sequence[Subscriber]] | None":
        """Return who is only in the newest copy; see `server_restores.find_only_kept`."""
        from newsletter.storage.server_restores import find_only_kept  # noqa: PLC0415

        return find_only_kept(self.database)

    def _location(self) -> "DatabaseLocation":
        from newsletter.database_url import read_database_url  # noqa: PLC0415

        self._require_site()
        return read_database_url(self._settings.database_url, self._settings.root)

    def _sqlite_file(self) -> Path:
        file = self.file()
        if file is None:
            msg = "a server has its own way"
            raise ValueError(msg)
        return file
