"""Timers and logged time. The server's clock counts; the day is the worker's own; rounding happens at billing only."""

from datetime import datetime, timedelta
from typing import TypeVar

from sqlmodel import Session, select

from models.commands.events import record
from models.commands.retainer_hours import note_hours
from models.db import workspace_id_of
from models.ids import new_id
from models.queries.time_entries import cost_of_work, currency_of_work, find_rate, find_running_entry
from models.rules.dates import elapsed_seconds
from models.rules.time_entries import worked_on
from models.tables.engagements import Engagement
from models.tables.members import Member
from models.tables.projects import Project
from models.tables.rows import WorkspaceRow
from models.tables.tasks import Task
from models.tables.time_entries import TimeEntry
from models.types.errors import Invalid, NotFound, Refused
from models.types.time_entries import WorkPlace

RowT = TypeVar("RowT", bound=WorkspaceRow)
LONGEST_ENTRY = timedelta(hours=24)
"""Logged by hand; longer is a slip of the date, not a day's work."""


def start_timer(
    session: Session,
    member: Member,
    place: WorkPlace,
    *,
    now: datetime,
    note: str = "",
    is_billable: bool = True,
) -> TimeEntry:
    """Start a member's timer. The one that ran is stopped at the same instant, in the same transaction.

    The rate is resolved now and kept, so that a later change of rates does not touch it.
    Raises Refused when the task or its project is archived.
    """
    _lock(session, member)
    running = find_running_entry(session, member.id)
    if running is not None:
        stop_timer(session, running, now=now)
        session.flush()
    entry = _new_entry(session, member, place, started_at=now, note=note, is_billable=is_billable)
    session.flush()
    record(session, "time_entry.started", entry.id, engagement_id=entry.engagement_id)
    return entry


def stop_timer(session: Session, entry: TimeEntry, *, now: datetime) -> TimeEntry:
    """Stop a running timer; one that was stopped before stays as it is."""
    if entry.stopped_at is not None:
        return entry
    entry.stopped_at = max(now, entry.started_at)
    entry.seconds = elapsed_seconds(entry.started_at, entry.stopped_at)
    session.add(entry)
    record(session, "time_entry.stopped", entry.id, engagement_id=entry.engagement_id)
    note_hours(session, entry)
    return entry


def log_time(
    session: Session,
    member: Member,
    place: WorkPlace,
    *,
    started_at: datetime,
    stopped_at: datetime,
    note: str = "",
    is_billable: bool = True,
) -> TimeEntry:
    """Enter a finished stretch of work by hand. Raises Invalid for times that cannot be, Refused for archived work."""
    _check_span(started_at, stopped_at)
    entry = _new_entry(session, member, place, started_at=started_at, note=note, is_billable=is_billable)
    entry.stopped_at = stopped_at
    entry.seconds = elapsed_seconds(started_at, stopped_at)
    session.flush()
    record(session, "time_entry.logged", entry.id, engagement_id=entry.engagement_id)
    note_hours(session, entry)
    return entry


def change_time_entry(
    session: Session,
    entry: TimeEntry,
    *,
    place: WorkPlace | None = None,
    started_at: datetime | None = None,
    stopped_at: datetime | None = None,
    note: str | None = None,
    is_billable: bool | None = None,
) -> TimeEntry:
    """Correct an entry; what is None stays. Moving it to other work or another day resolves its rate anew.

    Raises Refused once it is invoiced: the invoice must be voided first.
    """
    _check_not_invoiced(entry)
    if stopped_at is not None and entry.stopped_at is None:
        raise Refused("The timer is still running. Stop it first.", field="stopped_at")
    _change_span(session, entry, started_at, stopped_at)
    if place is not None:
        task, project, entry.engagement_id = _place(session, place)
        entry.task_id, entry.project_id = task.id if task else None, project.id if project else None
    if place is not None or started_at is not None:
        _price(session, entry)
    entry.note = entry.note if note is None else note
    entry.is_billable = entry.is_billable if is_billable is None else is_billable
    session.add(entry)
    record(session, "time_entry.changed", entry.id, engagement_id=entry.engagement_id)
    note_hours(session, entry)
    return entry


