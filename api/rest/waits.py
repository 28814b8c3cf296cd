"""Everything that waits, and on whom."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict
from sqlmodel import col, select

from api.deps import Read, Write, worker_only
from api.pagination import Page, Paging, page_of
from api.routing import Router
from models.commands.waits import close_waits, register_wait, repair_wait
from models.tables.waits import Wait
from models.types.errors import NotFound
from models.types.waits import CloseWaitInput, WaitInput

router = Router("waits")


class WaitOut(BaseModel):
    """A wait as the API shows it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    engagement_id: str | None
    workflow_id: str
    key: str
    kind: str
    what: str
    client_what: str
    whom: str
    since: datetime
    until: datetime | None
    then_what: str
    subject_id: str
    detail: dict[str, Any]
    can_skip: bool
    closed_at: datetime | None
    closed_by: str


class RepairIn(BaseModel):
    """What to do with a stuck step."""

    action: Literal["retry", "skip"]


@router.get("/waits")
def list_waits(
    call: Read,
    paging: Paging,
    engagement_id: str | None = None,
    whom: str | None = None,
    kind: str | None = None,
    is_open: Annotated[bool, Query()] = True,
) -> Page[WaitOut]:
    """Waits, newest first; only open ones unless asked otherwise."""
    statement = select(Wait)
    for column, value in ((Wait.engagement_id, engagement_id), (Wait.whom, whom), (Wait.kind, kind)):
        if value is not None:
            statement = statement.where(col(column) == value)
    if is_open:
        statement = statement.where(col(Wait.closed_at).is_(None))
    return page_of(call.session, statement, Wait, paging, WaitOut)


@router.get("/waits/{wait_id}")
def show_wait(wait_id: str, call: Read) -> WaitOut:
    """One wait."""
    return WaitOut.model_validate(_get(call, wait_id))


@router.post("/waits", status_code=201, dependencies=[Depends(worker_only)])
def create_wait(wanted: WaitInput, call: Write) -> WaitOut:
    """Register a wait; the same workflow and key again changes it."""
    wait = register_wait(call.session, wanted, now=call.now)
    call.session.flush()
    return WaitOut.model_validate(wait)


@router.post("/waits/closures", status_code=204, dependencies=[Depends(worker_only)])
def create_closure(closing: CloseWaitInput, call: Write) -> None:
    """End one wait of a workflow, or all of them."""
    close_waits(call.session, closing.workflow_id, closing.key, closed_by=closing.closed_by or call.actor, now=call.now)


@router.post("/waits/{wait_id}/repair", status_code=204)
def create_repair(wait_id: str, wanted: RepairIn, call: Write) -> None:
    """Retry or skip the step that is stuck."""
    repair_wait(call.session, _get(call, wait_id), wanted.action, actor=call.actor, now=call.now)


def _get(call: Read, wait_id: str) -> Wait:
    wait = call.session.get(Wait, wait_id)
    if wait is None:
        raise NotFound("There is no such wait.")
    return wait
