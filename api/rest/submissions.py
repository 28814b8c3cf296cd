"""What people answered."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.deps import Call, Read, Slow, Write
from api.files import store_of
from api.forms import answer_views
from api.pagination import Page, Paging, page_of
from api.routing import Router
from models.commands.submissions import Posted, discard_submission, release_submission, submit_form
from models.ids import new_token
from models.queries.files import get_file
from models.queries.forms import get_form, get_submission, get_version, submissions_statement
from models.rules.forms import as_fields
from models.tables.forms import FormVersion, Submission
from models.types.errors import Invalid, Refused
from models.types.forms import FieldKind, SubmissionStatus, Upload

router = Router("submissions")


class SubmissionIn(BaseModel):
    """An answer brought in by a program. Files are ids of files uploaded before."""

    model_config = ConfigDict(extra="forbid")

    answers: dict[str, Any] = Field(examples=[{"name": "Ada Byron", "email": "ada@byron-mills.example", "consent": True}])
    token: str = Field(default="", max_length=200, examples=["import-2026-11-22-17"])
    """What makes a repeat the same submission; left out, every call is a new one."""


class SubmissionOut(BaseModel):
    """An answer as the API shows it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    form_id: str
    form_version: int
    status: SubmissionStatus
    answers: dict[str, Any]
    """By field key."""
    consent: dict[str, Any]
    """Field key to the words agreed to and when."""
    contact_id: str | None
    engagement_id: str | None
    created_at: datetime


class AnswerOut(BaseModel):
    """One answer in words, under the label it was given under."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    label: str
    kind: FieldKind
    text: str
    files: list[dict[str, Any]]


class SubmissionShownOut(SubmissionOut):
    """An answer with the questions as they were."""

    questions: list[AnswerOut]


@router.get("/submissions")
def list_submissions(
    call: Read, paging: Paging, form_id: str = "", status: SubmissionStatus | None = None, contact_id: str = ""
) -> Page[SubmissionOut]:
    """Answers, newest first."""
    statement = submissions_statement(form_id=form_id, status=status or "", contact_id=contact_id)
    return page_of(call.session, statement, Submission, paging, SubmissionOut)


@router.get("/submissions/{submission_id}")
def show_submission(submission_id: str, call: Read) -> SubmissionShownOut:
    """One answer, read with the form as it was then."""
    submission = get_submission(call.session, submission_id)
    version = get_version(call.session, submission.form_id, submission.form_version)
    questions = [AnswerOut.model_validate(one) for one in answer_views(as_fields(version.fields), submission)]
    return SubmissionShownOut(**SubmissionOut.model_validate(submission).model_dump(), questions=questions)


@router.post("/forms/{form_id}/submissions", status_code=201)
def create_submission(form_id: str, body: SubmissionIn, call: Write) -> SubmissionOut:
    """Bring in an answer: it does all that one from the public page does."""
    form = get_form(call.session, form_id)
    if form.published_version == 0:
        raise Refused("This form was never published.")
    version = get_version(call.session, form.id, form.published_version)
    answers = {**body.answers, **_files(call, version, body.answers)}
    submission = submit_form(call.session, form, version, answers, Posted(body.token or new_token()), now=call.now)
    return SubmissionOut.model_validate(submission)


@router.put("/submissions/{submission_id}/release", status_code=204)
def create_release(submission_id: str, call: Write) -> None:
    """Let a held-back answer do what it would have done when it came in."""
    release_submission(call.session, get_submission(call.session, submission_id), now=call.now)


@router.delete("/submissions/{submission_id}", status_code=204)
def destroy_submission(submission_id: str, call: Slow) -> None:
    """Throw a held-back answer away, with its files."""
    with call.open(writes=True):
        keys = discard_submission(call.session, get_submission(call.session, submission_id))
    for key in keys:  # after the commit: a row must never name a blob that is gone
        store_of(call.settings).delete(key)


def _files(call: Call, version: FormVersion, answers: dict[str, Any]) -> dict[str, list[Upload]]:
    """Files named by id become uploads of their own; what was sent can never name a blob."""
    found = {}
    for one in as_fields(version.fields):
        ids = answers.get(one.key)
        if one.kind == FieldKind.FILE and ids:
            if not isinstance(ids, list) or not all(isinstance(file_id, str) for file_id in ids):
                raise Invalid("Files are given as a list of file ids.", field=one.key)
            found[one.key] = [_upload(call, file_id) for file_id in ids]
    return found


def _upload(call: Call, file_id: str) -> Upload:
    file = get_file(call.session, file_id)
    return Upload(file.filename, file.media_type, file.size, file.sha256, file.storage_key)
