"""Creates a plan and its deliveries: all or nothing, whatever cuts it off."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, insert
from sqlalchemy.exc import IntegrityError

from newsletter.dispatch.control import SettingAside
from newsletter.dispatch.ledger import LetterId, Plan
from newsletter.dispatch.manner import read_manner, write_manner
from newsletter.errors import LedgerError, UnfinishedError
from newsletter.lang import EditionKind, Preference
from newsletter.phrases import phrase
from newsletter.storage.complaints import is_taken
from newsletter.storage.interrupted import clear_remains
from newsletter.storage.merging import find_merging
from newsletter.storage.planning import PLANNING_MB, choose_readers, insert_chosen
from newsletter.storage.reading_ahead import reading_ahead
from newsletter.storage.rehearsals import set_aside
from newsletter.storage.tables import dispatches
from newsletter.storage.transactions import writing
from newsletter.storage.turns import Turns, writing_in_turns
from newsletter.storage.unfinished import (
    Unfinished,
    abandon_planning,
    end_planning,
    holder_values,
    keep_planning,
)
from newsletter.storage.ways import read_way, way_values


def freeze_whole(
    database: Engine,
    plan: Plan,
    editions: Mapping[Preference | None, EditionKind],
    aside: SettingAside | None = None,
) -> int:
    """Plan a delivery to every active subscriber; what goes wrong leaves no plan, or its rest."""
    number = 0
    try:
        with writing_in_turns(database, PLANNING_MB, is_checked=True) as turns:
            try:
                return freeze(turns, plan, editions, aside)
            finally:
                number = turns.ended
    except BaseException:
        if number:
            with suppress(LedgerError), writing(database) as connection:
                abandon_planning(connection, plan.issue, plan.planned_at)
        raise


def freeze(
    turns: Turns,
    plan: Plan,
    editions: Mapping[Preference | None, EditionKind],
    aside: SettingAside | None = None,
) -> int:
    """
    Plan a delivery to every active subscriber, and return their number; see `Plans.freeze`.

    Raises:
        UnfinishedError: the issue has a plan already, or another process is making it; or a file
            is being merged into the list, so that the plan would miss some of its readers.
    """
    clear_remains(turns, plan.issue)
    if file := find_merging(turns.connection):
        raise UnfinishedError(phrase("storage.import-under-way", file=file))
    chosen = choose_readers(plan.issue, editions, plan.recipients_of)
    if turns.is_shared:
        return _freeze_in_turns(turns, plan, chosen, aside)
    if aside:
        set_aside(turns, plan.issue, aside)
    _insert_plan(turns.connection, plan, {})
    return insert_chosen(turns.connection, chosen)


def _freeze_in_turns(
    turns: Turns, plan: Plan, chosen: Select[Any], aside: SettingAside | None
) -> int:
    """Plan range by range; the last commit makes the plan whole. A short list takes one commit."""
    connection, issue, planned_at = turns.connection, plan.issue, plan.planned_at
    with reading_ahead(turns, chosen) as ahead:
        ahead.read()
        turns.begin()
        if aside:
            set_aside(turns, issue, aside)
        unfinished = {"unfinished": Unfinished.PLANNING.value, **holder_values()}
        _insert_plan(connection, plan, unfinished)
        count = ahead.write()
        while ahead.has_more or ahead.is_outdated:
            turns.end()
            if not ahead.has_more:
                ahead.read_missed(issue)
                turns.begin()
            keep_planning(connection, issue, planned_at)
            count += ahead.write()
        end_planning(connection, issue, planned_at)
    return count


def _insert_plan(connection: Connection, plan: Plan, unfinished: Mapping[str, object]) -> None:
    row = {
        "issue": plan.issue,
        "digest": plan.digest,
        "parts": dict(plan.parts),
        "planned_at": plan.planned_at,
        "is_limited": plan.is_limited,
        "is_rehearsal": plan.is_rehearsal,
        "recipients_of": plan.recipients_of,
        **way_values(plan.way),
        **letter_values(plan),
        **unfinished,
    }
    try:
        connection.execute(insert(dispatches).values(row))
    except IntegrityError as error:
        if not is_taken(error):
            raise
        raise UnfinishedError(phrase("storage.begun-elsewhere", issue=plan.issue)) from error


def letter_values(plan: Plan) -> dict[str, object]:
    """Return the values of the letter's columns for a plan; empty if the plan has no letter."""
    if plan.letter is None:
        return {}
    values: dict[str, object] = {"letter_id": plan.letter, "files": dict(plan.files)}
    return {**values, "manner": write_manner(plan.manner)} if plan.manner else values


def read_plan(row: Row[Any]) -> Plan:
    """Return the plan from its row of dispatches."""
    return Plan(
        row.issue,
        row.digest,
        row.parts,
        row.planned_at,
        row.is_limited,
        read_way(row),
        row.recipients_of,
        None if row.letter_id is None else LetterId(row.letter_id),
        row.files or {},
        read_manner(row.manner),
        row.key_fingerprint,
    )
