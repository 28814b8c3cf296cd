"""Templates of contracts for members: texts with places for names."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from api.automation_users import used_by_words
from api.deps import Call, Read, Write
from api.render import member_page, redirect
from api.routing import Router
from models.commands.contract_templates import add_contract_template, archive_contract_template, change_contract_template
from models.queries.contracts import get_contract_template, list_contract_templates
from models.tables.contracts import ContractTemplate
from models.types.errors import Invalid
from models.types.principals import Door

router = Router("contract_templates", Door.MEMBER)

PLACES = (
    ("{{ contact.name }}", "the client's name"),
    ("{{ contact.first_name }}", "their first name"),
    ("{{ contact.email }}", "their address"),
    ("{{ company.name | default:'' }}", "their company, or nothing"),
    ("{{ company.address }}", "its address"),
    ("{{ workspace.legal_name }}", "your legal name"),
    ("{{ workspace.legal_address }}", "your address"),
    ("{{ proposal.title }}", "the proposal's title"),
    ("{{ today | date }}", "the day of drafting"),
)


@dataclass(frozen=True, slots=True)
class ContractTemplatesPage:
    """All templates, and the one that is open."""

    templates: list[ContractTemplate]
    open: ContractTemplate | None
    places: tuple[tuple[str, str], ...]
    typed: dict[str, str]
    errors: dict[str, str]
    used_by: str
    """The automations that would miss the open one, as a sentence."""


@router.get("/contract_templates")
def index(call: Read) -> Response:
    """All templates in use."""
    return _page(call, None)


@router.post("/contract_templates")
def create(call: Write, name: Annotated[str, Form(max_length=200)] = "") -> Response:
    """A new one, to be filled."""
    try:
        template = add_contract_template(call.session, name=name)
    except Invalid as refused:
        return redirect(call, "/contract_templates", flash=refused.detail, kind="error")
    return redirect(call, f"/contract_templates/{template.id}")


@router.get("/contract_templates/{template_id}")
def show(template_id: str, call: Read) -> Response:
    """One template."""
    return _page(call, get_contract_template(call.session, template_id))


@router.post("/contract_templates/{template_id}")
def update(
    template_id: str,
    call: Write,
    name: Annotated[str, Form(max_length=200)] = "",
    title: Annotated[str, Form(max_length=200)] = "",
    body: Annotated[str, Form()] = "",
) -> Response:
    """Keep it. Contracts that were drafted from it stay as they are."""
    template = get_contract_template(call.session, template_id)
    typed = {"name": name, "title": title, "body": body.replace("\r\n", "\n")}
    try:
        with call.session.begin_nested():
            change_contract_template(call.session, template, dict(typed))
    except Invalid as refused:
        return _page(call, template, typed, {refused.field or "": refused.detail})
    return redirect(call, f"/contract_templates/{template_id}", flash="Saved")


@router.post("/contract_templates/{template_id}/archive")
def create_archive(template_id: str, call: Write) -> Response:
    """Put it away."""
    archive_contract_template(call.session, get_contract_template(call.session, template_id), now=call.now)
    return redirect(call, "/contract_templates", flash="Put away. What was drafted from it stays.")


def _page(
    call: Call,
    template: ContractTemplate | None,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    shown = typed or ({"name": template.name, "title": template.title, "body": template.body} if template else {})
    used_by = used_by_words(call, template.id) if template else ""
    page = ContractTemplatesPage(list_contract_templates(call.session), template, PLACES, shown, errors or {}, used_by)
    return member_page(call, "contracts/templates.html", page, nav="contracts", status=422 if errors else 200)
