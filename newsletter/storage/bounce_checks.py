"""Mails to the bounce mailbox in the database; see `newsletter.message.bounce_check`."""

from datetime import datetime

from sqlalchemy import Engine, Row, exists, insert, select, update

from newsletter.message.bounce_check import BounceCheck
from newsletter.storage.mail_tables import bounce_checks
from newsletter.storage.transactions import reading, writing


class SqlBounceChecks:
    """The checks of bounce addresses, one row each; a row's arrival is recorded once."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def record_sent(self, check: BounceCheck) -> None:
        """Store a check before its mail is sent; durable on return."""
        with writing(self._database) as connection:
            connection.execute(
                insert(bounce_checks).values(
                    address=check.address,
                    token=check.token,
                    code=check.code,
                    sent_at=check.sent_at,
                )
            )

    def record_arrival(self, token: str, by: str, account: str, now: datetime) -> bool:
        """
        Record that the mail to the address of *token* arrived; durable on return.

        Args:
            token: see `BounceCheck.token`.
            by: who has seen it.
            account: USER@HOST of the system; empty: not known.
            now: aware UTC.

        Returns:
            False if there is no such mail, or its arrival was recorded before: then nothing was
            changed.
        """
        table = bounce_checks
        with writing(self._database) as connection:
            changed = connection.execute(
                update(table)
                .where(table.c.token == token, table.c.arrived_at.is_(None))
                .values(arrived_at=now, noted_by=by, account=account or None)
            )
        return changed.rowcount > 0

    def find(self, code: str) -> BounceCheck | None:
        """Return the latest check with *code*; None if there is none."""
        table = bounce_checks
        with reading(self._database) as connection:
            row = connection.execute(
                select(table).where(table.c.code == code).order_by(table.c.id.desc()).limit(1)
            ).first()
        return _check_of(row) if row else None

    def has_arrived(self, address: str) -> bool:
        """Whether any mail to *address* was ever seen to arrive."""
        table = bounce_checks
        asked = exists().where(table.c.address == address, table.c.arrived_at.is_not(None))
        with reading(self._database) as connection:
            return bool(connection.execute(select(asked)).scalar_one())


def _check_of(row: "Row[tuple[object, ...]]") -> BounceCheck:
    return BounceCheck(
        row.address,
        row.token,
        row.code,
        row.sent_at,
        row.arrived_at,
        row.noted_by or "",
        row.account or "",
    )
