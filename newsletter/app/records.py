"""The records of a site: opens each part of its database on demand."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from newsletter.dispatch.lease import Holder
    from newsletter.dispatch.promise import Promise
    from newsletter.settings import Settings
    from newsletter.storage.approvals import SqlApprovals
    from newsletter.storage.backups import Contents
    from newsletter.storage.diary import SqlDiary
    from newsletter.storage.doubts import SqlDoubts
    from newsletter.storage.ledger import SqlLedger
    from newsletter.storage.letters import SqlLetters
    from newsletter.storage.settling import SqlSettling
    from newsletter.storage.subscribers import SqlSubscriberBook


class Records:
    """The ledger of dispatches, the list of readers, and what people decided."""

    # Large because it has one short method for each thing that a site keeps, so that all are found
    # in one list.

    def __init__(
        self,
        settings: "Settings",
        require_site: Callable[[], None],
        give_back: Callable[[], None] | None = None,
    ) -> None:
        """
        Prepare; nothing is opened yet.

        Args:
            settings: of the site.
            require_site: raises a SettingsError if there is no site: then nothing is made.
            give_back: called when much memory was freed, for the process to give back.
        """
        self._settings = settings
        self._require_site = require_site
        self._give_back = give_back
        self._ledgers: list[SqlLedger] = []  # that were opened, to be closed

    @cached_property
    def database(self) -> "Engine":
        """The database, open and up to date."""
        from newsletter.storage.opening import open_ledger  # noqa: PLC0415

        self._require_site()
        return open_ledger(self._settings.database_url, self._settings.root, self._give_back)

    def close(self) -> None:
        """
        Write what is left and close the database, so that all of it is in its file.

        The records may be used again: the database then opens anew.
        """
        database: Engine | None = self.__dict__.pop("database", None)
        if database is None:
            return
        from newsletter.storage.opening import close_ledger  # noqa: PLC0415

        ledgers, self._ledgers = self._ledgers, []
        for ledger in ledgers:
            ledger.close()
        close_ledger(database)

    def ledger(self) -> "SqlLedger":
        """Open the ledger of dispatches."""
        from newsletter.storage.ledger import SqlLedger  # noqa: PLC0415

        ledger = SqlLedger(self.database)
        self._ledgers.append(ledger)
        return ledger

    def diary(self) -> "SqlDiary":
        """Open the record of what people decided about dispatches."""
        from newsletter.storage.diary import SqlDiary  # noqa: PLC0415

        return SqlDiary(self.database)

    def book(self) -> "SqlSubscriberBook":
        """Open the list of subscribers."""
        from newsletter.storage.subscribers import SqlSubscriberBook  # noqa: PLC0415

        return SqlSubscriberBook(self.database)

    def approvals(self) -> "SqlApprovals":
        """Open the record of approvals and overrides."""
        from newsletter.storage.approvals import SqlApprovals  # noqa: PLC0415

        return SqlApprovals(self.database)

    def letters(self) -> "SqlLetters":
        """Open the letters that are kept."""
        from newsletter.storage.letters import SqlLetters  # noqa: PLC0415

        return SqlLetters(self.database, self._settings.keep_letters)

    def doubts(self) -> "SqlDoubts":
        """Open the record of doubts about the ledger."""
        from newsletter.storage.doubts import SqlDoubts  # noqa: PLC0415

        return SqlDoubts(self.database)

    def settling(self) -> "SqlSettling":
        """Open what settles deliveries by evidence."""
        from newsletter.storage.settling import SqlSettling  # noqa: PLC0415

        return SqlSettling(self.database)

    def look_for_promises(self, issue: str) -> "Sequence[Promise]":
        """Return what binds *issue* to a letter; makes no ledger if there is none."""
        from newsletter.storage.looking import look_for_promises  # noqa: PLC0415

        return look_for_promises(self._settings.database_url, self._settings.root, issue)

    def holder(self) -> "Holder":
        """Describe this process, for others that ask who has an issue."""
        from newsletter.storage.processes import this_holder  # noqa: PLC0415

        return this_holder()

    def has_sent(self) -> bool:
        """Say whether letters were ever sent by this ledger; makes no ledger if there is none."""
        from newsletter.storage.sent import has_sent  # noqa: PLC0415 - a database is slow to load

        return has_sent(self._settings.database_url, self._settings.root)

    def file(self) -> Path | None:
        """Return the SQLite file that holds the ledger, there or not; None for PostgreSQL."""
        from newsletter.database_url import read_database_url  # noqa: PLC0415

        self._require_site()
        location = read_database_url(self._settings.database_url, self._settings.root)
        return location.place if isinstance(location.place, Path) else None

    def shown(self) -> str:
        """Return the database's address for people, without a password."""
        from newsletter.database_url import read_database_url  # noqa: PLC0415

        return read_database_url(self._settings.database_url, self._settings.root).shown

    def back_up(self, target: Path) -> int:
        """Copy the ledger's file whole to *target*; see `storage.backups.back_up`."""
        from newsletter.storage.backups import back_up  # noqa: PLC0415

        return back_up(self._sqlite_file(), target)

    def read_backup(self, file: Path) -> "Contents":
        """Say what a backup holds; see `storage.backups.read_backup`."""
        from newsletter.storage.backups import read_backup  # noqa: PLC0415

        return read_backup(file)

    def restore(self, file: Path, now: datetime) -> Path | None:
        """Put a backup in the ledger's place; see `storage.backups.restore`."""
        from newsletter.storage.backups import restore  # noqa: PLC0415

        return restore(file, self._sqlite_file(), now)

    def _sqlite_file(self) -> Path:
        file = self.file()
        if file is None:
            msg = "a server has its own way"
            raise ValueError(msg)
        return file
