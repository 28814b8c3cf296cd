"""A project's money and dates: the details form, moving its start, ending it, its time."""

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from fastapi import Form, Query
from fastapi.responses import Response

from api.attempts import attempt
from api.deps import Call, Read, Write
from api.pages.projects import ProjectHead, day_of, head_of, today_of
from api.render import member_page, redirect
from api.routing import Router
from api.time_entries import sees_costs
from models.commands.projects import (
    archive_project,
    change_project,
    clear_project,
    complete_project,
    preview_reanchoring,
    reanchor_project,
    reopen_project,
    unarchive_project,
)
from models.queries.people import names_of_people
from models.queries.projects import get_project, list_people
from models.queries.time_entries import list_time_entries, worked_time
from models.rules.money import parse_amount, plain_amount
from models.rules.time_entries import time_totals
from models.tables.projects import Project
from models.types.errors import Invalid
from models.types.money import Money
from models.types.principals import Door
from models.types.projects import MovedDate
from models.types.time_entries import TimeEntryFilter, TimeTotals, WorkedTime

router = Router("projects", Door.MEMBER, prefix="")


@dataclass(frozen=True, slots=True)
class DetailsPage:
    """`projects/details.html`."""

    head: ProjectHead
    values: dict[str, str]
    people: list[tuple[str, str]]
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StartPage:
    """`projects/start.html`."""

    head: ProjectHead
    starts_on: date
    moves: list[MovedDate]


@dataclass(frozen=True, slots=True)
class TimePage:
    """`projects/time.html`."""

    head: ProjectHead
    entries: list[WorkedTime]
    totals: TimeTotals
    unbilled: TimeTotals
    sees_costs: bool


@router.get("/projects/{project_id}/details")
def edit(project_id: str, call: Read) -> Response:
    """What the project is called, when it is, what it may cost."""
    project = get_project(call.session, project_id)
    return member_page(call, "projects/details.html", _details(call, project, _values(project)), nav="projects")


@router.post("/projects/{project_id}/details")
def update(
    project_id: str,
    call: Write,
    name: Annotated[str, Form()] = "",
    due_on: Annotated[str, Form()] = "",
    budget: Annotated[str, Form()] = "",
    budget_hours: Annotated[str, Form()] = "",
    rate: Annotated[str, Form()] = "",
) -> Response:
    """Change them."""
    project = get_project(call.session, project_id)
    typed = {"name": name, "due_on": due_on, "budget": budget, "budget_hours": budget_hours, "rate": rate}

    def save() -> None:
        wanted = {
            "due_on": day_of(due_on, "due_on"),
            "budget_minor": _amount(budget, project.currency, "budget"),
            "budget_seconds": _hours(budget_hours),
            "rate_minor_per_hour": _amount(rate, project.currency, "rate"),
        }
        clear_project(call.session, project, {key for key, value in wanted.items() if value is None})
        change_project(call.session, project, name=name, **wanted)  # type: ignore[arg-type]  # by name, each its own type

    errors = attempt(call, save)
    if errors:
        return member_page(call, "projects/details.html", _details(call, project, typed, errors), nav="projects", status=422)
    return redirect(call, f"/projects/{project.id}/details", flash="Saved")


@router.get("/projects/{project_id}/start")
def preview_start(project_id: str, call: Read, starts_on: Annotated[str, Query(max_length=10)] = "") -> Response:
    """Which due dates move when the project starts on another day, before it is done."""
    project = get_project(call.session, project_id)
    wanted = day_of(starts_on, "starts_on") or project.starts_on or today_of(call)
    moves = preview_reanchoring(call.session, project, wanted)
    page = StartPage(head=head_of(call, project, "details"), starts_on=wanted, moves=moves)
    return member_page(call, "projects/start.html", page, nav="projects")


