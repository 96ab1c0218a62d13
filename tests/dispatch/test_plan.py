"""The digest binds: another letter than the planned one is not sent on."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from newsletter.compose.composition import digest_of
from newsletter.dispatch.ledger import Plan
from newsletter.dispatch.plan import check_digest
from newsletter.errors import ContentError
from newsletter.message.kept_letter import KeptLetter
from newsletter.phrases import catalogue
from tests.message.makers import composed_sample

NOW = datetime(2022, 8, 26, tzinfo=UTC)
PARTS = {"subject of the ko edition": "1", "HTML of the en edition": "2", "picture map.png": "3"}


def make_letter(parts: dict[str, str]) -> KeptLetter:
    return replace(composed_sample().letter, parts=parts, digest=digest_of(parts))


def test_the_same_letter_goes_on() -> None:
    check_digest(Plan("2022-08", digest_of(PARTS), PARTS, NOW), make_letter(PARTS))


def test_another_letter_is_refused_and_what_changed_is_named() -> None:
    plan = Plan("2022-08", digest_of(PARTS), PARTS, NOW)

    with pytest.raises(ContentError) as caught:
        check_digest(plan, make_letter({**PARTS, "picture map.png": "4", "new": "5"}))

    message = str(caught.value)
    assert "changed: picture map.png\n" in message
    assert "changed: new\n" in message
    assert "subject" not in message
    assert "then run dispatch again" in message
    assert caught.value.exit_status == 1
    korean = catalogue("ko").word(caught.value.phrase)
    assert "  newsletter dispatch 2022-08-correction --to-all 또는" in korean
    assert "'label: {ko: 정정, en: Correction}'을 써서" in korean
