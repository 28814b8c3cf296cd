"""Schedulers: kinds of calls that clients can book with one member."""

import re
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.db import workspace_id_of
from models.ids import new_id, new_token
from models.queries.bookings import find_scheduler_by_slug
from models.rules.slots import day_overrides, weekly_hours
from models.tables.bookings import Scheduler
from models.tables.members import Member
from models.types.errors import Conflict, Invalid, NotFound


def add_scheduler(session: Session, **values: Any) -> Scheduler:
    """Add a scheduler. Without a slug it gets one from its name and a few random letters.

    Raises Conflict when the slug is taken, Invalid for hours that cannot be, NotFound for a host who is not there.
    """
    values["slug"] = values.get("slug") or f"{_plain(values['name'])}-{new_token()[:6].lower().replace('_', 'x')}"
    scheduler = Scheduler(id=new_id("sch"), workspace_id=workspace_id_of(session), **values)
    return _checked(session, scheduler)


def change_scheduler(session: Session, scheduler: Scheduler, **values: Any) -> Scheduler:
    """Change a scheduler; an empty slug keeps the one it has. Raises as `add_scheduler`."""
    values["slug"] = values.get("slug") or scheduler.slug
    for name, value in values.items():
        setattr(scheduler, name, value)
    return _checked(session, scheduler)


def archive_scheduler(session: Session, scheduler: Scheduler, *, now: datetime) -> None:
    """Put a scheduler away."""
    scheduler.archived_at = scheduler.archived_at or now
    session.add(scheduler)


def unarchive_scheduler(session: Session, scheduler: Scheduler) -> Scheduler:
    """Offer a scheduler again, at the address it had. Twice is once."""
    scheduler.archived_at = None
    session.add(scheduler)
    return scheduler


def _checked(session: Session, scheduler: Scheduler) -> Scheduler:
    weekly_hours(scheduler.weekly_hours)
    day_overrides(scheduler.overrides)
    if session.get(Member, scheduler.member_id) is None:
        raise NotFound("There is no such member.", field="member_id")
    if scheduler.video == "custom" and not scheduler.location:
        raise Invalid("Write the meeting link or the place.", field="location")
    known = find_scheduler_by_slug(session, scheduler.slug)
    if known is not None and known.id != scheduler.id:
        raise Conflict("This address is taken. Choose another.", field="slug")
    session.add(scheduler)
    session.flush()
    return scheduler


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "call"
