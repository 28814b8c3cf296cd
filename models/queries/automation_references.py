"""What drawings refer to, by kind and name: how a thing is found again in another studio."""

from collections.abc import Iterable
from typing import Any

from sqlmodel import Session, col, select

from models.rules.automation_documents import possible_references
from models.tables.automations import Automation
from models.tables.bookings import Scheduler
from models.tables.companies import Company
from models.tables.contacts import Contact
from models.tables.contracts import ContractTemplate
from models.tables.conversations import Conversation
from models.tables.credentials import Credential
from models.tables.forms import Form
from models.tables.members import Member
from models.tables.projects import Project, ProjectTemplate
from models.tables.proposals import ProposalTemplate
from models.types.automation_documents import Reference, ReferenceKind
from models.types.automations import Json
from models.types.errors import Invalid

_TABLES: dict[ReferenceKind, type[Any]] = {
    ReferenceKind.MEMBER: Member,
    ReferenceKind.FORM: Form,
    ReferenceKind.PROPOSAL_TEMPLATE: ProposalTemplate,
    ReferenceKind.CONTRACT_TEMPLATE: ContractTemplate,
    ReferenceKind.PROJECT_TEMPLATE: ProjectTemplate,
    ReferenceKind.SCHEDULER: Scheduler,
    ReferenceKind.CONTACT: Contact,
    ReferenceKind.COMPANY: Company,
    ReferenceKind.PROJECT: Project,
    ReferenceKind.CHANNEL: Conversation,
    ReferenceKind.AUTOMATION: Automation,
    ReferenceKind.CREDENTIAL: Credential,
    ReferenceKind.CREDENTIAL: Credential,
}
_MOST_OPTIONS = 200


def list_references(session: Session, drawing: Json) -> list[Reference]:
    """Everything of the workspace that a drawing names by id, ordered by kind and name."""
    ids = possible_references(drawing)
    if not ids:
        return []
    found = [
        Reference(row.id, kind, row.name or "")
        for kind, table in _TABLES.items()
        for row in session.exec(select(table).where(col(table.id).in_(ids)))
    ]
    return sorted(found, key=lambda one: (one.kind, one.name, one.key))


def find_references(session: Session, references: Iterable[Reference]) -> dict[str, str]:
    """Key to the id that a reference has here: the very thing, else the only one of its kind with its name.

    What is not found is left out.
    """
    found = {}
    for one in references:
        rows = list(session.exec(_present(one.kind).where(_table(one.kind).id == one.key)))
        rows = rows or list(session.exec(_present(one.kind).where(_table(one.kind).name == one.name).limit(2)))
        if one.name and len(rows) == 1:
            found[one.key] = rows[0].id
    return found


def reference_options(session: Session, kind: ReferenceKind) -> list[tuple[str, str]]:
    """(id, name) of everything that a reference of a kind may stand for, by name."""
    table = _table(kind)
    rows = session.exec(_present(kind).order_by(col(table.name)).limit(_MOST_OPTIONS))
    return [(row.id, row.name or "") for row in rows]


def check_reference(session: Session, reference: Reference, row_id: str) -> None:
    """Raises Invalid when there is no such thing of the reference's kind in the workspace."""
    if session.exec(_present(reference.kind).where(_table(reference.kind).id == row_id)).one_or_none() is None:
        said = reference.kind.replace("_", " ")
        raise Invalid(f"There is no such {said} for “{reference.name}”.", field=f"references.{reference.key}")


def _present(kind: ReferenceKind) -> Any:
    table = _table(kind)
    statement: Any = select(table)
    if kind is ReferenceKind.CHANNEL:
        statement = statement.where(Conversation.kind == "channel")
    return statement.where(col(table.archived_at).is_(None)) if hasattr(table, "archived_at") else statement


def _table(kind: ReferenceKind) -> Any:
    table = _TABLES.get(kind)
    if table is None:
        raise Invalid(f"A {kind.replace('_', ' ')} cannot be chosen here.")
    return table
