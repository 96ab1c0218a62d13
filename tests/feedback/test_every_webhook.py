"""Every webhook keeps the contract."""

import pytest

from newsletter.feedback.webhooks import ENTRIES
from tests.feedback.webhook_contract import WebhookContract
from tests.feedback.webhook_services import SERVICES, Hooked


@pytest.fixture(params=SERVICES, ids=lambda one: one.kind)
def service(request: pytest.FixtureRequest) -> Hooked:
    made: Hooked = request.param()
    return made


class TestEveryWebhook(WebhookContract):
    """For each service."""


def test_every_webhook_has_a_service_in_the_tests() -> None:
    assert [one.kind for one in SERVICES] == list(ENTRIES)
