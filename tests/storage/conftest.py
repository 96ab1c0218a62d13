"""A fresh database: SQLite, and PostgreSQL too when TEST_POSTGRESQL_URL is set."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from newsletter.storage.database import open_database
from newsletter.storage.tables import metadata

POSTGRESQL = os.environ.get("TEST_POSTGRESQL_URL")
DATABASES = ["sqlite:///newsletter.db", *([POSTGRESQL] if POSTGRESQL else [])]


@pytest.fixture(params=DATABASES, ids=lambda url: url.partition(":")[0])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(request.param, tmp_path)
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    yield engine
    engine.dispose()
