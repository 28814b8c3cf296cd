"""Companies: who contacts work for, and the terms of trade with them."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fastapi.responses import Response
from sqlmodel import col, select

from api.automation_users import used_by_words
from api.deps import Call, Read, Write
from api.files import Posted, PostedForm
from api.render import member_page, redirect
from api.routing import Router
from models.commands.companies import add_company, archive_company, change_company, unarchive_company
from models.queries.automation_authors import find_authors
from models.queries.companies import companies_statement, count_people, get_company
from models.queries.contacts import contacts_statement
from models.tables.companies import Company
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.types.automation_authors import Authors
from models.types.errors import Conflict, Invalid
from models.types.principals import Door

router = Router("companies", Door.MEMBER)
_PAGE = 50
_TYPED = (
    "name",
    "domain",
    "address",
    "tax_id",
    "currency",
    "invoice_due_days",
    "rounding_mode",
    "rounding_minutes",
    "rounding_per",
)


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """A company in the list."""

    company: Company
    people: int


@dataclass(frozen=True, slots=True)
class CompaniesPage:
    """The list of companies."""

    rows: list[CompanyRow]
    q: str
    chips: list[dict[str, Any]]
    keep: dict[str, str]
    newer: str | None
    older: str | None


@dataclass(frozen=True, slots=True)
class CompanyPage:
    """One company, its people and its engagements."""

    company: Company
    authors: Authors
    people: list[Contact]
    engagements: list[Engagement]
    rounding: str
    used_by: str
    """The automations that would miss it, as a sentence."""


@dataclass(frozen=True, slots=True)
class CompanyForm:
    """A company's facts, to be changed."""

    company: Company | None
    action: str
    values: dict[str, str]
    errors: dict[str, str] = field(default_factory=dict)


@router.get("/companies")
def index(call: Read, q: str = "", archived: bool = False, before: str = "") -> Response:
    """Every company, newest first."""
    filters = {"q": q, "archived": "true" if archived else ""}
    wanted = companies_statement(q=q, is_archived=archived)
    if before:
        wanted = wanted.where(col(Company.id) < before)
    found = call.session.exec(wanted.order_by(col(Company.id).desc()).limit(_PAGE + 1)).all()
    shown = found[:_PAGE]
    people = count_people(call.session, {one.id for one in shown})
    chip = {"text": "Archived", "href": _here({**filters, "archived": "" if archived else "true"}), "current": archived}
    page = CompaniesPage(
        rows=[CompanyRow(one, people.get(one.id, 0)) for one in shown],
        q=q,
        chips=[chip],
        keep={"archived": "true"} if archived else {},
        newer=_here(filters) if before else None,
        older=_here({**filters, "before": shown[-1].id}) if len(found) > _PAGE else None,
    )
    return member_page(call, "companies/index.html", page, nav="contacts")


@router.get("/companies/new")
def new(call: Read) -> Response:
    """A new company."""
    return _form(call, None, dict.fromkeys(_TYPED, ""), {})


@router.post("/companies")
def create(call: Write, posted: Posted) -> Response:
    """Add a company."""
    try:
        company = add_company(call.session, **_values(posted))
    except Invalid as refused:
        return _refused(call, None, posted, refused)
    return redirect(call, f"/companies/{company.id}", flash=f"{company.name} was added")


@router.get("/companies/{company_id}")
def show(company_id: str, call: Read) -> Response:
    """One company."""
    company = get_company(call.session, company_id)
    people = call.session.exec(contacts_statement(company_id=company.id).order_by(Contact.name)).all()
    mine = select(Engagement).where(Engagement.company_id == company.id).order_by(col(Engagement.id).desc())
    page = CompanyPage(
        company,
        find_authors(call.session, company.id),
        list(people),
        list(call.session.exec(mine)),
        _rounding_text(company.rounding),
        used_by_words(call, company.id),
    )
    return member_page(call, "companies/show.html", page, nav="contacts")


