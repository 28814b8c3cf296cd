"""Projects: begun from a template, completed, moved, and who works in them."""

from datetime import date
from typing import Annotated

from pydantic import Field

from api.actions.action import Action, ActionContext, ActionInput, ActionOutput, picked, sample
from models.commands.projects import complete_project, reanchor_project, set_role, start_project
from models.queries.projects import get_project, get_project_template
from models.queries.tasks import find_person
from models.rules.dates import local_date
from models.tables.projects import Project
from models.types.errors import NotFound
from models.types.projects import ProjectRole

ProjectId = Annotated[str | None, picked("Project", "projects", "The one that started the run")]


class StartInput(ActionInput):
    """What to begin, for whom, and when."""

    template_id: Annotated[str | None, picked("Template", "project_templates", "A plain board, when left out")] = None
    engagement_id: Annotated[str | None, picked("For", "engagements", "The one the run is about")] = None
    name: Annotated[str, Field(title="Name", description="The engagement's title, when left out", max_length=200)] = ""
    starts_on: Annotated[date | None, Field(title="Starts on", description="Due dates count from here; today by itself")] = None


class WhichProjectInput(ActionInput):
    """Which is meant."""

    project_id: ProjectId = None


class ProjectOutput(ActionOutput):
    """The project."""

    project_id: str
    name: str
    status: str
    engagement_id: str
    starts_on: date | None
    due_on: date | None


class StartProject(Action):
    """A project from a template."""

    name = "projects.start"
    title = "Start a project"
    icon = "folder-kanban"
    docs = "Begins a project with all the boards, columns and tasks of its template; their due dates count working days."
    Input = StartInput
    Output = ProjectOutput
    client_facing = True
    emits = ("project.started", "task_board.added", "task.created", "task.assigned", "engagement.status_changed")
    needs = ("projects:write",)
    example = sample(template_id="ptp_01k7w3y6m0", name="Byron Mills: new website")

    def perform(self, context: ActionContext, given: StartInput) -> ProjectOutput:
        """Begin it. Raises NotFound without the template, Invalid for a template that is broken."""
        engagement = context.engagement(given.engagement_id)
        project = start_project(
            context.session,
            engagement=engagement,
            template=get_project_template(context.session, given.template_id) if given.template_id else None,
            proposal_id=None,
            anchor=given.starts_on or local_date(context.now, context.call.workspace.timezone),
            name=given.name.strip() or engagement.title,
            now=context.now,
        )
        return _told(project)


class CompleteProject(Action):
    """A project that is done."""

    name = "projects.complete"
    title = "Complete a project"
    icon = "folder-check"
    docs = "Marks the project as completed. Its open tasks stay open."
    Input = WhichProjectInput
    Output = ProjectOutput
    emits = ("project.completed",)
    needs = ("projects:write",)
    example = sample(project_id="prj_01k7w3y6m0")

    def perform(self, context: ActionContext, given: WhichProjectInput) -> ProjectOutput:
        """Complete it; completed already, it stays so."""
        return _told(complete_project(context.session, _project(context, given)))


class PersonInput(WhichProjectInput):
    """Who gets which role."""

    person_id: Annotated[str, picked("Who", "people", "A member, or a contact of the client")]
    role: Annotated[ProjectRole, Field(title="Role")]


class PersonOutput(ActionOutput):
    """Who is what."""

    project_id: str
    person_id: str
    role: str


class AddPerson(Action):
    """Somebody's role in a project."""

    name = "projects.add_person"
    title = "Add somebody to a project"
    icon = "users"
    docs = "Gives a member or a contact a role in the project, in place of the one they had."
    Input = PersonInput
    Output = PersonOutput
    needs = ("projects:write",)
    example = sample(person_id="mem_01k7w3y6m0", role="member")

    def perform(self, context: ActionContext, given: PersonInput) -> PersonOutput:
        """Give it. Raises NotFound for a person who is not there."""
        project = _project(context, given)
        if find_person(context.session, given.person_id) is None:
            raise NotFound("There is no such person.", field="person_id")
        person = set_role(context.session, project, given.person_id, given.role)
        return PersonOutput(project_id=project.id, person_id=person.person_id, role=person.role)


class MoveStartInput(WhichProjectInput):
    """Which project, and its new first day."""

    starts_on: Annotated[date, Field(title="Starts on")]


class MovedOutput(ProjectOutput):
    """The project. moved_count: how many tasks have another due date now."""

    moved_count: int


class ReanchorProject(Action):
    """A project that starts on another day."""

    name = "projects.reanchor"
    title = "Move a project's start"
    icon = "calendar-sync"
    docs = "Lets the project start on another day. The due dates of its open tasks move by as many working days."
    Input = MoveStartInput
    Output = MovedOutput
    emits = ("project.reanchored",)
    needs = ("projects:write",)
    example = sample(starts_on="2026-12-01")

    def perform(self, context: ActionContext, given: MoveStartInput) -> MovedOutput:
        """Move it; starting there already, it stays."""
        project = _project(context, given)
        moves = [] if project.starts_on == given.starts_on else reanchor_project(context.session, project, given.starts_on)
        return MovedOutput(**_told(project).model_dump(), moved_count=len(moves))


def _project(context: ActionContext, given: WhichProjectInput) -> Project:
    return get_project(context.session, context.about("project", given.project_id))


def _told(project: Project) -> ProjectOutput:
    return ProjectOutput(
        project_id=project.id,
        name=project.name,
        status=project.status,
        engagement_id=project.engagement_id,
        starts_on=project.starts_on,
        due_on=project.due_on,
    )
