"""Mail servers that the tests of one file share."""

from collections.abc import Iterator

import pytest

from tests.feedback.dovecot import Dovecot, running_dovecot

# As servers have it that know IMAP4rev1 and nothing else.
BARE = "imap_capability = IMAP4rev1\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with running_dovecot() as one:
        yield one


@pytest.fixture(scope="module")
def bare_server() -> Iterator[Dovecot]:
    with running_dovecot(BARE) as one:
        yield one


@pytest.fixture
def dovecot(server: Dovecot) -> Dovecot:
    """Dovecot with an empty mailbox."""
    server.empty()
    return server


@pytest.fixture
def bare_dovecot(bare_server: Dovecot) -> Dovecot:
    """Dovecot that offers no extension, with an empty mailbox."""
    bare_server.empty()
    return bare_server
