"""The migrations make exactly the tables that the program works with, whatever they began from."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, inspect, make_url, text

from newsletter.storage import database
from newsletter.storage.database import HEAD, open_database
from newsletter.storage.tables import metadata

SCRIPTS: Final = str(Path(database.__file__).parent / "migrations")
REVISIONS: Final = [
    script.revision for script in reversed(list(ScriptDirectory(SCRIPTS).walk_revisions()))
]
# In the words of the first revision, so that every later one finds rows to change.
ROWS: Final = (
    "INSERT INTO subscribers (address, address_key, name, standing, standing_since)"
    " VALUES ('a@example.org', 'a@example.org', '', 'active', '2022-08-01 00:00:00'),"
    " ('\"b@c\"@example.net', '\"b@c\"@example.net', '', 'suppressed', '2022-08-01 00:00:00')",
    "INSERT INTO dispatches (issue, digest, parts, planned_at)"
    " VALUES ('2022-08', 'd', '{}', '2022-08-26 00:00:00'),"
    " ('2022-09', 'd', '{}', '2022-09-26 00:00:00')",
    "INSERT INTO deliveries"
    " (issue, subscriber_id, address_key, address, edition, state, attempts)"
    " SELECT '2022-08', id, address_key, address, 'ko', 'unknown', 1 FROM subscribers ORDER BY id",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[URL, URL]]:
    """Two empty databases: one to be migrated, one to be made by the code."""
    if request.param == "sqlite":
        yield (
            make_url(f"sqlite:///{tmp_path}/newsletter.db"),
            make_url(f"sqlite:///{tmp_path}/b.db"),
        )
        return
    server = make_url(request.getfixturevalue("postgresql_url"))
    names = ("migrated", "made")
    with _server(server) as connection:
        for name in names:
            connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.set(database="migrated"), server.set(database="made")
    with _server(server) as connection:
        for name in names:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def _server(url: URL) -> Iterator[Connection]:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


@pytest.mark.parametrize("begins_at", REVISIONS)
def test_the_tables_are_those_of_the_code_whichever_revision_they_come_from(
    urls: tuple[URL, URL], begins_at: str, tmp_path: Path
) -> None:
    migrated, made = urls
    older = create_engine(migrated)
    upgrade(older, REVISIONS[0])
    with older.begin() as connection:
        for statement in ROWS:
            connection.execute(text(statement))
        connection.execute(text(ROWS[2].replace("'2022-08'", "'2022-09'") + " LIMIT 1"))
        connection.execute(text("DELETE FROM deliveries WHERE issue = '2022-09'"))
    upgrade(older, begins_at)
    older.dispose()
    model = create_engine(made)
    metadata.create_all(model)

    engine = open_database(migrated.render_as_string(hide_password=False), tmp_path)

    assert describe(engine) == describe(model)
    with engine.begin() as connection:
        kept = connection.execute(text("SELECT address_key, domain FROM deliveries")).all()
        connection.execute(text("DELETE FROM deliveries WHERE id = 2"))
        another = (
            ROWS[2].replace("state,", "domain, state,").replace("'ko',", "'ko', 'example.net',")
        )
        again = connection.execute(text(f"{another} LIMIT 1 OFFSET 1 RETURNING id")).scalar()
    assert sorted(kept) == [
        ('"b@c"@example.net', "example.net"),
        ("a@example.org", "example.org"),
    ]
    assert again == 4  # a number that was given once is not given again
    engine.dispose()
    model.dispose()


def test_the_code_knows_the_newest_migration() -> None:
    assert ScriptDirectory(SCRIPTS).get_current_head() == HEAD


def upgrade(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", SCRIPTS.replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def describe(engine: Engine) -> dict[str, dict[str, Any]]:
    """Describe everything about the tables that has meaning; columns in their order."""
    found = inspect(engine)
    return {
        name: {
            "columns": [
                (
                    column["name"],
                    str(column["type"]),
                    column["nullable"],
                    column["default"],
                )
                for column in found.get_columns(name)
            ],
            "primary key": found.get_pk_constraint(name),
            "unique": sorted(map(_shown, found.get_unique_constraints(name))),
            "checks": sorted(map(_shown, found.get_check_constraints(name))),
            "foreign keys": sorted(map(_shown, found.get_foreign_keys(name))),
            "indexes": sorted(map(_shown, found.get_indexes(name))),
            "counts on": _counts_on(engine, name),
        }
        for name in found.get_table_names()
        if name != "alembic_version"
    }


def _shown(part: Any) -> str:
    """Write a part down; the condition of an index is no text by itself."""
    options = {key: str(value) for key, value in part.get("dialect_options", {}).items()}
    return str(sorted({**part, "dialect_options": options}.items()))


def _counts_on(engine: Engine, name: str) -> bool:
    """Say whether a number is never given twice; PostgreSQL's sequences always see to it."""
    if engine.dialect.name != "sqlite":
        return True
    with engine.connect() as connection:
        words = connection.execute(
            text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": name}
        )
        return "AUTOINCREMENT" in str(words.scalar())
