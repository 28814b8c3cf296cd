"""Time: the week's sheet, an entry by hand, the timer of the top bar."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Form, Query
from fastapi.responses import Response
from sqlmodel import col

from api.attempts import attempt
from api.deps import Call, Read, Write
from api.pages.projects import day_of
from api.render import fragment, member_page, redirect
from api.routing import Router
from api.time_entries import acting_member, check_may_change, sees_costs
from api.timesheets import Week, list_members, name_of_work, week_of
from models.commands.time_entries import change_time_entry, delete_time_entry, log_time, start_timer, stop_timer
from models.queries.automation_authors import find_authors
from models.queries.projects import projects_matching
from models.queries.tasks import list_tasks
from models.queries.time_entries import find_running_entry, get_time_entry
from models.rules.dates import elapsed_seconds, local_date, local_instant
from models.tables.members import Member
from models.tables.projects import Project
from models.tables.time_entries import TimeEntry
from models.types.automation_authors import Authors
from models.types.errors import Invalid
from models.types.principals import Door
from models.types.tasks import TaskFilter
from models.types.time_entries import WorkPlace

router = Router("time_entries", Door.MEMBER, prefix="")

_TIMER = "time_entries/_timer.html"


@dataclass(frozen=True, slots=True)
class SheetPage:
    """`time_entries/index.html`."""

    week: Week
    sunday: date
    earlier: str
    later: str
    whose: Member
    members: list[tuple[str, str]]
    sees_costs: bool


@dataclass(frozen=True, slots=True)
class EntryPage:
    """`time_entries/edit.html`."""

    entry: TimeEntry | None
    authors: Authors | None
    work: list[tuple[str, str]]
    worker: Member
    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TimerPage:
    """`time_entries/_timer.html`."""

    running: TimeEntry | None
    work: str
    href: str
    clock: str


@router.get("/time_entries")
def index(
    call: Read,
    week: Annotated[str, Query(max_length=10)] = "",
    member_id: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """A week of one person: mine, or with the right to it somebody else's. week: any of its days."""
    member = acting_member(call, member_id or None)
    day = day_of(week, "week") or local_date(call.now, member.timezone)
    monday = day - timedelta(days=day.weekday())
    whose = "" if member.id == call.principal.id else f"&member_id={member.id}"
    page = SheetPage(
        week=week_of(call.session, member, monday, now=call.now),
        sunday=monday + timedelta(days=6),
        earlier=f"/time_entries?week={monday - timedelta(days=7)}{whose}",
        later=f"/time_entries?week={monday + timedelta(days=7)}{whose}",
        whose=member,
        members=list_members(call.session) if sees_costs(call) else [],
        sees_costs=sees_costs(call),
    )
    return member_page(call, "time_entries/index.html", page, nav="time")


@router.get("/time_entries/timer")
def show_timer(call: Read) -> Response:
    """What the top bar shows."""
    return _timer(call, find_running_entry(call.session, call.principal.id))


@router.post("/time_entries/timer")
def create_timer(call: Write) -> Response:
    """Start a timer for work that gets its name later."""
    entry = start_timer(call.session, acting_member(call), WorkPlace(), now=call.now)
    return _timer(call, entry) if call.is_htmx else redirect(call, "/time_entries", flash="The timer runs.")


@router.post("/time_entries/timer/stop")
def delete_timer(call: Write) -> Response:
    """Stop the timer."""
    running = find_running_entry(call.session, call.principal.id)
    if running is not None:
        stop_timer(call.session, running, now=call.now)
    return _timer(call, None) if call.is_htmx else redirect(call, "/time_entries", flash="The timer is stopped.")


@router.get("/time_entries/new")
def new(call: Read, work: Annotated[str, Query(max_length=80)] = "", day: Annotated[str, Query(max_length=10)] = "") -> Response:
    """The form for time that no timer counted."""
    member = acting_member(call)
    values = {"work": work, "day": day or local_date(call.now, member.timezone).isoformat(), "is_billable": "on"}
    return member_page(call, "time_entries/edit.html", _entry_page(call, None, member, values), nav="time")


@router.post("/time_entries")
def create(
    call: Write,
    work: Annotated[str, Form()] = "",
    day: Annotated[str, Form()] = "",
    starts: Annotated[str, Form()] = "",
    stops: Annotated[str, Form()] = "",
    note: Annotated[str, Form()] = "",
    is_billable: Annotated[str, Form()] = "",
) -> Response:
    """Enter time by hand."""
    member = acting_member(call)
    values = {"work": work, "day": day, "starts": starts, "stops": stops, "note": note, "is_billable": is_billable}

    def save() -> None:
        begin, end = _span(day, starts, stops, member.timezone)
        log_time(call.session, member, _place(work), started_at=begin, stopped_at=end, note=note, is_billable=bool(is_billable))

    errors = attempt(call, save)
    if errors:
        page = _entry_page(call, None, member, values, errors)
        return member_page(call, "time_entries/edit.html", page, nav="time", status=422)
    return redirect(call, f"/time_entries?week={day}", flash="Time entered")


