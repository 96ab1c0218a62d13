"""Files outside the database that refused rows of imports were written to."""

from pathlib import Path

from sqlalchemy import Engine, delete

from newsletter.storage.erasure_tables import rejects_files
from newsletter.storage.transactions import writing


def forget_file(engine: Engine, file: Path) -> None:
    """Forget a file by this name; durable on return."""
    with writing(engine) as connection:
        connection.execute(delete(rejects_files).where(rejects_files.c.path == str(file)))
