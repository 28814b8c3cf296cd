"""A house with two studios, each with one row of every noun, and the app over a copy of it for every test."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session, SQLModel

from api.app import create_app
from models import clock
from models.commands.api_tokens import create_api_token
from models.commands.contacts import add_contact
from models.commands.logins import open_login
from models.db import Database, workspace_id_of
from models.settings import Settings
from models.types.principals import Door
from models.types.scope import Scope
from tests.builders.everything import BLOB, Ids, make_everything
from tests.builders.workspaces import Studio, make_studio

CANARY = "quietkestrel"
OURS = "loudwagtail"


@dataclass(frozen=True)
class House:
    """Their studio, whose every text holds the canary, and ours, which must never see it."""

    file: Path
    theirs: Studio
    their_rows: Ids
    ours: Studio
    our_rows: Ids
    member_cookie: str
    """A member of their studio who does not own it."""
    stranger_cookie: str
    """The portal cookie of another client of their studio."""
    narrow_token: str
    """A key of their studio for nothing that exists."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    home = tmp_path_factory.mktemp("house")
    database = Database(f"sqlite:///{home}/house.db")
    SQLModel.metadata.create_all(database.engine)
    with database.write(Scope(None)) as session:
        theirs, ours = make_studio(session), make_studio(session, slug="contoso", name="Contoso")
        their_rows = make_everything(session, theirs, canary=CANARY)
        our_rows = make_everything(session, ours, canary=OURS)
    with database.write(Scope(theirs.workspace_id)) as session:
        stranger = add_contact(session, actor="", now=clock.now(), name="A stranger", email="stranger@example.com")
        member_cookie = signed_in(session, Door.MEMBER, theirs.member_id)
        stranger_cookie = signed_in(session, Door.PORTAL, stranger.id)
        everything = frozenset({"*"})
        _, narrow = create_api_token(session, name="Narrow", scopes=["nothing:read"], created_by="", maker_scopes=everything)
    database.engine.dispose()  # the last connection folds the log into the file, so that one file is all there is to copy
    return House(home / "house.db", theirs, their_rows, ours, our_rows, member_cookie, stranger_cookie, narrow)


def signed_in(session: Session, door: Door, person_id: str) -> str:
    """The cookie of a person of the session's workspace."""
    workspace_id = workspace_id_of(session)
    token, _ = open_login(
        session, workspace_id=workspace_id, door=door, person_id=person_id, agent="", address="", now=clock.now()
    )
    return token


@pytest.fixture(scope="module")
def running() -> Iterator[TestClient]:
    nobody_listens = "http://127.0.0.1:9"
    app = create_app(Settings(env="test", home=Path("/nonexistent"), stripe_base_url=nobody_listens, smtp_port=9))
    with TestClient(app, follow_redirects=False, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def client(running: TestClient, house: House, tmp_path: Path) -> Iterator[TestClient]:
    """The app over a copy of the house of its own."""
    shutil.copy(house.file, tmp_path / "house.db")
    database = Database(f"sqlite:///{tmp_path}/house.db")
    app_of(running).state.database = database
    app_of(running).state.settings.home = tmp_path
    blob = app_of(running).state.settings.files_dir / BLOB
    blob.parent.mkdir(parents=True)
    blob.write_text(CANARY)
    yield running
    database.engine.dispose()


def app_of(client: TestClient) -> FastAPI:
    app = client.app
    assert isinstance(app, FastAPI)
    return app
