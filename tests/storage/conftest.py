"""A fresh database: SQLite and PostgreSQL, which must pass the same tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsletter.storage import (  # noqa: F401 - part of the metadata
    access_tables,
    breach_tables,
    consent_tables,
    erasure_tables,
    feedback_tables,
    import_tables,
    key_tables,
    mail_tables,
    webhook_tables,
)
from newsletter.storage.database import open_database
from newsletter.storage.tables import metadata
from tests.postgresql import postgresql
from tests.stage.databases import put_empty_database


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    is_sqlite = request.param == "sqlite"
    url = "sqlite:///newsletter.db" if is_sqlite else request.getfixturevalue("postgresql_url")
    if is_sqlite:
        put_empty_database(tmp_path)
    engine = open_database(url, tmp_path)
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    yield engine
    engine.dispose()
