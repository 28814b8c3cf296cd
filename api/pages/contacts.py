"""Contacts and their whole story."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fastapi.responses import Response
from sqlmodel import Session, col, select

from api.automation_users import used_by_words
from api.deps import Call, Read, Write
from api.files import Posted, PostedForm
from api.render import fragment, member_page, redirect
from api.routing import Router
from models.commands.companies import upsert_company
from models.commands.contact_archive import archive_contact, unarchive_contact
from models.commands.contacts import add_contact, change_contact
from models.queries.automation_authors import find_authors
from models.queries.companies import list_companies_by_id
from models.queries.contact_archive import preview_contact_archive
from models.queries.contacts import contacts_statement, get_contact
from models.queries.members import list_members
from models.queries.timeline import list_timeline
from models.rules.contacts import company_domain, normalised_email
from models.tables.companies import Company
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.tables.members import Member
from models.types.automation_authors import Authors
from models.types.engagements import ArchivePreview
from models.types.errors import Conflict, Invalid
from models.types.principals import Door
from models.types.timeline import Timeline

router = Router("contacts", Door.MEMBER)
_PAGE = 50
_TYPED = ("name", "email", "phone", "company", "title", "address", "timezone", "tags", "owner_id")


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A person in the list."""

    contact: Contact
    company: Company | None


@dataclass(frozen=True, slots=True)
class ContactsPage:
    """The list of people."""

    rows: list[ContactRow]
    q: str
    chips: list[dict[str, Any]]
    keep: dict[str, str]
    newer: str | None
    older: str | None


@dataclass(frozen=True, slots=True)
class ContactPage:
    """One person: what is known, their engagements, their story."""

    contact: Contact
    authors: Authors
    company: Company | None
    owner: Member | None
    engagements: list[Engagement]
    timeline: Timeline
    more: str


@dataclass(frozen=True, slots=True)
class ContactForm:
    """What is known of a person, to be changed."""

    contact: Contact | None
    action: str
    values: dict[str, str]
    companies: list[str]
    members: list[tuple[str, str]]
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class ContactArchivePage:
    """What archiving a person would do, before it is done."""

    contact: Contact
    preview: ArchivePreview
    used_by: str
    """The automations that would miss them, as a sentence."""


@router.get("/contacts")
def index(call: Read, q: str = "", tag: str = "", owner: str = "", archived: bool = False, before: str = "") -> Response:
    """Everybody, newest first; the search and the filters live in the address."""
    filters = {"q": q, "tag": tag, "owner": owner, "archived": "true" if archived else ""}
    owner_id = call.principal.id if owner == "me" else None
    wanted = contacts_statement(q=q, tag=tag, owner_id=owner_id, is_archived=archived)
    if before:
        wanted = wanted.where(col(Contact.id) < before)
    found = call.session.exec(wanted.order_by(col(Contact.id).desc()).limit(_PAGE + 1)).all()
    people = found[:_PAGE]
    companies = list_companies_by_id(call.session, {one.company_id for one in people if one.company_id})
    page = ContactsPage(
        rows=[ContactRow(one, companies.get(one.company_id or "")) for one in people],
        q=q,
        chips=_chips(filters, {name for one in people for name in one.tags}),
        keep={name: value for name, value in filters.items() if value and name != "q"},
        newer=_here(filters) if before else None,
        older=_here({**filters, "before": people[-1].id}) if len(found) > _PAGE else None,
    )
    return member_page(call, "contacts/index.html", page, nav="contacts")


@router.get("/contacts/new")
def new(call: Read) -> Response:
    """A new person."""
    return _form(call, None, dict.fromkeys(_TYPED, ""), {})


@router.post("/contacts")
def create(call: Write, posted: Posted) -> Response:
    """Add a person."""
    try:
        contact = add_contact(call.session, actor=call.actor, now=call.now, **_values(call.session, posted))
    except (Invalid, Conflict) as refused:
        return _refused(call, None, posted, refused)
    return redirect(call, f"/contacts/{contact.id}", flash=f"{contact.name} was added")


@router.get("/contacts/{contact_id}")
def show(contact_id: str, call: Read) -> Response:
    """One person, with one story over all engagements."""
    contact = get_contact(call.session, contact_id)
    if contact.id != contact_id:
        return redirect(call, f"/contacts/{contact.id}")
    return member_page(call, "contacts/show.html", _page(call, contact, ""), nav="contacts")


@router.get("/contacts/{contact_id}/timeline")
def show_timeline(contact_id: str, call: Read, before: str = "") -> Response:
    """Older entries of the story: a piece for the page, or the page itself from there on."""
    page = _page(call, get_contact(call.session, contact_id), before)
    if call.is_htmx:
        return fragment(call, "timeline/_items.html", page)
    return member_page(call, "contacts/show.html", page, nav="contacts")


@router.get("/contacts/{contact_id}/edit")
def edit(contact_id: str, call: Read) -> Response:
    """What is known of a person, to be changed."""
    contact = get_contact(call.session, contact_id)
    return _form(call, contact, _known(call.session, contact), {})


