"""Engagements and what they wait for."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from api.automation_users import IsSure, ask_first
from api.deps import Call, Read, Write
from api.pagination import Page, Paging, page_of
from api.rest.waits import WaitOut
from api.routing import Router
from models.commands.engagement_archive import archive_engagement, unarchive_engagement
from models.commands.engagement_waits import refresh_next_wait
from models.commands.engagements import (
    change_engagement,
    change_status,
    close_engagement,
    lose_engagement,
    open_engagement,
    pause_engagement,
    resume_engagement,
)
from models.queries.engagement_archive import preview_archive
from models.queries.engagement_facts import get_engagement_facts
from models.queries.engagements import get_engagement, list_open_waits, select_engagements
from models.queries.references import check_references
from models.rules.engagement_thread import thread
from models.tables.engagements import Engagement
from models.types.engagement_thread import StepKey, StepState
from models.types.engagements import EngagementStatus
from models.types.errors import Conflict, Invalid

router = Router("engagements")


class EngagementIn(BaseModel):
    """A new engagement."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=200, examples=["Byron Mills: new website"])
    contact_id: str = Field(examples=["con_01k7…"])
    company_id: str | None = None
    owner_id: str | None = Field(default=None, examples=["mem_01k7…"])
    value_minor: int = Field(default=0, ge=0, examples=[480000])
    """What it may be worth, minor units."""
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$", examples=["EUR"])


class EngagementChange(BaseModel):
    """What to change; what is left out stays. version: refused when somebody changed it since."""

    model_config = ConfigDict(extra="forbid")

    title: str | None = Field(default=None, min_length=1, max_length=200, examples=["Byron Mills: new website"])
    company_id: str | None = None
    owner_id: str | None = None
    value_minor: int | None = Field(default=None, ge=0, examples=[480000])
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$", examples=["EUR"])
    version: int | None = Field(default=None, examples=[3])


class VersionIn(BaseModel):
    """The version the caller saw; leave it out to act on whatever is there."""

    model_config = ConfigDict(extra="forbid")

    version: int | None = Field(default=None, examples=[3])


class StatusIn(VersionIn):
    """Where the engagement shall stand."""

    status: EngagementStatus = Field(examples=["active"])


class LossIn(VersionIn):
    """Why nothing came of it."""

    reason: str = Field(default="", max_length=500, examples=["Chose somebody nearer"])


class EngagementOut(BaseModel):
    """An engagement as the API shows it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    title: str
    contact_id: str
    company_id: str | None
    submission_id: str | None
    status: EngagementStatus
    status_since: datetime
    owner_id: str | None
    value_minor: int
    currency: str
    lost_reason: str
    created_at: datetime
    closed_at: datetime | None
    archived_at: datetime | None
    version: int


class MarkOut(BaseModel):
    """When a step happened, and what it opens."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime | None
    kind: str
    subject_id: str


class ThreadStepOut(BaseModel):
    """One of the eleven steps."""

    model_config = ConfigDict(from_attributes=True)

    key: StepKey
    label: str
    state: StepState
    mark: MarkOut


class ThreadOut(BaseModel):
    """Where an engagement stands: its steps in order, and everything it waits for."""

    steps: list[ThreadStepOut]
    waits: list[WaitOut]


class StoppingOut(BaseModel):
    """One thing that archiving touches."""

    model_config = ConfigDict(from_attributes=True)

    kind: str
    subject_id: str
    says: str


class ArchivePreviewOut(BaseModel):
    """What archiving stops, what it leaves as it is, and what stays payable."""

    model_config = ConfigDict(from_attributes=True)

    stops: list[StoppingOut]
    keeps: list[StoppingOut]
    stays_payable: list[StoppingOut]


class NextWaitOut(BaseModel):
    """The engagement's own wait, or none when another workflow says what it waits for."""

    wait: WaitOut | None
    stage: str


@router.get("/engagements")
def list_engagements(
    call: Read,
    paging: Paging,
    status: Annotated[str | None, Query(examples=["live"])] = None,
    owner_id: str | None = None,
    contact_id: str | None = None,
    q: Annotated[str, Query(max_length=100)] = "",
    is_archived: bool = False,
) -> Page[EngagementOut]:
    """Engagements, newest first. status: one of them, or `live`. q: part of a title, a client's or a company's name."""
    statement = select_engagements(status=status, owner_id=owner_id, contact_id=contact_id, text=q, is_archived=is_archived)
    return page_of(call.session, statement, Engagement, paging, EngagementOut)


@router.post("/engagements", status_code=201)
def create_engagement(body: EngagementIn, call: Write) -> EngagementOut:
    """Open an engagement by hand, as a lead. Its workflow starts."""
    check_references(call.session, body.model_dump())
    return _out(call, open_engagement(call.session, now=call.now, **body.model_dump()))


