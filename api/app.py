"""The web process: routes, doors, the database, and a bell that wakes the relay."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from api import domains, errors, health, pages, portal, rest, webhooks
from api.openapi import App
from api.pages import mail_sink
from api.routing import REST_PREFIX
from api.same_origin import SameOriginMiddleware
from api.security_headers import SecurityHeadersMiddleware, payment_hosts
from api.web.assets import WEB
from models import logging
from models.db import Database
from models.settings import Settings, get_settings


def create_app(settings: Settings | None = None, database: Database | None = None) -> FastAPI:
    """The application. Tests hand in their own settings and database."""
    settings = settings or get_settings()
    app = App(
        title="Throughline",
        version="1",
        summary="Client work, end to end: every noun of the product as a resource.",
        openapi_url="/api/openapi.json",
        docs_url="/api/docs",
        redoc_url=None,
        lifespan=_lifespan,
    )
    app.state.settings = settings
    app.state.database = database or Database(settings.database_url)
    app.add_middleware(SameOriginMiddleware)
    app.add_middleware(SecurityHeadersMiddleware, payment_hosts=payment_hosts(settings))
    errors.install(app)
    for router in rest.ROUTERS:
        app.include_router(router, prefix=REST_PREFIX)
    for router in (*pages.ROUTERS, *portal.ROUTERS, *webhooks.ROUTERS):
        app.include_router(router)
    for plain in (health.router, domains.router, mail_sink.router):
        app.include_router(plain)
    app.mount("/static", StaticFiles(directory=WEB / "static", check_dir=False), name="static")
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    logging.configure()
    loop = asyncio.get_running_loop()
    bell = asyncio.Event()
    app.state.bell = bell
    forget = app.state.database.on_commit(lambda: loop.call_soon_threadsafe(bell.set))
    yield
    forget()
    app.state.database.engine.dispose()
