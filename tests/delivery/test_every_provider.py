"""The contract, run over every provider there is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.delivery import benches
from tests.delivery.http_services import MAILERS, bench_of
from tests.delivery.provider_contract import Bench, ProviderContract


@pytest.fixture(
    params=[
        benches.outbox_bench,
        benches.smtp_bench,
        benches.pipelining_bench,
        benches.smtp_sink_bench,
        *map(bench_of, MAILERS),
    ]
)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    with request.param(tmp_path) as running:
        yield running


class TestEveryProvider(ProviderContract):
    pass
