"""A studio's product on loopback, without workflows: for stories that one browser tells."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext
from sqlmodel import SQLModel

import models.tables  # noqa: F401 - registers every table
from api.app import create_app
from api.deps import MEMBER_COOKIE, PORTAL_COOKIE
from models.db import Database
from models.settings import Settings
from models.types.scope import Scope
from tests.builders.workspaces import Studio, make_studio
from tests.standins.serving import served


@dataclass(frozen=True)
class LiveStudio:
    """Its address, its database, its people."""

    url: str
    database: Database
    studio: Studio

    def sign_in(self, context: BrowserContext, door: str = "member") -> None:
        """Make a browser the owner's (`member`) or the client's (`portal`)."""
        name, value = (
            (MEMBER_COOKIE, self.studio.member_cookie) if door == "member" else (PORTAL_COOKIE, self.studio.portal_cookie)
        )
        context.add_cookies([{"name": name, "value": value, "url": self.url}])


@contextmanager
def live_studio(home: Path) -> Iterator[LiveStudio]:
    """A fresh studio, served until the block ends."""
    settings = Settings(env="test", home=home)
    database = Database(settings.database_url)
    SQLModel.metadata.create_all(database.engine)
    with database.write(Scope(None)) as session:
        studio = make_studio(session)

    def make_app(url: str) -> object:
        settings.public_url = url
        return create_app(settings, database)

    with served(make_app) as url:  # type: ignore[arg-type]  # FastAPI is an ASGI app
        yield LiveStudio(url, database, studio)


@contextmanager
def untouched_product(home: Path) -> Iterator[str]:
    """The address of a product that nobody has set up yet."""
    settings = Settings(env="test", home=home)
    database = Database(settings.database_url)
    SQLModel.metadata.create_all(database.engine)
    with served(lambda _: create_app(settings, database)) as url:
        yield url
