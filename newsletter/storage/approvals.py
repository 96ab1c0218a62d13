"""Approvals and overrides in the database; see `newsletter.proof.approval.Approvals`."""

from collections.abc import Sequence

from sqlalchemy import Engine, insert, select

from newsletter.proof.approval import Approval, Override
from newsletter.storage import tables
from newsletter.storage.transactions import reading, writing


class SqlApprovals:
    """Approvals and overrides as rows that are inserted and never changed."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def record_approval(self, approval: Approval) -> None:
        """Store an approval; durable on return."""
        with writing(self._database) as connection:
            connection.execute(
                insert(tables.approvals).values(
                    issue=approval.issue,
                    digest=approval.digest,
                    parts=dict(approval.parts),
                    approved_by=approval.by,
                    approved_at=approval.at,
                    blocking=approval.blocking,
                    advising=approval.advising,
                    account=approval.account or None,
                    advertising=approval.advertising,
                )
            )

    def record_override(self, override: Override) -> None:
        """Store an override; durable on return."""
        with writing(self._database) as connection:
            connection.execute(
                insert(tables.overrides).values(
                    issue=override.issue,
                    digest=override.digest,
                    rule=override.rule,
                    findings=override.findings,
                    because=override.because,
                    overridden_by=override.by,
                    overridden_at=override.at,
                    account=override.account or None,
                )
            )

    def approvals(self, issue: str) -> Sequence[Approval]:
        """Return the approvals of *issue*, oldest first."""
        table = tables.approvals
        with reading(self._database) as connection:
            rows = connection.execute(
                select(table).where(table.c.issue == issue).order_by(table.c.id)
            ).all()
        return [
            Approval(
                row.issue,
                row.digest,
                row.parts,
                row.approved_by,
                row.approved_at,
                row.blocking,
                row.advising,
                row.account or "",
                row.advertising,
            )
            for row in rows
        ]

    def overrides(self, issue: str) -> Sequence[Override]:
        """Return the overrides of *issue*, oldest first."""
        table = tables.overrides
        with reading(self._database) as connection:
            rows = connection.execute(
                select(table).where(table.c.issue == issue).order_by(table.c.id)
            ).all()
        return [
            Override(
                row.issue,
                row.digest,
                row.rule,
                row.findings,
                row.because,
                row.overridden_by,
                row.overridden_at,
                row.account or "",
            )
            for row in rows
        ]
