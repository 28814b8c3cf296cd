"""The product itself on a free port of loopback, with an empty database and the studio of the cast."""

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
class ProductSite:
    """A running product."""

    address: str
    database: Database
    studio: Studio

    def sign_in(self, context: BrowserContext) -> None:
        """Let a browser in as the owner, and at the portal as the client."""
        context.add_cookies(
            [
                {"name": name, "value": value, "url": self.address}
                for name, value in ((MEMBER_COOKIE, self.studio.member_cookie), (PORTAL_COOKIE, self.studio.portal_cookie))
            ]
        )


@contextmanager
def product_site(home: Path) -> Iterator[ProductSite]:
    """Serve until the block ends."""
    settings = Settings(env="test", home=home)
    database = Database(settings.database_url)
    SQLModel.metadata.create_all(database.engine)
    with database.write(Scope(None)) as session:
        studio = make_studio(session)
    with served(lambda _: create_app(settings, database)) as address:
        yield ProductSite(address, database, studio)