@router.get("/companies/{company_id}/edit")
def edit(company_id: str, call: Read) -> Response:
    """A company's facts, to be changed."""
    company = get_company(call.session, company_id)
    return _form(call, company, _known(company), {})


@router.post("/companies/{company_id}")
def update(company_id: str, call: Write, posted: Posted) -> Response:
    """Change a company's facts."""
    company = get_company(call.session, company_id)
    try:
        change_company(call.session, company, _values(posted))
    except (Invalid, Conflict) as refused:
        return _refused(call, company, posted, refused)
    return redirect(call, f"/companies/{company.id}", flash="Saved")


@router.post("/companies/{company_id}/archival")
def create_archival(company_id: str, call: Write) -> Response:
    """Put a company away."""
    archive_company(call.session, get_company(call.session, company_id), now=call.now)
    return redirect(call, f"/companies/{company_id}", flash="Put away")


@router.post("/companies/{company_id}/unarchival")
def destroy_archival(company_id: str, call: Write) -> Response:
    """Bring a company back."""
    unarchive_company(call.session, get_company(call.session, company_id))
    return redirect(call, f"/companies/{company_id}", flash="Brought back")


def _form(call: Call, company: Company | None, values: dict[str, str], errors: dict[str, str], *, status: int = 200) -> Response:
    action = f"/companies/{company.id}" if company else "/companies"
    return member_page(call, "companies/edit.html", CompanyForm(company, action, values, errors), nav="contacts", status=status)


def _refused(call: Call, company: Company | None, posted: PostedForm, refused: Invalid | Conflict) -> Response:
    call.session.rollback()  # nothing of a refused change is kept
    typed = {name: posted.value(name) for name in _TYPED}
    return _form(call, company, typed, {refused.field or "": refused.detail}, status=422)


def _known(company: Company) -> dict[str, str]:
    rounding = company.rounding
    return {
        **{name: getattr(company, name) or "" for name in ("name", "domain", "address", "tax_id", "currency")},
        "invoice_due_days": "" if company.invoice_due_days is None else str(company.invoice_due_days),
        "rounding_mode": rounding.get("mode", ""),
        "rounding_minutes": str(rounding.get("increment_seconds", 0) // 60 or ""),
        "rounding_per": rounding.get("per", "entry"),
    }


def _values(posted: PostedForm) -> dict[str, Any]:
    """The typed facts as columns. Raises Invalid for what cannot be read."""
    currency = posted.value("currency").strip().upper()
    if currency and not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise Invalid("A currency has three letters, such as EUR.", field="currency")
    return {
        **{name: posted.value(name).strip() for name in ("name", "domain", "address", "tax_id")},
        "currency": currency or None,
        "invoice_due_days": _whole(posted, "invoice_due_days", most=365),
        "rounding": _rounding(posted),
    }


def _rounding(posted: PostedForm) -> dict[str, Any]:
    mode, minutes = posted.value("rounding_mode"), _whole(posted, "rounding_minutes", most=1440)
    if mode not in ("up", "down", "nearest") or not minutes:
        return {}
    per = "sum" if posted.value("rounding_per") == "sum" else "entry"
    return {"mode": mode, "increment_seconds": minutes * 60, "per": per}


def _rounding_text(rounding: dict[str, Any]) -> str:
    if not rounding:
        return "as worked"
    words = {"up": "up to", "down": "down to", "nearest": "to the nearest"}
    per = "each entry" if rounding.get("per", "entry") == "entry" else "each line's sum"
    return f"{per} {words[rounding['mode']]} {rounding['increment_seconds'] // 60} minutes"


def _whole(posted: PostedForm, name: str, *, most: int) -> int | None:
    text = posted.value(name).strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()) or int(text[:6]) > most:
        raise Invalid(f"This is a whole number from 0 to {most}.", field=name)
    return int(text)


def _here(parameters: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in parameters.items() if value})
    return f"/companies?{query}" if query else "/companies"
