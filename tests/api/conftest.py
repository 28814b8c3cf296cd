"""The app over ASGI, at each of its doors."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.deps import MEMBER_COOKIE, PORTAL_COOKIE
from models import clock
from models.commands.logins import open_login
from models.db import Database
from models.settings import Settings
from models.types.principals import Door
from tests.builders.workspaces import Studio


@pytest.fixture
def public(settings: Settings, database: Database) -> Iterator[TestClient]:
    """Somebody who is not signed in."""
    with TestClient(create_app(settings, database), follow_redirects=False) as client:
        yield client


@pytest.fixture
def program(public: TestClient, studio: Studio) -> TestClient:
    """A program of the studio with every right."""
    client = TestClient(public.app, headers=studio.bearer)
    client.portal = public.portal  # the same event loop, so that the lifespan's bell is there
    return client


@pytest.fixture
def worker(public: TestClient, studio: Studio, settings: Settings) -> TestClient:
    """The worker, acting for the studio."""
    headers = {"Authorization": f"Bearer {settings.worker_token}", "X-Workspace": studio.workspace_id}
    client = TestClient(public.app, headers=headers)
    client.portal = public.portal
    return client


@pytest.fixture
def owner(public: TestClient, studio: Studio) -> TestClient:
    """The studio's owner in a browser."""
    client = TestClient(public.app, cookies={MEMBER_COOKIE: studio.member_cookie}, follow_redirects=False)
    client.portal = public.portal
    return client


@pytest.fixture
def client_browser(public: TestClient, studio: Studio) -> TestClient:
    """The studio's client, signed in to the portal."""
    client = TestClient(public.app, cookies={PORTAL_COOKIE: studio.portal_cookie}, follow_redirects=False)
    client.portal = public.portal
    return client


@pytest.fixture
def member(public: TestClient, database: Database, studio: Studio) -> TestClient:
    """A member who is no owner, in a browser."""
    with database.write(studio.scope) as session:
        token, _ = open_login(
            session,
            workspace_id=studio.workspace_id,
            door=Door.MEMBER,
            person_id=studio.member_id,
            agent="",
            address="",
            now=clock.now(),
        )
    client = TestClient(public.app, cookies={MEMBER_COOKIE: token}, follow_redirects=False)
    client.portal = public.portal
    return client
