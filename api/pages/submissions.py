"""What people answered: the list of a form, one answer under the labels of its time, the tray of what was held back."""

from dataclasses import dataclass
from typing import Any

from fastapi.responses import Response
from sqlmodel import col, select

from api.deps import Read, Slow, Write
from api.files import store_of
from api.forms import AnswerView, answer_views
from api.pages.form_fields import form_tabs
from api.render import member_page, redirect
from api.routing import Router
from models.commands.submissions import discard_submission, release_submission
from models.queries.forms import get_form, get_submission, get_version, submissions_statement
from models.rules.forms import as_fields
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.tables.forms import Form, FormVersion, Submission
from models.types.forms import SubmissionStatus
from models.types.principals import Door

router = Router("submissions", Door.MEMBER)
_PAGE = 50


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """An answer in the list."""

    submission: Submission
    who: str
    says: str


@dataclass(frozen=True, slots=True)
class SubmissionsPage:
    """The answers to a form."""

    form: Form
    tabs: list[dict[str, Any]]
    rows: list[SubmissionRow]
    chips: list[dict[str, Any]]
    status: str
    older: str | None


@dataclass(frozen=True, slots=True)
class SubmissionPage:
    """One answer."""

    submission: Submission
    form: Form
    version: FormVersion
    answers: list[AnswerView]
    contact: Contact | None
    engagement: Engagement | None


@router.get("/forms/{form_id}/submissions")
def index(form_id: str, call: Read, status: str = "", before: str = "") -> Response:
    """The answers to a form, newest first."""
    form = get_form(call.session, form_id)
    known = status if status in set(SubmissionStatus) else ""
    wanted = submissions_statement(form_id=form.id, status=known)
    if before:
        wanted = wanted.where(col(Submission.id) < before)
    found = call.session.exec(wanted.order_by(col(Submission.id).desc()).limit(_PAGE + 1)).all()
    here = f"/forms/{form.id}/submissions"
    chips = [
        {"text": text, "href": here if key == known else f"{here}?status={key}", "current": key == known}
        for key, text in ((SubmissionStatus.ACCEPTED, "Accepted"), (SubmissionStatus.QUARANTINED, "Held back"))
    ]
    older = f"{here}?status={known}&before={found[_PAGE - 1].id}" if len(found) > _PAGE else None
    page = SubmissionsPage(form, form_tabs(call, form, "submissions"), _rows(call, found[:_PAGE]), chips, known, older)
    return member_page(call, "forms/submissions.html", page, nav="forms")


@router.get("/submissions/{submission_id}")
def show(submission_id: str, call: Read) -> Response:
    """One answer, under the labels it was given under."""
    submission = get_submission(call.session, submission_id)
    version = get_version(call.session, submission.form_id, submission.form_version)
    page = SubmissionPage(
        submission=submission,
        form=get_form(call.session, submission.form_id),
        version=version,
        answers=answer_views(as_fields(version.fields), submission),
        contact=call.session.get(Contact, submission.contact_id) if submission.contact_id else None,
        engagement=call.session.get(Engagement, submission.engagement_id) if submission.engagement_id else None,
    )
    return member_page(call, "forms/submission.html", page, nav="forms")


@router.post("/submissions/{submission_id}/release")
def create_release(submission_id: str, call: Write) -> Response:
    """It was no machine: let the answer do what it would have done."""
    submission = get_submission(call.session, submission_id)
    release_submission(call.session, submission, now=call.now)
    return redirect(call, f"/submissions/{submission.id}", flash="Released. It became a contact and an engagement.")


@router.post("/submissions/{submission_id}/removal")
def destroy(submission_id: str, call: Slow) -> Response:
    """Throw a held-back answer away, with its files."""
    with call.open(writes=True):
        submission = get_submission(call.session, submission_id)
        form_id = submission.form_id
        keys = discard_submission(call.session, submission)
    for key in keys:
        store_of(call.settings).delete(key)
    return redirect(call, f"/forms/{form_id}/submissions?status=quarantined", flash="Thrown away")


def _rows(call: Read, submissions: list[Submission]) -> list[SubmissionRow]:
    ids = {one.contact_id for one in submissions if one.contact_id}
    names = {row.id: row.name for row in call.session.exec(select(Contact).where(col(Contact.id).in_(ids)))} if ids else {}
    rows = []
    for one in submissions:
        version = get_version(call.session, one.form_id, one.form_version)
        views = answer_views(as_fields(version.fields), one)
        texts = [view.text for view in views if view.text and view.kind not in ("consent", "hidden")]
        who = names.get(one.contact_id or "") or (texts[0] if texts else "Somebody")
        rows.append(SubmissionRow(one, who, " · ".join(texts[1:5])[:160]))
    return rows
