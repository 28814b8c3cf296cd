"""Is the process alive, and can it do its work?"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from sqlmodel import text

from models.commands.deliveries import count_open_deliveries
from models.db import Database
from models.types.scope import Scope

router = APIRouter(tags=["health"], include_in_schema=False)


def _database(request: Request) -> Database:
    database = request.app.state.database
    assert isinstance(database, Database)  # noqa: S101 - set by create_app
    return database


@router.get("/livez")
def livez() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def readyz(database: Annotated[Database, Depends(_database)]) -> JSONResponse:
    """The database answers; with it, how many events still wait for their workflow."""
    with database.read(Scope(None)) as session:
        session.exec(text("SELECT 1"))  # type: ignore[call-overload]  # plain SQL has no model
        waiting = count_open_deliveries(session)
    return JSONResponse({"status": "ok", "open_deliveries": waiting})
