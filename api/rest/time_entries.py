"""Timers and logged time."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.deps import Read, Write
from api.pagination import Page, Paging, page_of
from api.routing import Router
from api.time_entries import acting_member, check_may_change, sees_costs
from models.commands.time_entries import change_time_entry, delete_time_entry, log_time, start_timer, stop_timer
from models.queries.time_entries import (
    find_running_entry,
    get_time_entry,
    list_time_entries,
    list_unbilled,
    time_entries_matching,
    worked_time,
)
from models.rules.time_entries import time_totals
from models.tables.time_entries import TimeEntry
from models.types.errors import Conflict, NotFound
from models.types.time_entries import TimeEntryFilter, WorkPlace

router = Router("time_entries")


class PlaceIn(BaseModel):
    """What the work is for. The most specific id leads to the others."""

    model_config = ConfigDict(extra="forbid")

    task_id: str | None = Field(default=None, examples=["tsk_01k7w3y6m0"])
    project_id: str | None = None
    engagement_id: str | None = None
    note: str = Field(default="", max_length=2000, examples=["Second round of sketches"])
    is_billable: bool = True
    member_id: str | None = None
    """Whose time it is; the caller's when a member calls."""

    @property
    def place(self) -> WorkPlace:
        return WorkPlace(task_id=self.task_id, project_id=self.project_id, engagement_id=self.engagement_id)


class LogTimeIn(PlaceIn):
    """A finished stretch of work."""

    started_at: AwareDatetime = Field(examples=["2026-11-23T09:00:00+01:00"])
    stopped_at: AwareDatetime = Field(examples=["2026-11-23T10:30:00+01:00"])


class ChangeTimeEntryIn(BaseModel):
    """What to correct; absent fields stay."""

    model_config = ConfigDict(extra="forbid")

    task_id: str | None = None
    project_id: str | None = None
    engagement_id: str | None = None
    started_at: AwareDatetime | None = None
    stopped_at: AwareDatetime | None = None
    note: str | None = Field(default=None, max_length=2000)
    is_billable: bool | None = None
    version: int | None = None


class TimeEntryOut(BaseModel):
    """A stretch of work."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    version: int
    member_id: str
    task_id: str | None
    project_id: str | None
    engagement_id: str | None
    started_at: datetime
    stopped_at: datetime | None
    seconds: int
    local_day: date
    note: str
    is_billable: bool
    rate_minor_per_hour: int
    rate_reason: str
    cost_minor_per_hour: int | None
    """None for those who may not see costs."""
    currency: str
    invoice_line_item_id: str | None


class UnbilledOut(BaseModel):
    """Worked time that may go on an invoice."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    member_id: str
    member_name: str
    local_day: date
    seconds: int
    rate_minor_per_hour: int
    currency: str
    task_id: str | None
    task_name: str
    project_id: str | None
    project_name: str
    note: str


class MoneyOut(BaseModel):
    """An amount."""

    model_config = ConfigDict(from_attributes=True)

    minor: int
    currency: str


class TimeTotalsOut(BaseModel):
    """The sums of the finished entries; amounts are before rounding, which happens at billing."""

    seconds: int
    billable_seconds: int
    amounts: list[MoneyOut]
    costs: list[MoneyOut] | None
    """None for those who may not see costs."""


def _filter(
    member_id: str | None = None,
    project_id: str | None = None,
    task_id: str | None = None,
    engagement_id: str | None = None,
    from_day: date | None = None,
    to_day: date | None = None,
    is_billable: bool | None = None,
    is_running: bool | None = None,
    is_billed: bool | None = None,
) -> TimeEntryFilter:
    return TimeEntryFilter(member_id, project_id, task_id, engagement_id, from_day, to_day, is_billable, is_running, is_billed)


Wanted = Annotated[TimeEntryFilter, Depends(_filter)]


@router.get("/time_entries")
def list_entries(call: Read, paging: Paging, wanted: Wanted) -> Page[TimeEntryOut]:
    """Time entries, newest first."""
    page = page_of(call.session, time_entries_matching(wanted), TimeEntry, paging, TimeEntryOut)
    return page.model_copy(update={"items": [_without_secrets(call, item) for item in page.items]})