@router.post("/projects/{project_id}/start")
def update_start(project_id: str, call: Write, starts_on: Annotated[str, Form()] = "") -> Response:
    """Move the start, and the open tasks with it."""
    project = get_project(call.session, project_id)
    wanted = day_of(starts_on, "starts_on")
    if wanted is None:
        raise Invalid("Choose the day on which the project starts.", field="starts_on")
    moved = len(reanchor_project(call.session, project, wanted))
    said = f"The start was moved, and {moved} due {'date' if moved == 1 else 'dates'} with it."
    return redirect(call, f"/projects/{project.id}/tasks", flash=said)


@router.get("/projects/{project_id}/time")
def show_time(project_id: str, call: Read) -> Response:
    """The time worked on the project, with totals."""
    project = get_project(call.session, project_id)
    entries = worked_time(call.session, list_time_entries(call.session, TimeEntryFilter(project_id=project.id)))
    page = TimePage(
        head=head_of(call, project, "time"),
        entries=entries[::-1],
        totals=time_totals(entries),
        unbilled=time_totals(entry for entry in entries if entry.invoice_line_item_id is None),
        sees_costs=sees_costs(call),
    )
    return member_page(call, "projects/time.html", page, nav="projects")


@router.post("/projects/{project_id}/completion")
def create_completion(project_id: str, call: Write) -> Response:
    """The project is done."""
    complete_project(call.session, get_project(call.session, project_id))
    return redirect(call, f"/projects/{project_id}", flash="The project is completed.")


@router.post("/projects/{project_id}/reopening")
def create_reopening(project_id: str, call: Write) -> Response:
    """The project goes on."""
    reopen_project(call.session, get_project(call.session, project_id))
    return redirect(call, f"/projects/{project_id}", flash="The project goes on.")


@router.post("/projects/{project_id}/archive")
def create_archive(project_id: str, call: Write) -> Response:
    """Put the project away."""
    archive_project(call.session, get_project(call.session, project_id), now=call.now)
    return redirect(call, f"/projects/{project_id}", flash="The project is put away.")


@router.post("/projects/{project_id}/unarchive")
def create_unarchive(project_id: str, call: Write) -> Response:
    """Bring the project back."""
    unarchive_project(call.session, get_project(call.session, project_id))
    return redirect(call, f"/projects/{project_id}", flash="The project is back.")


def _details(call: Call, project: Project, values: dict[str, str], errors: dict[str, str] | None = None) -> DetailsPage:
    people = list_people(call.session, project.id)
    names = names_of_people(call.session, [person.person_id for person in people])
    roles = [(names.get(person.person_id, ""), person.role.replace("_", " ")) for person in people]
    return DetailsPage(head=head_of(call, project, "details"), values=values, people=roles, errors=errors or {})


def _values(project: Project) -> dict[str, str]:
    def amount(minor: int | None) -> str:
        return "" if minor is None else plain_amount(Money(minor, project.currency)).split()[0]

    return {
        "name": project.name,
        "due_on": project.due_on.isoformat() if project.due_on else "",
        "budget": amount(project.budget_minor),
        "budget_hours": "" if project.budget_seconds is None else f"{project.budget_seconds / 3600:g}",
        "rate": amount(project.rate_minor_per_hour),
    }


def _amount(text: str, currency: str, name: str) -> int | None:
    if not text.strip():
        return None
    try:
        minor = parse_amount(text, currency).minor
    except Invalid as wrong:
        raise Invalid(wrong.detail, field=name) from wrong
    if minor < 0:
        raise Invalid("This cannot be less than nothing.", field=name)
    return minor


def _hours(text: str) -> int | None:
    if not text.strip():
        return None
    try:
        hours = float(text.replace(",", "."))
    except ValueError:
        raise Invalid("Write the hours as a number, such as 40 or 12.5.", field="budget_hours") from None
    if not 0 <= hours <= 100_000:
        raise Invalid("Write the hours as a number, such as 40 or 12.5.", field="budget_hours")
    return round(hours * 3600)
