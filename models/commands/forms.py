"""Writing forms: edited as a draft, published as versions that never change."""

from datetime import datetime
from typing import Any

from slugify import slugify
from sqlmodel import Session

from models.commands.events import record
from models.db import workspace_id_of
from models.ids import new_id
from models.queries.forms import get_version, is_slug_taken
from models.queries.references import check_references
from models.rules.forms import as_fields, as_json, form_problems
from models.tables.forms import Form, FormVersion
from models.types.errors import Conflict, Invalid, Refused
from models.types.forms import FieldKind, FieldRole, FormField, FormStatus

_EDITABLE = (
    *("name", "slug", "title", "intro", "fields", "thank_you", "redirect_url", "response_limit", "closes_at", "owner_id"),
)
STARTER = (
    FormField("name", FieldKind.TEXT, "Your name", required=True, role=FieldRole.CONTACT_NAME),
    FormField("email", FieldKind.EMAIL, "Your mail address", required=True, role=FieldRole.CONTACT_EMAIL),
    FormField("message", FieldKind.LONG, "What can we do for you?", required=True),
    FormField("consent", FieldKind.CONSENT, "You may store my details to answer this enquiry.", required=True),
)
"""What a new form asks until somebody says otherwise."""


def draft_form(session: Session, *, name: str, owner_id: str | None = None, **values: Any) -> Form:
    """A new form, not public yet. values: its other columns. Raises Invalid for a wrong value."""
    form = Form(
        id=new_id("frm"),
        workspace_id=workspace_id_of(session),
        name="",
        slug="",
        fields=as_json(STARTER),
        thank_you="Thank you! We will come back to you soon.",
    )
    title = values.pop("title", "") or name
    slug = values.pop("slug", "") or _free_slug(session, name)
    _set(session, form, {"name": name, "title": title, "slug": slug, "owner_id": owner_id, **values})
    session.add(form)
    session.flush()
    return form


def change_form(session: Session, form: Form, changes: dict[str, Any], *, version: int | None = None) -> None:
    """Change the draft and the terms of a form. What the public sees changes at the next publication.

    Raises Conflict when `version` is not the present one, Invalid for a wrong value.
    """
    if version is not None and version != form.version:
        raise Conflict("Somebody else changed this form at the same moment. Reload and try again.")
    _set(session, form, changes)


def _set(session: Session, form: Form, values: dict[str, Any]) -> None:
    for name in _EDITABLE:
        if name in values and values[name] != getattr(form, name):
            setattr(form, name, values[name])
    if not form.name.strip():
        raise Invalid("A form needs a name.", field="name")
    if form.slug != slugify(form.slug, max_length=60) or not form.slug:
        raise Invalid("The address takes small letters, digits and hyphens.", field="slug")
    with session.no_autoflush:
        if is_slug_taken(session, form.slug, form.id):
            raise Invalid("Another form has this address.", field="slug")
    if form.redirect_url and not form.redirect_url.startswith(("https://", "http://")):
        raise Invalid("The page to go on to begins with https://.", field="redirect_url")
    if form.response_limit is not None and form.response_limit < 1:
        raise Invalid("The limit is one answer or more; leave it empty for none.", field="response_limit")
    check_references(session, values)
    _check_shape(values)


def _check_shape(values: dict[str, Any]) -> None:
    try:
        as_fields(values.get("fields", ()))
    except TypeError as wrong:
        raise Invalid(f"The fields cannot be read: {wrong}", field="fields") from None


def _free_slug(session: Session, name: str) -> str:
    """An address nobody can guess from another's: names are equal across workspaces, addresses may not be."""
    wanted = slugify(name, max_length=40) or "form"
    return f"{wanted}-{new_id('x')[-6:]}"


def publish_form(session: Session, form: Form, *, now: datetime) -> FormVersion:
    """Make the draft what the public sees. Unchanged since the last time: that version again.

    Raises Refused with what is missing.
    """
    problems = form_problems(as_fields(form.fields))
    if problems:
        raise Refused(" ".join(problems), field="fields")
    was_open = form.status == FormStatus.PUBLISHED
    form.status = FormStatus.PUBLISHED
    version = _version_of_draft(session, form, now)
    if not was_open or form.published_version != version.number:
        form.published_version = version.number
        record(session, "form.published", form.id, version=version.number)
    return version


def _version_of_draft(session: Session, form: Form, now: datetime) -> FormVersion:
    if form.published_version:
        last = get_version(session, form.id, form.published_version)
        if (last.title, last.intro, last.fields) == (form.title, form.intro, form.fields):
            return last
    version = FormVersion(
        id=new_id("fmv"),
        workspace_id=workspace_id_of(session),
        form_id=form.id,
        number=form.published_version + 1,
        title=form.title,
        intro=form.intro,
        fields=[dict(one) for one in form.fields],
        created_at=now,
    )
    session.add(version)
    session.flush()
    return version


def close_form(session: Session, form: Form) -> None:
    """Take no more answers. Publishing opens it again. Raises Refused for one that was never published."""
    if form.published_version == 0:
        raise Refused("This form was never published.")
    if form.status != FormStatus.CLOSED:
        form.status = FormStatus.CLOSED
        record(session, "form.closed", form.id)


def archive_form(session: Session, form: Form, *, now: datetime) -> None:
    """Put a form away; its address answers no more, its submissions stay. Twice is once."""
    if form.archived_at is None:
        form.archived_at = now
        record(session, "form.archived", form.id)


def unarchive_form(session: Session, form: Form) -> None:
    """Bring a form back, closed: nobody expects answers to come in by themselves. Twice is once."""
    if form.archived_at is not None:
        form.archived_at = None
        form.status = FormStatus.CLOSED if form.published_version else FormStatus.DRAFT
