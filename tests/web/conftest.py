"""What tests in a browser share: one site, and one browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.web.browsing import open_browser
from tests.web.served import ServedSite, serve_sample


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedSite]:
    """Serve a copy of the sample site."""
    with serve_sample(tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start a browser; it ends before other files' tests start event loops of their own."""
    with open_browser() as opened:
        yield opened
