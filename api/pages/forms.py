"""Forms: the list, their questions with a preview beside, their terms."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Form as Field
from fastapi.responses import Response
from sqlmodel import col

from api.automation_users import used_by_words
from api.deps import Call, Read, Write
from api.files import Posted, PostedForm
from api.pages.form_fields import EditorPage, editor_page, form_tabs
from api.render import member_page, redirect
from api.routing import Router
from models.commands.forms import archive_form, change_form, close_form, draft_form, publish_form, unarchive_form
from models.queries.forms import count_submissions, forms_statement, get_form
from models.queries.members import list_members
from models.tables.forms import Form
from models.types.errors import Invalid, Refused
from models.types.forms import FormStatus, SubmissionStatus
from models.types.principals import Door

router = Router("forms", Door.MEMBER)


@dataclass(frozen=True, slots=True)
class FormRow:
    """A form in the list."""

    id: str
    name: str
    status: str
    url: str
    accepted: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class FormsPage:
    """All forms."""

    rows: list[FormRow]
    q: str
    chips: list[dict[str, Any]]
    keep: dict[str, str]
    error: str = ""


@dataclass(frozen=True, slots=True)
class FormSettingsPage:
    """When a form takes answers, and what follows; how to share it."""

    form: Form
    tabs: list[dict[str, Any]]
    url: str
    snippet: str
    members: list[tuple[str, str]]
    values: dict[str, Any]
    errors: dict[str, str] = field(default_factory=dict)
    used_by: str = ""
    """The automations that would miss it, as a sentence."""


@router.get("/forms")
def index(call: Read, q: str = "", status: str = "") -> Response:
    """All forms with how many answered."""
    return _index(call, q, status)


@router.post("/forms")
def create(call: Write, name: Annotated[str, Field()] = "") -> Response:
    """A new form with the usual questions."""
    try:
        form = draft_form(call.session, name=name, owner_id=call.principal.id)
    except Invalid as refused:
        return _index(call, "", "", error=refused.detail)
    return redirect(call, f"/forms/{form.id}", flash="The form is a draft. Publish it when its questions are right.")


@router.get("/forms/{form_id}")
def show(form_id: str, call: Read, open: str = "") -> Response:
    """The questions, and beside them what the public will see."""
    return _editor(call, editor_page(call, get_form(call.session, form_id), opened=open))


@router.get("/forms/{form_id}/settings")
def edit(form_id: str, call: Read) -> Response:
    """Its terms and how to share it."""
    form = get_form(call.session, form_id)
    return member_page(call, "forms/settings.html", _settings(call, form, _values(form, call.workspace.timezone)), nav="forms")


@router.post("/forms/{form_id}/settings")
def update(form_id: str, call: Write, posted: Posted) -> Response:
    """Change the terms; they hold at once."""
    form = get_form(call.session, form_id)
    typed = {name: posted.value(name) for name in _values(form, "UTC")}
    try:
        change_form(call.session, form, _terms(posted, call.workspace.timezone))
    except Invalid as refused:
        call.session.rollback()  # nothing of a refused change is kept
        page = _settings(call, form, typed, {refused.field or "": refused.detail})
        return member_page(call, "forms/settings.html", page, nav="forms", status=422)
    return redirect(call, f"/forms/{form.id}/settings", flash="Saved")


@router.post("/forms/{form_id}/publication")
def create_publication(form_id: str, call: Write) -> Response:
    """Make the draft what the public sees."""
    form = get_form(call.session, form_id)
    try:
        publish_form(call.session, form, now=call.now)
    except Refused as refused:
        return redirect(call, f"/forms/{form.id}", flash=refused.detail, kind="error")
    return redirect(call, f"/forms/{form.id}", flash="Published. Everybody with the link can answer.")


@router.post("/forms/{form_id}/closure")
def create_closure(form_id: str, call: Write) -> Response:
    """Take no more answers."""
    close_form(call.session, get_form(call.session, form_id))
    return redirect(call, f"/forms/{form_id}", flash="Closed. Publishing opens it again.")


@router.post("/forms/{form_id}/archival")
def create_archival(form_id: str, call: Write, back: Annotated[str, Field()] = "") -> Response:
    """Put a form away, or bring it back."""
    form = get_form(call.session, form_id)
    if back:
        unarchive_form(call.session, form)
        return redirect(call, f"/forms/{form_id}", flash="The form is back, closed until you publish it.")
    archive_form(call.session, form, now=call.now)
    return redirect(call, "/forms", flash="Put away. Its submissions stay.")


def _editor(call: Call, page: EditorPage) -> Response:
    return member_page(call, "forms/show.html", page, nav="forms")


def _index(call: Call, q: str, status: str, *, error: str = "") -> Response:
    is_archived = status == "archived"
    wanted = forms_statement(status="" if is_archived else status, q=q, is_archived=is_archived)
    forms = call.session.exec(wanted.order_by(col(Form.id).desc()).limit(200)).all()
    counts = count_submissions(call.session, [form.id for form in forms])
    rows = [
        FormRow(
            id=form.id,
            name=form.name,
            status="archived" if form.archived_at else form.status,
            url=f"/f/{form.slug}" if form.status == FormStatus.PUBLISHED else "",
            accepted=counts[form.id][SubmissionStatus.ACCEPTED],
            quarantined=counts[form.id][SubmissionStatus.QUARANTINED],
        )
        for form in forms
    ]
    chips = [
        {"text": text, "href": "/forms" if key == status else f"/forms?status={key}", "current": key == status}
        for key, text in (("published", "Published"), ("draft", "Drafts"), ("closed", "Closed"), ("archived", "Archived"))
    ]
    page = FormsPage(rows, q, chips, {"status": status} if status else {}, error)
    return member_page(call, "forms/index.html", page, nav="forms", status=422 if error else 200)


def _settings(call: Call, form: Form, values: dict[str, Any], errors: dict[str, str] | None = None) -> FormSettingsPage:
    url = call.url(f"/f/{form.slug}")
    snippet = f'<iframe src="{url}/embed" title="{form.title}" style="width:100%;height:900px;border:0" loading="lazy"></iframe>'
    return FormSettingsPage(
        form=form,
        tabs=form_tabs(call, form, "settings"),
        url=url,
        snippet=snippet,
        members=[(member.id, member.name) for member in list_members(call.session)],
        values=values,
        errors=errors or {},
        used_by=used_by_words(call, form.id),
    )


def _values(form: Form, zone: str) -> dict[str, Any]:
    closes = form.closes_at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") if form.closes_at else ""
    return {
        "name": form.name,
        "slug": form.slug,
        "thank_you": form.thank_you,
        "redirect_url": form.redirect_url,
        "response_limit": form.response_limit or "",
        "closes_at": closes,
        "owner_id": form.owner_id or "",
    }


def _terms(posted: PostedForm, zone: str) -> dict[str, Any]:
    """The posted terms as columns. The closing time is in the studio's zone. Raises Invalid for what cannot be read."""
    limit, closes = posted.value("response_limit").strip(), posted.value("closes_at").strip()
    if limit and not (limit.isascii() and limit.isdigit()):
        raise Invalid("The limit is a whole number; leave it empty for none.", field="response_limit")
    try:
        local = datetime.fromisoformat(closes) if closes else None
    except ValueError:
        raise Invalid("This is not a date and time.", field="closes_at") from None
    return {
        **{name: posted.value(name).strip() for name in ("name", "slug", "thank_you", "redirect_url")},
        "response_limit": int(limit) if limit else None,
        "closes_at": local.replace(tzinfo=local.tzinfo or ZoneInfo(zone)).astimezone(UTC) if local else None,
        "owner_id": posted.value("owner_id") or None,
    }
