"""Is the process alive, and can it do its work?"""

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from models.commands.deliveries import count_open_deliveries
from models.db import Database
from models.types.scope import Scope

router = APIRouter(tags=["health"], include_in_schema=False)
log = structlog.get_logger("api.health")


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
    """The database answers; with it, how many events still wait for their workflow. 503 with the reason when it does not."""
    try:
        with database.read(Scope(None)) as session:
            waiting = count_open_deliveries(session)
    except SQLAlchemyError as error:
        # What the driver says may name hosts and users: it is for the log.
        log.warning("database does not answer", error=str(error))
        return JSONResponse({"status": "unavailable", "reason": "The database does not answer."}, status_code=503)
    return JSONResponse({"status": "ok", "open_deliveries": waiting})
