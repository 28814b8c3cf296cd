"""What new projects start from."""

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from api.automation_users import IsSure, UserOut, ask_first, used_by
from api.deps import Call, Read, Write
from api.pagination import Page, Paging, page_of
from api.routing import Router
from models.commands.project_templates import (
    add_project_template,
    archive_project_template,
    change_project_template,
    unarchive_project_template,
)
from models.queries.projects import get_project_template, project_templates_matching
from models.tables.projects import ProjectTemplate

router = Router("project_templates")

_EXAMPLE = {
    "boards": [
        {
            "name": "Website",
            "is_shared": True,
            "groups": [{"name": "Prepare", "tasks": [{"title": "Send texts", "due_in_days": 5, "for_client": True}]}],
        }
    ]
}


class ProjectTemplateIn(BaseModel):
    """A template. A task is {title, description, due_in_days, role, is_shared, for_client, checklist: [text]}."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200, examples=["Website"])
    structure: dict[str, Any] = Field(default_factory=dict, examples=[_EXAMPLE])


class ProjectTemplateChange(BaseModel):
    """What to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: str | None = Field(default=None, min_length=1, max_length=200)
    structure: dict[str, Any] | None = Field(default=None, examples=[_EXAMPLE])


class ProjectTemplateOut(BaseModel):
    """A template with its whole structure."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    structure: dict[str, Any]


class ProjectTemplateDetail(ProjectTemplateOut):
    """A template, with the automations that would miss it."""

    used_by: list[UserOut]


@router.get("/project_templates")
def list_templates(
    call: Read, paging: Paging, q: Annotated[str | None, Query(max_length=200)] = None, is_archived: bool = False
) -> Page[ProjectTemplateOut]:
    """Templates, newest first; those put away only when asked for."""
    statement = project_templates_matching(q=q, is_archived=is_archived)
    return page_of(call.session, statement, ProjectTemplate, paging, ProjectTemplateOut)


@router.post("/project_templates", status_code=201)
def create_template(body: ProjectTemplateIn, call: Write) -> ProjectTemplateOut:
    """Add a template."""
    return _shape(call, add_project_template(call.session, name=body.name, structure=body.structure))


@router.get("/project_templates/{template_id}")
def show_template(template_id: str, call: Read) -> ProjectTemplateDetail:
    """One template."""
    shown = _shape(call, get_project_template(call.session, template_id))
    return ProjectTemplateDetail(**shown.model_dump(), used_by=used_by(call, template_id))


@router.patch("/project_templates/{template_id}")
def update_template(template_id: str, body: ProjectTemplateChange, call: Write) -> ProjectTemplateOut:
    """Change a template; projects that began with it stay as they are."""
    template = get_project_template(call.session, template_id)
    return _shape(call, change_project_template(call.session, template, name=body.name, structure=body.structure))


@router.post("/project_templates/{template_id}/archive")
def create_archive(template_id: str, call: Write, is_sure: IsSure = False) -> ProjectTemplateOut:
    """Offer the template no more."""
    ask_first(call, template_id, is_sure=is_sure)
    return _shape(call, archive_project_template(call.session, get_project_template(call.session, template_id), now=call.now))


@router.delete("/project_templates/{template_id}/archive")
def delete_archive(template_id: str, call: Write) -> ProjectTemplateOut:
    """Offer the template again."""
    return _shape(call, unarchive_project_template(call.session, get_project_template(call.session, template_id)))


def _shape(call: Call, template: ProjectTemplate) -> ProjectTemplateOut:
    call.session.flush()
    return ProjectTemplateOut.model_validate(template)
