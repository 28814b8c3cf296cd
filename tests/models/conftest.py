"""Commands and queries run on both databases: SQLite, and a real PostgreSQL server."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from models.db import Database
from models.settings import Settings
from tests.standins.postgres import emptied, fresh_database, running_server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a server, without a database name at the end."""
    with running_server() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A database that has every table. Making one costs more than most tests, so it is emptied between them instead."""
    with fresh_database(postgres_server, "throughline_tests") as url:
        made = Database(url)
        SQLModel.metadata.create_all(made.engine)
        made.engine.dispose()
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, settings: Settings, empty_sqlite: Path) -> str:
    """Where an empty database is; the test runs once for each kind."""
    if request.param == "sqlite":
        shutil.copy(empty_sqlite, settings.home / "throughline.db")
        return settings.database_url
    url: str = request.getfixturevalue("postgres_url")
    emptied(url, [table.name for table in SQLModel.metadata.sorted_tables])
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database of each kind."""
    made = Database(database_url)
    yield made
    made.engine.dispose()
