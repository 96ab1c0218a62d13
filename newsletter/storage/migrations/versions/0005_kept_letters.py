"""Kept letters, the letter of each begun delivery, and checks named as in the code."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from alembic import op
from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    column,
    insert,
    literal_column,
    select,
    table,
    text,
    update,
)
from sqlalchemy.schema import SchemaItem

revision = "0005"
down_revision = "0004"

TIME = DateTime(timezone=True)
CACHE_KB = 200_000  # a million deliveries are copied: their indexes are written in random order
# The part after the last @, in an expression for both databases.
DOMAIN = "substr(address_key, length(rtrim(address_key, replace(address_key, '@', ''))) + 1)"
INDEXES = (
    ("ix_deliveries_waiting", ["issue", "id"], text("state IN ('pending', 'deferred')")),
    ("ix_deliveries_due", ["issue", "due_at"], text("state = 'deferred'")),
    ("ix_deliveries_begun", ["issue", "begun_at"], text("begun_at IS NOT NULL")),
)
READERS = ("reader_id", "old_number")  # each with its own unique index
# Names without the table: the naming convention adds the table as a prefix.
CHECKS = {
    "subscribers": {
        "preference": "preference IN ('ko', 'en', 'both')",
        "standing": "standing IN ('active', 'unsubscribed', 'suppressed')",
    },
    "deliveries": {
        "edition": "edition IN ('ko', 'en', 'bilingual')",
        "state": "state IN ('pending', 'accepted', 'deferred', 'refused', 'unknown', 'skipped')",
    },
}


def upgrade() -> None:
    """Add the tables of kept letters, and make the tables equal to those of the code."""
    _keep_letters()
    for name in ("version", "ended_because"):
        op.add_column("runs", Column(name, Text))
    if op.get_bind().dialect.name == "sqlite":
        _copy_tables()
    else:
        _change_tables()


def _keep_letters() -> None:
    op.create_table(
        "kept_letters",
        Column("id", Integer, primary_key=True),
        Column("hash", Text, nullable=False),
        Column("issue", Text, nullable=False),
        Column("digest", Text, nullable=False),
        Column("content", LargeBinary, nullable=False),
        Column("kept_at", TIME, nullable=False),
        UniqueConstraint("hash", name="uq_kept_letters_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_kept_letters_issue", "kept_letters", ["issue"])
    op.create_table(
        "kept_pictures",
        Column("sha256", Text, primary_key=True),
        Column("data", LargeBinary, nullable=False),
    )
    op.create_table(
        "kept_letter_pictures",
        Column("letter_id", Integer, ForeignKey("kept_letters.id"), primary_key=True),
        Column("path", Text, primary_key=True),
        Column("sha256", Text, ForeignKey("kept_pictures.sha256"), nullable=False),
    )
    op.create_index("ix_kept_letter_pictures_sha256", "kept_letter_pictures", ["sha256"])
    with op.batch_alter_table("dispatches") as dispatches:
        dispatches.add_column(Column("letter_id", Integer))
        dispatches.add_column(Column("files", JSON))
        dispatches.add_column(Column("manner", JSON))
        dispatches.create_foreign_key(
            "fk_dispatches_letter_id", "kept_letters", ["letter_id"], ["id"]
        )


def _change_tables() -> None:
    """Change the tables in place, on PostgreSQL."""
    for name, twice, once in _names_of_checks():
        op.execute(f"ALTER TABLE {name} RENAME CONSTRAINT {twice} TO {once}")
    for added in (
        Column("domain", Text),
        Column("letter_id", Integer),
        Column("bound_letter_id", Integer),
    ):
        op.add_column("deliveries", added)
    op.execute(update(table("deliveries", column("domain"))).values(domain=literal_column(DOMAIN)))
    op.alter_column("deliveries", "domain", nullable=False)


def _names_of_checks() -> Iterator[tuple[str, str, str]]:
    """Yield each check's table, its original name, and its intended name."""
    for name, checks in CHECKS.items():
        for check in checks:
            yield name, f"ck_{name}_ck_{name}_{check}", f"ck_{name}_{check}"


def _copy_tables() -> None:
    """Copy the tables on SQLite, which cannot rename a check: rows move to a new table."""
    own = op.get_bind().exec_driver_sql("PRAGMA cache_size").scalar_one()
    op.execute(f"PRAGMA cache_size=-{CACHE_KB}")
    _copy_subscribers()
    _copy_deliveries()
    op.execute(f"PRAGMA cache_size={own}")  # the connection is used for other work afterwards
    op.execute("PRAGMA shrink_memory")


