"""Kinds of calls that clients can book, and their free slots."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, select

from api.automation_users import IsSure, ask_first
from api.deps import Read, Write
from api.pagination import Page, Paging, page_of
from api.routing import Router
from models.commands.bookings import list_open_slots
from models.commands.schedulers import add_scheduler, archive_scheduler, change_scheduler, unarchive_scheduler
from models.queries.bookings import get_scheduler
from models.tables.bookings import Scheduler
from models.types.errors import Invalid

router = Router("schedulers")
LONGEST_RANGE = timedelta(days=62)


class SchedulerIn(BaseModel):
    """A scheduler as it is written."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=120, examples=["Kickoff call"])
    member_id: str = Field(examples=["mem_01k…"])
    slug: str = Field(default="", max_length=80, pattern=r"^[a-z0-9-]*$", examples=["kickoff-with-mara"])
    intro: str = Field(default="", max_length=2000)
    duration_minutes: int = Field(default=30, ge=5, le=480)
    step_minutes: int = Field(default=30, ge=5, le=480)
    buffer_before_minutes: int = Field(default=0, ge=0, le=480)
    buffer_after_minutes: int = Field(default=0, ge=0, le=480)
    notice_minutes: int = Field(default=240, ge=0, le=60 * 24 * 60)
    horizon_days: int = Field(default=60, ge=1, le=365)
    daily_cap: int | None = Field(default=None, ge=1, le=100)
    weekly_hours: dict[str, list[list[str]]] = Field(default_factory=dict, examples=[{"0": [["09:00", "12:00"]]}])
    overrides: dict[str, list[list[str]]] = Field(default_factory=dict, examples=[{"2026-12-24": []}])
    video: Literal["jitsi", "custom", "none"] = "jitsi"
    location: str = Field(default="", max_length=500)


class SchedulerOut(BaseModel):
    """A scheduler."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    slug: str
    member_id: str
    intro: str
    duration_minutes: int
    step_minutes: int
    buffer_before_minutes: int
    buffer_after_minutes: int
    notice_minutes: int
    horizon_days: int
    daily_cap: int | None
    weekly_hours: dict[str, Any]
    overrides: dict[str, Any]
    video: str
    location: str
    archived_at: datetime | None


class SlotsOut(BaseModel):
    """Open starts, UTC, earliest first."""

    slots: list[datetime]


@router.get("/schedulers")
def list_schedulers(call: Read, paging: Paging, member_id: str | None = None, is_archived: bool = False) -> Page[SchedulerOut]:
    """Schedulers, newest first; those put away only when asked for."""
    archived = col(Scheduler.archived_at)
    statement = select(Scheduler).where(archived.is_not(None) if is_archived else archived.is_(None))
    if member_id is not None:
        statement = statement.where(Scheduler.member_id == member_id)
    return page_of(call.session, statement, Scheduler, paging, SchedulerOut)


@router.post("/schedulers", status_code=201)
def create_scheduler(wanted: SchedulerIn, call: Write) -> SchedulerOut:
    """Add a scheduler. Without a slug it gets one from its name."""
    return SchedulerOut.model_validate(add_scheduler(call.session, **wanted.model_dump()))


@router.get("/schedulers/{scheduler_id}")
def show_scheduler(scheduler_id: str, call: Read) -> SchedulerOut:
    """One scheduler, also one that was put away."""
    return SchedulerOut.model_validate(get_scheduler(call.session, scheduler_id, with_archived=True))


@router.put("/schedulers/{scheduler_id}")
def update_scheduler(scheduler_id: str, wanted: SchedulerIn, call: Write) -> SchedulerOut:
    """Change a scheduler. Calls already booked stay as they are."""
    scheduler = get_scheduler(call.session, scheduler_id)
    return SchedulerOut.model_validate(change_scheduler(call.session, scheduler, **wanted.model_dump()))


@router.delete("/schedulers/{scheduler_id}", status_code=204)
def destroy_scheduler(scheduler_id: str, call: Write, is_sure: IsSure = False) -> None:
    """Put a scheduler away: its page is gone, its calls stand."""
    ask_first(call, scheduler_id, is_sure=is_sure)
    archive_scheduler(call.session, get_scheduler(call.session, scheduler_id), now=call.now)


@router.delete("/schedulers/{scheduler_id}/archive")
def delete_scheduler_archive(scheduler_id: str, call: Write) -> SchedulerOut:
    """Offer a scheduler again, at the address it had."""
    scheduler = get_scheduler(call.session, scheduler_id, with_archived=True)
    return SchedulerOut.model_validate(unarchive_scheduler(call.session, scheduler))


@router.get("/schedulers/{scheduler_id}/slots")
def list_slots(
    scheduler_id: str, call: Read, since: Annotated[datetime, Query()], until: Annotated[datetime, Query()]
) -> SlotsOut:
    """The open starts between two moments, at most 62 days apart."""
    if since.tzinfo is None or until.tzinfo is None:
        raise Invalid("Write moments with their offset, like 2026-12-01T00:00:00Z.", field="since")
    if until - since > LONGEST_RANGE:
        raise Invalid("Ask for at most 62 days at once.", field="until")
    scheduler = get_scheduler(call.session, scheduler_id)
    return SlotsOut(slots=list_open_slots(call.session, scheduler, now=call.now, since=since, until=until))
