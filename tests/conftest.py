"""What every test can ask for: an empty database, a cast, the app."""

import json
import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, SQLModel

import models.tables  # noqa: F401 - registers every table
from models import clock
from models.db import Database
from models.logging import configure
from models.settings import Settings
from models.types.scope import Scope
from tests.builders.workspaces import Studio, make_studio
from tests.standins.postgres import emptied, fresh_database, running_server


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Test settings with a home of their own."""
    return Settings(env="test", home=tmp_path, public_url="http://testserver")


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file that has every table; copying it is faster than making sixty tables for every test."""
    path = tmp_path_factory.mktemp("empty") / "throughline.db"
    made = Database(f"sqlite:///{path}")
    SQLModel.metadata.create_all(made.engine)
    made.engine.dispose()  # the last connection to close folds the write-ahead log into the file
    return path


@pytest.fixture
def database(settings: Settings, empty_sqlite: Path) -> Iterator[Database]:
    """An empty database."""
    settings.home.mkdir(parents=True, exist_ok=True)
    shutil.copy(empty_sqlite, settings.home / "throughline.db")
    made = Database(settings.database_url)
    yield made
    made.engine.dispose()


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
def database_of_each_kind(database_url: str) -> Iterator[Database]:
    """An empty database of each kind; what must hold on both overrides `database` with it."""
    made = Database(database_url)
    yield made
    made.engine.dispose()


@pytest.fixture
def studio(database: Database) -> Studio:
    """A two-person studio with one client; see tests/cast.py for the names."""
    with database.write(Scope(None)) as session:
        return make_studio(session)


@pytest.fixture
def session(database: Database, studio: Studio) -> Iterator[Session]:
    """A transaction in the studio's workspace, undone after the test."""

    class Undo(Exception):
        pass

    try:
        with database.write(studio.scope) as opened:
            yield opened
            raise Undo
    except Undo:
        pass


@pytest.fixture
def log_lines(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Calling it makes the test log as the processes do, and gives the lines since it was last called, read as JSON."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level

    def lines() -> list[dict[str, Any]]:
        written = capsys.readouterr().err.splitlines()
        configure()
        return [json.loads(line) for line in written if line.startswith("{")]

    yield lines
    root.handlers = handlers
    root.setLevel(level)


@pytest.fixture(autouse=True)
def _real_clock() -> Iterator[None]:
    yield
    clock.reset()
