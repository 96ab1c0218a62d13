"""The contract of services over HTTP, run over each of them."""

import pytest

from tests.delivery.http_contract import HttpContract
from tests.delivery.http_services import MAILERS, Mailer


@pytest.fixture(params=MAILERS, ids=lambda mailer: mailer.name)
def mailer(request: pytest.FixtureRequest) -> Mailer:
    chosen: Mailer = request.param
    return chosen


class TestEveryHttpService(HttpContract):
    pass
