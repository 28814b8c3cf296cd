"""The outbox, for the relay alone."""

import asyncio
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from api.deps import Call, worker_only
from api.routing import Router
from models.commands.automation_quotas import release_runs
from models.commands.deliveries import claim_deliveries, is_any_due, settle_deliveries
from models.queries.automation_quotas import workspaces_with_room
from models.types.deliveries import ClaimedDelivery, DeliveryOutcome
from models.types.scope import Scope

router = Router("deliveries", include_in_schema=False)


class ClaimWanted(BaseModel):
    """What became of the last ones; how many to claim, and how long to wait for the first."""

    outcomes: list[DeliveryOutcome] = Field(default_factory=list, max_length=200)
    limit: int = Field(default=50, ge=1, le=200)
    wait_seconds: float = Field(default=20, ge=0, le=25)


@router.post("/deliveries/claims")
async def claim(wanted: ClaimWanted, request: Request, _worker: Annotated[None, Depends(worker_only)]) -> list[dict[str, Any]]:
    """Settle the last deliveries, then claim due ones; when there are none, wait for the next commit.

    The bell misses other processes' commits, so it is never waited on for more than half a second.
    """
    deadline = asyncio.get_running_loop().time() + wanted.wait_seconds
    bell: asyncio.Event = request.app.state.bell
    if wanted.outcomes:
        await run_in_threadpool(_settle, request, wanted.outcomes)
    while True:
        bell.clear()
        claimed = await run_in_threadpool(_claim, request, wanted.limit)
        left = deadline - asyncio.get_running_loop().time()
        if claimed or left <= 0:
            return [asdict(one) for one in claimed]
        try:
            async with asyncio.timeout(min(left, 0.5)):
                await bell.wait()
        except TimeoutError:
            continue


def _settle(request: Request, outcomes: list[DeliveryOutcome]) -> None:
    call = Call(request, writes=True)
    with call.database.lease(Scope(None)) as session:
        settle_deliveries(session, outcomes, now=call.now)


def _claim(request: Request, limit: int) -> list[ClaimedDelivery]:
    call = Call(request, writes=True)
    with call.database.read(Scope(None)) as session:  # looking costs no writer lock
        has_room = bool(workspaces_with_room(session, now=call.now))
        if not has_room and not is_any_due(session, now=call.now):
            return []
    if has_room:
        with call.database.write(Scope(None)) as session:
            release_runs(session, now=call.now)
    with call.database.lease(Scope(None)) as session:
        return claim_deliveries(session, now=call.now, limit=limit)
