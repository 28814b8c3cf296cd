"""Automations that a schedule or a date starts: when they go off next, and what they wait for."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from fastapi import Depends
from pydantic import BaseModel, ConfigDict

from api.deps import Read, Write, worker_only
from api.pagination import Page, Paging, page_of
from api.routing import Router
from models.commands.automation_clocks import fire_clock
from models.queries.automation_clocks import dates_statement, schedule_of_clock
from models.queries.automations import find_published_version, get_automation
from models.tables.automation_clocks import AutomationDate

router = Router("automations")


class FiringIn(BaseModel):
    """The n-th time the clock goes off."""

    model_config = ConfigDict(extra="forbid")

    index: int


class FiringOut(BaseModel):
    """How many runs began."""

    started: int


class ComingDateOut(BaseModel):
    """A date of a record that starts a run."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    field: str
    subject_id: str
    on_value: str
    fires_at: datetime
    status: str


@router.get("/automations/{automation_id}/schedule")
def show_schedule(automation_id: str, call: Read) -> dict[str, Any]:
    """When the automation starts next by the clock; over when it does not."""
    automation = get_automation(call.session, automation_id)
    return asdict(schedule_of_clock(call.session, automation, find_published_version(call.session, automation)))


@router.post("/automations/{automation_id}/firings", dependencies=[Depends(worker_only)])
def create_firing(automation_id: str, wanted: FiringIn, call: Write) -> FiringOut:
    """Begin the runs that are due by the clock. A time that was dealt with begins none."""
    automation = get_automation(call.session, automation_id)
    return FiringOut(started=fire_clock(call.session, automation, wanted.index, now=call.now))


@router.get("/automations/{automation_id}/dates")
def list_automation_dates(automation_id: str, call: Read, paging: Paging, status: str = "pending") -> Page[ComingDateOut]:
    """The dates that the automation waits for, or waited for.

    status: `pending`, `started`, `filtered`, `past`, `skipped` or `gone`.
    """
    get_automation(call.session, automation_id)
    return page_of(call.session, dates_statement(automation_id, status=status), AutomationDate, paging, ComingDateOut)
