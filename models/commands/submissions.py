"""Taking an answer: the person, the company, the engagement and the facts, in one transaction or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.commands.contacts import upsert_contact
from models.commands.engagements import open_engagement
from models.commands.events import record
from models.commands.files import keep_file, remove_file
from models.commands.notifications import notify_responsible
from models.db import workspace_id_of
from models.ids import new_id
from models.queries.files import list_files_of
from models.queries.forms import count_submissions, find_submission, get_form, get_version
from models.rules.form_answers import checked_answers
from models.rules.forms import answers_by_role, as_fields
from models.tables.companies import Company
from models.tables.contacts import Contact
from models.tables.engagements import Engagement
from models.tables.forms import Form, FormVersion, Submission
from models.tables.workspaces import Workspace
from models.types.contacts import ContactFacts
from models.types.errors import Invalid, NotFound, Refused
from models.types.forms import CheckedAnswers, FieldKind, FieldRole, FormField, FormStatus, SubmissionStatus


@dataclass(frozen=True, slots=True)
class Posted:
    """How an answer came in. is_suspect: it looks like a machine's, so it waits for a person's look."""

    token: str
    address: str = ""
    agent: str = ""
    is_suspect: bool = False


def submit_form(
    session: Session, form: Form, version: FormVersion, answers: Mapping[str, Any], posted: Posted, *, now: datetime
) -> Submission:
    """Take one answer: exactly one submission, one engagement and one person, however often it is posted.

    The token of the rendered page makes a repeat the same submission. Transactions of one form are put in a row by locking
    the form, so that equal posts meet and the response limit holds. A suspect answer is kept and does nothing until released.
    Raises Invalid for a wrong answer (with the field's key), Refused when the form takes no answers any more.
    """
    form = _locked(session, form)
    known = find_submission(session, form.id, posted.token)
    if known is not None:
        return known
    refuse_if_closed(session, form, now=now)
    fields = as_fields(version.fields)
    checked = check_form(session, fields, answers)
    for key, problem in checked.problems.items():
        raise Invalid(problem, field=key)
    submission = Submission(
        id=new_id("sub"),
        workspace_id=workspace_id_of(session),
        form_id=form.id,
        form_version=version.number,
        token=posted.token,
        status=SubmissionStatus.QUARANTINED if posted.is_suspect else SubmissionStatus.ACCEPTED,
        answers=dict(checked.answers),
        consent=_consents(fields, checked, now),
        address=posted.address,
        agent=posted.agent,
        created_at=now,
    )
    session.add(submission)
    session.flush()
    _keep_files(session, submission, checked)
    if posted.is_suspect:
        record(session, "submission.quarantined", submission.id, form_id=form.id)
    else:
        _accept(session, form, fields, submission, now)
    return submission


def check_form(session: Session, fields: tuple[FormField, ...], answers: Mapping[str, Any]) -> CheckedAnswers:
    """The answers held against the form, in the workspace's country and currency."""
    workspace = session.get(Workspace, workspace_id_of(session))
    country, currency = (workspace.country, workspace.currency) if workspace else ("", "EUR")
    return checked_answers(fields, answers, country=country, currency=currency)


def refuse_if_closed(session: Session, form: Form, *, now: datetime) -> None:
    """Raises Refused when a form takes no answers: closed, past its time, or full."""
    is_over = form.closes_at is not None and form.closes_at <= now
    if form.status != FormStatus.PUBLISHED or form.archived_at is not None or is_over:
        raise Refused("This form is closed. It takes no more answers.")
    if form.response_limit is not None:
        taken = count_submissions(session, [form.id])[form.id][SubmissionStatus.ACCEPTED]
        if taken >= form.response_limit:
            raise Refused("This form has all the answers it can take.")


def release_submission(session: Session, submission: Submission, *, now: datetime) -> None:
    """Let a held-back answer do what it would have done when it came in. Twice is once."""
    form = _locked(session, get_form(session, submission.form_id))
    session.refresh(submission)
    if submission.status != SubmissionStatus.QUARANTINED:
        return
    submission.status = SubmissionStatus.ACCEPTED
    fields = as_fields(get_version(session, form.id, submission.form_version).fields)
    _accept(session, form, fields, submission, now)


def discard_submission(session: Session, submission: Submission) -> list[str]:
    """Throw a held-back answer away with its files. The storage keys of blobs to delete after the commit.

    Raises Refused for one that was accepted: it belongs to an engagement.
    """
    if submission.status != SubmissionStatus.QUARANTINED:
        raise Refused("This answer was accepted. Archive its engagement instead.")
    keys = [key for file in list_files_of(session, submission.id) if (key := remove_file(session, file))]
    record(session, "submission.discarded", submission.id, form_id=submission.form_id)
    session.delete(submission)
    return keys


def _locked(session: Session, form: Form) -> Form:
    """The form as it is now, held by this transaction. SQLite needs no lock: it has one writer."""
    statement = select(Form).where(col(Form.id) == form.id).with_for_update().execution_options(populate_existing=True)
    found = session.exec(statement).one_or_none()
    if found is None:
        raise NotFound("There is no such form.")
    return found


def _consents(fields: tuple[FormField, ...], checked: CheckedAnswers, now: datetime) -> dict[str, Any]:
    given = [field for field in fields if field.kind == FieldKind.CONSENT and field.key in checked.answers]
    return {field.key: {"text": " ".join((field.label, field.hint)).strip(), "at": now.isoformat()} for field in given}


def _keep_files(session: Session, submission: Submission, checked: CheckedAnswers) -> None:
    for key, uploads in checked.uploads.items():
        files = [
            keep_file(session, one, uploaded_by="public", subject_kind="submission", subject_id=submission.id) for one in uploads
        ]
        kept = [{"id": file.id, "filename": file.filename, "size": file.size} for file in files]
        submission.answers = {**submission.answers, key: kept}


def _accept(session: Session, form: Form, fields: tuple[FormField, ...], submission: Submission, now: datetime) -> None:
    roles = answers_by_role(fields, submission.answers)
    source = f"submission:{submission.id}"
    contact = upsert_contact(session, _facts(roles), source=source, now=now, owner_id=form.owner_id)
    engagement = _open(session, form, roles, contact, submission, now)
    submission.contact_id, submission.engagement_id = contact.id, engagement.id
    for file in list_files_of(session, submission.id):
        file.engagement_id = engagement.id
        file.uploaded_by = f"contact:{contact.id}"
    record(session, "submission.accepted", submission.id, engagement_id=engagement.id, contact_id=contact.id, form_id=form.id)
    notify_responsible(
        session,
        engagement.owner_id,
        f"New enquiry: {engagement.title}",
        href=f"/engagements/{engagement.id}",
        key=f"submission:{submission.id}",
        engagement_id=engagement.id,
    )


def _facts(roles: dict[str, Any]) -> ContactFacts:
    address = roles.get(FieldRole.CONTACT_ADDRESS, {})
    parts = (
        address.get("street"),
        " ".join(filter(None, (address.get("postal_code"), address.get("city")))),
        address.get("country"),
    )
    return ContactFacts(
        name=roles.get(FieldRole.CONTACT_NAME, ""),
        email=roles.get(FieldRole.CONTACT_EMAIL, ""),
        phone=roles.get(FieldRole.CONTACT_PHONE, ""),
        title=roles.get(FieldRole.CONTACT_TITLE, ""),
        address="\n".join(filter(None, parts)),
        company=roles.get(FieldRole.COMPANY_NAME, ""),
    )


def _open(
    session: Session, form: Form, roles: dict[str, Any], contact: Contact, submission: Submission, now: datetime
) -> Engagement:
    company = session.get(Company, contact.company_id) if contact.company_id else None
    value = roles.get(FieldRole.ENGAGEMENT_VALUE) or {}
    return open_engagement(
        session,
        title=roles.get(FieldRole.ENGAGEMENT_TITLE) or f"{company.name if company else contact.name}: {form.name}",
        contact_id=contact.id,
        company_id=contact.company_id,
        submission_id=submission.id,
        owner_id=form.owner_id or contact.owner_id,
        value_minor=value.get("minor", 0),
        currency=value.get("currency"),
        now=now,
    )
