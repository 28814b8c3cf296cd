"""The shop, for every test of paying, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.db import Database
from models.settings import Settings
from tests.builders.workspaces import Studio
from tests.standins.shop import Shop, open_shop


@pytest.fixture
def database(database_of_each_kind: Database) -> Database:
    """Money is counted on PostgreSQL as well."""
    return database_of_each_kind


@pytest.fixture
def webhooks_arrive() -> bool:
    """Whether the provider's messages reach the product; a test module may say no."""
    return True


@pytest.fixture
def shop(tmp_path: Path, settings: Settings, database: Database, studio: Studio, webhooks_arrive: bool) -> Iterator[Shop]:
    with open_shop(tmp_path, settings, database, studio, webhooks_arrive=webhooks_arrive) as opened:
        yield opened
