"""New automations: from the library, from a file, or from nothing."""

from dataclasses import dataclass, field, replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Form
from fastapi.responses import Response

from api.actions import catalogue
from api.deps import Read, Write
from api.render import member_page, redirect
from api.routing import Router
from models.commands.automations import draw_automation
from models.rules.automation_outline import outline
from models.rules.automation_pictures import Place, places
from models.seed.automation_templates import TEMPLATES, get_template
from models.types.automation_outline import OutlineStep
from models.types.automation_templates import AutomationTemplate, TemplateCategory
from models.types.automations import Drawing
from models.types.errors import Invalid
from models.types.principals import Door

router = Router("automations", Door.MEMBER)
_NOTHING: dict[str, Any] = {"nodes": [], "edges": [], "positions": {}, "limits": {}}
_CATEGORIES = {
    TemplateCategory.LEADS: "Leads",
    TemplateCategory.PROPOSALS: "Proposals",
    TemplateCategory.ONBOARDING: "Onboarding",
    TemplateCategory.BOOKINGS: "Calls",
    TemplateCategory.DELIVERY: "Delivery",
    TemplateCategory.MONEY: "Money",
    TemplateCategory.RETAINERS: "Retainers",
    TemplateCategory.LOYALTY: "Coming back",
}


@dataclass(frozen=True, slots=True)
class PictureStep:
    """One step in a small picture. at: row and lane."""

    at: Place
    icon: str
    words: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A template at a glance, from left to right."""

    steps: list[PictureStep]
    lines: list[tuple[Place, Place]]
    rows: int
    lanes: int


@dataclass(frozen=True, slots=True)
class TemplateCard:
    """One template in the gallery."""

    template: AutomationTemplate
    category: str
    picture: Picture


@dataclass(frozen=True, slots=True)
class TemplatesPage:
    """The gallery under one filter."""

    cards: list[TemplateCard]
    views: list[dict[str, Any]]
    category: str = ""
    text: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TemplatePage:
    """One template."""

    card: TemplateCard
    steps: list[OutlineStep]


@router.get("/automation_templates")
def index(call: Read, category: str = "", q: str = "") -> Response:
    """The gallery, in the order of the work."""
    return member_page(call, "automation_templates/index.html", _gallery(category, q), nav="automations")


@router.post("/automations")
def create(call: Write, name: Annotated[str, Form(max_length=120)] = "") -> Response:
    """Begin with nothing, and go there."""
    try:
        made = draw_automation(call.session, name=name.strip(), drawing=_NOTHING, now=call.now)
    except Invalid as error:
        page = replace(_gallery("", ""), errors={"name": error.detail})
        return member_page(call, "automation_templates/index.html", page, nav="automations", status=422)
    return redirect(call, f"/automations/{made.id}/builder")


@router.get("/automation_templates/{key}")
def show(key: str, call: Read) -> Response:
    """One template, step by step."""
    template = get_template(key)
    steps = outline(Drawing(template.drawing), catalogue=catalogue.schemas(), names={})
    return member_page(call, "automation_templates/show.html", TemplatePage(_card(template), steps), nav="automations")


@router.post("/automation_templates/{key}/copies")
def copy(key: str, call: Write, name: Annotated[str, Form(max_length=120)] = "") -> Response:
    """Draw an automation from a template, and go there."""
    template = get_template(key)
    made = draw_automation(
        call.session,
        name=name.strip() or template.name,
        description=template.description,
        drawing=dict(template.drawing),
        now=call.now,
    )
    return redirect(call, f"/automations/{made.id}/builder", flash="It is drawn. It starts nothing until it is published.")


def _gallery(category: str, text: str) -> TemplatesPage:
    words = text.casefold().split()
    found = [one for one in TEMPLATES if category in ("", one.category) and all(word in _searched(one) for word in words)]
    kept = {"q": text} if text else {}
    choices = [("", "All"), *((one.value, said) for one, said in _CATEGORIES.items())]
    views = [
        {
            "text": said,
            "href": "/automation_templates?" + urlencode({**({"category": key} if key else {}), **kept}),
            "current": key == category,
        }
        for key, said in choices
    ]
    return TemplatesPage([_card(one) for one in found], views, category, text)


def _searched(template: AutomationTemplate) -> str:
    labels = " ".join(str(node["label"]) for node in template.drawing["nodes"])
    return f"{template.name} {template.description} {_CATEGORIES[template.category]} {labels}".casefold()


def _card(template: AutomationTemplate) -> TemplateCard:
    return TemplateCard(template, _CATEGORIES[template.category], _picture(template))


def _picture(template: AutomationTemplate) -> Picture:
    drawing = Drawing(template.drawing)
    at = places([node["id"] for node in drawing.nodes], drawing.edges)
    shown = outline(Drawing({**template.drawing, "edges": []}), catalogue=catalogue.schemas(), names={})
    steps = [PictureStep(at[one.node_id], one.icon, one.label or one.verb) for one in shown]
    lines = [(at[edge["source"]], at[edge["target"]]) for edge in drawing.edges]
    return Picture(steps, lines, 1 + max(row for row, _ in at.values()), 1 + max(lane for _, lane in at.values()))