def _copy_subscribers() -> None:
    _copy(
        "subscribers",
        Column("id", Integer),
        Column("address", Text, nullable=False),
        Column("address_key", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("preference", Text),
        Column("standing", Text, nullable=False),
        Column("standing_since", TIME, nullable=False),
        Column("consented_at", TIME),
        Column("import_id", Text),
        Column("standing_cause", Text),
        Column("standing_because", Text),
        Column("standing_by", Text),
        Column("reader_id", Text),
        Column("old_number", Integer),
        PrimaryKeyConstraint("id", name="pk_subscribers"),
        UniqueConstraint("address_key", name="uq_subscribers_address_key"),
    )
    for name in READERS:
        op.create_index(f"uq_subscribers_{name}", "subscribers", [name], unique=True)


def _copy_deliveries() -> None:
    _copy(
        "deliveries",
        Column("id", Integer, primary_key=True),
        Column(
            "issue",
            Text,
            ForeignKey("dispatches.issue", name="fk_deliveries_issue"),
            nullable=False,
        ),
        Column(
            "subscriber_id",
            Integer,
            ForeignKey("subscribers.id", name="fk_deliveries_subscriber_id"),
            nullable=False,
        ),
        Column("address_key", Text, nullable=False),
        Column("address", Text, nullable=False),
        Column("edition", Text, nullable=False),
        Column("state", Text, nullable=False),
        Column("reason", Text),
        Column("attempts", Integer, nullable=False),
        Column("begun_at", TIME),
        Column("answered_at", TIME),
        Column("due_at", TIME),
        Column("answer", Text),
        Column("run_id", Integer),
        Column("attempt", Integer),
        Column("domain", Text, nullable=False),
        Column("letter_id", Integer),
        Column("bound_letter_id", Integer),
        UniqueConstraint("issue", "subscriber_id", name="uq_deliveries_issue"),
        UniqueConstraint("issue", "address_key", name="uq_deliveries_issue_address_key"),
        is_counted=True,
        filled={"domain": DOMAIN},
    )
    for name, columns, condition in INDEXES:
        op.create_index(name, "deliveries", columns, sqlite_where=condition)


def _copy(
    name: str,
    *parts: SchemaItem,
    is_counted: bool = False,
    filled: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """
    Copy a table whose checks have other names in the code.

    Foreign keys that refer to the table are not enforced meanwhile, and refer to it afterwards
    as before; therefore constraints have the table's final name. With *is_counted* a used
    number is not reused; *filled* maps new columns to their sources.
    """
    checks = [
        CheckConstraint(words, name=op.f(f"ck_{name}_{check}"))
        for check, words in CHECKS[name].items()
    ]
    op.create_table(f"new_{name}", *parts, *checks, sqlite_autoincrement=is_counted)
    names = _columns_of(name)
    old = table(name, *map(column, names))
    new = table(f"new_{name}", *map(column, [*names, *filled]))
    rows = select(*old.c, *map(literal_column, filled.values())).order_by(old.c.id)
    op.execute(insert(new).from_select([*names, *filled], rows))
    if is_counted:
        op.execute("DELETE FROM sqlite_sequence WHERE name = 'new_deliveries'")
        op.execute(
            "INSERT INTO sqlite_sequence (name, seq) "
            "SELECT 'new_deliveries', seq FROM sqlite_sequence WHERE name = 'deliveries'"
        )
    op.drop_table(name)
    op.rename_table(f"new_{name}", name)


def _columns_of(name: str) -> list[str]:
    rows = op.get_bind().exec_driver_sql(f"PRAGMA table_info({name})")
    return [row[1] for row in rows]


def downgrade() -> None:
    """Drop all of these: dispatches with a kept letter then continue from their folder."""
    if op.get_bind().dialect.name != "sqlite":  # SQLite can keep the newer names
        for name, twice, once in _names_of_checks():
            op.execute(f"ALTER TABLE {name} RENAME CONSTRAINT {once} TO {twice}")
    for name in ("domain", "letter_id", "bound_letter_id"):
        op.drop_column("deliveries", name)
    for name in ("version", "ended_because"):
        op.drop_column("runs", name)
    with op.batch_alter_table("dispatches") as dispatches:
        for name in ("letter_id", "files", "manner"):
            dispatches.drop_column(name)
    for name in ("kept_letter_pictures", "kept_pictures", "kept_letters"):
        op.drop_table(name)
