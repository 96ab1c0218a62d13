"""What a mail service signs in a way that is refused: noted, so that the doctor can name it."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, delete, select

from newsletter.storage.inserts import insert_into
from newsletter.storage.looking import look
from newsletter.storage.transactions import writing
from newsletter.storage.webhook_tables import OLD_PROOF, webhook_tokens

KEPT: Final = timedelta(days=35)  # a month's issue without an event
_OF = webhook_tokens.c


class SqlOldProofs:
    """The refused kinds of proof, as rows of the proofs; durable when a call returns."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def note(self, source: str, about: str, now: datetime) -> None:
        """Note that *source*, a provider, signs *about*, such as a topic, in an old way."""
        token = hashlib.sha256(about.encode()).hexdigest()
        row = {"source": OLD_PROOF + source, "token": token, "content": about, "until": now + KEPT}
        with writing(self._database) as connection:
            connection.execute(
                insert_into(connection, webhook_tokens)
                .values(row)
                .on_conflict_do_update(
                    index_elements=[_OF.source, _OF.token], set_={"until": now + KEPT}
                )
            )

    def forget(self, source: str) -> None:
        """Forget what was noted of *source*: it signs in the way that is accepted."""
        with writing(self._database) as connection:
            connection.execute(delete(webhook_tokens).where(_OF.source == OLD_PROOF + source))


def look_for_old_proofs(setting: str, root: Path, now: datetime) -> Sequence[str]:
    """
    Return what is signed in an old way, such as topics; nothing that was noted long ago.

    Raises:
        SettingsError: the database cannot be read, or belongs to another version of the program.
    """
    query = select(_OF.content).where(
        _OF.source.startswith(OLD_PROOF, autoescape=True), _OF.until >= now
    )
    with look(setting, root) as connection:
        if connection is None:
            return ()
        return connection.execute(query.order_by(_OF.content)).scalars().all()
