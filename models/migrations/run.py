"""Bringing a database to the newest shape, and telling whether the tables and the migrations agree."""

from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script
from sqlalchemy import Connection
from sqlmodel import SQLModel

import models.tables  # noqa: F401 - registers every table
from models.db import Database

_HERE = Path(__file__).parent


def upgrade(database_url: str, *, to: str = "head") -> None:
    """Apply every migration that the database lacks, all in one transaction. Safe to repeat.  to: the last to apply."""
    database = Database(database_url)
    with database.engine.connect() as connection:
        _let_tables_be_made_anew(connection)
        with connection.begin():
            command.upgrade(_config(connection), to)
            _require_whole_references(connection)
    database.engine.dispose()


def _let_tables_be_made_anew(connection: Connection) -> None:
    """SQLite alters a table by making it anew; while it does, rows of others refer to nothing. Only for this connection."""
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")


def _require_whole_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"Nothing was migrated: rows refer to others that are not there: {broken[:5]}")


def write_revision(message: str, *, folder: Path = _HERE / "versions") -> Path:
    """Write the migration from what the others make to what the tables say, for a developer to read and mend; its file."""
    with TemporaryDirectory() as place:
        url = f"sqlite:///{place}/throughline.db"
        upgrade(url)
        database = Database(url)
        with database.engine.begin() as connection:
            config = _config(connection)
            config.set_main_option("path_separator", "newline")
            config.set_main_option("version_locations", f"{_HERE / 'versions'}\n{folder}")
            written = command.revision(config, message, autogenerate=True, version_path=str(folder))
        database.engine.dispose()
    assert isinstance(written, Script)  # noqa: S101 - one message makes one file
    return Path(written.path)


def differences(database_url: str) -> list[object]:
    """What the tables say and the migrated database lacks; empty when they agree."""
    database = Database(database_url)
    with database.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
    database.engine.dispose()
    return list(found)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(slug)s")
    config.attributes["connection"] = connection
    return config
