"""The kept answers to keyed writes, for the worker alone."""

from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel

from api.deps import worker_only
from api.routing import Router
from models import clock
from models.commands.idempotency import forget_old_answers
from models.db import Database
from models.types.scope import Scope

router = Router("idempotency_keys", include_in_schema=False)


class SweepOut(BaseModel):
    """How many answers were forgotten."""

    forgotten: int


@router.post("/idempotency_keys/sweeps")
def create_sweep(request: Request, _worker: Annotated[None, Depends(worker_only)]) -> SweepOut:
    """Forget answers that need not be kept any longer, a few thousand at a time, across workspaces."""
    database: Database = request.app.state.database
    with database.write(Scope(None)) as session:
        return SweepOut(forgotten=forget_old_answers(session, now=clock.now()))
