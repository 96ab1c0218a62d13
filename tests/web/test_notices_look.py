"""A notice of a leak, in every edition: all can read it, on a phone and in the dark too."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from newsletter.desk.breach_letters import write_words
from newsletter.lang import EditionKind
from newsletter.message.breach_file import read_breach_file
from tests.stage.clocked import ClockedStage
from tests.stage.site import CHECKOUT
from tests.web.looks import faults_of_mail

LEAK = CHECKOUT / "tests" / "samples" / "leak.yaml"
NOW = datetime(2022, 9, 1, tzinfo=UTC)

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("is_drill", [False, True])
@pytest.mark.parametrize("kind", EditionKind)
def test_a_notice_can_be_read_by_everyone(
    browser: Browser, tmp_path: Path, kind: EditionKind, is_drill: bool
) -> None:
    site = ClockedStage(tmp_path, readers=0).site
    file = read_breach_file(LEAK.read_bytes(), "leak.yaml", site.zone(), NOW)
    words = write_words(site, file, is_drill=is_drill)[kind]
    page = browser.new_page()

    faults = list(faults_of_mail(page, words.html, has_button=False))

    page.close()
    assert faults == []
