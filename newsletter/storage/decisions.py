"""All decisions on an issue, from all tables, in order of time."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select

from newsletter.dispatch.control import Act, Note
from newsletter.phrases import phrase, read_said
from newsletter.storage.stored_words import read_word
from newsletter.storage.tables import approvals, notes, overrides, runs


def find_decisions(connection: Connection, issue: str) -> Sequence[Note]:
    """Return the diary of *issue*, with approvals, overrides and runs; the oldest first."""
    found = [
        *_approved(connection, issue),
        *_overridden(connection, issue),
        *_dispatched(connection, issue),
        *find_notes(connection, issue),
    ]
    return sorted(found, key=lambda one: one.at)


def find_notes(connection: Connection, issue: str) -> Sequence[Note]:
    """Return only the lines of the diary, in the order they were written."""
    rows = connection.execute(select(notes).where(notes.c.issue == issue).order_by(notes.c.id))
    return [
        Note(
            issue,
            read_word(Act, notes.c.act, row.act),
            row.noted_by,
            row.noted_at,
            read_said(row.words),
            row.account or "",
        )
        for row in rows
    ]


def _approved(connection: Connection, issue: str) -> Iterator[Note]:
    of = approvals.c
    for row in connection.execute(select(approvals).where(of.issue == issue).order_by(of.id)):
        seen = {
            "digest": row.digest[:12],
            "blocking": row.blocking,
            "advising": row.advising,
        }
        match row.advertising:
            case None:  # from before this was asked
                words = phrase("storage.note-approved", **seen)
            case True:
                words = phrase("storage.note-approved-advertising", **seen)
            case _:
                words = phrase("storage.note-approved-plain", **seen)
        yield Note(
            issue,
            Act.APPROVED,
            row.approved_by,
            row.approved_at,
            words,
            row.account or "",
            row.advertising,
        )


def _overridden(connection: Connection, issue: str) -> Iterator[Note]:
    of = overrides.c
    for row in connection.execute(select(overrides).where(of.issue == issue).order_by(of.id)):
        words = phrase(
            "storage.note-overridden", rule=row.rule, count=row.findings, because=row.because
        )
        account = row.account or ""
        yield Note(issue, Act.OVERRIDDEN, row.overridden_by, row.overridden_at, words, account)


def _dispatched(connection: Connection, issue: str) -> Iterator[Note]:
    of = runs.c
    for row in connection.execute(select(runs).where(of.issue == issue).order_by(of.id)):
        if row.ordered_by is None:
            by = phrase("storage.somebody-unkept")
            where = phrase("storage.note-process", process=str(row.pid), host=row.host)
            yield Note(issue, Act.DISPATCHED, by, row.began_at, where)
        else:
            words, account = read_said(row.words), row.account or ""
            yield Note(issue, Act.DISPATCHED, row.ordered_by, row.ordered_at, words, account)
