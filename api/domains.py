"""Which domains may have a certificate: Caddy asks before it orders one, so that nobody can make it order thousands."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse

from models.db import Database
from models.queries.domains import is_workspace_domain
from models.settings import Settings
from models.types.scope import Scope

router = APIRouter(include_in_schema=False)


@router.get("/domains/ask")
def ask(request: Request, domain: Annotated[str, Query(max_length=253)]) -> PlainTextResponse:
    """200 for the product's own host and for the domains of workspaces, 404 for all others."""
    settings: Settings = request.app.state.settings
    database: Database = request.app.state.database
    if domain.lower() == urlsplit(settings.public_url).hostname:
        return PlainTextResponse("yes")
    with database.read(Scope(None)) as session:
        known = is_workspace_domain(session, domain)
    return PlainTextResponse("yes" if known else "no", status_code=200 if known else 404)
