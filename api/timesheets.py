"""A person's week as the sheet shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from models.queries.time_entries import list_time_entries, worked_time
from models.rules.dates import elapsed_seconds, local_date
from models.rules.time_entries import overlapping_pairs, time_totals
from models.tables.engagements import Engagement
from models.tables.members import Member
from models.tables.projects import Project
from models.tables.tasks import Task
from models.tables.time_entries import TimeEntry
from models.types.time_entries import TimeEntryFilter, TimeTotals, WorkSpan


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry in the sheet. starts, stops: the worker's own clock."""

    entry: TimeEntry
    work: str
    project: str
    href: str | None
    starts: str
    stops: str
    seconds: int
    overlaps: bool


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day of the week with its entries, the earliest first."""

    day: date
    seconds: int
    share: int
    """Of the longest day of the week, 0 to 100."""
    is_today: bool
    rows: list[EntryRow]


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from Monday. totals: of the finished entries."""

    monday: date
    days: list[DayRow]
    totals: TimeTotals


def week_of(session: Session, member: Member, monday: date, *, now: datetime) -> Week:
    """A member's week. The running entry shows what it has come to by now, and is in no total yet."""
    sunday = monday + timedelta(days=6)
    entries = list_time_entries(session, TimeEntryFilter(member_id=member.id, from_day=monday, to_day=sunday))
    rows = _rows(session, member, entries, now)
    by_day = {monday + timedelta(days=offset): [] for offset in range(7)}  # type: dict[date, list[EntryRow]]
    for row in rows:
        by_day[row.entry.local_day].append(row)
    sums = {day: sum(row.seconds for row in listed) for day, listed in by_day.items()}
    longest = max(sums.values()) or 1
    today = local_date(now, member.timezone)
    days = [DayRow(day, sums[day], sums[day] * 100 // longest, day == today, listed) for day, listed in by_day.items()]
    return Week(monday, days, time_totals(worked_time(session, entries)))


def name_of_work(session: Session, entry: TimeEntry) -> tuple[str, str, str | None]:
    """What an entry is for, the project it is in, and where that opens."""
    task = session.get(Task, entry.task_id) if entry.task_id else None
    project = session.get(Project, entry.project_id) if entry.project_id else None
    if task is not None:
        return task.title, project.name if project else "", f"/tasks/{task.id}"
    if project is not None:
        return project.name, "", f"/projects/{project.id}"
    engagement = session.get(Engagement, entry.engagement_id) if entry.engagement_id else None
    if engagement is not None:
        return engagement.title, "", f"/engagements/{engagement.id}"
    return entry.note or "No task yet", "", None


def list_members(session: Session) -> list[tuple[str, str]]:
    """The id and name of everybody who works here."""
    statement = select(Member.id, Member.name).where(col(Member.archived_at).is_(None)).order_by(col(Member.name))
    return [(member_id, name) for member_id, name in session.exec(statement).all()]


def _rows(session: Session, member: Member, entries: Sequence[TimeEntry], now: datetime) -> list[EntryRow]:
    spans = [WorkSpan(entry.id, entry.started_at, entry.stopped_at) for entry in entries]
    overlapping = {entry_id for pair in overlapping_pairs(spans) for entry_id in pair}
    zone = ZoneInfo(member.timezone)
    rows: list[EntryRow] = []
    for entry in entries:
        work, project, href = name_of_work(session, entry)
        stops = entry.stopped_at.astimezone(zone).strftime("%H:%M") if entry.stopped_at else "now"
        seconds = entry.seconds if entry.stopped_at else max(0, elapsed_seconds(entry.started_at, now))
        starts = entry.started_at.astimezone(zone).strftime("%H:%M")
        rows.append(EntryRow(entry, work, project, href, starts, stops, seconds, entry.id in overlapping))
    return rows