@router.get("/engagements/{engagement_id}")
def show_engagement(engagement_id: str, call: Read) -> EngagementOut:
    """One engagement."""
    return EngagementOut.model_validate(get_engagement(call.session, engagement_id))


@router.patch("/engagements/{engagement_id}")
def update_engagement(engagement_id: str, body: EngagementChange, call: Write) -> EngagementOut:
    """Correct its title, people or value. Its status moves by itself or by the routes below."""
    engagement = _at(call, engagement_id, body.version)
    given = body.model_dump(exclude_unset=True, exclude={"version"})
    changes = {name: value for name, value in given.items() if value is not None or name in ("company_id", "owner_id")}
    check_references(call.session, changes)
    return _out(call, change_engagement(call.session, engagement, changes))


@router.put("/engagements/{engagement_id}/status")
def update_status(engagement_id: str, body: StatusIn, call: Write) -> EngagementOut:
    """Move it by hand. Pausing, closing and losing have routes of their own, because more happens there."""
    if body.status in (EngagementStatus.PAUSED, EngagementStatus.CLOSED, EngagementStatus.LOST):
        raise Invalid(f"Use the {body.status} engagement's own route.", field="status")
    engagement = change_status(call.session, _at(call, engagement_id, body.version), body.status, now=call.now)
    return _out(call, engagement)


@router.post("/engagements/{engagement_id}/pause")
def create_pause(engagement_id: str, body: VersionIn, call: Write) -> EngagementOut:
    """Put the work on hold."""
    return _out(call, pause_engagement(call.session, _at(call, engagement_id, body.version), now=call.now))


@router.delete("/engagements/{engagement_id}/pause")
def delete_pause(engagement_id: str, call: Write) -> EngagementOut:
    """Go on where it stood when it was paused."""
    return _out(call, resume_engagement(call.session, _at(call, engagement_id, None), now=call.now))


@router.post("/engagements/{engagement_id}/closure")
def create_closure(engagement_id: str, body: VersionIn, call: Write) -> EngagementOut:
    """Say that the work is done."""
    return _out(call, close_engagement(call.session, _at(call, engagement_id, body.version), now=call.now))


@router.post("/engagements/{engagement_id}/loss")
def create_loss(engagement_id: str, body: LossIn, call: Write) -> EngagementOut:
    """Say that nothing came of it."""
    engagement = _at(call, engagement_id, body.version)
    return _out(call, lose_engagement(call.session, engagement, reason=body.reason, now=call.now))


@router.get("/engagements/{engagement_id}/archive")
def show_archive_preview(engagement_id: str, call: Read) -> ArchivePreviewOut:
    """What archiving it would stop, what stays as it is, and what stays payable. Changes nothing."""
    preview = preview_archive(call.session, get_engagement(call.session, engagement_id), now=call.now)
    return ArchivePreviewOut.model_validate(preview, from_attributes=True)


@router.post("/engagements/{engagement_id}/archive")
def create_archive(engagement_id: str, body: VersionIn, call: Write, is_sure: IsSure = False) -> EngagementOut:
    """Put it away: waits, runs, timers, offers and retainers stop; open invoices stay payable."""
    ask_first(call, engagement_id, is_sure=is_sure)
    return _out(call, archive_engagement(call.session, _at(call, engagement_id, body.version), now=call.now))


@router.delete("/engagements/{engagement_id}/archive")
def delete_archive(engagement_id: str, call: Write) -> EngagementOut:
    """Bring it back. Nothing is made up for: retainers stay paused until resumed."""
    return _out(call, unarchive_engagement(call.session, _at(call, engagement_id, None), now=call.now))


@router.get("/engagements/{engagement_id}/thread")
def show_thread(engagement_id: str, call: Read) -> ThreadOut:
    """Its eleven steps, and what it waits for."""
    engagement = get_engagement(call.session, engagement_id)
    steps = thread(get_engagement_facts(call.session, engagement))
    waits = list_open_waits(call.session, engagement_id)
    return ThreadOut(
        steps=[ThreadStepOut.model_validate(step, from_attributes=True) for step in steps],
        waits=[WaitOut.model_validate(wait) for wait in waits],
    )


@router.post("/engagements/{engagement_id}/next_wait")
def create_next_wait(engagement_id: str, call: Write) -> NextWaitOut:
    """Compute from the record what it waits for now, and show it; its workflow asks after every event."""
    engagement = get_engagement(call.session, engagement_id)
    wait = refresh_next_wait(call.session, engagement, now=call.now)
    return NextWaitOut(wait=WaitOut.model_validate(wait) if wait else None, stage=engagement.status)


def _at(call: Call, engagement_id: str, version: int | None) -> Engagement:
    engagement = get_engagement(call.session, engagement_id)
    if version is not None and version != engagement.version:
        raise Conflict("Somebody else changed this engagement since you looked. Reload and try again.", field="version")
    return engagement


def _out(call: Call, engagement: Engagement) -> EngagementOut:
    call.session.flush()
    return EngagementOut.model_validate(engagement)
