"""Automations as files, and the library: what comes from elsewhere becomes a draft."""

from typing import Annotated, Any

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field

from api.actions import catalogue
from api.deps import Read, Write
from api.rest.automations import AutomationDetail
from api.routing import Router
from models.commands.automation_imports import import_automation
from models.commands.automations import draw_automation
from models.queries.automation_references import list_references, reference_options
from models.queries.automations import get_automation
from models.rules.automation_documents import document_json, read_document
from models.rules.automation_outline import outline
from models.seed.automation_templates import TEMPLATES, get_template
from models.tables.automations import Automation
from models.types.automation_documents import FORMAT, FORMAT_VERSION, AutomationDocument
from models.types.automation_templates import AutomationTemplate
from models.types.automations import Drawing

router = Router("automations")

_EXAMPLE: dict[str, Any] = {
    "format": FORMAT,
    "format_version": FORMAT_VERSION,
    "name": "Tell us of leads",
    "description": "",
    "references": [],
    "drawing": {"nodes": [], "edges": [], "positions": {}, "limits": {}},
}


class ImportIn(BaseModel):
    """A file, and what its references stand for here.

    references: key to an id of this studio, null to leave it open. What is left out is looked for by its name.
    """

    model_config = ConfigDict(extra="forbid")

    document: Annotated[dict[str, Any], Field(examples=[_EXAMPLE])]
    references: Annotated[dict[str, Annotated[str, Field(max_length=80)] | None], Field(max_length=200)] = {}


class OptionOut(BaseModel):
    """Something that a reference may stand for."""

    value: str
    label: str


class MissingOut(BaseModel):
    """A reference of the file that nothing here was found for."""

    key: str
    kind: str
    name: str
    options: list[OptionOut]


class ImportOut(BaseModel):
    """The draft; or none, and what has to be said first."""

    automation: AutomationDetail | None
    missing: list[MissingOut]


class StepOut(BaseModel):
    """One step of a template in words."""

    icon: str
    verb: str
    label: str


class TemplateOut(BaseModel):
    """One automation of the library."""

    key: str
    category: str
    icon: str
    name: str
    description: str
    steps: list[StepOut]
    """In the order drawn; the ways between them are in the drawing."""
    drawing: dict[str, Any]


class CopyIn(BaseModel):
    """What the copy is called; by itself as the template."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str | None, Field(min_length=1, max_length=120)] = None


@router.get("/automations/{automation_id}/export")
def show_export(automation_id: str, call: Read, response: Response) -> dict[str, Any]:
    """The automation as a file, with what it refers to by kind and name. Secrets are never in it."""
    automation = get_automation(call.session, automation_id)
    response.headers["Content-Disposition"] = f'attachment; filename="{automation_id}.automation.json"'
    return export_of(call, automation)


@router.post("/automation_imports", status_code=201)
def create_import(wanted: ImportIn, call: Write, response: Response) -> ImportOut:
    """Make a draft of a file. Answers 200 with the references to choose when some cannot be found here; nothing is made then."""
    made = import_automation(call.session, read_document(wanted.document), wanted.references, now=call.now)
    if isinstance(made, Automation):
        return ImportOut(automation=AutomationDetail.model_validate(made), missing=[])
    response.status_code = 200
    options = {kind: reference_options(call.session, kind) for kind in {one.kind for one in made}}
    missing = [
        MissingOut(
            key=one.key,
            kind=one.kind,
            name=one.name,
            options=[OptionOut(value=row_id, label=name) for row_id, name in options[one.kind]],
        )
        for one in made
    ]
    return ImportOut(automation=None, missing=missing)


@router.get("/automation_templates")
def list_templates(call: Read, category: str | None = None) -> list[TemplateOut]:
    """The library, in the order of the work."""
    return [_template_out(one) for one in TEMPLATES if category in (None, one.category)]


@router.post("/automation_templates/{key}/copies", status_code=201)
def create_copy(key: str, wanted: CopyIn, call: Write) -> AutomationDetail:
    """Draw an automation from the library. It starts nothing until it is published."""
    template = get_template(key)
    made = draw_automation(
        call.session,
        name=wanted.name or template.name,
        description=template.description,
        drawing=dict(template.drawing),
        now=call.now,
    )
    return AutomationDetail.model_validate(made)


def export_of(call: Read, automation: Automation) -> dict[str, Any]:
    """The file of an automation, as it is drawn now."""
    references = tuple(list_references(call.session, automation.drawing))
    return document_json(AutomationDocument(automation.name, automation.description, automation.drawing, references))


def _template_out(template: AutomationTemplate) -> TemplateOut:
    # Steps that two ways lead to are told once, so the list is flat.
    nodes = outline(Drawing({**template.drawing, "edges": []}), catalogue=catalogue.schemas(), names={})
    return TemplateOut(
        key=template.key,
        category=template.category,
        icon=template.icon,
        name=template.name,
        description=template.description,
        steps=[StepOut(icon=one.icon, verb=one.verb, label=one.label) for one in nodes],
        drawing=dict(template.drawing),
    )
