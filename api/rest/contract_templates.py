"""What new contracts start from; places such as `{{ contact.name }}` are filled when one is drafted."""

from datetime import datetime

from pydantic import Field
from sqlmodel import col, select

from api.automation_users import IsSure, ask_first
from api.deps import Read, Write
from api.pagination import Page, Paging, page_of
from api.rest.proposal_shapes import In, Out
from api.routing import Router
from models.commands.contract_templates import (
    add_contract_template,
    archive_contract_template,
    change_contract_template,
    unarchive_contract_template,
)
from models.queries.contracts import get_contract_template
from models.tables.contracts import ContractTemplate

router = Router("contract_templates")


class ContractTemplateIn(In):
    """A new template."""

    name: str = Field(min_length=1, max_length=200, examples=["Design contract"])
    title: str = Field(default="", max_length=200, examples=["Contract for work with {{ company.name }}"])
    body: str = Field(default="", max_length=60_000, examples=["Between {{ workspace.legal_name }} and {{ contact.name }} …"])


class ContractTemplateChange(In):
    """What to change; what is left out stays."""

    name: str = Field(default="", min_length=1, max_length=200, examples=["Design contract"])
    title: str = Field(default="", max_length=200)
    body: str = Field(default="", max_length=60_000)


class ContractTemplateOut(Out):
    """A template."""

    id: str
    name: str
    title: str
    body: str
    created_at: datetime
    archived_at: datetime | None


@router.get("/contract_templates")
def list_contract_templates(call: Read, paging: Paging, is_archived: bool = False) -> Page[ContractTemplateOut]:
    """Templates, newest first."""
    archived = col(ContractTemplate.archived_at)
    statement = select(ContractTemplate).where(archived.is_not(None) if is_archived else archived.is_(None))
    return page_of(call.session, statement, ContractTemplate, paging, ContractTemplateOut)


@router.post("/contract_templates", status_code=201)
def create_contract_template(body: ContractTemplateIn, call: Write) -> ContractTemplateOut:
    """Keep a text that new contracts shall start from."""
    return ContractTemplateOut.model_validate(add_contract_template(call.session, **body.model_dump()))


@router.get("/contract_templates/{template_id}")
def show_contract_template(template_id: str, call: Read) -> ContractTemplateOut:
    """One template, also one that was put away."""
    return ContractTemplateOut.model_validate(get_contract_template(call.session, template_id, with_archived=True))


@router.patch("/contract_templates/{template_id}")
def update_contract_template(template_id: str, body: ContractTemplateChange, call: Write) -> ContractTemplateOut:
    """Correct it. Contracts that were drafted from it stay as they are."""
    template = get_contract_template(call.session, template_id)
    changed = change_contract_template(call.session, template, body.model_dump(exclude_unset=True))
    return ContractTemplateOut.model_validate(changed)


@router.delete("/contract_templates/{template_id}", status_code=204)
def delete_contract_template(template_id: str, call: Write, is_sure: IsSure = False) -> None:
    """Put it away; nothing that was drafted from it changes."""
    ask_first(call, template_id, is_sure=is_sure)
    archive_contract_template(call.session, get_contract_template(call.session, template_id), now=call.now)


@router.delete("/contract_templates/{template_id}/archive")
def delete_contract_template_archive(template_id: str, call: Write) -> ContractTemplateOut:
    """Offer it again."""
    template = get_contract_template(call.session, template_id, with_archived=True)
    return ContractTemplateOut.model_validate(unarchive_contract_template(call.session, template))
