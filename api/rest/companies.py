"""Who people work for."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from api.automation_users import IsSure, ask_first
from api.deps import Call, Read, Write
from api.pagination import Page, Paging, page_of
from api.routing import Router
from models.commands.companies import add_company, archive_company, change_company, unarchive_company
from models.queries.companies import companies_statement, get_company
from models.tables.companies import Company

router = Router("companies")


class RoundingIn(BaseModel):
    """How time is rounded at billing."""

    model_config = ConfigDict(extra="forbid")

    mode: Literal["up", "down", "nearest"] = "up"
    increment_seconds: int = Field(ge=1, le=86400, examples=[900])
    per: Literal["entry", "sum"] = "entry"


class CompanyTerms(BaseModel):
    """What is known of a company and its terms of trade."""

    model_config = ConfigDict(extra="forbid")

    domain: str = Field(default="", max_length=253, examples=["byron-mills.example"])
    address: str = Field(default="", max_length=1000)
    tax_id: str = Field(default="", max_length=60, examples=["GB123456789"])
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$", examples=["GBP"])
    invoice_due_days: int | None = Field(default=None, ge=0, le=365, examples=[30])
    rounding: RoundingIn | None = None
    """None: time is billed as it was worked."""


class CompanyIn(CompanyTerms):
    """A new company."""

    name: str = Field(min_length=1, max_length=200, examples=["Byron Mills"])


class CompanyChange(CompanyTerms):
    """What to change; what is left out stays. version: refused when somebody changed it since."""

    name: str = Field(default="", max_length=200, examples=["Byron Mills"])
    version: int | None = Field(default=None, examples=[3])


class CompanyOut(BaseModel):
    """A company as the API shows it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    domain: str
    address: str
    tax_id: str
    currency: str | None
    invoice_due_days: int | None
    rounding: dict[str, Any]
    created_at: datetime
    archived_at: datetime | None
    version: int


@router.get("/companies")
def list_companies(
    call: Read, paging: Paging, q: Annotated[str, Query(max_length=100)] = "", is_archived: bool = False
) -> Page[CompanyOut]:
    """Companies, newest first. q: part of the name or the domain."""
    return page_of(call.session, companies_statement(q=q, is_archived=is_archived), Company, paging, CompanyOut)


@router.post("/companies", status_code=201)
def create_company(body: CompanyIn, call: Write) -> CompanyOut:
    """Add a company."""
    return _out(call, add_company(call.session, **_values(body)))


@router.get("/companies/{company_id}")
def show_company(company_id: str, call: Read) -> CompanyOut:
    """One company."""
    return CompanyOut.model_validate(get_company(call.session, company_id))


@router.patch("/companies/{company_id}")
def update_company(company_id: str, body: CompanyChange, call: Write) -> CompanyOut:
    """Change what is known of a company."""
    company = get_company(call.session, company_id)
    change_company(call.session, company, _values(body), version=body.version)
    return _out(call, company)


@router.put("/companies/{company_id}/archival", status_code=204)
def create_archival(company_id: str, call: Write, is_sure: IsSure = False) -> None:
    """Put a company away."""
    ask_first(call, company_id, is_sure=is_sure)
    archive_company(call.session, get_company(call.session, company_id), now=call.now)


@router.delete("/companies/{company_id}/archival", status_code=204)
def destroy_archival(company_id: str, call: Write) -> None:
    """Bring a company back."""
    unarchive_company(call.session, get_company(call.session, company_id))


def _values(body: CompanyTerms) -> dict[str, Any]:
    values = body.model_dump(exclude_unset=True, exclude={"version"})
    if "rounding" in values:
        values["rounding"] = body.rounding.model_dump() if body.rounding else {}
    return values


def _out(call: Call, company: Company) -> CompanyOut:
    call.session.flush()
    return CompanyOut.model_validate(company)
