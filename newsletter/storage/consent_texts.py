"""Keeps the texts that people agreed to: the consent record names each by its hash."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from newsletter.lang import Lang
from newsletter.message.agreement import Agreement
from newsletter.storage.consent_tables import consent_texts
from newsletter.storage.inserts import insert_into
from newsletter.storage.transactions import reading, writing


@dataclass(frozen=True, slots=True)
class KeptText:
    """A text as it was shown."""

    hash: str  # SHA-256 of `words` in UTF-8
    lang: Lang
    version: str
    words: str
    kept_at: datetime  # aware UTC


class SqlConsentTexts:
    """Texts, each kept once and never changed."""

    def __init__(self, database: Engine) -> None:
        self._database = database

    def keep(self, agreements: Iterable[Agreement], now: datetime) -> None:
        """Keep what forms show from now on; durable on return."""
        wanted = {one.hash: one for one in agreements}
        known = select(consent_texts.c.hash).where(consent_texts.c.hash.in_(wanted))
        with reading(self._database) as connection:
            if set(connection.execute(known).scalars()) == wanted.keys():
                return
        rows = [
            {
                "hash": digest,
                "lang": one.lang.value,
                "version": one.version,
                "words": one.words,
                "kept_at": now,
            }
            for digest, one in wanted.items()
        ]
        with writing(self._database) as connection:
            added = insert_into(connection, consent_texts)
            connection.execute(added.on_conflict_do_nothing(), rows)

    def find(self, start: str = "") -> Sequence[KeptText]:
        """Return the texts whose hash starts so, the oldest first."""
        query = (
            select(consent_texts)
            .where(consent_texts.c.hash.startswith(start, autoescape=True))
            .order_by(consent_texts.c.kept_at, consent_texts.c.lang)
        )
        with reading(self._database) as connection:
            return [
                KeptText(row.hash, Lang(row.lang), row.version, row.words, row.kept_at)
                for row in connection.execute(query)
            ]
