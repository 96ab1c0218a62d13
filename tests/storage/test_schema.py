"""The migrations make exactly the tables that the program works with."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from newsletter.storage import database
from newsletter.storage.database import HEAD, open_database
from newsletter.storage.tables import metadata


def test_the_migrations_lead_to_the_tables_in_the_code(tmp_path: Path) -> None:
    engine = open_database("sqlite:///newsletter.db", tmp_path)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    engine.dispose()

    assert differences == []


def test_the_code_knows_the_newest_migration() -> None:
    scripts = ScriptDirectory(str(Path(database.__file__).parent / "migrations"))

    assert scripts.get_current_head() == HEAD
