"""Forms and their versions."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from api.automation_users import IsSure, UserOut, ask_first, used_by
from api.deps import Call, Read, Write
from api.pagination import Page, Paging, page_of
from api.routing import Router
from models.commands.forms import archive_form, change_form, close_form, draft_form, publish_form, unarchive_form
from models.queries.forms import forms_statement, get_form, get_version
from models.rules.forms import as_json
from models.tables.forms import Form
from models.types.forms import FormField, FormStatus

router = Router("forms")
_FIELD = {"key": "email", "kind": "email", "label": "Your mail address", "required": True, "role": "contact.email"}


class FormTerms(BaseModel):
    """What a form says and when it takes answers."""

    model_config = ConfigDict(extra="forbid")

    slug: str = Field(default="", max_length=60, examples=["website-enquiry"])
    """The public address: `/f/{slug}`; made from the name when empty."""
    title: str = Field(default="", max_length=200, examples=["Tell us about your project"])
    intro: str = Field(default="", max_length=5000)
    fields: list[FormField] | None = Field(default=None, max_length=100, examples=[[_FIELD]])
    """The questions, in order; left out: name, mail address, message and consent."""
    thank_you: str = Field(default="", max_length=5000, examples=["Thank you! We will come back to you soon."])
    redirect_url: str = Field(default="", max_length=500, examples=["https://studio.example/thanks"])
    response_limit: int | None = Field(default=None, ge=1, examples=[100])
    closes_at: datetime | None = Field(default=None, examples=["2026-12-31T23:00:00+00:00"])
    owner_id: str | None = Field(default=None, examples=["mem_01k7…"])
    """Who gets the leads."""


class FormIn(FormTerms):
    """A new form."""

    name: str = Field(min_length=1, max_length=200, examples=["Website enquiry"])


class FormChange(FormTerms):
    """What to change; what is left out stays. version: refused when somebody changed it since."""

    name: str = Field(default="", max_length=200, examples=["Website enquiry"])
    version: int | None = Field(default=None, examples=[3])


class FormOut(BaseModel):
    """A form as the API shows it. `fields` is the draft; the public sees `published_version`."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    slug: str
    status: FormStatus
    title: str
    intro: str
    fields: list[dict[str, Any]]
    thank_you: str
    redirect_url: str
    response_limit: int | None
    closes_at: datetime | None
    owner_id: str | None
    published_version: int
    created_at: datetime
    archived_at: datetime | None
    version: int


class FormDetail(FormOut):
    """A form, with the automations that would miss it."""

    used_by: list[UserOut]


class FormVersionOut(BaseModel):
    """A form as it was published under a number; it never changes."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    form_id: str
    number: int
    title: str
    intro: str
    fields: list[dict[str, Any]]
    created_at: datetime


@router.get("/forms")
def list_forms(
    call: Read,
    paging: Paging,
    status: FormStatus | None = None,
    q: Annotated[str, Query(max_length=100)] = "",
    is_archived: bool = False,
) -> Page[FormOut]:
    """Forms, newest first. q: part of the name."""
    return page_of(call.session, forms_statement(status=status or "", q=q, is_archived=is_archived), Form, paging, FormOut)


@router.post("/forms", status_code=201)
def create_form(body: FormIn, call: Write) -> FormOut:
    """A new form, not public yet."""
    return _out(call, draft_form(call.session, **_values(body)))


@router.get("/forms/{form_id}")
def show_form(form_id: str, call: Read) -> FormDetail:
    """One form."""
    shown = FormOut.model_validate(get_form(call.session, form_id))
    return FormDetail(**shown.model_dump(), used_by=used_by(call, form_id))


@router.patch("/forms/{form_id}")
def update_form(form_id: str, body: FormChange, call: Write) -> FormOut:
    """Change the draft and the terms. The public sees new questions with the next publication."""
    form = get_form(call.session, form_id)
    change_form(call.session, form, _values(body), version=body.version)
    return _out(call, form)


@router.post("/forms/{form_id}/publications", status_code=201)
def create_publication(form_id: str, call: Write) -> FormVersionOut:
    """Make the draft what the public sees. Unchanged since the last time, it is that version again."""
    return FormVersionOut.model_validate(publish_form(call.session, get_form(call.session, form_id), now=call.now))


@router.get("/forms/{form_id}/versions/{number}")
def show_version(form_id: str, number: int, call: Read) -> FormVersionOut:
    """A form as it was published."""
    return FormVersionOut.model_validate(get_version(call.session, form_id, number))


@router.put("/forms/{form_id}/closure", status_code=204)
def create_closure(form_id: str, call: Write) -> None:
    """Take no more answers; publishing opens the form again."""
    close_form(call.session, get_form(call.session, form_id))


@router.put("/forms/{form_id}/archival", status_code=204)
def create_archival(form_id: str, call: Write, is_sure: IsSure = False) -> None:
    """Put a form away; its submissions stay."""
    ask_first(call, form_id, is_sure=is_sure)
    archive_form(call.session, get_form(call.session, form_id), now=call.now)


@router.delete("/forms/{form_id}/archival", status_code=204)
def destroy_archival(form_id: str, call: Write) -> None:
    """Bring a form back; it stays closed until published."""
    unarchive_form(call.session, get_form(call.session, form_id))


def _values(body: FormTerms) -> dict[str, Any]:
    values = body.model_dump(exclude_unset=True, exclude={"version", "fields"})
    return values if body.fields is None else {**values, "fields": as_json(body.fields)}


def _out(call: Call, form: Form) -> FormOut:
    call.session.flush()
    return FormOut.model_validate(form)
