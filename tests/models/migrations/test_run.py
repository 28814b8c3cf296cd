"""The migrations build exactly what the tables say, on both databases."""

from collections.abc import Iterator

import pytest

from models.ids import new_id
from models.migrations.run import differences, upgrade
from models.settings import Settings
from tests.standins.postgres import fresh_database


@pytest.fixture(params=["sqlite", "postgresql"])
def untouched_url(request: pytest.FixtureRequest, settings: Settings) -> Iterator[str]:
    if request.param == "sqlite":
        settings.home.mkdir(parents=True, exist_ok=True)
        yield settings.database_url
        return
    with fresh_database(request.getfixturevalue("postgres_server"), new_id("db")) as url:
        yield url


def test_migrating_twice_leaves_no_difference(untouched_url: str):
    upgrade(untouched_url)
    upgrade(untouched_url)

    assert differences(untouched_url) == []
