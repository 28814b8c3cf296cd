"""Reading worked time: the running timer, the entries of a week, what may still be billed, and at which rate."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from models.db import workspace_id_of
from models.queries.retainer_hours import without_bucket_time
from models.rules.rates import resolve_rate
from models.tables.members import Member
from models.tables.projects import Project
from models.tables.rows import Row
from models.tables.tasks import Task
from models.tables.time_entries import TimeEntry
from models.tables.workspaces import Workspace
from models.types.errors import NotFound
from models.types.rates import Rate, ResolvedRate
from models.types.time_entries import Billing, TimeEntryFilter, WorkedTime


def get_time_entry(session: Session, time_entry_id: str) -> TimeEntry:
    """One entry. Raises NotFound."""
    entry = session.get(TimeEntry, time_entry_id)
    if entry is None or entry.workspace_id != workspace_id_of(session):
        raise NotFound("There is no such time entry.")
    return entry


def find_running_entry(session: Session, member_id: str) -> TimeEntry | None:
    """The entry whose timer runs for a member, or None. A database rule allows one at most."""
    return session.exec(
        select(TimeEntry).where(TimeEntry.member_id == member_id, col(TimeEntry.stopped_at).is_(None))
    ).one_or_none()


def time_entries_matching(wanted: TimeEntryFilter) -> Any:
    """A select of the entries that fit a filter, in no order."""
    statement = select(TimeEntry)
    for column, value in (
        (TimeEntry.member_id, wanted.member_id),
        (TimeEntry.project_id, wanted.project_id),
        (TimeEntry.task_id, wanted.task_id),
        (TimeEntry.engagement_id, wanted.engagement_id),
        (TimeEntry.is_billable, wanted.is_billable),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
    if wanted.from_day is not None:
        statement = statement.where(col(TimeEntry.local_day) >= wanted.from_day)
    if wanted.to_day is not None:
        statement = statement.where(col(TimeEntry.local_day) <= wanted.to_day)
    for condition, yes in (
        (col(TimeEntry.stopped_at).is_(None), wanted.is_running),
        (col(TimeEntry.invoice_line_item_id).is_not(None), wanted.is_billed),
    ):
        if yes is not None:
            statement = statement.where(condition if yes else ~condition)
    return statement


def list_time_entries(session: Session, wanted: TimeEntryFilter) -> list[TimeEntry]:
    """The entries that fit a filter, the earliest first."""
    ordered = time_entries_matching(wanted).order_by(col(TimeEntry.started_at), col(TimeEntry.id))
    return list(session.exec(ordered).all())


def list_unbilled(
    session: Session,
    *,
    engagement_id: str | None = None,
    project_id: str | None = None,
    from_day: date | None = None,
    to_day: date | None = None,
    entry_ids: Sequence[str] | None = None,
) -> list[WorkedTime]:
    """Finished, billable entries on no live invoice line, the earliest first, with the names an invoice line shows.

    Time that a retainer has in its hours is not among them: the retainer's invoice states it.
    from_day, to_day: days of the workers, both inclusive. entry_ids: only these of them.
    """
    wanted = TimeEntryFilter(
        engagement_id=engagement_id,
        project_id=project_id,
        from_day=from_day,
        to_day=to_day,
        is_billable=True,
        is_running=False,
        is_billed=False,
    )
    entries = without_bucket_time(session, list_time_entries(session, wanted))
    if entry_ids is not None:
        entries = [entry for entry in entries if entry.id in set(entry_ids)]
    return worked_time(session, entries)


def sum_unbilled_seconds(session: Session) -> dict[str, int]:
    """Finished, billable seconds on no live invoice line and in no retainer's hours: engagement id to seconds."""
    wanted = TimeEntryFilter(is_billable=True, is_running=False, is_billed=False)
    found = session.exec(time_entries_matching(wanted).where(col(TimeEntry.engagement_id).is_not(None))).all()
    sums: Counter[str] = Counter()
    for entry in without_bucket_time(session, found):
        sums[str(entry.engagement_id)] += entry.seconds
    return dict(sums)


def worked_time(session: Session, entries: Iterable[TimeEntry]) -> list[WorkedTime]:
    """The entries as the rules take them, with names; the running ones are left out."""
    finished = [entry for entry in entries if entry.stopped_at is not None]
    members = _by_id(session, Member, (entry.member_id for entry in finished))
    tasks = _by_id(session, Task, (entry.task_id for entry in finished))
    projects = _by_id(session, Project, (entry.project_id for entry in finished))
    return [
        WorkedTime(
            id=entry.id,
            member_id=entry.member_id,
            member_name=members[entry.member_id].name,
            local_day=entry.local_day,
            seconds=entry.seconds,
            rate_minor_per_hour=entry.rate_minor_per_hour,
            currency=entry.currency,
            task_id=entry.task_id,
            task_name=tasks[entry.task_id].title if entry.task_id in tasks else "",
            project_id=entry.project_id,
            project_name=projects[entry.project_id].name if entry.project_id in projects else "",
            note=entry.note,
            billing=Billing.BILLABLE if entry.is_billable else Billing.NON_BILLABLE,
            cost_minor_per_hour=entry.cost_minor_per_hour,
            invoice_line_item_id=entry.invoice_line_item_id,
        )
        for entry in finished
    ]


def find_rate(session: Session, member: Member, task: Task | None, project: Project | None, *, on: date) -> ResolvedRate | None:
    """The price of an hour of a member's work on a day, with the sentence that says why; None when nothing sets one.

    Only rates in the project's currency count; without a project, in the workspace's.
    """
    workspace = _workspace(session)
    return resolve_rate(
        _rates(workspace, member, task, project),
        on=on,
        task_id=task.id if task else None,
        project_id=project.id if project else None,
        member_id=member.id,
        currency=project.currency if project else workspace.currency,
    )


def currency_of_work(session: Session, project: Project | None) -> str:
    """The currency in which work is priced: the project's, else the workspace's."""
    return project.currency if project else _workspace(session).currency


def cost_of_work(session: Session, member: Member, project: Project | None) -> int:
    """What an hour of a member costs the studio, in minor units of the work's currency; 0 when unknown in that currency."""
    workspace = _workspace(session)
    if project is not None and project.currency != workspace.currency:
        return 0
    return member.cost_minor_per_hour or 0


def _rates(workspace: Workspace, member: Member, task: Task | None, project: Project | None) -> list[Rate]:
    currency = project.currency if project else workspace.currency
    found: list[Rate] = []
    if task is not None and task.rate_minor_per_hour is not None:
        found.append(Rate(task.id, task.rate_minor_per_hour, currency, task_id=task.id))
    if project is not None and project.rate_minor_per_hour is not None:
        found.append(Rate(project.id, project.rate_minor_per_hour, currency, project_id=project.id))
    if member.rate_minor_per_hour is not None:
        found.append(Rate(member.id, member.rate_minor_per_hour, workspace.currency, member_id=member.id))
    if workspace.rate_minor_per_hour:
        found.append(Rate(workspace.id, workspace.rate_minor_per_hour, workspace.currency))
    return found


def _workspace(session: Session) -> Workspace:
    workspace = session.get(Workspace, workspace_id_of(session))
    if workspace is None:
        raise NotFound("There is no such workspace.")
    return workspace


def _by_id(session: Session, table: type[Any], ids: Iterable[str | None]) -> dict[str | None, Any]:
    wanted = {one for one in ids if one}
    if not wanted:
        return {}
    rows: Sequence[Row] = session.exec(select(table).where(col(table.id).in_(wanted))).all()
    return {row.id: row for row in rows}
