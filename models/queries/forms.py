"""Reading forms, their versions and what was answered."""

from typing import Any

from sqlmodel import Session, col, func, select

from models.tables.forms import Form, FormVersion, Submission
from models.types.errors import NotFound
from models.types.forms import SubmissionStatus


def get_form(session: Session, form_id: str) -> Form:
    """One form. Raises NotFound."""
    form = session.get(Form, form_id)
    if form is None:
        raise NotFound("There is no such form.")
    return form


def get_form_by_slug(session: Session, slug: str) -> Form:
    """The form behind a public address, of any workspace in the system scope. Raises NotFound for one never published."""
    form = session.exec(select(Form).where(Form.slug == slug)).one_or_none()
    if form is None or form.published_version == 0 or form.archived_at is not None:
        raise NotFound("There is no form at this address.")
    return form


def get_version(session: Session, form_id: str, number: int) -> FormVersion:
    """A form as it was published under a number. Raises NotFound."""
    version = session.exec(select(FormVersion).where(FormVersion.form_id == form_id, FormVersion.number == number)).one_or_none()
    if version is None:
        raise NotFound("There is no such version of the form.")
    return version


def is_slug_taken(session: Session, slug: str, form_id: str = "") -> bool:
    """Whether another form of this workspace has this address. The database refuses one of another workspace."""
    return session.exec(select(Form.id).where(Form.slug == slug, Form.id != form_id)).first() is not None


def forms_statement(*, status: str = "", q: str = "", is_archived: bool = False) -> Any:
    """A select of forms."""
    archived = col(Form.archived_at)
    statement = select(Form).where(archived.is_not(None) if is_archived else archived.is_(None))
    if status:
        statement = statement.where(Form.status == status)
    return statement.where(col(Form.name).icontains(q.strip(), autoescape=True)) if q.strip() else statement


def get_submission(session: Session, submission_id: str) -> Submission:
    """One answer. Raises NotFound."""
    submission = session.get(Submission, submission_id)
    if submission is None:
        raise NotFound("There is no such submission.")
    return submission


def find_submission(session: Session, form_id: str, token: str) -> Submission | None:
    """What was submitted with a token, or None."""
    return session.exec(select(Submission).where(Submission.form_id == form_id, Submission.token == token)).one_or_none()


def submissions_statement(*, form_id: str = "", status: str = "", contact_id: str = "") -> Any:
    """A select of answers."""
    statement = select(Submission)
    for column, value in ((Submission.form_id, form_id), (Submission.status, status), (Submission.contact_id, contact_id)):
        if value:
            statement = statement.where(col(column) == value)
    return statement


def count_submissions(session: Session, form_ids: list[str]) -> dict[str, dict[str, int]]:
    """How many answers each form has, by form id and then by status; what is missing is zero."""
    counts: dict[str, dict[str, int]] = {form_id: dict.fromkeys(SubmissionStatus, 0) for form_id in form_ids}
    rows = session.exec(
        select(Submission.form_id, Submission.status, func.count())
        .where(col(Submission.form_id).in_(form_ids))
        .group_by(col(Submission.form_id), col(Submission.status))
    )
    for form_id, status, number in rows:
        counts[form_id][status] = number
    return counts
