"""What new proposals start from."""

from datetime import datetime
from typing import Any

from pydantic import Field
from sqlmodel import col, select

from api.automation_users import IsSure, UserOut, ask_first, used_by
from api.deps import Read, Write
from api.pagination import Page, Paging, page_of
from api.rest.proposal_shapes import BlockIn, In, LineItemIn, Out, lines_of
from api.routing import Router
from models.commands.proposal_templates import (
    add_proposal_template,
    archive_proposal_template,
    change_proposal_template,
    unarchive_proposal_template,
)
from models.queries.proposals import get_proposal_template
from models.tables.proposals import ProposalTemplate

router = Router("proposal_templates")


class ProposalTemplateIn(In):
    """A new template."""

    name: str = Field(min_length=1, max_length=200, examples=["Website"])
    title: str = Field(default="", max_length=200, examples=["A new website"])
    blocks: list[BlockIn] = Field(default_factory=list, max_length=100)
    line_items: list[LineItemIn] = Field(default_factory=list, max_length=200)
    deposit_bps: int = Field(default=0, ge=0, le=10_000, examples=[3000])
    expires_days: int = Field(default=14, ge=0, le=365)
    reminder_days: list[int] = Field(default=[2, 5], max_length=20)
    contract_template_id: str | None = None
    scheduler_id: str | None = None
    project_template_id: str | None = None


class ProposalTemplateChange(In):
    """What to change; what is left out stays."""

    name: str = Field(default="", min_length=1, max_length=200, examples=["Website"])
    title: str = Field(default="", max_length=200)
    blocks: list[BlockIn] = Field(default_factory=list, max_length=100)
    line_items: list[LineItemIn] = Field(default_factory=list, max_length=200)
    deposit_bps: int = Field(default=0, ge=0, le=10_000)
    expires_days: int = Field(default=14, ge=0, le=365)
    reminder_days: list[int] = Field(default_factory=list, max_length=20)
    contract_template_id: str | None = None
    scheduler_id: str | None = None
    project_template_id: str | None = None


class ProposalTemplateOut(Out):
    """A template."""

    id: str
    name: str
    title: str
    blocks: list[dict[str, Any]]
    line_items: list[dict[str, Any]]
    deposit_bps: int
    expires_days: int
    reminder_days: list[int]
    contract_template_id: str | None
    scheduler_id: str | None
    project_template_id: str | None
    created_at: datetime
    archived_at: datetime | None


class ProposalTemplateDetail(ProposalTemplateOut):
    """A template, with the automations that would miss it."""

    used_by: list[UserOut]


@router.get("/proposal_templates")
def list_proposal_templates(call: Read, paging: Paging, is_archived: bool = False) -> Page[ProposalTemplateOut]:
    """Templates, newest first."""
    archived = col(ProposalTemplate.archived_at)
    statement = select(ProposalTemplate).where(archived.is_not(None) if is_archived else archived.is_(None))
    return page_of(call.session, statement, ProposalTemplate, paging, ProposalTemplateOut)


@router.post("/proposal_templates", status_code=201)
def create_proposal_template(body: ProposalTemplateIn, call: Write) -> ProposalTemplateOut:
    """Keep what new proposals shall start from."""
    return ProposalTemplateOut.model_validate(add_proposal_template(call.session, _values(body)))


@router.get("/proposal_templates/{template_id}")
def show_proposal_template(template_id: str, call: Read) -> ProposalTemplateDetail:
    """One template, also one that was put away."""
    shown = ProposalTemplateOut.model_validate(get_proposal_template(call.session, template_id, with_archived=True))
    return ProposalTemplateDetail(**shown.model_dump(), used_by=used_by(call, template_id))


@router.patch("/proposal_templates/{template_id}")
def update_proposal_template(template_id: str, body: ProposalTemplateChange, call: Write) -> ProposalTemplateOut:
    """Correct it. Proposals that were drafted from it stay as they are."""
    template = get_proposal_template(call.session, template_id)
    return ProposalTemplateOut.model_validate(change_proposal_template(call.session, template, _values(body)))


@router.delete("/proposal_templates/{template_id}", status_code=204)
def delete_proposal_template(template_id: str, call: Write, is_sure: IsSure = False) -> None:
    """Put it away; nothing that was drafted from it changes."""
    ask_first(call, template_id, is_sure=is_sure)
    archive_proposal_template(call.session, get_proposal_template(call.session, template_id), now=call.now)


@router.delete("/proposal_templates/{template_id}/archive")
def delete_proposal_template_archive(template_id: str, call: Write) -> ProposalTemplateOut:
    """Offer it again."""
    template = get_proposal_template(call.session, template_id, with_archived=True)
    return ProposalTemplateOut.model_validate(unarchive_proposal_template(call.session, template))


def _values(body: ProposalTemplateIn | ProposalTemplateChange) -> dict[str, Any]:
    values = body.model_dump(exclude_unset=isinstance(body, ProposalTemplateChange), exclude={"blocks", "line_items"})
    if "blocks" in body.model_fields_set:
        values["blocks"] = [block.as_stored() for block in body.blocks]
    if "line_items" in body.model_fields_set:
        values["lines"] = lines_of(body.line_items)
    return values
