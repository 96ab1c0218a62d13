"""
Carries over to a backup that is restored what was recorded of consents after it was made.

Entries are chained anew behind those of the backup, in their order, each as it was recorded: with
its moment, its way, its text and what is left of its details. Two records that began as one have
the same links until they part; of what follows, only entries that the backup lacks are added. So a
second time adds nothing, whatever became of the first.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, delete, exists, insert, select

from newsletter.storage.consent_rows import walk_chain
from newsletter.storage.consent_tables import consent_chains, consent_texts, consents
from newsletter.storage.consents import take_head, values_of
from newsletter.storage.erasure_tables import erasures
from newsletter.storage.inserts import insert_into
from newsletter.storage.lasting_keys import KeyPurpose, find_lasting_key
from newsletter.storage.record_source import (
    File,
    NoRecordError,
    Recorded,
    RecordSource,
    Tail,
    UnreadableError,
    find_addresses,
    lengths_of,
    link_of,
    open_record,
)
from newsletter.storage.transactions import reading, writing
from newsletter.subscribers.consent_record import (
    OWN_CHAIN,
    START,
    ChainId,
    ConsentAct,
    ConsentEntry,
    Seal,
    name_person,
    seal_on,
)

AT_A_TIME: Final = 1_000
_AGAIN: Final = "+"  # ends the name of a chain with what another one of the same import lacks

# The names of people in the record of the ledger that is replaced, where the copy has others.
Renamed = Mapping[bytes, bytes]


def find_renamed(engine: Engine, database: Path) -> Renamed:
    """
    Return how a copy names those people whom the replaced ledger's record names by another key.

    Only those whose address one of the two has on its list: a name tells nobody's address. Ask
    before anybody is erased from the copy.
    """
    try:
        with open_record(database) as source, reading(engine) as connection:
            own = find_lasting_key(connection, KeyPurpose.ADDRESSES)
            others = [key for key in source.find_keys() if key != own]
            if own is None or not others:
                return {}
            return {
                name_person(address, other): name_person(address, own)
                for known in (source.find_addresses(), find_addresses(connection))
                for address in known
                for other in others
            }
    except (NoRecordError, UnreadableError):
        return {}


def repeat_record(engine: Engine, database: Path, renamed: Renamed) -> bool:
    """
    Add to the record of a copy what the ledger that is replaced has recorded since.

    All at once, or nothing. An entry that somebody has changed there is added as it is, and its
    link stays broken: `consent verify` names it as before.

    Args:
        engine: the copy.
        database: the ledger that is replaced.
        renamed: see `find_renamed`.

    Returns:
        Whether all of it was read; so it was, if the ledger is from before the record.
    """
    try:
        with open_record(database) as source, writing(engine) as target:
            _Carrying(source, target, renamed).carry()
            return source.is_whole
    except NoRecordError:
        return True
    except UnreadableError:
        return False


@dataclass(slots=True)
class _Chain:
    """A chain of the copy that grows."""

    number: ChainId
    links: int
    head: bytes
    rows: list[dict[str, object]] = field(default_factory=list)  # still to be written

    def add(self, recorded: Recorded, entry: ConsentEntry) -> None:
        """Add an entry; where its link was broken, or one is missing before it, it stays so."""
        own = replace(entry, chain=self.number, place=self.links + 1)
        link = own.link_after(self.head) if recorded.is_whole else recorded.link
        self.rows.append(values_of(own, link))
        self.links, self.head = own.place, link


class _Carrying:
    """Carries one record over to another."""

    def __init__(self, source: RecordSource, target: Connection, renamed: Renamed) -> None:
        self._source, self._target, self._renamed = source, target, renamed
        self._known = Counter[bytes]()  # what only the copy has since both have parted
        self._shared = dict[ChainId, int]()  # how many links both have, by chain
        self._ends = dict[ChainId, Tail]()  # of files that are carried over, in the source
        self._carried = dict[ChainId, _Chain]()  # by their numbers in the source
        # Whose details have still to go: only a journal has told of their erasure.
        self._bare = _find_gone(target) - source.find_erased()

    def carry(self) -> None:
        """Add all that the copy lacks: files first, for their ends stand in the own chain."""
        self._keep_texts()
        lengths, there = self._source.lengths(), lengths_of(self._target)
        for chain, length in there.items():
            self._shared[chain] = self._find_shared(chain, min(length, lengths.get(chain, 0)))
            for entry, _ in walk_chain(self._target, chain, self._shared[chain]):
                if entry is not None:
                    self._known[_content_of(entry)] += 1
        files = self._source.files()
        for chain in sorted(lengths.keys() - {OWN_CHAIN}):
            self._carry_file(chain, files.get(chain))
        own = _Chain(OWN_CHAIN, *take_head(self._target, OWN_CHAIN))
        self._carry_own(own)
        self._seal_open(own, files)
        self._write(own, at_least=1)

    def _keep_texts(self) -> None:
        if rows := self._source.texts():
            added = insert_into(self._target, consent_texts)
            self._target.execute(added.on_conflict_do_nothing(), rows)

    def _find_shared(self, chain: ChainId, most: int) -> int:
        """Return how many links two chains have in common: of equal ones, all before are equal."""
        least, probe = 0, most
        while least < most:
            link = self._source.link(chain, probe)
            if link is not None and link == link_of(self._target, chain, probe):
                least = probe
            else:
                most = probe - 1
            probe = (least + most + 1) // 2
        return least

    def _carry_file(self, chain: ChainId, file: File | None) -> None:
        there: _Chain | None = None
        for recorded in self._source.walk(chain, self._shared.get(chain, 0)):
            self._ends[chain] = Tail(recorded.entry.place, recorded.link)
            entry = self._take_new(recorded)
            if entry is None:
                continue
            if there is None:
                there = self._carried[chain] = self._begin(file, entry)
            there.add(recorded, entry)
            self._write(there)
        if there is not None:
            self._write(there, at_least=1)

    def _carry_own(self, own: _Chain) -> None:
        for recorded in self._source.walk(OWN_CHAIN, self._shared.get(OWN_CHAIN, 0)):
            entry = self._take_new(recorded)
            if entry is not None and entry.seal is not None:
                entry = self._sealing(entry, entry.seal)
            if entry is not None:
                own.add(recorded, entry)
                self._write(own)

    def _take_new(self, recorded: Recorded) -> ConsentEntry | None:
        """Return an entry as the copy names its person; None if the copy has it."""
        entry = recorded.entry
        if entry.person is not None:
            entry = replace(entry, person=self._renamed.get(entry.person, entry.person))
        content = _content_of(entry)
        if self._known[content] > 0:
            self._known[content] -= 1
            return None
        return replace(entry, details=None) if entry.person in self._bare else entry

    def _sealing(self, entry: ConsentEntry, seal: Seal) -> ConsentEntry | None:
        """
        Return the end of a file's chain for the one that was carried over; None: there is none.

        What the copy has of a file has its own end, or will get it. Where the seal did not hold,
        it does not hold in the copy.
        """
        there = self._carried.pop(seal.chain, None)
        if there is None:
            return None
        held = self._ends[seal.chain] == (seal.links, seal.head)
        links, head = (there.links, there.head) if held else (seal.links, seal.head)
        return replace(entry, seal=Seal(there.number, links, head))

    def _seal_open(self, own: _Chain, files: Mapping[ChainId, File]) -> None:
        """End the chains of files that were being written: nobody writes them any more."""
        for chain, there in self._carried.items():
            file = files.get(chain)
            if file is None or file.began_at is None or not file.is_written:
                continue
            sealed = Seal(there.number, there.links, there.head)
            entry, link = seal_on(sealed, file.name, file.began_at, own.links, own.head)
            own.add(Recorded(entry, link, is_whole=True), entry)

    def _begin(self, file: File | None, first: ConsentEntry) -> _Chain:
        """
        Begin a chain for a file, or for what the copy lacks of it.

        A chain that no file had has none in the copy: its number is drawn by a row that goes again.
        """
        began_at = first.recorded_at if file is None else file.began_at or first.recorded_at
        import_id = f"chain:{first.chain}" if file is None else file.import_id
        row = {
            "import_id": _unused(self._target, import_id),
            "file": "" if file is None else file.name,
            "began_at": began_at,
        }
        of = consent_chains.c
        added = self._target.execute(insert(consent_chains).values(row).returning(of.id))
        number = ChainId(added.scalar_one())
        if file is None:
            self._target.execute(delete(consent_chains).where(of.id == number))
        return _Chain(number, 0, START)

    def _write(self, chain: _Chain, at_least: int = AT_A_TIME) -> None:
        if len(chain.rows) >= at_least:
            self._target.execute(insert(consents), chain.rows)
            chain.rows.clear()


def _content_of(entry: ConsentEntry) -> bytes:
    """Return what an entry says, wherever it stands; the seal of a file is its chain's own."""
    is_end = entry.act is ConsentAct.FILED
    seal = None if not is_end else Seal(OWN_CHAIN, 0, START)
    return replace(entry, chain=OWN_CHAIN, place=0, seal=seal).link_after(START)


def _find_gone(connection: Connection) -> frozenset[bytes]:
    """Return the names of the people who were erased from a database, and have not come back."""
    stands = select(erasures.c.address_hash).where(erasures.c.lifted_at.is_(None))
    return frozenset(map(bytes.fromhex, connection.execute(stands).scalars()))


def _unused(connection: Connection, import_id: str) -> str:
    """Return a name for a file's chain that the copy has not: its own may be complete already."""
    name, of = import_id, consent_chains.c
    while connection.execute(select(exists().where(of.import_id == name))).scalar():
        name = f"{name}{_AGAIN}"
    return name