@router.get("/time_entries/{time_entry_id}")
def edit(time_entry_id: str, call: Read) -> Response:
    """An entry to look at or correct."""
    entry = get_time_entry(call.session, time_entry_id)
    check_may_change(call, entry)
    member = call.session.get_one(Member, entry.member_id)
    return member_page(call, "time_entries/edit.html", _entry_page(call, entry, member, _values(entry, member)), nav="time")


@router.post("/time_entries/{time_entry_id}")
def update(
    time_entry_id: str,
    call: Write,
    work: Annotated[str, Form()] = "",
    day: Annotated[str, Form()] = "",
    starts: Annotated[str, Form()] = "",
    stops: Annotated[str, Form()] = "",
    note: Annotated[str, Form()] = "",
    is_billable: Annotated[str, Form()] = "",
) -> Response:
    """Correct an entry. A running one keeps running."""
    entry = get_time_entry(call.session, time_entry_id)
    check_may_change(call, entry)
    member = call.session.get_one(Member, entry.member_id)
    before = _values(entry, member)
    values = {"work": work, "day": day, "starts": starts, "stops": stops, "note": note, "is_billable": is_billable}

    def save() -> None:
        begin: datetime | None = None
        end: datetime | None = None
        # Seconds are kept unless the times were really changed: the fields show minutes only.
        if any(values[name] != before[name] for name in ("day", "starts", "stops")):
            begin, end = _span(day, starts, stops or starts, member.timezone)
        change_time_entry(
            call.session,
            entry,
            place=_place(work) if work != before["work"] else None,
            started_at=begin,
            stopped_at=end if entry.stopped_at else None,
            note=note,
            is_billable=bool(is_billable),
        )

    errors = attempt(call, save)
    if errors:
        page = _entry_page(call, entry, member, values, errors)
        return member_page(call, "time_entries/edit.html", page, nav="time", status=422)
    return redirect(call, f"/time_entries?week={entry.local_day}", flash="Saved")


@router.post("/time_entries/{time_entry_id}/deletion")
def delete(time_entry_id: str, call: Write) -> Response:
    """Remove an entry for good."""
    entry = get_time_entry(call.session, time_entry_id)
    check_may_change(call, entry)
    delete_time_entry(call.session, entry)
    return redirect(call, f"/time_entries?week={entry.local_day}", flash="The entry is deleted.")


def _timer(call: Call, running: TimeEntry | None) -> Response:
    work, _, href = name_of_work(call.session, running) if running else ("", "", None)
    fallback = f"/time_entries/{running.id}" if running else ""
    seconds = max(0, elapsed_seconds(running.started_at, call.now)) if running else 0
    clock = f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return fragment(call, _TIMER, TimerPage(running=running, work=work, href=href or fallback, clock=clock))


def _entry_page(
    call: Call, entry: TimeEntry | None, member: Member, values: dict[str, str], errors: dict[str, str] | None = None
) -> EntryPage:
    projects = call.session.exec(projects_matching().order_by(col(Project.name))).all()
    tasks = list_tasks(call.session, TaskFilter(status="open"))
    names = {project.id: project.name for project in projects}
    work = [(f"project:{project.id}", project.name) for project in projects]
    work += [(f"task:{task.id}", f"{names.get(task.project_id or '', 'No project')} · {task.title}") for task in tasks]
    if values.get("work") and values["work"] not in dict(work) and entry is not None:
        work.insert(0, (values["work"], name_of_work(call.session, entry)[0]))
    shape = {"work": "", "day": "", "starts": "", "stops": "", "note": "", "is_billable": ""}
    return EntryPage(
        entry=entry,
        authors=find_authors(call.session, entry.id) if entry else None,
        work=sorted(work, key=lambda one: one[1].lower()),
        worker=member,
        values={**shape, **values},
        errors=errors or {},
    )


def _values(entry: TimeEntry, member: Member) -> dict[str, str]:
    zone = ZoneInfo(member.timezone)
    work = f"task:{entry.task_id}" if entry.task_id else f"project:{entry.project_id}" if entry.project_id else ""
    return {
        "work": work,
        "day": entry.local_day.isoformat(),
        "starts": entry.started_at.astimezone(zone).strftime("%H:%M"),
        "stops": entry.stopped_at.astimezone(zone).strftime("%H:%M") if entry.stopped_at else "",
        "note": entry.note,
        "is_billable": "on" if entry.is_billable else "",
    }


def _place(work: str) -> WorkPlace:
    kind, _, row_id = work.partition(":")
    return WorkPlace(task_id=row_id if kind == "task" else None, project_id=row_id if kind == "project" else None)


def _span(day: str, starts: str, stops: str, zone: str) -> tuple[datetime, datetime]:
    """From the worker's own clock to instants; an end that is not after the start is on the next day."""
    on = day_of(day, "day")
    if on is None:
        raise Invalid("Choose the day.", field="day")
    begin, end = _minutes(starts, "starts"), _minutes(stops, "stops")
    ends_on = on if end > begin else on + timedelta(days=1)
    return local_instant(on, begin, zone), local_instant(ends_on, end, zone)


def _minutes(text: str, name: str) -> int:
    try:
        at = datetime.strptime(text, "%H:%M")  # noqa: DTZ007 - a time of day
    except ValueError:
        raise Invalid("Write the time as 09:30.", field=name) from None
    return at.hour * 60 + at.minute
