"""What pages look up: readers by their links, mails by their names."""

from collections.abc import Sequence

from sqlalchemy import Engine, and_, or_, select

from newsletter.mails.mail import Mail, MailName
from newsletter.storage.blocking import find_block, find_blocked
from newsletter.storage.mail_rows import FIELDS, find_mail, mail_of
from newsletter.storage.mail_tables import mails
from newsletter.storage.subscribers import SqlSubscriberBook
from newsletter.storage.tables import subscribers
from newsletter.storage.transactions import as_ledger_error, reading
from newsletter.storage.used_keys import newest_keys
from newsletter.storage.whose import Whose, find_whose
from newsletter.subscribers.reader_acts import Block
from newsletter.subscribers.reader_id import ReaderId, ReaderName
from newsletter.subscribers.subscriber import Subscriber, SubscriberId


class SqlReaderLookup:
    """Reads on connections of their own: no look waits for a writer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find_mail(self, name: MailName) -> Mail | None:
        """Return a mail, or the request from which it will be made."""
        with reading(self._engine) as connection:
            return find_mail(connection, name)

    def find_reader_id(self, mail: Mail) -> ReaderId | None:
        """Return the id of the reader whom a mail is about, or whose address it goes to."""
        of = subscribers.c
        is_its = of.id == mail.reader if mail.reader else of.address_key == mail.address_key
        with reading(self._engine) as connection:
            found: str | None = connection.execute(select(of.reader_id).where(is_its)).scalar()
        return None if found is None else ReaderId(found)

    def find_reader(self, name: ReaderName) -> Subscriber | None:
        """Return the reader of a link, as stored; None if there is none any more."""
        with as_ledger_error(self._engine):
            return SqlSubscriberBook(self._engine).find_named(name)

    def find_mails(self, address_key: str, reader: SubscriberId | None) -> Sequence[Mail]:
        """
        Return what the owner of an address asked for by pages, and the mails that answered it.

        *reader*: the owner's row, where the address is on the list: what they asked for at other
        addresses is theirs, too. What readers asked for here who have another address now is not.
        """
        of = mails.c
        its = and_(of.address_key == address_key, of.subscriber_id.is_(None))
        if reader is not None:
            its = or_(of.subscriber_id == reader, its)
        query = select(*FIELDS).where(its).order_by(mails.c.id)
        with reading(self._engine) as connection:
            return [mail_of(row) for row in connection.execute(query)]

    def find_whose(self, address_key: str) -> Whose:
        """Return the addresses that the owner of one had, and when."""
        with reading(self._engine) as connection:
            return find_whose(connection, [address_key])

    def find_block(self, address_key: str) -> Block | None:
        """Return since when an address never wants mail again; None: it is not so."""
        with reading(self._engine) as connection:
            return find_block(connection, address_key)

    def is_blocked(self, address_key: str) -> bool:
        """Return whether an address never wants mail again."""
        with reading(self._engine) as connection:
            return bool(find_blocked(connection, [address_key]))

    def newest_keys(self) -> Sequence[str]:
        """Return the fingerprints of the keys that signed the newest letters and mails."""
        with reading(self._engine) as connection:
            return newest_keys(connection)
