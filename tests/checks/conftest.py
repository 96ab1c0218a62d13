"""The one browser window that all checks share."""

from collections.abc import Iterator

import pytest

from tests.checks.browsing import Window, open_window


@pytest.fixture(scope="package")
def window() -> Iterator[Window]:
    """Open a window; it is closed before other folders' tests start their own event loops."""
    with open_window() as opened:
        yield opened