@router.post("/contacts/{contact_id}")
def update(contact_id: str, call: Write, posted: Posted) -> Response:
    """Change what is known of a person."""
    contact = get_contact(call.session, contact_id)
    try:
        change_contact(call.session, contact, _values(call.session, posted), actor=call.actor, now=call.now)
    except (Invalid, Conflict) as refused:
        return _refused(call, contact, posted, refused)
    return redirect(call, f"/contacts/{contact.id}", flash="Saved")


@router.get("/contacts/{contact_id}/archival")
def show_archival(contact_id: str, call: Read) -> Response:
    """What putting a person away would stop, and what stays payable. Changes nothing."""
    contact = get_contact(call.session, contact_id)
    preview = preview_contact_archive(call.session, contact, now=call.now)
    page = ContactArchivePage(contact, preview, used_by_words(call, contact.id))
    return member_page(call, "contacts/archive.html", page, nav="contacts")


@router.post("/contacts/{contact_id}/archival")
def create_archival(contact_id: str, call: Write) -> Response:
    """Put a person away."""
    archive_contact(call.session, get_contact(call.session, contact_id), now=call.now)
    return redirect(call, f"/contacts/{contact_id}", flash="Archived. You can bring them back at any time.")


@router.post("/contacts/{contact_id}/unarchival")
def destroy_archival(contact_id: str, call: Write) -> Response:
    """Bring a person back."""
    unarchive_contact(call.session, get_contact(call.session, contact_id), now=call.now)
    said = "They are back. Nothing was made up for: retainers stay paused until you resume them."
    return redirect(call, f"/contacts/{contact_id}", flash=said)


def _page(call: Call, contact: Contact, before: str) -> ContactPage:
    session = call.session
    mine = select(Engagement).where(Engagement.contact_id == contact.id).order_by(col(Engagement.id).desc())
    timeline = list_timeline(session, contact_id=contact.id, cursor=before or None)
    return ContactPage(
        contact=contact,
        authors=find_authors(session, contact.id),
        company=session.get(Company, contact.company_id) if contact.company_id else None,
        owner=session.get(Member, contact.owner_id) if contact.owner_id else None,
        engagements=list(session.exec(mine)),
        timeline=timeline,
        more=f"/contacts/{contact.id}/timeline?before={timeline.next_cursor}" if timeline.next_cursor else "",
    )


def _form(call: Call, contact: Contact | None, values: dict[str, str], errors: dict[str, str], *, status: int = 200) -> Response:
    page = ContactForm(
        contact=contact,
        action=f"/contacts/{contact.id}" if contact else "/contacts",
        values=values,
        companies=list(call.session.exec(select(Company.name).where(col(Company.archived_at).is_(None)).order_by(Company.name))),
        members=[(member.id, member.name) for member in list_members(call.session)],
        errors=errors,
    )
    return member_page(call, "contacts/edit.html", page, nav="contacts", status=status)


def _refused(call: Call, contact: Contact | None, posted: PostedForm, refused: Invalid | Conflict) -> Response:
    call.session.rollback()  # nothing of a refused change is kept
    typed = {name: posted.value(name) for name in _TYPED}
    return _form(call, contact, typed, {refused.field or "": refused.detail}, status=422)


def _known(session: Session, contact: Contact) -> dict[str, str]:
    company = session.get(Company, contact.company_id) if contact.company_id else None
    plain = {
        name: getattr(contact, name) or "" for name in ("name", "email", "phone", "title", "address", "timezone", "owner_id")
    }
    return {**plain, "company": company.name if company else "", "tags": ", ".join(contact.tags)}


def _values(session: Session, posted: PostedForm) -> dict[str, Any]:
    """The typed facts as columns; a company's name finds the company, or adds it."""
    company = posted.value("company").strip()
    domain = company_domain(normalised_email(posted.value("email")))
    return {
        **{name: posted.value(name).strip() for name in ("name", "title", "address")},
        **{name: posted.value(name).strip() or None for name in ("email", "phone", "timezone", "owner_id")},
        "company_id": upsert_company(session, company, domain=domain).id if company else None,
        "tags": list(dict.fromkeys(tag.strip()[:60] for tag in posted.value("tags").split(",") if tag.strip())),
    }


def _chips(filters: dict[str, str], tags: set[str]) -> list[dict[str, Any]]:
    known = sorted({*tags, filters["tag"]} - {""}, key=str.casefold)[:8]
    rows = [("owner", "me", "Mine"), *(("tag", tag, tag) for tag in known), ("archived", "true", "Archived")]
    return [
        {
            "text": text,
            "href": _here({**filters, name: "" if filters[name] == value else value}),
            "current": filters[name] == value,
        }
        for name, value, text in rows
    ]


def _here(parameters: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in parameters.items() if value})
    return f"/contacts?{query}" if query else "/contacts"
