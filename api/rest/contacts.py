"""People."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from api.automation_users import IsSure, ask_first
from api.deps import Call, Read, Write
from api.pagination import Page, Paging, page_of
from api.rest.engagements import ArchivePreviewOut
from api.routing import Router
from models.commands.contact_archive import archive_contact, unarchive_contact
from models.commands.contacts import add_contact, change_contact
from models.queries.companies import get_company
from models.queries.contact_archive import preview_contact_archive
from models.queries.contacts import contacts_statement, get_contact
from models.queries.timeline import list_timeline
from models.tables.contacts import Contact

router = Router("contacts")


class ContactFactsIn(BaseModel):
    """What is known of a person."""

    model_config = ConfigDict(extra="forbid")

    email: str | None = Field(default=None, max_length=254, examples=["ada@byron-mills.example"])
    phone: str | None = Field(default=None, max_length=60, examples=["+44 20 7946 0958"])
    company_id: str | None = Field(default=None, examples=["cmp_01k7…"])
    title: str = Field(default="", max_length=200, examples=["Managing director"])
    address: str = Field(default="", max_length=1000)
    timezone: str | None = Field(default=None, max_length=60, examples=["Europe/London"])
    locale: str | None = Field(default=None, max_length=20, examples=["en-GB"])
    tags: list[Annotated[str, Field(max_length=60)]] = Field(default_factory=list, max_length=50, examples=[["newsletter"]])
    custom: dict[str, str | int | bool | None] = Field(default_factory=dict)
    source: str = Field(default="", max_length=200)
    owner_id: str | None = Field(default=None, examples=["mem_01k7…"])


class ContactIn(ContactFactsIn):
    """A new person."""

    name: str = Field(min_length=1, max_length=200, examples=["Ada Byron"])


class ContactChange(ContactFactsIn):
    """What to change; what is left out stays. version: refused when somebody changed it since."""

    name: str = Field(default="", max_length=200, examples=["Ada Byron"])
    version: int | None = Field(default=None, examples=[3])


class ContactOut(BaseModel):
    """A person as the API shows them."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    email: str | None
    phone: str | None
    company_id: str | None
    title: str
    address: str
    timezone: str | None
    locale: str | None
    tags: list[str]
    custom: dict[str, Any]
    provenance: dict[str, Any]
    """Field name to where its value came from, and when."""
    source: str
    owner_id: str | None
    unsubscribed_at: datetime | None
    created_at: datetime
    archived_at: datetime | None
    version: int


class TimelineItemOut(BaseModel):
    """One thing that happened, in words."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    type: str
    at: datetime
    title: str
    href: str
    actor: str
    body: str
    amount_minor: int | None
    currency: str
    why: str


@router.get("/contacts")
def list_contacts(
    call: Read,
    paging: Paging,
    q: Annotated[str, Query(max_length=100)] = "",
    tag: Annotated[str, Query(max_length=60)] = "",
    company_id: str | None = None,
    owner_id: str | None = None,
    is_archived: bool = False,
) -> Page[ContactOut]:
    """People, newest first. q: part of a name, address, number or a company's name."""
    statement = contacts_statement(q=q, tag=tag, company_id=company_id, owner_id=owner_id, is_archived=is_archived)
    return page_of(call.session, statement, Contact, paging, ContactOut)


@router.post("/contacts", status_code=201)
def create_contact(body: ContactIn, call: Write) -> ContactOut:
    """Add a person. An address belongs to one person only."""
    _check_company(call, body)
    return _out(call, add_contact(call.session, actor=call.actor, now=call.now, **body.model_dump(exclude_unset=True)))


@router.get("/contacts/{contact_id}")
def show_contact(contact_id: str, call: Read) -> ContactOut:
    """One person; the survivor, when they were merged."""
    return ContactOut.model_validate(get_contact(call.session, contact_id))


@router.patch("/contacts/{contact_id}")
def update_contact(contact_id: str, body: ContactChange, call: Write) -> ContactOut:
    """Change what is known of a person."""
    _check_company(call, body)
    contact = get_contact(call.session, contact_id)
    changes = body.model_dump(exclude_unset=True, exclude={"version"})
    change_contact(call.session, contact, changes, actor=call.actor, now=call.now, version=body.version)
    return _out(call, contact)


@router.get("/contacts/{contact_id}/archival")
def show_archival(contact_id: str, call: Read) -> ArchivePreviewOut:
    """What putting a person away would stop, what stays as it is, and what stays payable. Changes nothing."""
    preview = preview_contact_archive(call.session, get_contact(call.session, contact_id), now=call.now)
    return ArchivePreviewOut.model_validate(preview, from_attributes=True)


@router.put("/contacts/{contact_id}/archival", status_code=204)
def create_archival(contact_id: str, call: Write, is_sure: IsSure = False) -> None:
    """Put a person away with their engagements: waits, runs, timers, offers and retainers stop; open invoices stay payable."""
    ask_first(call, contact_id, is_sure=is_sure)
    archive_contact(call.session, get_contact(call.session, contact_id), now=call.now)


@router.delete("/contacts/{contact_id}/archival", status_code=204)
def destroy_archival(contact_id: str, call: Write) -> None:
    """Bring a person back with the engagements that were put away with them. Retainers stay paused until resumed."""
    unarchive_contact(call.session, get_contact(call.session, contact_id), now=call.now)


@router.get("/contacts/{contact_id}/timeline")
def show_timeline(contact_id: str, call: Read, paging: Paging) -> Page[TimelineItemOut]:
    """Everything that happened with a person, over all engagements, newest first."""
    contact = get_contact(call.session, contact_id)
    found = list_timeline(call.session, contact_id=contact.id, cursor=paging.cursor, limit=paging.limit)
    items = [TimelineItemOut.model_validate(item) for item in found.items]
    return Page[TimelineItemOut](items=items, next_cursor=found.next_cursor)


def _check_company(call: Call, body: ContactFactsIn) -> None:
    if body.company_id is not None:
        get_company(call.session, body.company_id)


def _out(call: Call, contact: Contact) -> ContactOut:
    call.session.flush()
    return ContactOut.model_validate(contact)
