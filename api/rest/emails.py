"""Mail that left or will leave."""

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, select
from starlette.concurrency import run_in_threadpool

from api.alert_mails import queue_alert_mails
from api.deps import Call, Read, Slow, worker_only
from api.emails import send_queued
from api.pagination import Page, Paging, page_of
from api.routing import Router
from models.commands.emails import claim_emails, get_email
from models.queries.notifications import has_due_alerts
from models.tables.emails import Email
from models.types.scope import Scope

router = Router("emails")


class EmailOut(BaseModel):
    """A mail in the outbox."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    message_id: str
    template: str
    to_address: str
    subject: str
    status: str
    error: str
    attempts: int
    engagement_id: str | None
    contact_id: str | None
    subject_kind: str
    subject_id: str
    created_at: datetime
    sent_at: datetime | None


class ClaimWanted(BaseModel):
    """How many, and how long to wait for the first."""

    limit: int = Field(default=10, ge=1, le=50)
    wait_seconds: float = Field(default=20, ge=0, le=25)


class ClaimedEmail(BaseModel):
    """A mail to be sent, and whose it is."""

    id: str
    workspace_id: str


class SendingOut(BaseModel):
    """What became of a mail."""

    status: str


@router.get("/emails")
def list_emails(
    call: Read, paging: Paging, status: str | None = None, engagement_id: str | None = None, to_address: str | None = None
) -> Page[EmailOut]:
    """Mails, newest first."""
    statement = select(Email)
    for column, value in ((Email.status, status), (Email.engagement_id, engagement_id), (Email.to_address, to_address)):
        if value is not None:
            statement = statement.where(col(column) == value)
    return page_of(call.session, statement, Email, paging, EmailOut)


@router.get("/emails/{email_id}")
def show_email(email_id: str, call: Read) -> EmailOut:
    """One mail."""
    return EmailOut.model_validate(get_email(call.session, email_id))


@router.post("/emails/claims", include_in_schema=False)
async def claim(wanted: ClaimWanted, request: Request, _worker: Annotated[None, Depends(worker_only)]) -> list[ClaimedEmail]:
    """Claim mails that are due, those that notices owe among them; when there are none, wait for a commit that may queue one."""
    deadline = asyncio.get_running_loop().time() + wanted.wait_seconds
    while True:
        claimed = await run_in_threadpool(_claim, request, wanted.limit)
        left = deadline - asyncio.get_running_loop().time()
        if claimed or left <= 0:
            return claimed
        await asyncio.sleep(min(left, 0.3))


def _claim(request: Request, limit: int) -> list[ClaimedEmail]:
    call = Call(request, writes=True)
    with call.database.read(Scope(None)) as session:
        if not claim_emails(session, now=call.now, limit=1) and not has_due_alerts(session, now=call.now):
            return []  # looking costs no writer lock
    with call.database.write(Scope(None)) as session:
        queue_alert_mails(call, session)
        return [
            ClaimedEmail(id=one.id, workspace_id=one.workspace_id) for one in claim_emails(session, now=call.now, limit=limit)
        ]


@router.post("/emails/{email_id}/sending")
def create_sending(email_id: str, call: Slow) -> SendingOut:
    """Send a queued mail now. A mail that is sent already is not sent again."""
    with call.open(writes=False):
        workspace_id = get_email(call.session, email_id).workspace_id
    return SendingOut(status=send_queued(call.database, call.settings, workspace_id, email_id))
