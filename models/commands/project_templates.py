"""What new projects start from."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.commands.events import record
from models.db import workspace_id_of
from models.ids import new_id
from models.rules.projects import read_structure, write_structure
from models.tables.projects import ProjectTemplate
from models.types.errors import Invalid


def add_project_template(session: Session, *, name: str, structure: dict[str, Any] | None = None) -> ProjectTemplate:
    """Add a template. Raises Invalid without a name, or for a structure that is none."""
    template = ProjectTemplate(id=new_id("ptp"), workspace_id=workspace_id_of(session), name=_named(name))
    template.structure = write_structure(read_structure(structure or {}))
    session.add(template)
    session.flush()
    record(session, "project_template.added", template.id)
    return template


def change_project_template(
    session: Session, template: ProjectTemplate, *, name: str | None = None, structure: dict[str, Any] | None = None
) -> ProjectTemplate:
    """Change a template; projects that began with it stay as they are. What is None stays. Raises Invalid."""
    if name is not None:
        template.name = _named(name)
    if structure is not None:
        template.structure = write_structure(read_structure(structure))
    session.add(template)
    record(session, "project_template.changed", template.id)
    return template


def archive_project_template(session: Session, template: ProjectTemplate, *, now: datetime) -> ProjectTemplate:
    """Offer a template no more; proposals that name it still start their project from it."""
    if template.archived_at is None:
        template.archived_at = now
        session.add(template)
        record(session, "project_template.archived", template.id)
    return template


def unarchive_project_template(session: Session, template: ProjectTemplate) -> ProjectTemplate:
    """Offer a template again."""
    if template.archived_at is not None:
        template.archived_at = None
        session.add(template)
        record(session, "project_template.unarchived", template.id)
    return template


def _named(name: str) -> str:
    if not name.strip():
        raise Invalid("Give the template a name.", field="name")
    return name.strip()
