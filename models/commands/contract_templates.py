"""Templates of contracts: texts with places that are filled when one is drafted."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from models.db import workspace_id_of
from models.ids import new_id
from models.rules.text_templates import MAX_LENGTH
from models.tables.contracts import ContractTemplate
from models.types.errors import Invalid


def add_contract_template(session: Session, *, name: str, title: str = "", body: str = "") -> ContractTemplate:
    """A text that new contracts start from. Raises Invalid without a name."""
    template = ContractTemplate(id=new_id("ctt"), workspace_id=workspace_id_of(session), name="", title="", body="")
    return change_contract_template(session, template, {"name": name, "title": title, "body": body})


def change_contract_template(session: Session, template: ContractTemplate, changes: dict[str, Any]) -> ContractTemplate:
    """Correct a template. Contracts that were drafted from it stay as they are. Raises Invalid without a name."""
    for key, value in changes.items():
        setattr(template, key, value)
    if not template.name.strip():
        raise Invalid("A template needs a name.", field="name")
    if len(template.body) > MAX_LENGTH:
        raise Invalid("The text is longer than 64 KB.", field="body")
    session.add(template)
    session.flush()
    return template


def archive_contract_template(session: Session, template: ContractTemplate, *, now: datetime) -> None:
    """Put a template away. Twice is once."""
    template.archived_at = template.archived_at or now
    session.add(template)


def unarchive_contract_template(session: Session, template: ContractTemplate) -> ContractTemplate:
    """Offer a template again. Twice is once."""
    template.archived_at = None
    session.add(template)
    return template
