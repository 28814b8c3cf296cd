"""Commands and queries run on both databases: SQLite, and a real PostgreSQL server."""

from collections.abc import Iterator

import pytest
from sqlmodel import SQLModel

from models.db import Database
from models.ids import new_id
from models.settings import Settings
from tests.standins.postgres import fresh_database, running_server


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[tuple[str, str]]:
    """A server, and the name of a database in it that has every table and no row."""
    with running_server() as server_url, fresh_database(server_url, "throughline_template") as url:
        made = Database(url)
        SQLModel.metadata.create_all(made.engine)
        made.engine.dispose()
        yield server_url, "throughline_template"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, settings: Settings) -> Iterator[str]:
    """Where an empty database is; the test runs once for each kind."""
    if request.param == "sqlite":
        yield settings.database_url
        return
    server_url, template = request.getfixturevalue("postgres_template")
    with fresh_database(server_url, new_id("db"), template=template) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database of each kind."""
    made = Database(database_url)
    SQLModel.metadata.create_all(made.engine)
    yield made
    made.engine.dispose()
