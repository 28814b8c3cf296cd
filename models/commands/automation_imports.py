"""Automations that come from elsewhere: from a file, or from the library."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from models.commands.automations import draw_automation
from models.queries.automation_references import check_reference, find_references
from models.rules.automation_documents import with_references
from models.tables.automations import Automation
from models.types.automation_documents import AutomationDocument, Reference
from models.types.errors import Invalid


def import_automation(
    session: Session, document: AutomationDocument, chosen: Mapping[str, str | None], *, now: datetime
) -> Automation | list[Reference]:
    """The draft made of a file; or the references that nobody said what they stand for here.

    chosen: key of a reference to an id of this workspace; None leaves it open, and the drawing says so when it is published.
    Those that are not chosen are found by their name. Raises Invalid for a choice that is none.
    """
    known = {one.key: one for one in document.references}
    for key, row_id in chosen.items():
        if key not in known:
            raise Invalid("The file has no such reference.", field=f"references.{key[:80]}")
        if row_id is not None:
            check_reference(session, known[key], row_id)
    ids = find_references(session, (one for one in document.references if one.key not in chosen))
    missing = [one for one in document.references if one.key not in chosen and one.key not in ids]
    if missing:
        return missing
    ids |= {key: row_id for key, row_id in chosen.items() if row_id is not None}
    drawing = with_references(document.drawing, ids)
    return draw_automation(session, name=document.name, description=document.description, drawing=drawing, now=now)
