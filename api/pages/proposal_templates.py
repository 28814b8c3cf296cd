"""Templates of proposals for members: the list, and one with its text, prices and terms."""

from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Form
from fastapi.responses import Response
from sqlmodel import col, select

from api.automation_users import used_by_words
from api.deps import Call, Read, Write
from api.files import Posted, PostedForm
from api.pages.proposal_editor import reminder_days
from api.pages.proposal_fields import (
    CHOICES,
    KINDS,
    PERIODS,
    LineWords,
    line_words,
    moved,
    posted_blocks,
    posted_lines,
    posted_share,
)
from api.render import fragment, member_page, redirect
from api.routing import Router
from api.web.formats import quantity
from models.commands.proposal_templates import add_proposal_template, archive_proposal_template, change_proposal_template
from models.queries.contracts import list_contract_templates
from models.queries.proposals import get_proposal_template, list_proposal_templates
from models.tables.bookings import Scheduler
from models.tables.projects import ProjectTemplate
from models.tables.proposals import ProposalTemplate
from models.types.errors import DomainError, Invalid
from models.types.principals import Door
from models.types.proposals import ProposalLine

router = Router("proposal_templates", Door.MEMBER)


@dataclass(frozen=True, slots=True)
class TemplatesPage:
    """All templates."""

    templates: list[ProposalTemplate]


@dataclass(frozen=True, slots=True)
class TemplatePage:
    """One template with its form."""

    template: ProposalTemplate
    blocks: list[dict[str, Any]]
    lines: list[LineWords]
    terms: dict[str, str]
    contract_templates: list[tuple[str, str]]
    schedulers: list[tuple[str, str]]
    project_templates: list[tuple[str, str]]
    errors: dict[str, str]
    kinds: list[tuple[str, str]] = field(default_factory=lambda: KINDS)
    choices: list[tuple[str, str]] = field(default_factory=lambda: CHOICES)
    periods: list[tuple[str, str]] = field(default_factory=lambda: PERIODS)
    used_by: str = ""
    """The automations that would miss it, as a sentence."""


@router.get("/proposal_templates")
def index(call: Read) -> Response:
    """All templates in use."""
    page = TemplatesPage(list_proposal_templates(call.session))
    return member_page(call, "proposal_templates/index.html", page, nav="proposals")


@router.post("/proposal_templates")
def create(call: Write, name: Annotated[str, Form(max_length=200)] = "") -> Response:
    """A new one, to be filled."""
    try:
        template = add_proposal_template(
            call.session, {"name": name, "blocks": [{"kind": "text", "markdown": ""}, {"kind": "prices"}]}
        )
    except Invalid as refused:
        return redirect(call, "/proposal_templates", flash=refused.detail, kind="error")
    return redirect(call, f"/proposal_templates/{template.id}")


@router.get("/proposal_templates/{template_id}")
def show(template_id: str, call: Read) -> Response:
    """One template."""
    page = _page(call, get_proposal_template(call.session, template_id))
    return member_page(call, "proposal_templates/show.html", page, nav="proposals")


@router.post("/proposal_templates/{template_id}")
def update(template_id: str, call: Write, posted: Posted) -> Response:
    """Keep what the form says; proposals that were drafted from it stay as they are."""
    template = get_proposal_template(call.session, template_id)
    errors: dict[str, str] = {}
    try:
        with call.session.begin_nested():
            change_proposal_template(call.session, template, _values(call, posted))
    except DomainError as error:
        errors = {error.field or "": error.detail}
    status = 422 if errors else 200
    if call.is_htmx:
        return fragment(call, "proposal_templates/_editor.html", _page(call, template, errors), status=status)
    if errors:
        return member_page(call, "proposal_templates/show.html", _page(call, template, errors), nav="proposals", status=status)
    return redirect(call, f"/proposal_templates/{template_id}", flash="" if posted.value("act") else "Saved")


@router.post("/proposal_templates/{template_id}/archive")
def create_archive(template_id: str, call: Write) -> Response:
    """Put it away."""
    archive_proposal_template(call.session, get_proposal_template(call.session, template_id), now=call.now)
    return redirect(call, "/proposal_templates", flash="Put away. What was drafted from it stays.")


def _values(call: Call, posted: PostedForm) -> dict[str, Any]:
    days = posted.value("expires_days").strip() or "0"
    if not days.isdigit() or int(days) > 365:
        raise Invalid("Write a number of days, at most 365.", field="expires_days")
    act = posted.value("act")
    return {
        "name": posted.value("name"),
        "title": posted.value("title"),
        "deposit_bps": posted_share(posted.value("deposit"), "deposit"),
        "expires_days": int(days),
        "reminder_days": reminder_days(posted.value("reminder_days")),
        "contract_template_id": posted.value("contract_template_id") or None,
        "scheduler_id": posted.value("scheduler_id") or None,
        "project_template_id": posted.value("project_template_id") or None,
        "blocks": moved(posted_blocks(posted), act, "block"),
        "lines": moved(posted_lines(posted, call.workspace.currency, {}), act, "line"),
    }


def _page(call: Call, template: ProposalTemplate, errors: dict[str, str] | None = None) -> TemplatePage:
    active = select(Scheduler).where(col(Scheduler.archived_at).is_(None)).order_by(col(Scheduler.name))
    plans = select(ProjectTemplate).where(col(ProjectTemplate.archived_at).is_(None)).order_by(col(ProjectTemplate.name))
    return TemplatePage(
        template=template,
        blocks=template.blocks,
        lines=[line_words(ProposalLine(**line), call.workspace.currency) for line in template.line_items],
        terms={
            "deposit": quantity(template.deposit_bps * 10) if template.deposit_bps else "",
            "expires_days": str(template.expires_days),
            "reminder_days": ", ".join(str(one) for one in template.reminder_days),
        },
        contract_templates=[(one.id, one.name) for one in list_contract_templates(call.session)],
        schedulers=[(one.id, one.name) for one in call.session.exec(active)],
        project_templates=[(one.id, one.name) for one in call.session.exec(plans)],
        errors=errors or {},
        used_by=used_by_words(call, template.id),
    )
