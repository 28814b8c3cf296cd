from collections.abc import Iterator

import pytest

from tests.api.gateways.benches import BENCHES, Bench


@pytest.fixture(scope="session", params=list(BENCHES))
def _bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with BENCHES[request.param](tmp_path_factory.mktemp(request.param)) as bench:
        yield bench


@pytest.fixture
def bench(_bench: Bench) -> Iterator[Bench]:
    """One provider on its bench, without faults left over from the test before."""
    yield _bench
    _bench.fault()