@router.get("/time_entries/totals")
def show_totals(call: Read, wanted: Wanted) -> TimeTotalsOut:
    """Hours, amount and cost of the entries that fit the filter."""
    totals = time_totals(worked_time(call.session, list_time_entries(call.session, wanted)))
    return TimeTotalsOut(
        seconds=totals.seconds,
        billable_seconds=totals.billable_seconds,
        amounts=[MoneyOut.model_validate(amount) for amount in totals.amounts],
        costs=[MoneyOut.model_validate(cost) for cost in totals.costs] if sees_costs(call) else None,
    )


@router.get("/time_entries/unbilled")
def list_unbilled_entries(
    call: Read,
    engagement_id: str | None = None,
    project_id: str | None = None,
    from_day: date | None = None,
    to_day: date | None = None,
) -> list[UnbilledOut]:
    """Finished, billable time on no live invoice, the earliest first."""
    entries = list_unbilled(call.session, engagement_id=engagement_id, project_id=project_id, from_day=from_day, to_day=to_day)
    return [UnbilledOut.model_validate(entry) for entry in entries]


@router.get("/time_entries/timer")
def show_timer(call: Read, member_id: Annotated[str | None, Query()] = None) -> TimeEntryOut:
    """The running timer of a member; 404 when none runs."""
    entry = find_running_entry(call.session, acting_member(call, member_id).id)
    if entry is None:
        raise NotFound("No timer is running.")
    return _shape(call, entry)


@router.post("/time_entries/timer", status_code=201)
def create_timer(body: PlaceIn, call: Write) -> TimeEntryOut:
    """Start the timer; the one that ran is stopped in the same moment."""
    member = acting_member(call, body.member_id)
    entry = start_timer(call.session, member, body.place, now=call.now, note=body.note, is_billable=body.is_billable)
    return _shape(call, entry)


@router.delete("/time_entries/timer")
def delete_timer(call: Write, member_id: Annotated[str | None, Query()] = None) -> TimeEntryOut:
    """Stop the running timer; the finished entry is the answer."""
    entry = find_running_entry(call.session, acting_member(call, member_id).id)
    if entry is None:
        raise NotFound("No timer is running.")
    return _shape(call, stop_timer(call.session, entry, now=call.now))


@router.post("/time_entries", status_code=201)
def create_entry(body: LogTimeIn, call: Write) -> TimeEntryOut:
    """Log a finished stretch of work."""
    entry = log_time(
        call.session,
        acting_member(call, body.member_id),
        body.place,
        started_at=body.started_at,
        stopped_at=body.stopped_at,
        note=body.note,
        is_billable=body.is_billable,
    )
    return _shape(call, entry)


@router.get("/time_entries/{time_entry_id}")
def show_entry(time_entry_id: str, call: Read) -> TimeEntryOut:
    """One time entry."""
    return _shape(call, get_time_entry(call.session, time_entry_id))


@router.patch("/time_entries/{time_entry_id}")
def change_entry(time_entry_id: str, body: ChangeTimeEntryIn, call: Write) -> TimeEntryOut:
    """Correct a time entry; refused once it is invoiced."""
    entry = get_time_entry(call.session, time_entry_id)
    check_may_change(call, entry)
    if body.version is not None and body.version != entry.version:
        raise Conflict("Somebody else changed this at the same moment. Reload and try again.")
    moves = body.model_fields_set & {"task_id", "project_id", "engagement_id"}
    place = WorkPlace(task_id=body.task_id, project_id=body.project_id, engagement_id=body.engagement_id) if moves else None
    change_time_entry(
        call.session,
        entry,
        place=place,
        started_at=body.started_at,
        stopped_at=body.stopped_at,
        note=body.note,
        is_billable=body.is_billable,
    )
    return _shape(call, entry)


@router.delete("/time_entries/{time_entry_id}", status_code=204)
def delete_entry(time_entry_id: str, call: Write) -> None:
    """Delete a time entry; refused once it is invoiced."""
    entry = get_time_entry(call.session, time_entry_id)
    check_may_change(call, entry)
    delete_time_entry(call.session, entry)


def _shape(call: Read, entry: TimeEntry) -> TimeEntryOut:
    call.session.flush()
    return _without_secrets(call, TimeEntryOut.model_validate(entry))


def _without_secrets(call: Read, entry: TimeEntryOut) -> TimeEntryOut:
    return entry if sees_costs(call) else entry.model_copy(update={"cost_minor_per_hour": None})
