"""Opening and changing an engagement by hand: its words, its status, the archive."""

from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Form
from fastapi.responses import Response
from sqlmodel import col, select

from api.automation_users import used_by_words
from api.deps import Call, Read, Write
from api.render import member_page, redirect
from api.routing import Router
from models.commands.conversations import client_conversation
from models.commands.engagement_archive import archive_engagement, unarchive_engagement
from models.commands.engagements import (
    change_engagement,
    close_engagement,
    lose_engagement,
    open_engagement,
    pause_engagement,
    resume_engagement,
)
from models.queries.engagement_archive import preview_archive
from models.queries.engagements import get_engagement
from models.queries.members import list_members
from models.rules.money import parse_amount, plain_amount
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.types.engagements import ArchivePreview
from models.types.errors import Invalid
from models.types.money import Money
from models.types.principals import Door

router = Router("engagements", Door.MEMBER, prefix="")


@dataclass
class EngagementFormPage:
    """Opening an engagement, or correcting one."""

    engagement_id: str
    """Empty for a new one."""
    values: dict[str, str]
    contacts: list[tuple[str, str]]
    members: list[tuple[str, str]]
    currency: str
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class ArchivePage:
    """What archiving would do, before it is done."""

    engagement: Engagement
    preview: ArchivePreview
    used_by: str
    """The automations that would miss it, as a sentence."""


@router.get("/engagements/new")
def new(call: Read, contact_id: str = "") -> Response:
    values = {"title": "", "contact_id": contact_id, "owner_id": call.principal.id, "value": ""}
    return _form(call, "", values)


@router.post("/engagements")
def create(
    call: Write,
    title: Annotated[str, Form()] = "",
    contact_id: Annotated[str, Form()] = "",
    owner_id: Annotated[str, Form()] = "",
    value: Annotated[str, Form()] = "",
) -> Response:
    """Open an engagement as a lead."""
    values = {"title": title.strip(), "contact_id": contact_id, "owner_id": owner_id, "value": value.strip()}
    contact = call.session.get(Contact, contact_id) if contact_id else None
    errors = _problems(values, call.workspace.currency)
    if contact is None:
        errors["contact_id"] = "Choose who it is for."
    if errors or contact is None:
        return _form(call, "", values, errors)
    engagement = open_engagement(
        call.session,
        title=values["title"],
        contact_id=contact.id,
        company_id=contact.company_id,
        owner_id=_member_id(call, owner_id),
        value_minor=_minor(values["value"], call.workspace.currency) or 0,
        now=call.now,
    )
    return redirect(call, f"/engagements/{engagement.id}", flash="The engagement is open.")


@router.get("/engagements/{engagement_id}/edit")
def edit(engagement_id: str, call: Read) -> Response:
    engagement = get_engagement(call.session, engagement_id)
    amount = plain_amount(Money(engagement.value_minor, engagement.currency)) if engagement.value_minor else ""
    values = {"title": engagement.title, "owner_id": engagement.owner_id or "", "value": amount}
    return _form(call, engagement.id, {**values, "contact_id": engagement.contact_id})


@router.post("/engagements/{engagement_id}")
def update(
    engagement_id: str,
    call: Write,
    title: Annotated[str, Form()] = "",
    owner_id: Annotated[str, Form()] = "",
    value: Annotated[str, Form()] = "",
) -> Response:
    """Correct title, owner and value."""
    engagement = get_engagement(call.session, engagement_id)
    values = {"title": title.strip(), "contact_id": engagement.contact_id, "owner_id": owner_id, "value": value.strip()}
    errors = _problems(values, engagement.currency)
    if errors:
        return _form(call, engagement.id, values, errors)
    changes: dict[str, Any] = {"title": values["title"], "owner_id": _member_id(call, owner_id)}
    change_engagement(call.session, engagement, {**changes, "value_minor": _minor(values["value"], engagement.currency) or 0})
    return redirect(call, f"/engagements/{engagement_id}", flash="Saved.")


