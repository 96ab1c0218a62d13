"""What an inbox yields before it breaks is applied, and the fault is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.desk.feedback import FeedbackDesk
from newsletter.errors import NewsletterError, ProviderBusy, SettingsError
from newsletter.feedback.inbox import Arrived
from newsletter.feedback.piped import Piped
from newsletter.phrases import phrase
from tests.feedback.returning import ReturningStage, addresses, bounce

GONE = "550 5.1.1 User unknown"
[R1] = addresses([1])


class Breaking(Piped):
    """An inbox that breaks after its only mail."""

    def __init__(self, mail: bytes, fault: NewsletterError) -> None:
        super().__init__(mail)
        self._fault = fault

    def waiting(self) -> Iterator[Arrived]:
        yield from super().waiting()
        raise self._fault


@pytest.mark.parametrize("kind", [SettingsError, ProviderBusy])
def test_what_came_before_a_fault_of_the_inbox_is_applied(
    kind: type[NewsletterError], tmp_path: Path
) -> None:
    stage = ReturningStage(tmp_path)
    letters = stage.send_issue()
    fault = kind(phrase("feedback.maildir-closed", count=1, path="one"))
    inbox = Breaking(bounce(letters[R1], GONE), fault)

    with pytest.raises(kind) as raised:
        FeedbackDesk(stage.site).read(inbox)

    assert raised.value is fault
    assert stage.standings() == {"suppressed bounced": [R1]}
    assert [*Piped.waiting(inbox)] == []
