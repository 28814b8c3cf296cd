"""The verbs of the `throughline` command, on homes of their own."""

from pathlib import Path

import pytest
from sqlmodel import select

from api.cli import main
from models.db import Database
from models.settings import Settings, get_settings
from models.tables.workspaces import Workspace
from models.types.scope import Scope


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A home that is not there yet, as the environment names it."""
    home = tmp_path / "home"
    monkeypatch.setenv("THROUGHLINE_HOME", str(home))
    get_settings.cache_clear()
    yield home
    get_settings.cache_clear()


def test_seeding_fills_an_empty_home_once(home: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["seed"]) == 0
    assert "mara@atelier-nord.example  atelier-demo" in capsys.readouterr().out

    assert main(["seed"]) == 1
    said = capsys.readouterr().out
    assert said == "Cannot seed: There is a workspace already. The demo workspace goes into an empty database only.\n"
    assert workspaces(home) == ["Atelier Nord"]


def test_migrating_makes_an_empty_database(home: Path):
    assert main(["migrate"]) == main(["migrate"]) == 0
    assert workspaces(home) == []


@pytest.mark.parametrize("verb", ["migrate", "seed"])
def test_a_damaged_database_is_one_line(verb: str, home: Path, capsys: pytest.CaptureFixture[str]):
    home.mkdir()
    (home / "throughline.db").write_text("not a database, for certain" * 100)
    assert main([verb]) == 1
    said = capsys.readouterr().out
    assert said.startswith(f"Cannot {verb}: The database {home}/throughline.db is damaged")
    assert said.count("\n") == 1


def workspaces(home: Path) -> list[str]:
    database = Database(Settings(home=home).database_url)
    with database.read(Scope(None)) as session:
        names = list(session.exec(select(Workspace.name)))
    database.engine.dispose()
    return names
