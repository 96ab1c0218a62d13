"""A fault at every call to ledger and provider in turn; then the run is taken up again."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from newsletter.dispatch.states import State
from newsletter.errors import LedgerError, NewsletterError, ProviderError
from newsletter.storage.ledger import SqlLedger
from tests.crash.mishaps import CrashError, Mishap, fail_commits, failing
from tests.crash.post_office import PostOffice
from tests.crash.small_dispatch import (
    DATABASE,
    assert_they_agree,
    make_dispatch,
    open_small,
    relay,
    run_engine,
    send_the_rest,
    states,
)

READERS = 4
CALLS_MAX = 500  # far above what so small a dispatch takes
BOTH = frozenset({"ledger", "provider"})


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostOffice]:
    with PostOffice(tmp_path_factory.mktemp("office") / "record").open() as office:
        yield office


def crash() -> Mishap:
    return Mishap(lambda: CrashError("killed"), BOTH)


def ledger_fault() -> Mishap:
    return Mishap(lambda: LedgerError("the ledger cannot be written"), frozenset({"ledger"}))


def provider_fault() -> Mishap:
    return Mishap(lambda: ProviderError("535 wrong password"), frozenset({"provider"}), stays=False)


def bug_in_provider() -> Mishap:
    return Mishap(lambda: RuntimeError("a bug"), frozenset({"provider"}), stays=False)


EVERYWHERE = {
    *("ledger: before begin", "ledger: after begin", "ledger: before wait", "ledger: after wait"),
    *("ledger: before commit", "ledger: after commit", "ledger: before record"),
    *("provider: before connect", "provider: after connect", "provider: before deliver"),
    *("provider: before next", "provider: after next", "provider: before receipt"),
    *("provider: after receipt", "provider: after deliver", "provider: before close"),
}


@pytest.mark.parametrize(
    ("make", "connections"),
    [(crash, 1), (crash, 3), (ledger_fault, 1), (provider_fault, 1), (bug_in_provider, 3)],
)
def test_d1_a_fault_at_any_call_doubles_nobody_and_loses_nobody(
    tmp_path: Path, office: PostOffice, make: Callable[[], Mishap], connections: int
) -> None:
    make_dispatch(tmp_path, READERS)
    struck = set()

    for at in range(1, CALLS_MAX):
        mishap = make()
        mishap.at = at
        play(mishap, tmp_path, office, connections)
        if not mishap.struck:
            break
        struck.add(mishap.struck)

    assert not mishap.struck, "a dispatch of so few readers never ended"
    # How often the ledger commits is up to chance, so that a number may pass a call by.
    for name in {call for call in EVERYWHERE if call.split(":")[0] in mishap.sides} - struck:
        mishap = make()
        mishap.named = name
        play(mishap, tmp_path, office, connections)
        assert mishap.struck == name


def play(mishap: Mishap, planned: Path, office: PostOffice, connections: int) -> None:
    """Send what is *planned* into a mishap, then the rest; ledger and server must agree."""
    folder = planned / f"at-{mishap.at}-{mishap.named.replace(': ', '-')}"
    folder.mkdir()
    shutil.copy(planned / DATABASE, folder)
    start = office.size()
    run_into(mishap, folder, office, connections)
    in_between = states(folder)
    send_the_rest(folder, office)

    stands = states(folder)
    assert_they_agree(stands, office.read(start))
    unknown = [who for who, state in stands.items() if state is State.UNKNOWN]
    assert len(unknown) <= 2 * connections, mishap.struck
    assert set(stands.values()) <= {State.ACCEPTED, State.UNKNOWN}, mishap.struck
    assert [who for who in unknown if in_between[who] is not State.UNKNOWN] == []


def run_into(mishap: Mishap, folder: Path, office: PostOffice, connections: int) -> None:
    """Send until the mishap, and leave everything as it lies."""
    database = open_small(folder)
    fail_commits(database, mishap)
    real = SqlLedger(database)
    ledger, provider = failing(real, relay(office), mishap)
    with suppress(CrashError, NewsletterError, RuntimeError):
        run_engine(provider, ledger, connections)
    with suppress(CrashError, NewsletterError):
        real.close()
    database.dispose()
