"""Automations as files: taking one along, and bringing one in."""

import json
from dataclasses import dataclass, field
from typing import Any

from fastapi.responses import Response

from api.deps import Read, Write
from api.files import Posted, PostedForm
from api.render import member_page, redirect
from api.rest.automation_imports import export_of
from api.routing import Router
from models.commands.automation_imports import import_automation
from models.queries.automation_references import reference_options
from models.queries.automations import get_automation
from models.rules.automation_documents import MAX_BYTES, read_document
from models.rules.automation_plan.records import canonical_json
from models.tables.automations import Automation
from models.types.automation_documents import AutomationDocument, Reference
from models.types.errors import Invalid
from models.types.principals import Door

router = Router("automations", Door.MEMBER)
_LEFT_OPEN = "-"


@dataclass(frozen=True, slots=True)
class Choice:
    """A reference of the file, and what it may stand for here."""

    reference: Reference
    options: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ImportPage:
    """The file, or nothing yet; and what has to be chosen."""

    document: str = ""
    """The file's text, carried along until everything is chosen."""
    name: str = ""
    choices: list[Choice] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    left_open: str = _LEFT_OPEN


@router.get("/automations/{automation_id}/export")
def export(automation_id: str, call: Read) -> Response:
    """The automation as a file."""
    automation = get_automation(call.session, automation_id)
    name = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in automation.name.lower()).strip("-")
    headers = {"Content-Disposition": f'attachment; filename="{name[:60] or "automation"}.automation.json"'}
    written = json.dumps(export_of(call, automation), indent=2, ensure_ascii=False)
    return Response(written, media_type="application/json", headers=headers)


@router.get("/automation_imports/new")
def new(call: Read) -> Response:
    """Which file."""
    return member_page(call, "automation_imports/new.html", ImportPage(), nav="automations")


@router.post("/automation_imports")
def create(call: Write, posted: Posted) -> Response:
    """Make a draft of the file; or ask what its references stand for here."""
    try:
        written = _written(posted)
        document = read_document(_parsed(written))
        chosen = _chosen(document, posted)
        made = import_automation(call.session, document, chosen, now=call.now)
    except Invalid as error:
        page = ImportPage(errors={"file": error.detail})
        return member_page(call, "automation_imports/new.html", page, nav="automations", status=422)
    if isinstance(made, Automation):
        return redirect(call, f"/automations/{made.id}", flash="It is here, as a draft. It starts nothing until it is published.")
    choices = [Choice(one, reference_options(call.session, one.kind)) for one in made]
    page = ImportPage(canonical_json(_parsed(written)), document.name, choices)
    return member_page(call, "automation_imports/new.html", page, nav="automations")


def _written(posted: PostedForm) -> str:
    """The file that was chosen, or the one carried along. Raises Invalid when there is none, or when it is no text."""
    uploads = posted.files.get("file")
    if not uploads:
        if not posted.value("document"):
            raise Invalid("Choose a file that was exported from an automation.", field="file")
        return posted.value("document")
    try:
        return uploads[0].file.read(2 * MAX_BYTES).decode()
    except UnicodeDecodeError:
        raise Invalid("This is not an automation that was exported here.", field="file") from None


def _parsed(written: str) -> Any:
    try:
        return json.loads(written)
    except (ValueError, RecursionError):
        raise Invalid("This is not an automation that was exported here.", field="file") from None


def _chosen(document: AutomationDocument, posted: PostedForm) -> dict[str, str | None]:
    """Key of a reference to the id chosen for it, None for what is left open; what was not asked is left out."""
    answers = {one.key: posted.value(f"reference.{one.key}") for one in document.references}
    return {key: None if answer == _LEFT_OPEN else answer for key, answer in answers.items() if answer}