@router.post("/engagements/{engagement_id}/conversation")
def create_conversation(engagement_id: str, call: Write) -> Response:
    """Go to the talk with the client about it, begun when it is new."""
    engagement = get_engagement(call.session, engagement_id)
    return redirect(call, f"/inbox/{client_conversation(call.session, engagement.contact_id, engagement.id).id}")


@router.post("/engagements/{engagement_id}/pause")
def create_pause(engagement_id: str, call: Write) -> Response:
    pause_engagement(call.session, get_engagement(call.session, engagement_id), now=call.now)
    return redirect(call, f"/engagements/{engagement_id}", flash="Paused. Nothing is lost; resume it whenever you like.")


@router.post("/engagements/{engagement_id}/resumption")
def create_resumption(engagement_id: str, call: Write) -> Response:
    resume_engagement(call.session, get_engagement(call.session, engagement_id), now=call.now)
    return redirect(call, f"/engagements/{engagement_id}", flash="It goes on where it stood.")


@router.post("/engagements/{engagement_id}/closure")
def create_closure(engagement_id: str, call: Write) -> Response:
    close_engagement(call.session, get_engagement(call.session, engagement_id), now=call.now)
    return redirect(call, f"/engagements/{engagement_id}", flash="Closed. What is owed stays payable.")


@router.post("/engagements/{engagement_id}/loss")
def create_loss(engagement_id: str, call: Write, reason: Annotated[str, Form(max_length=500)] = "") -> Response:
    lose_engagement(call.session, get_engagement(call.session, engagement_id), reason=reason.strip(), now=call.now)
    return redirect(call, f"/engagements/{engagement_id}", flash="Marked as lost.")


@router.get("/engagements/{engagement_id}/archive")
def show_archive(engagement_id: str, call: Read) -> Response:
    """What archiving would stop, and what stays payable. Changes nothing."""
    engagement = get_engagement(call.session, engagement_id)
    preview = preview_archive(call.session, engagement, now=call.now)
    page = ArchivePage(engagement, preview, used_by_words(call, engagement.id))
    return member_page(call, "engagements/archive.html", page, nav="engagements")


@router.post("/engagements/{engagement_id}/archive")
def create_archive(engagement_id: str, call: Write) -> Response:
    archive_engagement(call.session, get_engagement(call.session, engagement_id), now=call.now)
    return redirect(call, f"/engagements/{engagement_id}", flash="Archived. You can bring it back at any time.")


@router.post("/engagements/{engagement_id}/restoration")
def create_restoration(engagement_id: str, call: Write) -> Response:
    unarchive_engagement(call.session, get_engagement(call.session, engagement_id), now=call.now)
    said = "It is back. Nothing was made up for: retainers stay paused until you resume them."
    return redirect(call, f"/engagements/{engagement_id}", flash=said)


def _form(call: Call, engagement_id: str, values: dict[str, str], errors: dict[str, str] | None = None) -> Response:
    contacts = call.session.exec(
        select(Contact)
        .where(col(Contact.archived_at).is_(None), col(Contact.merged_into_id).is_(None))
        .order_by(col(Contact.name))
        .limit(500)
    )
    page = EngagementFormPage(
        engagement_id=engagement_id,
        values=values,
        contacts=[(one.id, f"{one.name} · {one.email}" if one.email else one.name) for one in contacts],
        members=[(one.id, one.name) for one in list_members(call.session)],
        currency=call.workspace.currency,
        errors=errors or {},
    )
    return member_page(call, "engagements/form.html", page, nav="engagements", status=422 if errors else 200)


def _problems(values: dict[str, str], currency: str) -> dict[str, str]:
    errors = {} if values["title"] else {"title": "Give it a name that you both would use."}
    if values["value"] and _minor(values["value"], currency) is None:
        errors["value"] = "Write an amount such as 4800 or 4800.50."
    return errors


def _minor(text: str, currency: str) -> int | None:
    """An amount that somebody typed, in minor units; None when it is none."""
    try:
        return max(0, parse_amount(text, currency).minor) if text else 0
    except Invalid:
        return None


def _member_id(call: Call, member_id: str) -> str | None:
    return member_id if member_id in {one.id for one in list_members(call.session)} else None