def delete_time_entry(session: Session, entry: TimeEntry) -> None:
    """Remove an entry for good. Raises Refused once it is invoiced."""
    _check_not_invoiced(entry)
    record(session, "time_entry.deleted", entry.id, engagement_id=entry.engagement_id, seconds=entry.seconds)
    session.delete(entry)


def _lock(session: Session, member: Member) -> None:
    """Let one start at a time through for a person; SQLite has one writer anyway, PostgreSQL needs the row."""
    session.exec(select(Member).where(Member.id == member.id).with_for_update()).one()


def _new_entry(
    session: Session, member: Member, place: WorkPlace, *, started_at: datetime, note: str, is_billable: bool
) -> TimeEntry:
    task, project, engagement_id = _place(session, place)
    entry = TimeEntry(
        id=new_id("ten"),
        workspace_id=workspace_id_of(session),
        member_id=member.id,
        task_id=task.id if task else None,
        project_id=project.id if project else None,
        engagement_id=engagement_id,
        started_at=started_at,
        local_day=worked_on(started_at, member.timezone),
        note=note,
        is_billable=is_billable,
    )
    _price(session, entry)
    session.add(entry)
    return entry


def _place(session: Session, place: WorkPlace) -> tuple[Task | None, Project | None, str | None]:
    """What the work is for, found from the most specific id. Raises NotFound, and Refused when it is archived."""
    task = _get(session, Task, place.task_id, "task")
    project = _get(session, Project, task.project_id if task else place.project_id, "project")
    for noun, found in (("task", task), ("project", project)):
        if found is not None and found.archived_at is not None:
            raise Refused(f"This {noun} is archived. Bring it back before tracking time on it.")
    if task is not None:
        return task, project, task.engagement_id or (project.engagement_id if project else None)
    if project is not None:
        return None, project, project.engagement_id
    engagement = _get(session, Engagement, place.engagement_id, "engagement")
    return None, None, engagement.id if engagement else None


def _price(session: Session, entry: TimeEntry) -> None:
    """Resolve rate and cost for the entry's day and keep them with the reason."""
    member = session.get_one(Member, entry.member_id)
    task = session.get(Task, entry.task_id) if entry.task_id else None
    project = session.get(Project, entry.project_id) if entry.project_id else None
    rate = find_rate(session, member, task, project, on=entry.local_day)
    entry.currency = currency_of_work(session, project)
    entry.rate_minor_per_hour = rate.minor_per_hour if rate else 0
    entry.rate_reason = rate.reason if rate else f"No rate in {entry.currency} is set for this work."
    entry.cost_minor_per_hour = cost_of_work(session, member, project)


def _change_span(session: Session, entry: TimeEntry, started_at: datetime | None, stopped_at: datetime | None) -> None:
    start, stop = started_at or entry.started_at, stopped_at or entry.stopped_at
    if stop is not None:
        _check_span(start, stop)
        entry.seconds = elapsed_seconds(start, stop)
    entry.started_at, entry.stopped_at = start, stop
    if started_at is not None:
        entry.local_day = worked_on(started_at, session.get_one(Member, entry.member_id).timezone)


def _check_span(started_at: datetime, stopped_at: datetime) -> None:
    if stopped_at <= started_at:
        raise Invalid("Time must end after it starts.", field="stopped_at")
    if stopped_at - started_at > LONGEST_ENTRY:
        raise Invalid("One entry holds 24 hours at most. Please check the days.", field="stopped_at")


def _check_not_invoiced(entry: TimeEntry) -> None:
    if entry.invoice_line_item_id is not None:
        raise Refused("This time is on an invoice. Void the invoice before changing it.")


def _get(session: Session, table: type[RowT], row_id: str | None, noun: str) -> RowT | None:
    if row_id is None:
        return None
    row = session.get(table, row_id)
    if row is None or row.workspace_id != workspace_id_of(session):
        raise NotFound(f"There is no such {noun}.")
    return row
