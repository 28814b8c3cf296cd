"""Projects and their people."""

from datetime import date, datetime
from typing import Annotated

from fastapi import Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.automation_users import IsSure, ask_first
from api.deps import Call, Read, Write
from api.pagination import Page, Paging, page_of
from api.routing import Router
from models.commands.projects import (
    archive_project,
    change_project,
    clear_project,
    complete_project,
    preview_reanchoring,
    reanchor_project,
    reopen_project,
    set_role,
    start_project,
    unarchive_project,
)
from models.queries.engagements import get_engagement
from models.queries.projects import (
    find_project_of_proposal,
    get_project,
    get_project_template,
    list_people,
    progress_of_projects,
    projects_matching,
)
from models.queries.tasks import find_person
from models.rules.dates import local_date
from models.tables.projects import Project
from models.tables.proposals import Proposal
from models.types.errors import Conflict, NotFound, Refused
from models.types.projects import Progress, ProjectRole, ProjectStatus

router = Router("projects")


class ProjectIn(BaseModel):
    """A new project, beside the one that an accepted proposal starts by itself."""

    model_config = ConfigDict(extra="forbid")

    engagement_id: str = Field(examples=["eng_01k7…"])
    name: str = Field(min_length=1, max_length=200, examples=["Byron Mills: new website"])
    template_id: str | None = Field(default=None, examples=["ptp_01k7…"])
    starts_on: date | None = None
    """From which the template's due dates count; today when absent."""
    people: dict[str, str] = Field(default_factory=dict, examples=[{"developer": "mem_01k7…"}])
    """Role of the template to member or contact."""


class ProjectChange(BaseModel):
    """What to change; what is left out stays, null empties. version: refused when somebody changed it since."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(default=None, min_length=1, max_length=200)
    due_on: date | None = None
    budget_minor: int | None = Field(default=None, ge=0, examples=[480000])
    budget_seconds: int | None = Field(default=None, ge=0, examples=[144000])
    rate_minor_per_hour: int | None = Field(default=None, ge=0, examples=[12000])
    version: int | None = None


class KickOffIn(BaseModel):
    """The n-th time it is asked; a proposal has one project, so it is always the first."""

    index: int = Field(default=0, examples=[0])


class StartIn(BaseModel):
    """The day on which a project shall start."""

    model_config = ConfigDict(extra="forbid")

    starts_on: date = Field(examples=["2026-12-01"])
    version: int | None = None


class RoleIn(BaseModel):
    """What somebody is to a project."""

    model_config = ConfigDict(extra="forbid")

    role: ProjectRole = Field(examples=["client_approver"])


class ProjectOut(BaseModel):
    """A project."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    version: int
    engagement_id: str
    proposal_id: str | None
    template_id: str | None
    name: str
    status: str
    starts_on: date | None
    due_on: date | None
    budget_minor: int | None
    budget_seconds: int | None
    rate_minor_per_hour: int | None
    currency: str
    tasks_done: int = 0
    tasks_total: int = 0
    created_at: datetime
    archived_at: datetime | None


class MovedDateOut(BaseModel):
    """A due date that moves with the project's start."""

    model_config = ConfigDict(from_attributes=True)

    task_id: str
    title: str
    due_on: date
    moved_to: date


class PersonOut(BaseModel):
    """Somebody's role in a project."""

    model_config = ConfigDict(from_attributes=True)

    project_id: str
    person_id: str
    role: str


@router.get("/projects")
def list_projects(
    call: Read,
    paging: Paging,
    status: ProjectStatus | None = None,
    engagement_id: str | None = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    is_archived: bool = False,
) -> Page[ProjectOut]:
    """Projects, newest first; those put away only when asked for."""
    statement = projects_matching(status=status, engagement_id=engagement_id, q=q, is_archived=is_archived)
    page = page_of(call.session, statement, Project, paging, ProjectOut)
    progress = progress_of_projects(call.session, [project.id for project in page.items])
    return page.model_copy(update={"items": [_counted(project, progress.get(project.id)) for project in page.items]})


@router.post("/projects", status_code=201)
def create_project(body: ProjectIn, call: Write) -> ProjectOut:
    """Start a project in an engagement, from a template or plain."""
    project = start_project(
        call.session,
        engagement=get_engagement(call.session, body.engagement_id),
        template=get_project_template(call.session, body.template_id) if body.template_id else None,
        proposal_id=None,
        anchor=body.starts_on or local_date(call.now, call.workspace.timezone),
        name=body.name,
        now=call.now,
        people=body.people,
    )
    return _shape(call, project)


@router.post(
    "/proposals/{proposal_id}/project", status_code=201, response_model=ProjectOut, responses={204: {"description": "None"}}
)
def create_project_of_proposal(proposal_id: str, body: KickOffIn, call: Write) -> ProjectOut | Response:
    """Start the one project of an accepted proposal; the one that is there when asked again, 204 when it names no template."""
    proposal = call.session.get(Proposal, proposal_id)
    if proposal is None:
        raise NotFound("There is no such proposal.")
    if proposal.status != "accepted":
        raise Refused("A project starts once its proposal is accepted.")
    known = find_project_of_proposal(call.session, proposal_id)
    if known is not None:
        return _shape(call, known)
    if proposal.project_template_id is None:
        return Response(status_code=204)
    project = start_project(
        call.session,
        engagement=get_engagement(call.session, proposal.engagement_id),
        template=get_project_template(call.session, proposal.project_template_id),
        proposal_id=proposal.id,
        anchor=local_date(proposal.decided_at or call.now, call.workspace.timezone),
        name=proposal.title,
        now=call.now,
    )
    return _shape(call, project)


@router.get("/projects/{project_id}")
def show_project(project_id: str, call: Read) -> ProjectOut:
    """One project."""
    return _shape(call, get_project(call.session, project_id))


@router.patch("/projects/{project_id}")
def update_project(project_id: str, body: ProjectChange, call: Write) -> ProjectOut:
    """Change a project."""
    project = _current(call, project_id, body.version)
    said = body.model_dump(exclude={"version"}, exclude_unset=True)
    emptied = {field for field, value in said.items() if value is None}
    if emptied:
        clear_project(call.session, project, emptied)
    if said.keys() - emptied:
        change_project(call.session, project, **{field: value for field, value in said.items() if value is not None})
    return _shape(call, project)


@router.get("/projects/{project_id}/start")
def preview_start(project_id: str, starts_on: date, call: Read) -> list[MovedDateOut]:
    """Which due dates would move if the project started on another day; open tasks only."""
    moves = preview_reanchoring(call.session, get_project(call.session, project_id), starts_on)
    return [MovedDateOut.model_validate(move) for move in moves]


@router.put("/projects/{project_id}/start")
def change_start(project_id: str, body: StartIn, call: Write) -> list[MovedDateOut]:
    """Let the project start on another day; the due dates of its open tasks move as many working days."""
    project = _current(call, project_id, body.version)
    return [MovedDateOut.model_validate(move) for move in reanchor_project(call.session, project, body.starts_on)]


@router.put("/projects/{project_id}/completion")
def create_completion(project_id: str, call: Write) -> ProjectOut:
    """Mark the project as completed."""
    return _shape(call, complete_project(call.session, get_project(call.session, project_id)))


@router.delete("/projects/{project_id}/completion")
def delete_completion(project_id: str, call: Write) -> ProjectOut:
    """Take the project up again."""
    return _shape(call, reopen_project(call.session, get_project(call.session, project_id)))


@router.post("/projects/{project_id}/archive")
def create_archive(project_id: str, call: Write, is_sure: IsSure = False) -> ProjectOut:
    """Put the project away; it refuses timers and new tasks, and its time can still be billed."""
    ask_first(call, project_id, is_sure=is_sure)
    return _shape(call, archive_project(call.session, get_project(call.session, project_id), now=call.now))


@router.delete("/projects/{project_id}/archive")
def delete_archive(project_id: str, call: Write) -> ProjectOut:
    """Bring the project back."""
    return _shape(call, unarchive_project(call.session, get_project(call.session, project_id)))


@router.get("/projects/{project_id}/people")
def list_project_people(project_id: str, call: Read) -> list[PersonOut]:
    """Who has a role in the project."""
    return [PersonOut.model_validate(person) for person in list_people(call.session, get_project(call.session, project_id).id)]


@router.put("/projects/{project_id}/people/{person_id}")
def change_role(project_id: str, person_id: str, body: RoleIn, call: Write) -> PersonOut:
    """Give a member or a contact a role in the project."""
    project = get_project(call.session, project_id)
    if find_person(call.session, person_id) is None:
        raise NotFound("There is no such person.")
    return PersonOut.model_validate(set_role(call.session, project, person_id, body.role))


def _current(call: Call, project_id: str, version: int | None) -> Project:
    project = get_project(call.session, project_id)
    if version is not None and version != project.version:
        raise Conflict("Somebody else changed this project meanwhile. Reload and try again.")
    return project


def _shape(call: Call, project: Project) -> ProjectOut:
    call.session.flush()
    return _counted(ProjectOut.model_validate(project), progress_of_projects(call.session, [project.id]).get(project.id))


def _counted(project: ProjectOut, progress: Progress | None) -> ProjectOut:
    if progress is None:
        return project
    return project.model_copy(update={"tasks_done": progress.done, "tasks_total": progress.total})
